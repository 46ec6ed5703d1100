"""One format's entry in another: what both can say survives, and an untouched entry goes out as it came."""

import json

import pytest

from catalog.exporters import FORMATS, csl_item, format_named
from catalog.exporters.names import parts_of, printed
from catalog.importers import decode, read_text
from catalog.intake import documents as services
from catalog.models import Paper
from catalog.titles import title_key
from catalog.venues import venue_name
from tests.catalog.factories import PaperFactory

pytestmark = pytest.mark.django_db
CSL_ITEM = """{"id": "jiao", "type": "paper-conference", "title": "TinyBERT",
  "author": [{"family": "Jiao", "given": "Xiaoqi"}],
  "container-title": "Findings", "issued": {"date-parts": [[2020, 11]]}, "page": "1-9", "custom": {"lab": "x"}}"""
RIS_RECORD = (
    "TY  - JOUR\nID  - lee\nTI  - Trees\nAU  - Lee, Ann\nED  - Berg, Bo\nJO  - Nets\nPY  - 2019\n"
    "SP  - 1\nEP  - 9\nKW  - a\nKW  - b\nC9  - odd\nER  -"
)


def imported(text, format):
    services.store_document(document=read_text(text, format))
    return list(Paper.objects.for_export().order_by("pk"))


def facts_of(paper: Paper) -> tuple:
    names = [row.author.name for row in paper.authorships.all()]
    return (paper.title, names, paper.year, paper.arxiv, paper.doi, paper.acl, title_key(str(paper.venue or "")))


def said_by(record, paper: Paper) -> tuple:
    """A row without a venue gains one where the other format has a place for a series."""
    venue = title_key(venue_name(record.venue)) if paper.venue else ""
    return (record.title, record.authors, record.year, record.arxiv, record.doi, record.acl, venue)


@pytest.mark.parametrize(("text", "format"), [(CSL_ITEM, "csl-json"), (RIS_RECORD, "ris")])
def test_untouched_entry_goes_out_as_it_came(text, format):
    (paper,) = imported(text, format)
    assert text in format_named(format).entry_for(paper)
    paper.year = 1999
    written = format_named(format).entry_for(paper)
    assert text not in written and "1999" in written


def test_fields_of_a_ris_record_are_known_to_bibtex():
    (paper,) = imported(RIS_RECORD, "ris")
    record = read_text(format_named("bibtex").entry_for(paper), "bibtex").records[0]
    kept = {name: record.fields.get(name) for name in ("pages", "keywords", "editor", "journal")}
    assert kept == {"pages": "1-9", "keywords": "a, b", "editor": "Bo Berg", "journal": "Nets"}
    assert (record.type, record.key) == ("article", "lee")


def test_edited_ris_record_keeps_its_other_tags():
    (paper,) = imported(RIS_RECORD, "ris")
    paper.year = 1999
    fields = read_text(format_named("ris").entry_for(paper), "ris").records[0].fields
    assert {name: fields[name] for name in ("C9", "KW", "ED", "SP")} == {
        "C9": "odd", "KW": "a\nb", "ED": "Berg, Bo", "SP": "1",
    }  # fmt: skip


def test_bibtex_entry_as_a_csl_item_is_this():
    (paper,) = imported(
        "@inproceedings{devlin19, title={{BERT}}, author={Devlin, Jacob and van der Berg, Ludwig and {OpenAI}},"
        " booktitle={NAACL}, year=2019, month=jun, day=2, pages={4171--4186}, doi={10.18653/v1/N19-1423},"
        " editor={Lee, Ann}, keywords={a, b}, xyz={odd}, urldate={2020-01-02}}",
        "bibtex",
    )
    assert csl_item.item_for(paper) == {
        "id": "devlin19",
        "citation-key": "devlin19",
        "type": "paper-conference",
        "title": "BERT",
        "author": [
            {"family": "Devlin", "given": "Jacob"},
            {"family": "Berg", "given": "Ludwig", "non-dropping-particle": "van der"},
            {"literal": "OpenAI"},
        ],
        "editor": [{"family": "Lee", "given": "Ann"}],
        "container-title": "NAACL",
        "issued": {"date-parts": [[2019, 6, 2]]},
        "accessed": {"date-parts": [[2020, 1, 2]]},
        "page": "4171-4186",
        "DOI": "10.18653/v1/n19-1423",
        "URL": "https://doi.org/10.18653/v1/n19-1423",
        "keyword": "a, b",
        "custom": {"xyz": "odd"},
    }


@pytest.mark.parametrize(
    "name",
    [
        "Ada Lovelace",
        "Ludwig van der Berg",
        "Martin Luther King, Jr.",
        "OpenAI",
        "Barnes and Noble",
        "Acme, Inc.",
        "黄震华",
    ],
)
def test_a_name_in_parts_prints_as_it_was(name):
    assert printed(parts_of(name).as_csl()) == name


@pytest.mark.parametrize("format", ["csl-json", "ris"])
@pytest.mark.parametrize(
    "facts",
    [
        {"title": "TinyBERT", "authors": ["Xiaoqi Jiao"], "venue_name": "ACL Findings", "year": 2020},
        {"title": "知识蒸馏：综述", "authors": ["黄震华", "Kurt Gödel"], "venue_name": "计算机学报", "year": 2021},
        {
            "title": "A",
            "authors": ["M. L. King, Jr."],
            "venue_name": "CoRR",
            "arxiv": "1901.00001",
            "doi": "10.1000/a_b",
        },
        {"title": "B", "acl": "2020.acl-main.1", "arxiv": "1901.00002", "venue_name": "ACL", "doi": "10.1000/b"},
        {"title": "C", "arxiv": "cs/0112017"},
        {"title": "D", "authors": ["Ludwig van der Berg", "Barnes and Noble"], "links": {"https://x.org/a_b": "code"}},
    ],
    ids=lambda facts: facts["title"],
)
def test_what_goes_out_reads_back_the_same(facts, format):
    paper = Paper.objects.for_export().get(pk=PaperFactory(**facts).pk)
    document = read_text(format_named(format).entry_for(paper), format)
    assert document.problems == []
    assert said_by(document.records[0], paper) == facts_of(paper)


@pytest.mark.parametrize("format", ["csl-json", "ris"])
@pytest.mark.parametrize(
    "name", ["transformers.bib", "biblatex-examples.bib", "jabref-authors.bib", "web-ha-duong.bib"]
)
def test_real_bibtex_says_the_same_in_other_formats(shared_dir, name, format):
    papers = imported(decode((shared_dir / "bibtex" / name).read_bytes()), "bibtex")
    records = read_text("".join(format_named(format).document_for(papers)), format).records
    assert len(records) == len(papers) > 50
    for paper, record in zip(papers, records, strict=True):
        assert said_by(record, paper) == facts_of(paper)


def test_every_csl_item_is_sound(shared_dir):
    """The essentials of the official schema: known types, strings, parts of names, parts of dates."""
    papers = imported(decode((shared_dir / "bibtex" / "biblatex-examples.bib").read_bytes()), "bibtex")
    for item in json.loads("".join(format_named("csl-json").document_for(papers))):
        assert isinstance(item["id"], str) and item["type"] in {*csl_item.CSL_TYPES.values(), "document"}
        for name in [*item.get("author", []), *item.get("editor", [])]:
            assert set(name) <= {"family", "given", "non-dropping-particle", "suffix", "literal"}
            assert name.get("family") or name.get("literal")
        for date in (item.get("issued"), item.get("accessed")):
            assert not date or set(date) <= {"date-parts", "literal"}
            assert all(isinstance(part, int) for parts in (date or {}).get("date-parts", []) for part in parts)
        others = set(item) - {"author", "editor", "translator", "issued", "accessed", "custom"}
        assert all(isinstance(item[name], str) for name in others)


def test_nothing_gives_an_empty_document():
    assert ["".join(format.document_for([])) for format in FORMATS] == [
        "",
        "[]\n",
        "",
        "<!-- distillery-list 1 -->\n\n",
    ]
