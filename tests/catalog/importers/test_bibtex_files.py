"""Every real BibTeX file of shared/bibtex: nothing is lost, and each exception is named."""

import gzip
import json
import re
import unicodedata

import pytest

from catalog.importers import bibtex
from catalog.importers.encoding import decode

# Regular entries that give no record, by their lines, and why. Each is a problem with its text.
UNREAD = {
    "bibtexruby-errors.bib": {44: "an author in quotation marks that do not end swallows the title"},
    "rbibtex-unbalanced_braces.bib": {9: "a brace in the title is never closed"},
    "typst-incorrect_syntax.bib": {11: "an emoji stands where = belongs"},
}
# Blocks other than entries that could not be read.
BROKEN_BLOCKS = {
    "bibtexruby-errors.bib": {9, 12, 21, 53, 55},  # macros and preambles whose quotation marks or braces do not match
    "rbibtex-unable_recover_42.bib": {1},  # a macro with two opening braces
}
LARGE = {"ml-proceedings.bib.gz", "cdl.bib.gz", "rfc.bib.gz", "hepml-inspire.bib", "web-huge.bib"}


@pytest.fixture
def text_of(shared_dir):
    def read(name):
        data = (shared_dir / "bibtex" / name).read_bytes()
        return decode(gzip.decompress(data) if name.endswith(".gz") else data)

    return read


@pytest.fixture
def counts(shared_dir):
    """Regular entries of each file, as counted in the folder's README by five parsers and by eye."""
    readme = (shared_dir / "bibtex" / "README.md").read_text(encoding="utf-8")
    rows = {name: int(n) for name, n in re.findall(r"^\| (\S+\.bib(?:\.gz)?) \| (\d+) \|", readme, re.M)}
    assert len(rows) > 70
    return rows


def test_every_regular_entry_is_a_record_or_a_problem_with_its_line(counts, text_of):
    for name, entries in counts.items():
        text = text_of(name)
        records, problems = 0, {}
        spans = []
        for item in bibtex.items(text):
            if isinstance(item, bibtex.Span):
                spans.append(item)
            elif isinstance(item, bibtex.Record):
                records += 1
            elif not item.is_remark:
                problems[item.line] = item.text
        assert records + len(UNREAD.get(name, ())) == entries, name
        assert problems.keys() == UNREAD.get(name, {}).keys() | BROKEN_BLOCKS.get(name, set()), name
        assert all(piece.startswith("@") for piece in problems.values()), name
        assert "".join(text[span.start : span.end] for span in spans) == text, name


def test_original_text_of_each_entry_is_kept_character_for_character(counts, text_of):
    for name in counts.keys() - LARGE:
        text = text_of(name)
        document = bibtex.read(text)
        entries = [text[span.start : span.end] for span in document.spans if span.kind == "entry"]
        assert [record.raw for record in document.records] == entries, name


def test_every_field_of_an_entry_is_kept(counts, text_of):
    """Read again by itself, the original text of an entry has no field that the record lacks."""
    for name in counts.keys() - LARGE:
        for record in bibtex.read(text_of(name)).records:
            again = bibtex.read(record.raw).records[0]
            assert again.fields.keys() <= record.fields.keys(), (name, record.key)


# Zotero's reading of names (bbt-*.json) is not binding; where ours differs, this is why.
NAMES_APART = {
    "bbt-name-suffix-2744.bib": {"P. T. Costa, Jr."},  # Zotero leaves the suffix with the given names: "P. T., Jr."
    "bbt-unparsed-names-92.bib": set(),  # Zotero takes "and others" for a person of that name
}


def test_names_are_those_of_zotero(shared_dir, text_of):
    compared, apart = 0, {}
    for path in sorted((shared_dir / "bibtex").glob("bbt-*.json")):
        name = path.with_suffix(".bib").name
        theirs = _names_of_zotero(json.loads(path.read_text(encoding="utf-8")))
        ours = {author for record in bibtex.read(text_of(name)).records for author in record.authors}
        compared += len(theirs)
        if ours != theirs:
            apart[name] = ours - theirs
    assert compared > 30
    assert apart == NAMES_APART


def _names_of_zotero(document):
    names = (
        " ".join(creator.get(part, "") for part in ("firstName", "lastName", "name"))
        for item in document["items"]
        for creator in item.get("creators", ())
        if creator["creatorType"] == "author"
    )
    plain = (re.sub(r"<[^<>]*>", "", unicodedata.normalize("NFC", name).replace("ı\u0301", "í")) for name in names)
    return {" ".join(name.split()) for name in plain}


@pytest.mark.parametrize(
    ("name", "key", "author"),
    [
        ("typst-extended_name_format.bib", "vanackooij_dec_2018_LargescaleUnitCommitment", "W. van Ackooij"),
        ("typst-extended_name_format.bib", "godoy_sep_2023_JuliaUnifyingEndtoend", "Rafael Ferreira da Silva"),
        ("biber-names.bib", "L1id", "Alfred Adler"),
        ("biber-names.bib", "L6", "Francis van der valt Frome"),
        ("biber-names.bib", "L10", "James Jolly, III"),
        ("biber-names.bib", "L11", "Kevin van Kluster, Jr."),
        ("biber-names.bib", "L12", "Charles Louis Xavier Joseph de la Vallée Poussin"),
        ("biber-names.bib", "L26", "Sci-Art Publishers"),
        ("bbt-preamble-def-732.bib", "MR1870153", "Jan Franců"),
    ],
)
def test_name_is_printed_as_on_a_title_page(text_of, name, key, author):
    records = {record.key: record for record in bibtex.read(text_of(name)).records}
    assert author in records[key].authors


def test_number_that_tells_namesakes_apart_is_no_part_of_the_name(text_of):
    text = text_of("ml-proceedings.bib.gz")
    at = text.index(" 0001 and ")
    entry = text[text.rindex("\n@", 0, at) : text.index("\n}", at) + 2]
    authors = bibtex.read(entry).records[0].authors
    assert len(authors) > 1
    assert not any(re.search(r"\d{4}$", name) for name in authors)


def test_same_text_in_any_encoding_gives_the_same_records(text_of):
    text = text_of("kbibtex-squelette.bib")
    read = [
        bibtex.read(decode(text.encode(encoding))).records for encoding in ("utf-8", "utf-8-sig", "utf-16", "cp1252")
    ]
    assert read[0] == read[1] == read[2] == read[3]
