"""GET /api/v1/lists/, /categories/ and /tags/."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.catalog.factories import PaperListFactory, SectionFactory
from tests.catalog.stock import TopicFactory, full_papers, paper_with

pytestmark = pytest.mark.django_db


def test_a_list_has_its_sections_nested_with_entries_in_order(client):
    paper_list = PaperListFactory(slug="kd", name_en="Distillation", name_zh="知识蒸馏")
    outer = SectionFactory(paper_list=paper_list, name_en="Outer", name_zh="外")
    inner = SectionFactory(paper_list=paper_list, name_en="Inner", parent=outer)
    paper_with(title="One", sections=[outer])
    paper_with(title="Two", sections=[outer])
    paper_with(title="Deep", sections=[inner], notes=[("en", "A note.")])
    answer = client.get("/api/v1/lists/kd/").json()
    (section,) = answer["sections"]
    assert (answer["name_zh"], answer["paper_count"], answer["section_count"]) == ("知识蒸馏", 3, 2)
    assert [(entry["position"], entry["paper"]["title"]) for entry in section["entries"]] == [(1, "One"), (2, "Two")]
    assert section["sections"][0]["name_en"] == "Inner"
    (note,) = section["sections"][0]["entries"][0]["notes"]
    assert (note["language"], note["body"]) == ("en", "A note.")
    assert section["sections"][0]["sections"] == []


@pytest.mark.parametrize("kind", ["category", "tag"])
def test_topics_are_counted_and_kept_apart(client, kind):
    topics = {"category": TopicFactory(slug="probing"), "tag": TopicFactory(kind="tag", slug="probing-tag")}
    paper_with(title="One", topics=[topics[kind]])
    address = {"category": "/api/v1/categories/", "tag": "/api/v1/tags/"}[kind]
    answer = client.get(address).json()
    assert [(topic["slug"], topic["paper_count"]) for topic in answer["results"]] == [(topics[kind].slug, 1)]
    assert client.get(f"{address}{topics[kind].slug}/").json() == answer["results"][0]


@pytest.mark.parametrize("address", ["/api/v1/lists/", "/api/v1/lists/kd/", "/api/v1/categories/", "/api/v1/tags/"])
def test_queries_are_the_same_with_2_papers_and_with_20(client, address):
    section = SectionFactory(paper_list__slug="kd")
    full_papers(2, section)
    with CaptureQueriesContext(connection) as few:
        client.get(address)
    full_papers(18, section, start=2)
    with CaptureQueriesContext(connection) as many:
        client.get(address)
    assert len(many) == len(few)
