"""`?fields=`: what is asked for and no more; unknown names and parameters are refused with the nearest."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.catalog.factories import SectionFactory
from tests.catalog.stock import full_papers

pytestmark = pytest.mark.django_db


@pytest.fixture
def papers():
    return full_papers(2, SectionFactory(paper_list__slug="kd"))


def queries_of(client, address: str) -> list[str]:
    with CaptureQueriesContext(connection) as seen:
        assert client.get(address).status_code == 200
    return [query["sql"] for query in seen.captured_queries]


@pytest.mark.parametrize(
    ("address", "fields"),
    [
        ("/api/v1/papers/", ["slug", "notes", "bibtex"]),
        ("/api/v1/papers/{slug}/", ["title", "lists"]),
        ("/api/v1/lists/", ["slug", "paper_count"]),
        ("/api/v1/lists/kd/", ["sections"]),
        ("/api/v1/tags/", ["name_zh"]),
        ("/api/v1/categories/compression/", ["slug", "url"]),
    ],
)
def test_an_answer_has_the_fields_asked_for(client, papers, address, fields):
    body = client.get(address.format(slug=papers[0].slug), {"fields": ",".join(fields)}).json()
    row = body["results"][0] if "results" in body else body
    assert sorted(row) == sorted(fields)


def test_titles_alone_cost_one_query_and_no_heavy_column(client, papers):
    (query,) = queries_of(client, "/api/v1/papers/?fields=slug,title")
    assert "bibtex" not in query


def test_each_relation_costs_its_query_only_where_it_is_asked_for(client, papers):
    assert len(queries_of(client, "/api/v1/papers/?fields=title,venue")) == 1
    assert len(queries_of(client, "/api/v1/papers/?fields=title,authors")) == 2
    assert len(queries_of(client, "/api/v1/papers/?fields=tags,categories")) == 2


def test_an_unknown_field_is_refused_with_the_nearest_and_all_there_are(client, papers):
    response = client.get("/api/v1/papers/", {"fields": "slug,titel"})
    body = response.json()
    assert response.status_code == 400
    assert body["detail"] == "There is no field “titel”. Did you mean “title”?"
    assert "bibtex" in body["fields"] and "lists" not in body["fields"]


@pytest.mark.parametrize(
    ("address", "detail"),
    [
        ("/api/v1/papers/?serch=bert", "There is no query parameter “serch” here. Did you mean “search”?"),
        ("/api/v1/tags/?year=2019", "There is no query parameter “year” here."),
        ("/api/v1/lists/kd/?cursor=x", "There is no query parameter “cursor” here."),
        ("/api/v1/papers/?fields=", "`fields` takes one or more names, with commas between."),
    ],
)
def test_a_parameter_that_nobody_reads_is_refused(client, papers, address, detail):
    response = client.get(address)
    assert (response.status_code, response.json()["detail"]) == (400, detail)
