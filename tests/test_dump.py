"""The site in an archive and back: the same site, nothing of anybody's own without being asked, all or nothing."""

import filecmp
import json

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.management import CommandError, call_command
from django.db import connection

from catalog.api import tokens
from catalog.history.recording import recorded
from catalog.history.removing import remove
from catalog.importers import bibtex
from catalog.intake import documents as services
from catalog.models import Import, Paper, PaperList, Reading, Verdict
from demos.archive.dumping import dump_site
from demos.archive.loading import load_site
from demos.archive.manifest import ArchiveRefused, Manifest, sha256_of
from demos.archive.tables import tables
from demos.models import Artifact, Event
from tests.catalog.factories import SectionFactory
from tests.catalog.stock import full_papers
from tests.demos.factories import add_events, measured_run

pytestmark = pytest.mark.django_db
SECRET = "my private thought"


@pytest.fixture
def site(tmp_path):
    """Papers in a list, an edit with its history, an import, verdicts, a run with its file; people and a reading."""
    ann = get_user_model().objects.create_user("ann", password="correct horse battery")
    ann.groups.add(Group.objects.get_or_create(name="editors")[0])
    section = SectionFactory(paper_list__slug="kd", name_zh="概览")
    SectionFactory(paper_list=section.paper_list, parent=section)
    first, second = full_papers(2, section)
    services.store_document(document=bibtex.read("@misc{Odd:Key, title={One Work}, note={ö}, year=2019}"))
    with recorded(first, actor=ann, summary="year"):
        Paper.objects.filter(pk=first.pk).update(year=1999)
    Verdict.objects.create(first=first, second=second, kind=Verdict.Kind.DIFFERENT, actor=ann)
    Reading.objects.create(user=ann, paper=first, note=SECRET)
    tokens.issue_token(user=ann, name="laptop", scopes=["read"])
    Import.objects.create(format="bibtex", name="a.bib", owner=ann, state=Import.State.PREVIEW)
    run = measured_run(paper=first, owner=ann)
    add_events(run, ("log", {"text": "训练"}), ("log", {"text": {"en": "Trained.", "zh": "已训练。"}}))
    artifact = Artifact(run=run, name="student.bin", size_bytes=3, sha256="0" * 64)
    artifact.file.save("student.bin", ContentFile(b"abc"))
    return tmp_path


def emptied() -> None:
    """As a new database is: foreign keys are looked at only once all rows are gone."""
    for model in [get_user_model().groups.through, *tables(with_people=True)]:
        model._base_manager.all()._raw_delete(using="default")
    connection.check_constraints()


def same(left, right) -> bool:
    names = sorted(path.relative_to(left) for path in left.rglob("*") if path.is_file())
    assert names == sorted(path.relative_to(right) for path in right.rglob("*") if path.is_file())
    _, differ, errors = filecmp.cmpfiles(left, right, names, shallow=False)
    return not differ and not errors


@pytest.mark.parametrize("with_people", [False, True])
def test_a_site_dumped_and_loaded_dumps_the_same_again(site, settings, with_people):
    manifest = dump_site(folder=site / "one", with_people=with_people)
    emptied()
    settings.MEDIA_ROOT = site / "elsewhere"
    load_site(folder=site / "one")
    connection.check_constraints()
    assert same(site / "one", dump_site(folder=site / "two", with_people=with_people) and site / "two")
    assert manifest.tables["catalog.paper"]["rows"] == 3 and manifest.tables["catalog.change"]["rows"] == 1
    assert Artifact.objects.get().file.read() == b"abc"


def test_a_loaded_site_can_be_searched_read_and_signed_in_to(site, settings, client):
    dump_site(folder=site / "one", with_people=True)
    emptied()
    settings.MEDIA_ROOT = site / "elsewhere"
    load_site(folder=site / "one")
    assert [paper.title for paper in Paper.objects.search("full 001")] == ["Full paper 001"]
    assert "Full paper 000" in client.get(PaperList.objects.get().get_absolute_url()).content.decode()
    assert client.login(username="ann", password="correct horse battery")
    assert [group.name for group in get_user_model().objects.get().groups.all()] == ["editors"]


def test_log_lines_of_old_and_new_versions_come_back_as_they_were(site, settings):
    dump_site(folder=site / "one")
    emptied()
    settings.MEDIA_ROOT = site / "elsewhere"
    load_site(folder=site / "one")
    said = Event.objects.filter(kind="log").values_list("body__text", flat=True)
    assert list(said) == ["训练", {"en": "Trained.", "zh": "已训练。"}]


def test_people_stay_out_unless_they_are_asked_for(site):
    paper = Paper.objects.get(slug="full-paper-000")
    remove(paper, actor=get_user_model().objects.get())
    dump_site(folder=site / "one")
    everything = "".join(path.read_text() for path in (site / "one" / "tables").iterdir())
    assert SECRET not in everything and "pbkdf2" not in everything and "laptop" not in everything
    rows = [json.loads(line) for line in (site / "one/tables/catalog.changeset.jsonl").read_text().splitlines()]
    assert {row["actor_id"] for row in rows} == {None}


def test_a_load_refuses_where_there_is_a_site(site):
    dump_site(folder=site / "one")
    with pytest.raises(ArchiveRefused, match="not empty"):
        load_site(folder=site / "one")


@pytest.mark.parametrize("damaged", ["papers.bib", "tables/catalog.paper.jsonl", "files"])
def test_a_damaged_file_is_named_before_anything_is_written(site, damaged):
    dump_site(folder=site / "one")
    emptied()
    path = site / "one" / damaged
    path = next(file for file in path.rglob("*") if file.is_file()) if path.is_dir() else path
    path.write_bytes(path.read_bytes() + b" ")
    with pytest.raises(ArchiveRefused, match="is damaged"):
        load_site(folder=site / "one")
    assert not Paper.objects.exists()


def test_a_row_that_does_not_fit_leaves_nothing_behind(site, settings):
    dump_site(folder=site / "one")
    path = site / "one/tables/demos.artifact.jsonl"
    path.write_text(path.read_text().replace('"size_bytes": 3', '"size_bytes": "many"'))
    manifest = Manifest.read(site / "one")
    manifest.tables["demos.artifact"]["sha256"] = sha256_of(path)
    manifest.write(site / "one")
    emptied()
    settings.MEDIA_ROOT = site / "elsewhere"
    with pytest.raises(ArchiveRefused, match="does not fit"):
        load_site(folder=site / "one")
    assert not Paper.objects.exists() and not list((site / "elsewhere").rglob("*.*"))


def test_a_file_gone_from_storage_is_told_and_holds_nothing_up(site, capsys):
    artifact = Artifact.objects.get()
    default_storage.delete(artifact.file.name)
    call_command("dump_site", site / "one")
    assert artifact.file.name in capsys.readouterr().err


def test_commands_take_a_tar_and_say_what_they_did(site, settings, capsys):
    call_command("dump_site", site / "site.tar.gz")
    emptied()
    settings.MEDIA_ROOT = site / "elsewhere"
    call_command("load_site", site / "site.tar.gz")
    assert "1 files, without people." in (said := capsys.readouterr().out) and "loaded." in said
    assert Paper.objects.count() == 3
    with pytest.raises(CommandError, match="not empty"):
        call_command("load_site", site / "site.tar.gz")
    with pytest.raises(CommandError, match=r"no readable manifest\.json"):
        call_command("load_site", site)


def test_an_archive_that_was_cut_off_is_refused_in_one_line(site):
    call_command("dump_site", site / "site.tar.gz")
    whole = (site / "site.tar.gz").read_bytes()
    (site / "cut.tar.gz").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(CommandError, match="cut off or damaged"):
        call_command("load_site", site / "cut.tar.gz")
