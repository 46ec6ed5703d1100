"""RIS in: what each program writes, what is broken, and that no character is lost."""

import pytest

from catalog.importers import format_of, ris
from catalog.importers.records import Link

ZOTERO = """TY  - CONF
TI  - TinyBERT: Distilling BERT
AU  - Jiao, Xiaoqi
AU  - van der Yin, Yichun, Jr.
AU  - Huawei Noah's Ark Lab
C3  - Findings of EMNLP
DA  - 2020/11/16/
PY  - 2020
DO  - 10.18653/v1/2020.findings-emnlp.372
UR  - https://aclanthology.org/2020.findings-emnlp.372
KW  - distillation
KW  - BERT
XX  - an unknown tag
ER  - 

"""  # noqa: W291
PUBLISHER = "TY  - JOUR\r\nT1  - Trees\r\nA1  - One, A.\r\nJF  - Journal of Trees\r\nY1  - 1999/05//\r\nN2  - long\r\n"


def only(text):
    document = ris.read(text)
    assert len(document.records) == 1, document
    return document.records[0]


def messages(text):
    return [(problem.line, problem.message) for problem in ris.read(text).problems]


def test_entry_gives_title_names_venue_year_and_identifiers():
    record = only(ZOTERO)
    assert record.title == "TinyBERT: Distilling BERT"
    assert record.authors == ["Xiaoqi Jiao", "Yichun van der Yin, Jr.", "Huawei Noah's Ark Lab"]
    assert (record.venue, record.year, record.type, record.source) == ("Findings of EMNLP", 2020, "CONF", "ris")
    assert (record.doi, record.acl) == ("10.18653/v1/2020.findings-emnlp.372", "2020.findings-emnlp.372")
    assert record.links[0] == Link("url", "https://aclanthology.org/2020.findings-emnlp.372")


def test_every_tag_and_the_text_are_kept():
    record = only(ZOTERO)
    assert record.fields["KW"] == "distillation\nBERT"
    assert record.fields["XX"] == "an unknown tag"
    assert record.raw == ZOTERO.rstrip()


def test_publishers_tags_and_windows_line_ends():
    record = only(PUBLISHER + "ER  - \r\n")
    assert (record.title, record.authors, record.venue, record.year) == ("Trees", ["A. One"], "Journal of Trees", 1999)


@pytest.mark.parametrize("line", ["TY  - JOUR", "TY - JOUR", "TY  -JOUR", "\ufeffTY  - JOUR", "  TY  - JOUR"])
def test_first_line_may_vary(line):
    tags = "TI - T" if line == "TY - JOUR" else "TI  - T"
    assert only(f"{line}\n{tags}\nER  -\n").title == "T"


def test_value_goes_on_in_the_next_line_and_may_hold_what_looks_like_a_narrow_tag():
    record = only("TY  - JOUR\nTI  - T\nAB  - first\nAI - second\n\nthird\nER  - \n")
    assert record.fields["AB"] == "first AI - second third"


def test_missing_end_loses_nothing():
    text = "TY  - JOUR\nTI  - One\nTY  - JOUR\nTI  - Two\n"
    assert [record.title for record in ris.read(text).records] == ["One", "Two"]
    assert messages(text) == [(n, "The entry is not closed; it was read up to the next one.") for n in (1, 3)]


def test_tags_outside_an_entry_are_a_problem_with_their_text():
    text = f"A list\n\nTI  - Lost\nAU  - One, A.\n{ZOTERO}"
    document = ris.read(text)
    assert [(p.line, p.text) for p in document.problems] == [(3, "TI  - Lost\nAU  - One, A.")]
    assert len(document.records) == 1


def test_entry_without_title_and_odd_identifiers_are_told():
    assert [message for _, message in messages("TY  - JOUR\nDO  - none\nPY  - soon\nER  - \n")] == [
        "The entry has no title.",
        'The field "DO" was not understood: "none".',
        'The field "PY" was not understood: "soon".',
    ]


def test_arxiv_id_and_several_addresses_in_a_line():
    record = only("TY  - GEN\nTI  - T\nUR  - https://a.org/x;y;https://arxiv.org/abs/1503.02531v1\nER  - \n")
    assert [link.url for link in record.links] == ["https://a.org/x;y", "https://arxiv.org/abs/1503.02531v1"]
    assert record.arxiv == "1503.02531"


def test_book_appeared_at_its_publisher():
    assert only("TY  - BOOK\nTI  - T\nT2  - A Series\nPB  - A House\nER  - \n").venue == "A House"


@pytest.mark.parametrize(
    "text", ["", "\n", ZOTERO, ZOTERO * 3, PUBLISHER, "x\n" + ZOTERO + "y\n\nTI  - z", "\ufeff" + ZOTERO, "TY  - A\r\r"]
)
def test_spans_cover_every_character_once(text):
    assert "".join(text[span.start : span.end] for span in ris.read(text).spans) == text


def test_format_is_recognised():
    assert {format_of(ZOTERO), format_of(PUBLISHER), format_of("Exported\n\n" + ZOTERO)} == {"ris"}
    assert format_of("nothing here", "papers.ris") == "ris"
