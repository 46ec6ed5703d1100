"""BibTeX out: what is untouched goes out as it came, what is made reads back the same."""

import re

import pytest

from catalog.exporters.bibtex import document_for, entry_for
from catalog.importers import bibtex, decode
from catalog.intake import documents as services
from catalog.models import Paper, Venue
from tests.catalog.factories import PaperFactory

pytestmark = pytest.mark.django_db


def imported(text):
    services.store_document(document=bibtex.read(text))
    return list(Paper.objects.for_bibtex().order_by("pk"))


def made(**facts):
    return Paper.objects.for_bibtex().get(pk=PaperFactory(**facts).pk)


def facts_of(record):
    return (record.title, record.authors, record.venue, record.year, record.arxiv, record.doi, record.acl)


ODD = '@Article{Odd:Key,\n   TITLE = "{BERT} \\& {\\\'E}lan", author={Lee, Ann}, year=2019  ,\n xyz = {a, b} }'


def test_untouched_entry_goes_out_byte_for_byte():
    (paper,) = imported(f"junk\n{ODD}\njunk")
    assert entry_for(paper) == f"{ODD}\n"


def test_changed_entry_is_made_anew_and_keeps_its_other_fields():
    (paper,) = imported(ODD)
    paper.year = 2020
    record = bibtex.read(entry_for(paper)).records[0]
    assert (record.year, record.key, record.fields["xyz"], record.title) == (2020, "Odd:Key", "a, b", "BERT & Élan")


def test_entry_that_leans_on_macros_and_parents_goes_out_whole():
    papers = imported("""@string{acl = "Annual Meeting"}
@inproceedings{a, title={One Work}, author={Lee, Ann}, booktitle=acl, crossref={p}}
@proceedings{p, title={Two Works}, year=2019, publisher={Press}}""")
    record = bibtex.read(entry_for(papers[0])).records[0]
    assert (record.venue, record.year, record.fields["publisher"]) == ("Annual Meeting", 2019, "Press")
    assert "crossref" not in record.fields


def test_conference_journal_and_preprint_have_their_types():
    assert entry_for(made(title="One", venue_name="ACL")).startswith("@inproceedings{")
    assert entry_for(made(title="Two", venue_name="Int. J. Comput. Vis.")).startswith("@article{")
    preprint = entry_for(made(title="Three", venue_name="arXiv", arxiv="1901.00001"))
    assert preprint.startswith("@misc{")
    assert "eprint = {1901.00001}," in preprint
    assert "archiveprefix = {arXiv}," in preprint


def test_key_is_family_name_year_and_first_word():
    paper = made(title="TinyBERT: Distilling", authors=["Xiaoqi Jiao", "Qun Liu"], year=2020)
    assert entry_for(paper).startswith("@misc{jiao2020tinybert,")


def test_keys_in_one_document_differ():
    for arxiv in ("1901.00001", "1901.00002", "1901.00003"):
        PaperFactory(title="The Same", slug=arxiv.replace(".", "-"), arxiv=arxiv, authors=["Ann Lee"], year=2019)
    keys = re.findall(r"@misc\{(.*?),", "".join(document_for(Paper.objects.for_bibtex())))
    assert sorted(keys) == ["lee2019same", "lee2019same-2", "lee2019same-3"]


def test_imported_entries_of_one_key_differ_too():
    papers = imported("@misc{a, title={One Work}}\n@misc{a, title={Two Works}}")
    assert [record.key for record in bibtex.read("".join(document_for(papers))).records] == ["a", "a-2"]


def test_braces_take_the_word_without_its_punctuation():
    text = entry_for(made(title="TinyBERT: (Distilling) (BERT), AT&T's GPT-2?"))
    assert r"title = {{TinyBERT}: (Distilling) ({BERT}), {AT\&T's} {GPT}-2?}," in text


def test_entry_with_a_year_in_words_goes_out_byte_for_byte():
    text = "@misc{a, title={One Work}, year={in press}, url={javascript:alert(1)}}"
    assert entry_for(imported(text)[0]) == f"{text}\n"


def test_capitals_are_protected_and_specials_escaped():
    text = entry_for(made(title="TinyBERT & 50% of C_1 #1", authors=["Ann Lee"]))
    assert r"title = {{TinyBERT} \& 50\% of C\_1 \#1}," in text


@pytest.mark.parametrize(
    "facts",
    [
        {"title": "TinyBERT: Distilling BERT", "authors": ["Xiaoqi Jiao"], "venue_name": "ACL Findings", "year": 2020},
        {"title": "知识蒸馏：综述", "authors": ["张三", "Kurt Gödel"], "venue_name": "计算机学报", "year": 2021},
        {"title": r"50% & $5 {x} C:\new ~tilde a--b ``q'' x^2 _ #", "authors": ["Martin Luther King, Jr."]},
        {"title": r"Attention in $\sqrt{n}$ Steps", "authors": ["Ludwig van der Berg", "Barnes and Noble"]},
        {"title": "A", "authors": ["Acme, Inc."], "venue_name": "CoRR", "arxiv": "1901.00001", "doi": "10.1000/a_b"},
        {"title": "B", "acl": "2020.acl-main.1", "links": {"https://x.org/a%20b_c": "code"}, "venue_name": "ACL"},
        {"title": "C", "venue_name": "Preprint", "arxiv": "cs/0112017"},
        {"title": "D", "arxiv": "1901.00002"},
    ],
    ids=lambda facts: facts["title"],
)  # fmt: skip
def test_what_goes_out_reads_back_the_same(facts):
    paper = made(**facts)
    document = bibtex.read(entry_for(paper))
    names = [row.author.name for row in paper.authorships.all()]
    venue = paper.venue.name if paper.venue else ""
    assert document.problems == []
    assert facts_of(document.records[0]) == (paper.title, names, venue, paper.year, paper.arxiv, paper.doi, paper.acl)


def test_bundled_catalogue_goes_out_and_reads_back_the_same():
    from catalog.bundle import load_bundled_catalogue

    load_bundled_catalogue()
    papers = list(Paper.objects.for_bibtex())
    document = bibtex.read("".join(document_for(papers)))
    assert document.problems == []
    assert len(document.records) == len(papers) > 150
    for paper, record in zip(papers, document.records, strict=True):
        names = [row.author.name for row in paper.authorships.all()]
        venue = paper.venue.name if paper.venue else ""
        expected = (paper.title, names, venue, paper.year, paper.arxiv, paper.doi, paper.acl)
        assert facts_of(record) == expected


def test_real_entries_go_out_as_they_came(shared_dir):
    text = (shared_dir / "bibtex" / "transformers.bib").read_text(encoding="utf-8")
    papers = imported(text)
    assert len(papers) > 100
    untouched = [paper for paper in papers if entry_for(paper) == paper.bibtex_raw + "\n"]
    assert len(untouched) == len(papers)


def test_nothing_gives_an_empty_document():
    assert "".join(document_for([])) == ""
    assert Venue.objects.count() == 0


FILES = (
    "bibtexparser-article_with_strings", "bibtexparser-features2", "biblatex-examples", "jabref-complex",
    "kbibtex-cosmomc", "kbibtex-squelette", "transformers", "web-cont-eating",
)  # fmt: skip


@pytest.mark.parametrize("name", FILES)
def test_no_field_of_a_real_entry_is_lost(shared_dir, name):
    """Macros and parents too: what they said stands in the entry that leaned on them."""
    papers = imported(decode((shared_dir / "bibtex" / f"{name}.bib").read_bytes()))
    read = {record.key: record for record in bibtex.read("".join(document_for(papers))).records}
    assert len(read) == len(papers) > 0
    for paper in papers:
        written = read[paper.citation_key]
        kept = {field: text for field, text in paper.bibtex_fields.items() if field not in ("crossref", "xdata")}
        assert {field: text for field, text in written.fields.items() if text} == {f: t for f, t in kept.items() if t}
        assert written.type == paper.bibtex_type


def test_a_key_is_replaced_where_it_stands_and_nowhere_else():
    papers = imported("@article{a, title={One Work}, note={a}}\n@article{a, title={Two Works}, note={a}}")
    assert [paper.citation_key for paper in papers] == ["a", "a-2"]
    assert entry_for(papers[1]) == "@article{a-2, title={Two Works}, note={a}}\n"
