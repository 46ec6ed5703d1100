"""Cursors: every row once, in the order asked for, whichever way one reads and whatever changes meanwhile."""

from urllib.parse import urlsplit

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from catalog.models import Paper
from tests.catalog.factories import PaperListFactory
from tests.catalog.stock import full_papers, paper_with

pytestmark = pytest.mark.django_db
PAPERS = "/api/v1/papers/"


def local(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.path}?{parts.query}"


def pages(client, address: str, way: str = "next") -> list[list[str]]:
    """The slugs on each page, from the given one on."""
    found = []
    while address:
        answer = client.get(address).json()
        found.append([row["slug"] for row in answer["results"]])
        address = answer[way] and local(answer[way])
    return found


def flat(parts: list[list[str]]) -> list[str]:
    return [slug for part in parts for slug in part]


@pytest.fixture
def stock():
    """Two of one title, two of one year, two without a year, one in Chinese."""
    for slug, title, year in [
        ("a", "Distil", 2020), ("b", "Distil", 2019), ("c", "蒸馏 distil", 2020), ("d", "Distil more", None),
        ("e", "Prune and distil", None), ("f", "Distilled", 2021), ("g", "On distil", 2019),
    ]:  # fmt: skip
        paper_with(slug=slug, title=title, year=year)


ORDERS = ["sort=year", "sort=oldest", "sort=title", "sort=added", "search=distil", "search=distil&sort=relevance"]


@pytest.mark.parametrize("query", ORDERS)
def test_pages_hold_every_paper_once_in_the_order_of_one_page(client, stock, query):
    (whole,) = pages(client, f"{PAPERS}?{query}")
    for size in (1, 2, 3, 6):
        parts = pages(client, f"{PAPERS}?{query}&page_size={size}")
        assert flat(parts) == whole
        assert {len(part) for part in parts[:-1]} == {size}


@pytest.mark.parametrize("query", ORDERS)
def test_reading_backwards_gives_the_same_pages(client, stock, query):
    first = f"{PAPERS}?{query}&page_size=2"
    forth = pages(client, first)
    address = first
    while (answer := client.get(address).json())["next"]:
        address = local(answer["next"])
    assert pages(client, address, "previous")[::-1] == forth


def test_papers_without_a_year_stand_last(client, stock):
    for sort in ("year", "oldest"):
        assert pages(client, f"{PAPERS}?sort={sort}")[0][-2:] == ["d", "e"]


def test_a_paper_that_comes_meanwhile_repeats_none(client, stock):
    answer = client.get(f"{PAPERS}?page_size=3").json()
    paper_with(slug="new", title="A", year=2030)
    rest = pages(client, local(answer["next"]))
    seen = [row["slug"] for row in answer["results"]] + flat(rest)
    assert len(seen) == len(set(seen)) == 7


def test_the_row_a_cursor_points_at_may_go(client, stock):
    answer = client.get(f"{PAPERS}?page_size=3").json()
    Paper.objects.filter(slug=answer["results"][-1]["slug"]).delete()
    assert len(flat(pages(client, local(answer["next"])))) == 4


def test_a_page_far_down_costs_as_many_queries_as_the_first_and_no_offset(client):
    full_papers(20)
    with CaptureQueriesContext(connection) as first:
        answer = client.get(f"{PAPERS}?page_size=2").json()
    for _ in range(7):
        with CaptureQueriesContext(connection) as deep:
            answer = client.get(local(answer["next"])).json()
    assert len(deep) == len(first)
    assert not any("OFFSET" in query["sql"] for query in deep.captured_queries)


def test_the_links_stand_in_a_header_too(client, stock):
    response = client.get(f"{PAPERS}?page_size=3")
    assert f'<{response.json()["next"]}>; rel="next"' in response["Link"]
    assert 'rel="prev"' not in response["Link"]


def test_rows_are_counted_where_that_is_asked_for(client, stock):
    assert "count" not in client.get(PAPERS).json()
    assert client.get(f"{PAPERS}?count=true&page_size=2&search=prune").json()["count"] == 1


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("page_size=0", "from 1 to 200"),
        ("page_size=201", "from 1 to 200"),
        ("page_size=²", "from 1 to 200"),
        ("count=maybe", "`true` or `false`"),
        ("page=2", "no query parameter “page”"),
    ],
)
def test_a_page_that_makes_no_sense_is_refused_in_words(client, query, words):
    response = client.get(f"{PAPERS}?{query}")
    assert response.status_code == 400
    assert words in response.json()["detail"]


def test_a_made_up_cursor_leads_nowhere(client):
    response = client.get(f"{PAPERS}?cursor=nonsense")
    assert response.status_code == 404
    assert "not made by this site" in response.json()["detail"]


def test_a_cursor_of_another_order_is_refused(client, stock):
    answer = client.get(f"{PAPERS}?page_size=2&sort=year").json()
    response = client.get(local(answer["next"]).replace("sort=year", "sort=title"))
    assert response.status_code == 404
    assert "another order" in response.json()["detail"]


def test_lists_are_paged_in_the_curators_order(client):
    for number in range(5):
        PaperListFactory(slug=f"list-{number}", name_en="Same name", position=number // 2)
    assert pages(client, "/api/v1/lists/?page_size=2") == [["list-0", "list-1"], ["list-2", "list-3"], ["list-4"]]
