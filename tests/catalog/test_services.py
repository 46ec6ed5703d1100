"""Documents taken in: what is written, what is refused, what is told."""

from dataclasses import asdict

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from catalog import services
from catalog.importers.records import Document, Link, Problem, Record
from catalog.models import Author, Entry, Import, Note, Paper, PaperList, Section
from tests.catalog.factories import PaperFactory, PaperListFactory

pytestmark = pytest.mark.django_db
TWO = b"@misc{a, title={First Work}, author={Lee, Ann}}\n@misc{b, title={Second Work}, eprint={1901.00001}}\n"


def store(*records, paper_list=None, problems=()):
    document = Document("markdown", list(records), list(problems), title="A list")
    return services.store_document(document=document, paper_list=paper_list)


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


# --- storing and merging -----------------------------------------------------------------------------------------


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


# --- a document given by a person --------------------------------------------------------------------------------


def give(data, format="auto"):
    return services.create_import(data=data, name="my.bib", format=format, owner=None)


def test_nothing_is_written_before_accept():
    import_ = give(TWO)
    preview = services.preview_import(import_)
    assert preview.counts == {"new": 2, "here": 0, "problem": 0}
    assert (Paper.objects.count(), Author.objects.count(), import_.state) == (0, 0, "preview")


def test_preview_says_of_each_entry_what_it_is():
    paper = PaperFactory(title="Second Work", arxiv="1901.00001")
    import_ = give(TWO + b"@misc{c, title={Broken,\n author={X}\n}\n@misc{d, title={First work}}\n")
    items = services.preview_import(import_).items
    assert [(item.verdict, item.line, item.paper) for item in items] == [
        ("new", 1, None), ("here", 2, paper), ("problem", 3, None), ("here", 6, None),
    ]  # fmt: skip
    assert items[3].message == "The same work stands above, in line 1."
    assert items[2].text.startswith("@misc{c")


def test_preview_says_what_an_entry_would_add_and_accept_reports_the_same():
    paper = PaperFactory(title="First Work", authors=["Ann Lee"], year=2019, arxiv="1901.00009")
    import_ = give(b"@misc{key, title={First Work}, year={2018}, doi={10.1000/x}}")
    item = services.preview_import(import_).items[0]
    facts = {gain.fact: gain.now for gain in item.gains}
    assert facts == {"doi": "10.1000/x", "links": "https://doi.org/10.1000/x", "bibtex": "key"}
    assert [difference.given for difference in item.differences] == ["2018"]
    report = services.accept_import(import_=import_).report
    assert report["filled"] == [
        {"slug": paper.slug, "title": "First Work", "gains": [asdict(gain) for gain in item.gains]}
    ]


def test_preview_writes_nothing_to_a_paper_that_is_here():
    PaperFactory(title="First Work", authors=["Ann Lee"])
    before = list(Paper.objects.values_list())
    services.preview_import(give(TWO))
    assert list(Paper.objects.values_list()) == before


def test_entry_that_adds_nothing_gains_nothing():
    services.accept_import(import_=give(TWO))
    again = give(TWO)
    assert [item.gains for item in services.preview_import(again).items] == [[], []]
    report = services.accept_import(import_=again).report
    assert (report["filled"], len(report["already_here"])) == ([], 2)


def test_publication_that_replaces_a_preprint_says_what_was_there():
    store(preprint())
    gains = {row["fact"]: (row["before"], row["now"]) for row in store(published()).filled[0]["gains"]}
    assert (gains["venue"], gains["year"]) == (("CoRR", "ACL"), ("2019", "2020"))


def test_note_of_a_list_is_a_gain_once():
    store(preprint())
    first, second = store(preprint(note="Worth reading.")), store(preprint(note="Worth reading."))
    assert [row["gains"][0]["fact"] for row in first.filled] == ["notes"]
    assert (second.filled, Note.objects.count()) == ([], 1)


def test_report_is_stored_in_english_whoever_accepts():
    with translation.override("zh-hans"):
        report = services.accept_import(import_=give(b"@misc{a, author={X}}\n@misc{b, title={B}, year={20x0}}")).report
    assert report["problems"][0]["message"] == "The entry has no title."
    assert report["remarks"][0]["message"] == 'The field "year" was not understood: "20x0".'


def test_preview_asks_as_often_for_many_entries_as_for_few():
    def queries(number):
        records = [Record(title=f"Work {n}", authors=["Ann Lee"], year=2020, doi=f"10.1/{n}") for n in range(number)]
        with CaptureQueriesContext(connection) as captured:
            services.preview_document(Document("bibtex", records))
        return len(captured)

    for n in range(20):
        PaperFactory(title=f"Work {n}", authors=["Ann Lee"])
    assert queries(2) == queries(1_000) <= 12


def test_document_is_read_once_for_all_pages_of_its_preview(monkeypatch):
    import_ = give(TWO)
    monkeypatch.setattr(services, "read_text", lambda text, format: 1 / 0)
    assert services.preview_import(import_).counts["new"] == 2
    PaperFactory(title="First Work", authors=["Ann Lee"])
    assert services.preview_import(import_).counts == {"new": 1, "here": 1, "problem": 0}


def test_accept_writes_and_reports():
    import_ = services.accept_import(import_=give(TWO + b"@misc{c, title={Broken,\n author={X}\n}\n"))
    assert import_.state == "accepted"
    assert import_.report["added"] == ["first-work", "second-work"]
    assert [problem["line"] for problem in import_.report["problems"]] == [3]
    assert Paper.objects.count() == 2


def test_accept_pressed_twice_keeps_the_first_report():
    import_ = give(TWO)
    first = services.accept_import(import_=import_).report
    assert services.accept_import(import_=Import.objects.get()).report == first
    assert Paper.objects.count() == 2


def test_accept_that_fails_leaves_the_import_unanswered(monkeypatch):
    import_ = give(TWO)
    monkeypatch.setattr(services.search, "reindex", lambda ids: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        services.accept_import(import_=import_)
    import_.refresh_from_db()
    assert (import_.state, Paper.objects.count()) == ("preview", 0)


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "empty"),
        (b" \n ", "empty"),
        (b"\x89PNG\x00\x00", "not a text"),
        (b"hello there", "No entry"),
        (b"x" * 2_000, "at most 1000"),
    ],
)
def test_unusable_documents_are_refused_and_nothing_is_kept(settings, data, says):
    settings.IMPORT_MAX_BYTES = 1_000
    with pytest.raises(services.ImportRefused, match=says):
        give(data)
    assert Import.objects.count() == 0


def test_script_tags_in_a_title_are_stored_as_text():
    services.accept_import(import_=give(b"@misc{a, title={<script>alert(1)</script>}}"))
    assert Paper.objects.get().title == "<script>alert(1)</script>"


def test_lists_are_untouched_by_an_import_without_one():
    services.accept_import(import_=give(TWO))
    assert (PaperList.objects.count(), Entry.objects.count()) == (0, 0)
