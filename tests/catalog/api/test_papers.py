"""GET /api/v1/papers/ and /api/v1/papers/<slug>/."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.catalog.factories import SectionFactory
from tests.catalog.stock import TopicFactory, full_papers, paper_with

pytestmark = pytest.mark.django_db
PAPERS = "/api/v1/papers/"


def titles(client, **query) -> list[str]:
    response = client.get(PAPERS, query)
    assert response.status_code == 200, response.content
    return [paper["title"] for paper in response.json()["results"]]


def test_a_listed_paper_is_this(client):
    paper = paper_with(
        title="TinyBERT",
        slug="tinybert",
        short_name="TinyBERT",
        authors=["Xiaoqi Jiao", "Yichun Yin"],
        venue_name="ACL Findings",
        topics=[TopicFactory(slug="compression"), TopicFactory(kind="tag", slug="attention")],
    )
    assert client.get(PAPERS).json() == {
        "next": None,
        "previous": None,
        "results": [
            {
                "slug": "tinybert",
                "url": "http://testserver/api/v1/papers/tinybert/",
                "page": "http://testserver/papers/tinybert/",
                "title": "TinyBERT",
                "short_name": "TinyBERT",
                "authors": ["Xiaoqi Jiao", "Yichun Yin"],
                "venue": "ACL Findings",
                "year": 2020,
                "categories": ["compression"],
                "tags": ["attention"],
                "updated_at": paper.updated_at.isoformat().replace("+00:00", "Z"),
            }
        ],
    }


def test_one_paper_carries_all_that_is_known(client):
    section = SectionFactory(name_en="Papers", paper_list__slug="kd")
    paper_with(
        title="T",
        slug="t",
        titles=["T, the preprint"],
        arxiv="1503.02531",
        links={"https://example.org/t.pdf": "pdf"},
        notes=[("en", "A note."), ("zh", "笔记。")],
        sections=[section],
    )
    paper = client.get(PAPERS + "t/").json()
    assert paper["alternative_titles"] == ["T, the preprint"]
    assert paper["identifiers"] == {"doi": "", "arxiv": "1503.02531", "acl": ""}
    assert paper["links"] == [{"label": "pdf", "url": "https://example.org/t.pdf"}]
    assert [(note["language"], note["body"]) for note in paper["notes"]] == [("en", "A note."), ("zh", "笔记。")]
    assert paper["lists"] == [{"list": "kd", "sections": ["Papers"], "position": 1}]
    assert paper["bibtex"].startswith("@")


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"search": "bert"}, ["BERT"]),
        ({"category": "compression"}, ["Small"]),
        ({"tag": "pruning"}, ["BERT"]),
        ({"venue": "acl"}, ["BERT"]),
        ({"list": "kd"}, ["Small"]),
        ({"year": 2018}, ["BERT"]),
        ({"year_min": 2019}, ["Small"]),
        ({"year_max": 2019}, ["BERT"]),
        ({"sort": "title"}, ["BERT", "Small"]),
        ({"sort": "year"}, ["Small", "BERT"]),
        ({"venue": "none"}, []),
    ],
)
def test_filters_and_order(client, query, found):
    paper_with(title="BERT", year=2018, venue_name="ACL", topics=[TopicFactory(kind="tag", slug="pruning")])
    section = SectionFactory(paper_list__slug="kd")
    paper_with(title="Small", year=2020, topics=[TopicFactory(slug="compression")], sections=[section])
    assert titles(client, **query) == found


def test_a_year_in_words_is_a_problem_with_its_field(client):
    response = client.get(PAPERS, {"year": "soon"})
    assert response.status_code == 400
    assert response["Content-Type"] == "application/problem+json"
    assert response.json() == {
        "type": "about:blank",
        "title": "Bad Request",
        "status": 400,
        "detail": "Some fields are not valid.",
        "errors": {"year": ["Enter a whole number."]},
    }


@pytest.mark.parametrize("address", [PAPERS, PAPERS + "?search=full", PAPERS + "full0-full-paper-000/"])
def test_queries_are_the_same_with_2_papers_and_with_20(client, address):
    section = SectionFactory()
    slug = full_papers(2, section)[0].slug
    address = address.replace("full0-full-paper-000", slug)
    with CaptureQueriesContext(connection) as few:
        client.get(address)
    full_papers(18, section, start=2)
    with CaptureQueriesContext(connection) as many:
        client.get(address)
    assert len(many) == len(few)
