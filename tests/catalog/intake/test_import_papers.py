"""The import_papers command: what it prints, what it writes, what it refuses."""

import gzip
import io
import json

import pytest
from django.core.management import CommandError, call_command

from catalog.models import Entry, Import, Paper, PaperList

pytestmark = pytest.mark.django_db
BIBTEX = "@misc{a, title={First Work}, author={Lee, Ann}, year=2019}\n@misc{b, title={Broken,\n year=2000,\n}\n"
MARKDOWN = "# My list\n\n## Old\n\n- **First Work**. *Ann Lee*. (ACL 2019) [[pdf]](https://x.org/a.pdf)\n"


@pytest.fixture
def given(tmp_path):
    def write(text, name="papers.bib"):
        path = tmp_path / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return str(path)

    return write


def run(*arguments):
    out, err = io.StringIO(), io.StringIO()
    call_command("import_papers", *arguments, stdout=out, stderr=err)
    return out.getvalue(), err.getvalue()


def test_dry_run_prints_what_was_read_and_writes_nothing(given):
    out, _ = run(given(BIBTEX), "--dry-run", "--json")
    body = json.loads(out)
    assert list(body) == ["format", "records", "problems"]
    assert body["records"] == [
        {
            "title": "First Work", "authors": ["Ann Lee"], "venue": "", "year": 2019, "links": [], "short_name": "",
            "note": "", "section": [], "position": 1, "line": 1, "doi": "", "arxiv": "", "key": "a",
            "type": "misc",
        }
    ]  # fmt: skip
    assert [problem["line"] for problem in body["problems"]] == [2]
    assert (Paper.objects.count(), Import.objects.count()) == (0, 0)


def test_dry_run_in_words_says_new_here_and_problem(given):
    run(given("@misc{a, title={First Work}}"))
    out, _ = run(given(BIBTEX), "--dry-run")
    assert "line 1: here: First Work" in out
    assert out.endswith("0 new, 1 already here, 1 with a problem.\n")


def test_import_tells_what_a_paper_gained(given):
    run(given("@misc{a, title={First Work}}"))
    text = "@misc{a, title={First Work}, year={2019}, doi={10.1000/x}}"
    assert "line 1: here: First Work: adds year 2019, DOI 10.1000/x, 1 link\n" in run(given(text), "--dry-run")[0]
    assert "already here: first-work: adds year 2019, DOI 10.1000/x, 1 link\n" in run(given(text))[0]
    assert "already here: first-work: nothing to add\n" in run(given(text))[0]


def test_dry_run_names_fields_that_were_not_understood(given):
    out, _ = run(given("\n@misc{a, title={A}, year={20x0}, url={javascript:alert(1)}}"), "--dry-run", "--json")
    body = json.loads(out)
    assert [(row["line"], row["message"]) for row in body["problems"]] == [
        (2, 'The field "year" was not understood: "20x0".'),
        (2, 'The field "url" was not understood: "javascript:alert(1)".'),
    ]
    assert (body["records"][0]["year"], body["records"][0]["links"]) == (None, [])


def test_import_writes_and_tells(given):
    out, err = run(given(BIBTEX))
    assert out.startswith("added: first-work\n1 added, 0 already here, 1 problems.\n")
    assert err.startswith("line 2: problem: ")
    assert Paper.objects.get().year == 2019


def test_import_reports_as_json(given):
    out, _ = run(given(BIBTEX), "--json")
    body = json.loads(out)
    assert (body["format"], body["added"], [row["line"] for row in body["problems"]]) == ("bibtex", ["first-work"], [2])


def test_list_is_made_from_the_document_and_updated_by_the_next(given):
    run(given(MARKDOWN, "list.md"), "--list", "my-list")
    run(given(MARKDOWN + "- **Second Work**. (ACL 2020)\n", "list.md"), "--list", "my-list")
    assert PaperList.objects.get().name_en == "My list"
    entries = Entry.objects.order_by("position").values_list("section__name_en", "paper__title", "position")
    assert list(entries) == [("Old", "First Work", 1), ("Old", "Second Work", 2)]


def test_dry_run_makes_no_list(given):
    run(given(MARKDOWN, "list.md"), "--list", "my-list", "--dry-run")
    assert PaperList.objects.count() == 0


def test_standard_input_is_read(monkeypatch):
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(BIBTEX.encode())))
    assert run("-")[0].startswith("added: first-work")


@pytest.mark.parametrize(
    ("data", "says"),
    [(b"", "empty"), (b"\x00\x01\x02", "no text"), (b"x" * 3_000, "at most"), (b"Hello.", "No entry")],
)
def test_unusable_files_are_refused(given, settings, data, says):
    settings.IMPORT_MAX_BYTES = 2_000
    with pytest.raises(CommandError, match=says):
        run(given(data))
    assert Paper.objects.count() == 0


def test_missing_file_is_named(tmp_path):
    with pytest.raises(CommandError, match=r"absent\.bib: No such file"):
        run(str(tmp_path / "absent.bib"))


def test_list_name_that_is_no_slug_is_refused(given):
    with pytest.raises(CommandError, match="Not a slug"):
        run(given(BIBTEX), "--list", "no slug!")
    assert Paper.objects.count() == 0


@pytest.mark.parametrize("name", ["bert-compression", "knowledge-distillation", "ptms", "reading-notes"])
def test_seed_lists_go_in_and_again_without_change(shared_dir, name):
    path = str(shared_dir / "seeds" / f"{name}.md")
    records = json.loads(run(path, "--dry-run", "--json")[0])["records"]
    first = json.loads(run(path, "--list", name, "--json")[0])
    again = json.loads(run(path, "--list", name, "--json")[0])
    assert len(records) == Entry.objects.count()
    assert (again["added"], set(again["already_here"])) == ([], set(first["added"]))


def test_import_is_taken_back_by_its_id(given):
    last = run(given(BIBTEX))[0].splitlines()[-1]
    assert last.startswith("To take it back: manage.py import_papers --undo ")
    assert run("--undo", last.split()[-1])[0] == "1 papers removed, 0 kept.\n"
    assert Paper.objects.count() == 0


def test_id_of_no_import_is_refused():
    with pytest.raises(CommandError, match="No import that was accepted"):
        run("--undo", "00000000-0000-4000-8000-000000000000")


def test_command_without_a_file_is_refused():
    with pytest.raises(CommandError, match="Name a FILE"):
        run()


def test_gzipped_file_is_read(given):
    assert "added: first-work" in run(given(gzip.compress(BIBTEX.encode()), "papers.bib.gz"))[0]


def test_refused_file_leaves_no_document_behind(given, settings):
    with pytest.raises(CommandError):
        run(given(b"Hello."))
    assert (Import.objects.count(), [path for path in settings.MEDIA_ROOT.rglob("*") if path.is_file()]) == (0, [])
