"""/api/v1/facets/: the counts beside a search, for programs."""

import pytest

from tests.catalog.stock import TopicFactory, paper_with

pytestmark = pytest.mark.django_db
FACETS = "/api/v1/facets/"


@pytest.fixture(autouse=True)
def _papers():
    pruning = TopicFactory(kind="tag", slug="pruning", name_en="Pruning", name_zh="剪枝")
    paper_with(title="Distil one", year=2020, topics=[pruning])
    paper_with(title="Distil two", year=2021, topics=[pruning])
    paper_with(title="Other", year=2021)


def counts(client, name: str, **query) -> dict:
    facets = {facet["name"]: facet for facet in client.get(FACETS, query).json()["facets"]}
    return {value["value"]: value["count"] for value in facets[name]["values"]} if name in facets else {}


def test_facets_count_what_the_same_search_finds(client):
    assert client.get(FACETS, {"search": "distil"}).json()["count"] == 2
    assert counts(client, "year", search="distil") == {"2021": 1, "2020": 1}
    assert counts(client, "tag", search="distil") == {"pruning": 2}


@pytest.mark.parametrize(
    ("query", "count"), [({"year_min": 2021}, 2), ({"year_max": 2020}, 1), ({"tag": "pruning"}, 2)]
)
def test_filters_narrow_them(client, query, count):
    assert client.get(FACETS, query).json()["count"] == count
    assert len(client.get("/api/v1/papers/", query).json()["results"]) == count


@pytest.mark.parametrize("query", [{"serch": "x"}, {"year": "soon"}, {"cursor": "x"}])
def test_what_makes_no_sense_is_refused(client, query):
    assert client.get(FACETS, query).status_code == 400
