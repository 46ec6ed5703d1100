"""Papers in the formats of the exports, by Accept and by address; and what is said where there is no such format."""

import json

import pytest

from tests.catalog.factories import SectionFactory
from tests.catalog.stock import paper_with

pytestmark = pytest.mark.django_db
PAPERS = "/api/v1/papers/"
TYPES = {
    "application/x-bibtex": "title = {One}",
    "application/vnd.citationstyles.csl+json": '"title": "One"',
    "application/x-research-info-systems": "TI  - One",
    "text/markdown": "One",
}


@pytest.fixture(autouse=True)
def _papers():
    paper_with(title="One", slug="one", year=2021, authors=["Ada One"])
    paper_with(title="Two", slug="two", year=2020)


@pytest.mark.parametrize("address", [PAPERS, PAPERS + "one/"])
@pytest.mark.parametrize("media_type", TYPES)
def test_papers_come_as_accept_asks(client, address, media_type):
    response = client.get(address, headers={"Accept": media_type})
    assert (response.status_code, response["Content-Type"].partition(";")[0]) == (200, media_type)
    assert TYPES[media_type] in response.content.decode()
    assert "Accept" in response["Vary"] and response["ETag"]


@pytest.mark.parametrize("address", ["/api/v1/papers/one.bib", "/api/v1/papers.ris", PAPERS + "?format=csl.json"])
def test_a_format_may_stand_in_the_address_whatever_accept_says(client, address):
    response = client.get(address, headers={"Accept": "text/html"})
    assert response.status_code == 200
    assert response["Content-Type"].partition(";")[0] in TYPES


def test_a_page_of_another_format_leads_on_by_its_link_header(client):
    first = client.get(PAPERS + "?page_size=1", headers={"Accept": "application/x-bibtex"})
    address = first["Link"].split(">")[0].removeprefix("<http://testserver")
    second = client.get(address, headers={"Accept": "application/x-bibtex"})
    assert "{One}" in first.content.decode() and "{Two}" in second.content.decode()


def test_csl_json_of_a_page_is_an_array(client):
    response = client.get(PAPERS, headers={"Accept": "application/vnd.citationstyles.csl+json"})
    assert [row["title"] for row in json.loads(response.content)] == ["One", "Two"]


@pytest.mark.parametrize(("query", "accept"), [("", "image/png"), ("?format=pdf", "*/*"), ("", "text/html")])
def test_what_cannot_be_had_is_answered_with_what_can(client, query, accept):
    response = client.get(PAPERS + query, headers={"Accept": accept})
    assert (response.status_code, response["Content-Type"]) == (406, "application/problem+json")
    assert {"media_type": "application/x-bibtex", "format": "bib"} in response.json()["available"]
    assert {"media_type": "application/json", "format": "json"} in response.json()["available"]


def test_a_problem_is_json_whatever_was_asked_for(client):
    response = client.get(PAPERS + "none/", headers={"Accept": "application/x-bibtex"})
    assert (response.status_code, response["Content-Type"]) == (404, "application/problem+json")
    assert response.json()["status"] == 404


def test_fields_choose_from_json_and_leave_other_formats_whole(client):
    response = client.get(PAPERS + "one/?format=bib&fields=title")
    assert "year = {2021}" in response.content.decode()


@pytest.mark.parametrize("media_type", TYPES)
def test_a_list_comes_with_its_papers_as_accept_asks(client, media_type):
    paper_with(title="Three", sections=[SectionFactory(paper_list__slug="kd", name_en="Part")])
    response = client.get("/api/v1/lists/kd/", headers={"Accept": media_type})
    assert (response.status_code, response["Content-Type"].partition(";")[0]) == (200, media_type)
    assert "Three" in response.content.decode() and "One" not in response.content.decode()
    assert "Accept" in response["Vary"] and response["ETag"]


def test_markdown_of_a_list_is_the_list_itself(client):
    paper_with(title="Three", sections=[SectionFactory(paper_list__slug="kd", name_en="Part")])
    assert "## Part" in client.get("/api/v1/lists/kd.md").content.decode()


@pytest.mark.parametrize("address", ["/papers/one/", "/papers/", PAPERS, PAPERS + "one/"])
def test_an_empty_accept_is_as_good_as_none(client, address):
    assert client.get(address, headers={"Accept": ""}).status_code == 200
