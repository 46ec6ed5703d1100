"""Records into papers: what is written, what merges with what, what is told."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from catalog.importers.records import Document, Link, Problem, Record
from catalog.intake.direct import store_document
from catalog.models import Author, Entry, Note, Paper, Section
from tests.catalog.factories import PaperFactory, PaperListFactory

pytestmark = pytest.mark.django_db


def store(*records, paper_list=None, problems=()):
    document = Document("markdown", list(records), list(problems), title="A list")
    return store_document(document=document, paper_list=paper_list)


def preprint(**facts):
    return Record(
        title="A Small Model", authors=["Ann Lee"], venue="CoRR", year=2019, arxiv="1901.00001", line=1,
        links=[Link("pdf", "https://arxiv.org/pdf/1901.00001.pdf")], **facts,
    )  # fmt: skip


def published(**facts):
    return Record(
        title="A Small Model", authors=["Ann Lee", "Bob Ray"], venue="ACL", year=2020, acl="2020.acl-main.1", line=2,
        links=[Link("paper", "https://aclanthology.org/2020.acl-main.1"), Link("code", "https://x.org")], **facts,
    )  # fmt: skip


def facts_of(paper):
    return (paper.venue.name, paper.year, [row.author.name for row in paper.authorships.all()], paper.arxiv, paper.acl)


def test_record_becomes_a_paper_with_its_relations():
    report = store(preprint(short_name="Small"))
    paper = Paper.objects.get()
    assert report.added == [paper.slug] == ["a-small-model"]
    assert facts_of(paper) == ("CoRR", 2019, ["Ann Lee"], "1901.00001", "")
    assert [(link.label, link.url) for link in paper.links.all()] == [("pdf", "https://arxiv.org/pdf/1901.00001.pdf")]
    assert list(Paper.objects.search("small model")) == [paper]


@pytest.mark.parametrize("order", [(preprint, published), (published, preprint)])
def test_publication_beats_preprint_in_either_order(order):
    for make in order:
        store(make())
    paper = Paper.objects.get()
    assert facts_of(paper) == ("ACL", 2020, ["Ann Lee", "Bob Ray"], "1901.00001", "2020.acl-main.1")
    assert paper.links.count() == 3


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_doi_of_the_publication_beats_that_of_the_preprint(order):
    records = [preprint(doi="10.48550/arxiv.1901.00001"), published(doi="10.18653/v1/2020.acl-main.1")]
    for index in order:
        store(records[index])
    assert Paper.objects.get().doi == "10.18653/v1/2020.acl-main.1"


def test_merge_inside_one_document_is_one_paper():
    report = store(preprint(), published())
    assert (len(report.added), len(report.already_here), Paper.objects.count()) == (1, 0, 1)


def test_storing_again_changes_nothing():
    store(preprint(note="Worth reading."), published())
    before = (*Paper.objects.values_list(), *Note.objects.values_list())
    report = store(preprint(note="Worth reading."), published())
    assert (report.added, report.already_here, report.differences) == ([], ["a-small-model"], [])
    assert (*Paper.objects.values_list(), *Note.objects.values_list()) == before


def test_two_titles_of_one_preprint_are_one_paper_with_both_titles():
    store(Record(title="Well-Read Students: The Impact", arxiv="1908.08962"))
    store(Record(title="Well-Read Students: On the Importance", arxiv="1908.08962"))
    paper = Paper.objects.get()
    assert [other.title for other in paper.alternative_titles.all()] == ["Well-Read Students: On the Importance"]


def test_what_differs_is_told_and_ours_kept():
    store(published())
    report = store(Record(title="A Small Model", venue="EMNLP", year=2021, authors=["Ann Lee", "Bob Ray"], line=7))
    assert Paper.objects.get().year == 2020
    place = {"line": 7, "slug": "a-small-model", "title": "A Small Model"}
    assert report.differences == [
        {**place, "fact": "venue", "here": "ACL", "given": "EMNLP"},
        {**place, "fact": "year", "here": "2020", "given": "2021"},
    ]


def test_identifier_of_another_paper_is_not_taken():
    PaperFactory(title="Another Work Altogether", doi="10.1/other")
    store(preprint())
    report = store(preprint(doi="10.1/other"))
    assert Paper.objects.get(arxiv="1901.00001").doi == ""
    assert report.differences[0]["fact"] == "doi"


def test_new_paper_does_not_take_an_identifier_that_another_has():
    other = PaperFactory(title="Another Work Altogether", doi="10.1/x", authors=["Bob Ray"])
    report = store(preprint(doi="10.1/x"))
    assert Paper.objects.get(doi="10.1/x") == other
    assert (len(report.added), report.differences[0]["fact"]) == (1, "doi")


def test_addresses_that_are_no_web_addresses_are_not_stored():
    report = store(Record(title="A Work", line=3, links=[Link("x", "javascript:alert(1)"), Link("y", "https://y.org")]))
    assert [link.url for link in Paper.objects.get().links.all()] == ["https://y.org"]
    assert report.remarks[0]["line"] == 3


def test_record_without_title_is_a_problem_and_the_others_are_stored():
    report = store(Record(title="", line=4), Record(title="A Work", line=5), problems=[Problem(9, "Unread.", "???")])
    assert Paper.objects.count() == 1
    assert [(row["line"], row["message"]) for row in report.problems] == [
        (4, "The entry has no title."),
        (9, "Unread."),
    ]


def test_one_name_is_one_author_however_spelt():
    store(Record(title="One Work", authors=["Kurt Gödel"]), Record(title="Two Works", authors=["KURT GODEL"]))
    assert [author.name for author in Author.objects.all()] == ["Kurt Gödel"]


def test_slugs_of_equal_titles_differ():
    store(Record(title="Same", arxiv="1901.00001"), Record(title="Same", arxiv="1901.00002"))
    assert set(Paper.objects.values_list("slug", flat=True)) == {"same", "same-2"}


def test_list_keeps_sections_and_order():
    paper_list = PaperListFactory()
    store(
        Record(title="One", section=["A", "B"]),
        Record(title="Two", section=["A"]),
        Record(title="Six", section=["A", "B"]),
        paper_list=paper_list,
    )
    places = Entry.objects.order_by("section", "position").values_list("section__name_en", "position", "paper__title")
    assert sorted(places) == [("A", 1, "Two"), ("B", 1, "One"), ("B", 2, "Six")]
    assert Section.objects.get(name_en="B").parent.name_en == "A"


def test_list_imported_again_gains_only_what_is_new():
    paper_list = PaperListFactory()
    first = [Record(title="One", section=["A"]), Record(title="One", section=["A"])]
    store(*first, paper_list=paper_list)
    store(*first, Record(title="Two", section=["A"]), paper_list=paper_list)
    assert list(Entry.objects.values_list("position", "paper__title")) == [(1, "One"), (2, "One"), (3, "Two")]


def test_remark_of_a_list_becomes_a_note_in_its_language():
    store(Record(title="One", note="值得一读。"), Record(title="Two", note="Worth reading."))
    assert set(Note.objects.values_list("paper__title", "language")) == {("One", "zh"), ("Two", "en")}


def test_storing_costs_as_many_queries_for_many_records_as_for_few():
    def queries(offset, number):
        with CaptureQueriesContext(connection) as captured:
            store(
                *(Record(title=f"Work {offset + n}", authors=[f"A B{offset + n}"], venue="ACL") for n in range(number))
            )
        return len(captured)

    queries(0, 1)
    assert queries(100, 2) == queries(1_000, 40)  # beyond, SQLite takes one more insert for each 50 papers


def versions_of(paper):
    return list(paper.versions.values_list("venue", "year", "bibtex_key"))


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_superseded_preprint_stays_as_a_version_with_its_entry(order):
    preprint_entry, entry = {"key": "lee2019", "fields": {"a": "1"}}, {"key": "lee2020", "fields": {"b": "2"}}
    records = [preprint(**preprint_entry), published(**entry)]
    for index in order:
        store(records[index])
    paper = Paper.objects.get()
    assert (paper.bibtex_key, paper.bibtex_fields) == ("lee2020", {"b": "2"})
    assert versions_of(paper) == [("CoRR", 2019, "lee2019")]


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_preprint_and_publication_given_again_add_nothing(order):
    records = [preprint(key="p", fields={"a": "1"}), published(key="q", fields={"b": "2"})]
    records = [records[index] for index in order]
    store(*records)
    report = store(*records)
    assert (report.filled, report.added) == ([], [])
    assert len(versions_of(Paper.objects.get())) == 1


def test_list_that_cites_the_preprint_of_the_same_year_makes_no_version():
    store(published())
    store(Record(title="A Small Model", venue="arXiv", year=2020))
    assert versions_of(Paper.objects.get()) == []


def test_entry_given_again_byte_for_byte_is_not_merged_anew():
    entry = {"fields": {"title": "A Small Model"}, "raw": "@misc{a, title={A Small Model}}"}
    store(preprint(**entry))
    Paper.objects.get().links.all().delete()  # an editor took it out
    report = store(preprint(**entry))
    assert (len(report.already_here), report.filled) == (1, [])
    assert Paper.objects.get().links.count() == 0


def test_former_address_of_another_paper_is_no_slug():
    other = PaperFactory(title="Other")
    other.former_addresses.create(slug="a-small-model")
    assert store(preprint()).added == ["a-small-model-2"]


def test_paper_is_found_by_its_look_alikes_at_once():
    store(preprint())
    assert Paper.objects.get().block_key == "lee|smallm"


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_an_entry_of_arxiv_that_names_no_venue_is_the_preprint(order):
    """`@misc{…, eprint = {…}, archivePrefix = {arXiv}}`, as arXiv itself gives it."""
    preprints = Record(
        title="A Small Model", authors=["Ann Lee"], year=2019, arxiv="1901.00001", line=1,
        key="lee2019", type="misc", fields={"a": "1"}, source="bibtex",
    )  # fmt: skip
    records = [preprints, published(key="lee2020", type="inproceedings", fields={"b": "2"}, source="bibtex")]
    for index in order:
        store(records[index])
    paper = Paper.objects.get()
    assert (paper.venue.name, paper.year, paper.bibtex_key) == ("ACL", 2020, "lee2020")
    assert versions_of(paper) == [("arXiv", 2019, "lee2019")]


def test_an_identifier_that_was_refused_brings_no_link_either():
    store(published(doi="10.18653/v1/2020.acl-main.1"))
    foreign = Link("doi", "https://doi.org/10.5555/other")
    record = published(doi="10.5555/other")
    record.links.append(foreign)
    report = store(record)
    paper = Paper.objects.get()
    assert [(row["fact"], row["given"]) for row in report.differences] == [("doi", "10.5555/other")]
    assert not paper.links.filter(url=foreign.url).exists()
