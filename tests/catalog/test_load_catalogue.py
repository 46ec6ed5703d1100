"""The bundled catalogue: taken in once a version, never over what people changed."""

import shutil

import pytest
from django.core.management import call_command

from catalog.bundle import FOLDER, load_bundled_catalogue
from catalog.models import Entry, Note, Paper, PaperList, Section, Topic

pytestmark = pytest.mark.django_db


@pytest.fixture
def loaded():
    load_bundled_catalogue()


@pytest.fixture
def folder(tmp_path):
    return shutil.copytree(FOLDER, tmp_path / "bundled")


def everything():
    return [list(model.objects.order_by("pk").values_list("pk")) for model in (Paper, Entry, Section, Note, Topic)]


def test_all_lists_stand_with_every_section_and_entry(loaded):
    counts = {row.slug: (row.section_count, row.entries) for row in _lists()}
    assert counts == {
        "knowledge-distillation": (3, 9),
        "bert-compression": (5, 81),
        "pre-trained-models": (5, 75),
        "reading-notes": (1, 27),
    }


def _lists():
    for paper_list in PaperList.objects.with_counts():
        paper_list.entries = Entry.objects.filter(section__paper_list=paper_list).count()
        yield paper_list


def test_headings_are_in_both_languages_and_in_order(loaded):
    rows = Section.objects.filter(paper_list__slug="bert-compression").order_by("position")
    assert [(row.name_en, row.name_zh) for row in rows][:2] == [
        ("Optimised designs", "优化设计"), ("Pre-trained models", "预训练模型"),
    ]  # fmt: skip
    assert rows[1].parent == rows[0]
    assert not Section.objects.exclude(name_en="").filter(name_zh="").exists()


def test_paper_of_several_lists_is_one_row(loaded):
    paper = Paper.objects.get(title__startswith="TinyBERT")
    assert paper.entries.count() == 3
    assert (paper.venue.name, paper.year, paper.arxiv, paper.acl) == (
        "ACL Findings", 2020, "1909.10351", "2020.findings-emnlp.372",
    )  # fmt: skip


def test_well_read_students_is_one_work_with_two_titles(loaded):
    paper = Paper.objects.get(arxiv="1908.08962")
    assert (paper.entries.count(), paper.alternative_titles.count()) == (2, 1)


def test_ernie_is_two_works(loaded):
    papers = Paper.objects.filter(title__startswith="ERNIE: ")
    assert {(paper.acl, paper.arxiv) for paper in papers} == {("P19-1139", ""), ("", "1904.09223")}


def test_every_paper_has_a_category_and_is_found_by_its_chinese_topic(loaded):
    assert not Paper.objects.exclude(topics__kind=Topic.Kind.CATEGORY).exists()
    assert Paper.objects.search("知识蒸馏 TinyBERT").exists()


def test_notes_stand_in_both_languages(loaded):
    english, chinese = (set(Note.objects.filter(language=code).values_list("paper")) for code in ("en", "zh"))
    assert english == chinese
    assert len(english) > 20


def test_second_load_does_nothing(loaded, django_assert_num_queries):
    before = everything()
    with django_assert_num_queries(1):
        assert load_bundled_catalogue() is None
    assert everything() == before


def test_new_version_adds_and_leaves_what_people_changed(loaded, folder):
    paper = Paper.objects.get(title__startswith="TinyBERT")
    paper.topics.set([])
    paper.topics.add(Topic.objects.tags().first())
    Paper.objects.filter(pk=paper.pk).update(year=1999)
    PaperList.objects.filter(slug="reading-notes").update(name_en="Mine")
    before = everything()
    with (folder / "knowledge-distillation.md").open("a", encoding="utf-8") as file:
        file.write("- **A Work That Is New Here**. (ACL 2020)\n")
    assert load_bundled_catalogue(folder)["added"] == 1
    paper.refresh_from_db()
    assert (paper.year, paper.topics.count()) == (1999, 1)
    assert PaperList.objects.get(slug="reading-notes").name_en == "Mine"
    assert [len(rows) for rows in everything()] == [len(before[0]) + 1, len(before[1]) + 1, *map(len, before[2:])]


def test_failed_load_leaves_nothing(folder):
    (folder / "annotations.toml").write_text("broken", encoding="utf-8")
    with pytest.raises(ValueError, match="Expected"):
        load_bundled_catalogue(folder)
    assert (Paper.objects.count(), Topic.objects.count()) == (0, 0)


def test_command_prints_one_line(capsys):
    call_command("load_catalogue")
    call_command("load_catalogue")
    first, second = capsys.readouterr().out.splitlines()
    assert first.startswith("Bundled catalogue: 163 papers added")
    assert second == "Bundled catalogue: already loaded."
