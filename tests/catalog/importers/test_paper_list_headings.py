"""Headings of a paper list: which are papers, which are sections, and that nothing below them is lost."""

import re

import pytest

from catalog.importers.paper_list import read


def test_headings_are_papers_where_only_text_stands_below_them():
    document = read(
        "#### Trees Learn from Other Trees\n第一条：1、树。\n\n#### Freetree: Big trees for all readers.\n"
        "#### TREE：Words as Correction of Words\n第二条 > 树\n"
    )
    assert [(r.title, r.note, r.line, r.position) for r in document.records] == [
        ("Trees Learn from Other Trees", "第一条：1、树。", 1, 1),
        ("Freetree: Big trees for all readers", "", 4, 2),
        ("TREE：Words as Correction of Words", "第二条 > 树", 5, 3),
    ]
    assert document.problems == []
    assert {tuple(r.section) for r in document.records} == {()}


def test_list_below_one_heading_leaves_the_others_papers():
    document = read(
        "#### Trees Learn from Other Trees\nA note.\n\n#### Trees in a list\n- **Nets**. *Ada One*. (ACL 2020)\n\n"
        "#### Growing Nets with Less Water\nMore.\n"
    )
    assert [(r.title, r.section) for r in document.records] == [
        ("Trees Learn from Other Trees", []),
        ("Nets", ["Trees in a list"]),
        ("Growing Nets with Less Water", []),
    ]
    assert document.problems == []


def test_bullets_that_are_no_entries_are_the_note_of_the_heading_above():
    (record,) = read(
        "#### Trees Learn from Other Trees\nA note.\n- **Idea**: soft leaves\n- **Code**: [github](https://a.org/c)\n"
        "- [pdf](https://a.org/1)\n- see the [paper](https://a.org/1) of 2020\n  - in *Part Two*\n"
    ).records
    assert record.note.split("\n\n") == [
        "A note.",
        "**Idea**: soft leaves",
        "**Code**: [github](https://a.org/c)",
        "[pdf](https://a.org/1)",
        "see the [paper](https://a.org/1) of 2020",
        "in *Part Two*",
    ]


@pytest.mark.parametrize(
    "item",
    [
        "- **Nets**. *Ada One*. (ACL 2020)",
        "- Nets (ACL 2020) [[paper]](https://a.org/1)",
        "- [Nets of Nets](https://a.org/1), Ada One, 2020",
        "1、**Nets**. *Ada One*. ACL 2020.",
        "**Nets**. *Ada One*. ACL 2020.",
    ],
)
def test_bullets_that_are_entries_make_their_heading_a_section(item):
    (record,) = read(f"## Trees That Learn from Trees\n{item}\n").records
    assert record.section == ["Trees That Learn from Trees"]


def test_paper_headings_stand_in_the_section_above_them():
    document = read(
        "# L\n## One\n### Trees Learn from Other Trees\n- a remark\n### Growing Nets with Less Water\nText.\n"
        "## Two\n### Nets of Nets of Nets\n"
    )
    assert [(r.section, r.note) for r in document.records] == [(["One"], "a remark"), (["One"], "Text."), (["Two"], "")]
    assert document.problems == []


def test_deeper_headings_divide_the_note_of_a_paper():
    document = read(
        "## Trees Learn from Other Trees\n### Summary\nGood.\n\n---\n### Method\n- leaves\n\n"
        "## Growing Nets with Less Water\nShort.\n"
    )
    assert [r.note for r in document.records] == ["**Summary**\n\nGood.\n\n**Method**\n\nleaves", "Short."]
    assert document.problems == []


@pytest.mark.parametrize(
    "name", ["References", "TODO", "To do:", "How to contribute", "参考文献", "Papers on Slow Trees"]
)
def test_text_below_a_heading_that_is_no_title_is_reported(name):
    papers = "## Trees Learn from Other Trees\nA note.\n\n## Growing Nets with Less Water\nA note.\n\n"
    document = read(f"{papers}## {name}\nSome prose.\n\n- read more\n")
    assert len(document.records) == 2
    assert [(problem.line, problem.text) for problem in document.problems] == [(8, "Some prose."), (10, "- read more")]


def test_every_word_ends_up_somewhere():
    text = (
        "Alpha\n\n# Bravo\nCharlie\n## Delta and the Trees of Delta\nEcho\n- Foxtrot\n\n| Golf |\n\n---\nHotel\n"
        "### India\nJuliett\n* * *\n- [Kilo](https://a.org)\n  Lima\n## Mike\n> November\n```\nOscar\n```\n"
        "- **Papa**. *Ada One*. (ACL 2020)\n  - Quebec\n\n  Romeo\n## Sierra, Sierra and More Sierra\n"
        "#### Tango\nUniform\n"
    )
    document = read(text)
    kept = repr(document)
    assert [word for word in re.findall(r"[A-Z][a-z]+", text) if word not in kept] == []
