"""The health page: each check finds what it names and nothing else, and leads to where it is mended."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from catalog.health.checks import CHECKS
from catalog.health.findings import Share
from catalog.models import PaperLink
from tests.catalog.factories import AuthorFactory, EntryFactory, PaperFactory, SectionFactory, TopicFactory
from tests.catalog.pages.test_views import text_of
from tests.catalog.stock import full_papers, paper_with

pytestmark = pytest.mark.django_db


def found(slug: str) -> list[str]:
    """What a check finds, by title; a link by its address."""
    check = next(check for check in CHECKS if check.slug == slug)
    return [finding.text or finding.title for finding in map(check.told, check.rows())]


def whole_paper(title="Whole", **facts):
    """A paper with which nothing is wrong."""
    category = TopicFactory(kind="category", slug=f"category-of-{title}")
    given = {
        "authors": ["Ann Lee"],
        "venue_name": "ACL",
        "arxiv": "1901.00001",
        "notes": [("en", "One."), ("zh", "一。")],
        "topics": [category],
        "links": {f"https://example.org/{title}": "code"},
    }
    return paper_with(title=title, **{**given, **facts})


def test_a_whole_paper_is_found_by_no_check():
    whole_paper()
    assert {check.slug: found(check.slug) for check in CHECKS if found(check.slug)} == {}


@pytest.mark.parametrize(
    ("slug", "facts"),
    [
        ("no-year", {"year": None}),
        ("no-venue", {"venue_name": ""}),
        ("no-authors", {"authors": []}),
        ("no-identifier", {"arxiv": ""}),
        ("no-category", {"topics": []}),
        ("no-note", {"notes": []}),
        ("no-chinese-note", {"notes": [("en", "One.")]}),
        ("no-english-note", {"notes": [("zh", "一。")]}),
    ],
)
def test_what_is_missing_is_found_by_its_own_check_alone(slug, facts):
    whole_paper("Lacking", **facts)
    assert {check.slug: found(check.slug) for check in CHECKS if found(check.slug)} == {slug: ["Lacking"]}


@pytest.mark.parametrize(
    ("slug", "odd", "fine"),
    [
        ("shouted-title", "ATTENTION IS ALL", "BERT"),
        ("shouted-title", "ATTENTION IS ALL", "知识蒸馏与模型压缩的综述研究"),
        ("title-with-dot", "A Study.", "And so on..."),
        ("title-with-latex", r"\textbf{A} Study", "A $5 Study"),
        ("title-with-blanks", "A  Study", "A Study"),
    ],
)
def test_odd_titles_are_found(slug, odd, fine):
    PaperFactory(title=odd, slug="odd")
    PaperFactory(title=fine, slug="fine")
    assert [text.replace("␣", " ") for text in found(slug)] == [odd]


@pytest.mark.parametrize(
    ("slug", "odd", "fine"),
    [
        ("single-word-author", "Devlin", "李明"),
        ("several-in-one-author", "Ann Lee and Bo Li", "Andy Sandler"),
        ("several-in-one-author", "Ann Lee et al.", "Etta Alba"),
        ("author-with-digits", "Wei Wang 0001", "Wei Wang"),
        ("shouted-author", "JACOB DEVLIN", "Jacob Devlin"),
    ],
)
def test_odd_names_are_found(slug, odd, fine):
    AuthorFactory(name=odd)
    AuthorFactory(name=fine)
    assert found(slug) == [odd]


@pytest.mark.parametrize(
    ("slug", "odd"),
    [
        ("odd-link", "www.example.org/x"),
        ("odd-link", "https://example.org/a b"),
        ("plain-http-link", "http://example.org/"),
        ("tracked-link", "https://example.org/?utm_source=x"),
        ("arxiv-pdf-link", "https://arxiv.org/pdf/1909.10351.pdf"),
    ],
)
def test_odd_links_are_found(slug, odd):
    paper_with(title="A", links={odd: "x", "https://arxiv.org/abs/1909.10351": "y"})
    assert found(slug) == [odd]


def test_an_address_on_two_papers_is_found_at_both():
    for title in ("A", "B"):
        paper_with(title=title, links={"https://example.org/all": "x", f"https://example.org/{title}": "y"})
    assert found("shared-link") == ["https://example.org/all"] * 2


def test_a_link_without_a_name_is_found():
    PaperLink.objects.create(paper=PaperFactory(), label="", url="https://example.org/")
    assert found("nameless-link") == ["https://example.org/"]


def test_a_section_with_nothing_in_it_is_found_and_one_that_holds_sections_is_not():
    parent = SectionFactory(name_en="Parent")
    SectionFactory(name_en="Empty", paper_list=parent.paper_list, parent=parent)
    EntryFactory()
    assert found("empty-section") == ["Empty"]


def test_a_share_is_whole_only_where_nothing_is_missing():
    assert [Share("x", count, 100_000).percent for count in (0, 50_000, 99_999, 100_000)] == [0, 50, 99.9, 100]
    assert Share("x", 0, 0).percent == 100


def test_the_page_counts_and_leads_on(client):
    whole_paper()
    whole_paper("Lacking", year=None, arxiv="")
    response = client.get("/health/")
    text = text_of(response)
    assert "a year 50.0 % 1 of 2" in text and "No year 1" in text and "No venue none" in text
    assert 'href="/health/no-year/"' in response.content.decode()


def test_the_page_follows_a_change(client):
    paper = whole_paper("Lacking", year=None)
    assert "No year 1" in text_of(client.get("/health/"))
    paper.year = 2020
    paper.save()
    assert "No year none" in text_of(client.get("/health/"))


def test_a_finding_leads_an_editor_to_the_field_and_a_reader_to_the_paper(client, settings):
    paper = PaperFactory(slug="lacking", year=None)
    body = client.get("/health/no-year/").content.decode()
    assert "/papers/lacking/edit/#id_year" in body and paper.get_absolute_url() in body
    settings.OPEN_TO_ANYONE = False
    body = client.get("/health/no-year/").content.decode()
    assert "/edit/" not in body and paper.get_absolute_url() in body


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.slug)
def test_every_check_has_a_page_even_when_all_is_in_order(client, check):
    whole_paper()
    assert "None: this is in order." in text_of(client.get(f"/health/{check.slug}/"))


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.slug)
def test_every_place_to_mend_exists(client, check):
    row = {"year": None, "arxiv": "", "topics": [], "venue_name": "", "authors": [], "notes": []}
    paper_with(title="ALL IN CAPITALS  {X}.", **{**row, "links": {"http://arxiv.org/pdf/1?utm_x=1 b": "http"}})
    paper_with(title="One language", notes=[("en", "x")], links={"http://arxiv.org/pdf/1?utm_x=1 b": "", "www": "x"})
    paper_with(title="Other language", notes=[("zh", "x")], authors=["Devlin", "WEI WANG 1", "A B and C D"])
    SectionFactory()
    address, _, anchor = check.told(check.rows()[0]).mend.partition("#")
    response = client.get(address)
    assert response.status_code == 200
    assert not anchor or f'id="{anchor}"' in response.content.decode()


def test_no_such_check_is_no_page(client):
    assert client.get("/health/no-such-thing/").status_code == 404


@pytest.mark.parametrize("address", ["/health/", "/health/no-identifier/", "/health/arxiv-pdf-link/"])
def test_it_costs_the_same_with_2_papers_and_with_20(client, address):
    counts = []
    for start, number in ((0, 2), (2, 18)):
        full_papers(number, start=start)
        with CaptureQueriesContext(connection) as captured:
            client.get(address)
        counts.append(len(captured))
    assert counts[0] == counts[1]
