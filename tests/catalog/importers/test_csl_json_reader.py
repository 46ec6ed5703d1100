"""CSL-JSON in: what programs write, what is broken, and that no character is lost."""

import json

import pytest

from catalog.importers import csl_json, format_of
from catalog.importers.records import Link

ITEM = {
    "id": "jiao2020",
    "type": "paper-conference",
    "title": "<i>TinyBERT</i>: Distilling BERT",
    "author": [
        {"family": "Jiao", "given": "Xiaoqi"},
        {"family": "Berg", "given": "Ludwig", "non-dropping-particle": "van der", "suffix": "Jr."},
        {"literal": "Huawei Noah's Ark Lab"},
    ],
    "container-title": "Findings of EMNLP",
    "issued": {"date-parts": [["2020", 11]]},
    "DOI": "10.18653/V1/2020.findings-emnlp.372",
    "URL": "https://aclanthology.org/2020.findings-emnlp.372",
    "note": "read it",
    "x-mine": {"deep": [1, None]},
}


def read(value):
    return csl_json.read(json.dumps(value, ensure_ascii=False, indent=2))


def only(**changes):
    document = read([{**ITEM, **changes}])
    assert len(document.records) == 1, document
    return document.records[0]


def test_item_gives_title_names_venue_year_and_identifiers():
    record = only()
    assert record.title == "TinyBERT: Distilling BERT"
    assert record.authors == ["Xiaoqi Jiao", "Ludwig van der Berg, Jr.", "Huawei Noah's Ark Lab"]
    assert (record.venue, record.year, record.key) == ("Findings of EMNLP", 2020, "jiao2020")
    assert (record.type, record.source) == ("paper-conference", "csl-json")
    assert (record.doi, record.acl) == ("10.18653/v1/2020.findings-emnlp.372", "2020.findings-emnlp.372")
    assert record.links[0] == Link("url", "https://aclanthology.org/2020.findings-emnlp.372")


def test_every_variable_and_the_text_are_kept():
    record = only()
    assert json.loads(record.raw) == ITEM
    assert record.fields["note"] == "read it"
    assert json.loads(record.fields["x-mine"]) == {"deep": [1, None]}
    assert set(record.fields) == set(ITEM)


@pytest.mark.parametrize(
    ("issued", "year"),
    [
        ({"raw": "May 2019"}, 2019),
        ({"literal": "c. 1999"}, 1999),
        ({"date-parts": [[2019, 5, 1], [2020]]}, 2019),
        ("2018-01", 2018),
        (2017, 2017),
        ({"date-parts": [[]]}, None),
        ({}, None),
        (None, None),
    ],
)
def test_year_is_read_however_the_date_is_written(issued, year):
    assert only(issued=issued).year == year


def test_lists_of_crossref_stand_for_strings():
    record = only(**{"title": ["Trees"], "container-title": ["Journal of Trees", "JT"]})
    assert (record.title, record.venue) == ("Trees", "Journal of Trees")


def test_preprint_of_zotero_has_its_arxiv_id():
    record = only(DOI="", URL="", publisher="arXiv", number="arXiv:1503.02531", **{"container-title": ""})
    assert (record.arxiv, record.venue) == ("1503.02531", "arXiv")


@pytest.mark.parametrize(
    "text",
    [
        json.dumps(ITEM),
        json.dumps([ITEM]),
        "\n" + json.dumps({"items": [ITEM]}, indent=1),
        json.dumps({"references": [ITEM]}),
        "\ufeff" + json.dumps([ITEM]),
    ],
)
def test_one_item_an_array_and_wrapped_items_are_read(text):
    document = csl_json.read(text)
    assert [record.title for record in document.records] == ["TinyBERT: Distilling BERT"]
    assert (document.problems, format_of(text)) == ([], "csl-json")


def test_what_no_text_may_hold_is_replaced():
    record = csl_json.read(r'{"title": "A\ud800B\u0000C \ud83d\ude00", "x": ["\u0000"]}').records[0]
    assert (record.title, record.fields["x"]) == ("A?B\ufffdC 😀", '["\ufffd"]')


def test_items_a_line_have_their_lines():
    records = csl_json.read('{"title": "One"}\n{"title": "Two"}\n').records
    assert [(record.title, record.line) for record in records] == [("One", 1), ("Two", 2)]


def test_broken_item_is_a_problem_with_its_text_and_the_others_are_read():
    document = csl_json.read('[\n{"title": "One"},\n{"title": "Two" "year": 1},\n{"title": "Three"}\n]')
    assert [record.title for record in document.records] == ["One", "Three"]
    assert [(p.line, p.text) for p in document.problems] == [(3, '{"title": "Two" "year": 1}')]


def test_what_is_no_item_is_a_problem():
    assert [problem.text for problem in csl_json.read('[1, "x", {"title": "T"}]').problems] == ["1", '"x"']


@pytest.mark.parametrize(
    "text",
    [
        "[" * 200_000,
        '[{"a":' * 100_000,
        '[{"title": "T", "x": ' + "1" * 1_000_000 + "}]",
        '{"a" ' * 100_000,
        '[{"title": "' + "x" * 5_000_000,
        '{"a":}' * 100_000,
        '{"title": "T", "id": NaN, "n": 1e999}',
    ],
    ids=range(7),
)
def test_hostile_text_is_read_or_reported(text):
    document = csl_json.read(text)
    assert "".join(text[span.start : span.end] for span in document.spans) == text
    assert all(len(problem.text) <= 20_000 for problem in document.problems)


@pytest.mark.parametrize("text", ["", "[]", "[ ]\n", json.dumps([ITEM, ITEM]), '{"items": []} x', '[{"a": 1} {]'])
def test_spans_cover_every_character_once(text):
    assert "".join(text[span.start : span.end] for span in csl_json.read(text).spans) == text
