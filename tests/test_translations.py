"""The Chinese catalogue: whole, compiled as it stands, and used where a reader asks for Chinese."""

import ast
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import polib
import pytest
from django.urls import reverse
from django.utils import translation

from catalog.intake import remarks

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "locale" / "zh_Hans" / "LC_MESSAGES"
SOURCES = ("catalog", "config", "demos", "templates")
PLACEHOLDER = re.compile(r"%\(\w+\)[a-z]|%[sd]")
SAMPLE = "sample"


@pytest.fixture(scope="module")
def catalogue() -> polib.POFile:
    return polib.pofile(str(FOLDER / "django.po"))


def keys(entries) -> set[tuple]:
    return {(entry.msgctxt, entry.msgid, entry.msgid_plural) for entry in entries}


def texts(entry: polib.POEntry) -> list[str]:
    return list(entry.msgstr_plural.values()) if entry.msgid_plural else [entry.msgstr]


@pytest.mark.skipif(not shutil.which("xgettext"), reason="needs GNU gettext (xgettext) to collect the sources' strings")
def test_catalogue_holds_every_string_of_the_sources(catalogue, tmp_path):
    for part in SOURCES:
        shutil.copytree(ROOT / part, tmp_path / part, ignore=shutil.ignore_patterns("__pycache__", "migrations"))
    (tmp_path / "locale" / "zh_Hans").mkdir(parents=True)
    subprocess.run(
        [sys.executable, "-m", "django", "makemessages", "--locale=zh_Hans", "--no-location"],
        cwd=tmp_path, env={**os.environ, "DJANGO_SETTINGS_MODULE": ""}, check=True, capture_output=True,
    )  # fmt: skip
    collected = polib.pofile(str(tmp_path / "locale" / "zh_Hans" / "LC_MESSAGES" / "django.po"))
    assert keys(collected) - keys(catalogue) == set(), "run `make messages` and translate what is new"
    assert keys(catalogue) - keys(collected) == set(), "run `make messages`: the sources no longer say this"


def test_catalogue_has_nothing_untranslated_fuzzy_or_obsolete(catalogue):
    assert [entry.msgid for entry in catalogue if not all(texts(entry))] == []
    assert [entry.msgid for entry in catalogue if entry.fuzzy] == []
    assert [entry.msgid for entry in catalogue.obsolete_entries()] == []


def test_catalogue_keeps_every_placeholder(catalogue):
    for entry in catalogue:
        wanted = sorted(PLACEHOLDER.findall(entry.msgid_plural or entry.msgid))
        for text in texts(entry):
            assert sorted(PLACEHOLDER.findall(text)) == wanted, entry.msgid


def test_compiled_catalogue_is_the_one_that_stands_in_text(catalogue):
    compiled = polib.mofile(str(FOLDER / "django.mo"))
    assert {entry.msgid: texts(entry) for entry in compiled} == {entry.msgid: texts(entry) for entry in catalogue}


def test_chinese_has_full_width_punctuation_between_chinese_characters(catalogue):
    narrow = re.compile(r"[\u4e00-\u9fff][,;:!?]|[,;:!?][\u4e00-\u9fff]")
    assert [text for entry in catalogue for text in texts(entry) if narrow.search(text)] == []


@pytest.mark.django_db
def test_browser_that_asks_for_chinese_gets_chinese(client):
    page = client.get(reverse("catalog:papers"), headers={"Accept-Language": "zh-CN"}).content.decode()
    assert '<html lang="zh-hans"' in page
    assert all(f">{word}</a>" in page for word in ("论文", "列表", "方法", "运行"))


@pytest.mark.django_db
def test_switch_remembers_chinese(client):
    asked = client.post(
        reverse("set_language"), {"language": "zh-hans", "next": reverse("catalog:papers")}, follow=True
    )
    assert '<html lang="zh-hans"' in asked.content.decode()
    again = client.get(reverse("catalog:paper_lists"), headers={"Accept-Language": "en"}).content.decode()
    assert '<html lang="zh-hans"' in again
    assert "<h1>列表</h1>" in again


@pytest.mark.django_db
def test_browser_that_asks_for_another_language_gets_english(client):
    page = client.get(reverse("catalog:papers"), headers={"Accept-Language": "fr"}).content.decode()
    assert '<html lang="en"' in page
    assert ">Papers</a>" in page


def sentence_of(node: ast.expr) -> str:
    """A string of the source as it would be said, "" for anything else."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        return "".join(part.value if isinstance(part, ast.Constant) else SAMPLE for part in node.values)
    return ""


def sentences_of_readers() -> set[str]:
    """What readers say to people: strings of several words that begin and end like a sentence, docstrings apart.

    Not encoding.py's: pages say of a file that is no text just that.
    """
    found = set()
    readers = set((ROOT / "catalog" / "importers").glob("*.py")) - {ROOT / "catalog" / "importers" / "encoding.py"}
    for path in readers | {ROOT / "catalog" / "intake" / "merging.py"}:
        tree = ast.parse(path.read_text())
        docs = {node.value for node in ast.walk(tree) if isinstance(node, ast.Expr)}
        found |= {sentence_of(node) for node in ast.walk(tree) if isinstance(node, ast.expr) and node not in docs}
    return {text for text in found if re.fullmatch(r"[A-Z][a-z]*( \S+){2,}[.]", text)}


def test_every_objection_of_a_reader_is_known_in_chinese():
    said = sentences_of_readers()
    assert len(said) > 15
    with translation.override("zh-hans"):
        assert {text for text in said if not re.search("[\u4e00-\u9fff]", remarks.translated(text))} == set()


def test_objections_that_stand_together_are_each_translated():
    said = 'A comma is missing before "year". This address was not kept: ftp: x This address was not kept: y z'
    with translation.override("zh-hans"):
        shown = remarks.translated(said)
    assert shown == "“year”前缺少逗号。这个地址没有保留：ftp: x 这个地址没有保留：y z"
    assert remarks.translated(said) == said


def test_what_an_import_changed_is_told_in_chinese():
    gains = [{"fact": "venue", "now": "ACL", "before": "CoRR"}, {"fact": "links", "now": "https://x.org", "before": ""}]
    with translation.override("zh-hans"):
        assert remarks.gains_told(gains) == ["会议/期刊 ACL（原为 CoRR）", "1 个链接"]
        told = remarks.difference_told({"fact": "year", "here": "2020", "given": "2021"})
    assert told == "保留年份 2020；文件中为 2021"
    assert remarks.gains_told(gains) == ["venue ACL (was CoRR)", "1 link"]


@pytest.mark.django_db
def test_preview_tells_a_chinese_reader_what_is_wrong_in_chinese(client):
    asked = {"text": "@article{nobody, author={A}}", "format": "auto"}
    chinese = {"Accept-Language": "zh-CN"}
    preview = client.post(reverse("catalog:import"), asked, headers=chinese, follow=True).content.decode()
    assert "条目没有标题。" in preview
    assert "The entry has no title." not in preview
