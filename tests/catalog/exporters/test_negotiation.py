"""One address in many forms: by Accept, by suffix; what is refused; former addresses."""

import json
from types import SimpleNamespace

import pytest
from django.db import connection
from django.test import RequestFactory
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from catalog.exporters.negotiation import form_asked_for
from catalog.models import FormerAddress
from tests.catalog.factories import SectionFactory
from tests.catalog.stock import full_papers, paper_with

pytestmark = pytest.mark.django_db
BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8"
BIBTEX, CSL, RIS = (
    "application/x-bibtex",
    "application/vnd.citationstyles.csl+json",
    "application/x-research-info-systems",
)


def text_of(response) -> str:
    return response.getvalue().decode()


@pytest.mark.parametrize(
    ("accept", "suffix"),
    [
        (BROWSER, ""),
        ("*/*", ""),
        (BIBTEX, "bib"),
        ("application/json", "json"),
        (CSL, "csl.json"),
        (RIS, "ris"),
        ("text/markdown", "md"),
        (f"text/html;q=0.5, {BIBTEX};q=0.9", "bib"),
        (f"{BIBTEX};q=0.5, */*;q=0.1", "bib"),
        ("text/*", ""),
        ("text/html;q=0, */*", "json"),
        ("application/*;q=0.9, text/markdown", "md"),
        ("image/png", None),
        ("application/x-bibtex;q=0", None),
        ("nonsense", None),
    ],
)
def test_the_form_that_is_asked_for(accept, suffix):
    form = form_asked_for(RequestFactory().get("/", headers={"accept": accept}))
    assert (form and form.suffix) == suffix


def test_a_browser_gets_the_page_and_is_told_of_the_other_forms(client):
    paper = paper_with(title="TinyBERT", slug="tinybert")
    response = client.get(paper.get_absolute_url(), headers={"accept": BROWSER})
    assert response["Content-Type"].startswith("text/html") and "Accept" in response["Vary"]
    assert f'</papers/tinybert.bib>; rel="alternate"; type="{BIBTEX}"' in response["Link"]


@pytest.mark.parametrize(
    ("accept", "suffix", "begins"),
    [(BIBTEX, "bib", "@misc{"), (CSL, "csl.json", "["), (RIS, "ris", "TY  - "), ("text/markdown", "md", "<!--")],
)
def test_a_paper_by_accept_and_by_suffix_is_the_same(client, accept, suffix, begins):
    paper = paper_with(title="TinyBERT", slug="tinybert", venue_name="CoRR preprint")
    by_accept = client.get(paper.get_absolute_url(), headers={"accept": accept})
    by_suffix = client.get(f"/papers/tinybert.{suffix}")
    assert by_accept["Content-Type"].partition(";")[0] == accept
    assert by_suffix["Content-Disposition"] == f'attachment; filename="tinybert.{suffix}"'
    assert text_of(by_accept) == text_of(by_suffix)
    assert "TinyBERT" in text_of(by_suffix)


def test_json_of_a_page_is_what_the_api_says(client):
    paper = paper_with(title="TinyBERT", slug="tinybert", notes=[("en", "Good.")])
    expected = client.get("/api/v1/papers/tinybert/").json()
    assert client.get(paper.get_absolute_url(), headers={"accept": "application/json"}).json() == expected
    assert client.get("/papers/tinybert.json").json() == expected


def test_what_nobody_can_give_is_406_with_a_list(client):
    paper = paper_with(title="TinyBERT", slug="tinybert")
    response = client.get(paper.get_absolute_url(), headers={"accept": "image/png"})
    assert response.status_code == 406
    assert 'href="/papers/tinybert.ris"' in response.content.decode()


def test_a_search_exports_what_it_finds_and_keeps_its_filters(client):
    paper_with(title="Old", year=2018)
    paper_with(title="New", year=2020)
    assert "New" not in text_of(client.get("/papers.ris?year=2018"))
    rows = json.loads(text_of(client.get("/papers/?year=2020", headers={"accept": "application/json"})))
    assert [row["title"] for row in rows] == ["New"]
    assert json.loads(text_of(client.get("/papers.csl.json?q=zzz"))) == []


def test_the_links_of_a_search_keep_its_query_but_not_its_page(client):
    full_papers(26)
    response = client.get("/papers/?q=full&page=2")
    assert "</papers.bib?q=full>" in response["Link"]


def test_papers_chosen_come_in_the_order_they_were_chosen(client):
    for name in ("a", "b", "c"):
        paper_with(title=f"Title {name}", slug=name)
    text = text_of(client.get("/papers/export", {"slug": ["c", "a", "c"], "format": "ris"}))
    assert [line for line in text.split("\r\n") if line.startswith("TI")] == ["TI  - Title c", "TI  - Title a"]


def test_nothing_chosen_is_said(client):
    response = client.get("/papers/export?format=bib")
    assert response.status_code == 400 and "Choose the papers" in response.content.decode()
    assert client.get("/papers/export?slug=a&format=docx").status_code == 404


@pytest.mark.parametrize("suffix", ["bib", "csl.json", "ris", "md", "json"])
@pytest.mark.parametrize("address", ["/papers", "/lists/kd"])
def test_an_export_costs_the_same_queries_for_2_papers_and_for_20(client, address, suffix):
    section = SectionFactory(paper_list__slug="kd")
    full_papers(2, section)
    few = _queries(client, f"{address}.{suffix}")
    full_papers(18, section, start=2)
    assert _queries(client, f"{address}.{suffix}") == few


def _queries(client, address: str) -> int:
    with CaptureQueriesContext(connection) as queries:
        assert client.get(address).getvalue()
    return len(queries)


def test_a_former_address_redirects_in_every_form(client):
    paper = paper_with(title="TinyBERT", slug="tinybert")
    FormerAddress.objects.create(slug="tiny", paper=paper)
    for old, new in (
        ("/papers/tiny/", "/papers/tinybert/"),
        ("/papers/tiny.csl.json?a=1", "/papers/tinybert.csl.json?a=1"),
    ):
        response = client.get(old)
        assert (response.status_code, response["Location"]) == (301, new)
    response = client.get("/papers/tiny/", headers={"accept": BIBTEX})
    assert (response.status_code, response["Location"]) == (301, "/papers/tinybert/")


@pytest.mark.parametrize(
    ("address", "leads_to"),
    [
        ("/arxiv/1909.10351", "/papers/tinybert/"),
        ("/arxiv/1909.10351v5", "/papers/tinybert/"),
        ("/arxiv/1909.10351.bib", "/papers/tinybert.bib"),
        ("/doi/10.18653/v1/2020.findings-emnlp.372", "/papers/tinybert/"),
        ("/doi/10.18653/V1/2020.FINDINGS-EMNLP.372.csl.json", "/papers/tinybert.csl.json"),
        ("/acl/2020.findings-emnlp.372", "/papers/tinybert/"),
        ("/acl/2020.findings-emnlp.372/?lang=zh", "/papers/tinybert/?lang=zh"),
    ],
)
def test_an_identifier_leads_to_its_paper(client, address, leads_to):
    identifiers = SimpleNamespace(arxiv="1909.10351", acl="2020.findings-emnlp.372")
    doi = f"10.18653/v1/{identifiers.acl}"
    paper_with(title="TinyBERT", slug="tinybert", arxiv=identifiers.arxiv, acl=identifiers.acl, doi=doi)
    response = client.get(address)
    assert (response.status_code, response["Location"]) == (302, leads_to)


def test_an_old_arxiv_id_and_one_of_another_version_are_found(client):
    paper = paper_with(title="Old", slug="old", arxiv="cs/0112017")
    paper.versions.create(title="Older", arxiv="1901.00001")
    assert client.get("/arxiv/cs/0112017")["Location"] == "/papers/old/"
    assert client.get("/arxiv/1901.00001")["Location"] == "/papers/old/"


def test_an_identifier_that_is_not_here_says_where_to_look(client):
    response = client.get("/arxiv/1901.99999")
    assert response.status_code == 404
    assert f"{reverse('catalog:papers')}?q=1901.99999" in response.content.decode()
    assert "does not read as an identifier" in client.get("/doi/nonsense").content.decode()


def test_papers_found_can_be_checked_and_taken(client):
    paper_with(title="TinyBERT", slug="tinybert")
    body = client.get("/papers/").content.decode()
    assert 'name="slug" value="tinybert" form="chosen"' in body and 'action="/papers/export"' in body
    assert '<option value="csl-json">CSL-JSON</option>' in body


def test_a_list_offers_its_other_forms(client):
    section = SectionFactory(paper_list__slug="kd")
    body = client.get("/lists/kd/").content.decode()
    assert 'href="/lists/kd.md"' in body and '<link rel="alternate" type="text/markdown"' in body
    assert section.paper_list.name_en in client.get("/lists/kd.md").getvalue().decode()
