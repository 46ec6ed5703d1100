"""The form of a paper: what it shows and writes, and what two editors at a time lose (nothing)."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from catalog.editing.facts import facts_of
from catalog.models import ChangeSet, Paper, Topic
from tests.catalog.editing.edit_form import edit, fields_of
from tests.catalog.factories import EntryFactory, PaperFactory, TopicFactory
from tests.catalog.pages.test_views import text_of
from tests.catalog.stock import full_papers, paper_with

pytestmark = pytest.mark.django_db


def fresh(paper: Paper) -> Paper:
    return Paper.objects.get(pk=paper.pk)


def test_a_form_sent_as_it_came_changes_nothing(client):
    (paper,) = full_papers(1)
    before = facts_of(fresh(paper))
    assert edit(client, paper).status_code == 302
    assert facts_of(fresh(paper)) == before
    assert not ChangeSet.objects.exists()


def test_an_edit_is_written_and_leads_to_the_paper(client):
    (paper,) = full_papers(1)
    response = edit(client, paper, year="2021", authors="Ann Lee\r\n\r\nBo  Li\r\n", venue="ACL", summary="why")
    assert response.url == paper.get_absolute_url()
    facts = facts_of(fresh(paper))
    assert (facts.year, facts.authors, facts.venue) == (2021, ("Ann Lee", "Bo Li"), "ACL")
    assert ChangeSet.objects.get().summary == "why"


@pytest.mark.parametrize(
    ("name", "pasted", "stored"),
    [
        ("arxiv", "https://arxiv.org/pdf/1909.10351v5.pdf", "1909.10351"),
        ("doi", "https://doi.org/10.18653/v1/2020.findings-emnlp.372", "10.18653/v1/2020.findings-emnlp.372"),
        ("acl", "https://aclanthology.org/2020.findings-emnlp.372/", "2020.findings-emnlp.372"),
    ],
)
def test_an_identifier_is_read_out_of_a_pasted_address(client, name, pasted, stored):
    paper = PaperFactory()
    edit(client, paper, **{name: pasted})
    assert getattr(fresh(paper), name) == stored


def test_an_identifier_of_another_paper_is_refused_with_a_link_to_it(client):
    holder = PaperFactory(short_name="Holder", arxiv="1909.10351")
    paper = PaperFactory(title="Another")
    response = edit(client, paper, arxiv="1909.10351")
    assert response.status_code == 422
    body = response.content.decode()
    assert f'<a href="{holder.get_absolute_url()}">Holder</a>' in body
    merge = f"{paper.get_absolute_url()}merge/{holder.slug}/"
    assert merge in body
    assert f'value="same:{holder.pk}"' in client.get(merge).content.decode()


def test_errors_stand_beside_their_fields_and_in_a_summary_that_leads_there(client):
    response = edit(client, PaperFactory(), title="", doi="no identifier")
    body = response.content.decode()
    assert response.status_code == 422
    assert '<a href="#id_title">Title</a>' in body and '<a href="#id_doi">DOI</a>' in body
    field = re.search(r'<input[^>]*name="doi"[^>]*>', body)[0]
    assert 'aria-invalid="true"' in field
    assert re.search(r'aria-describedby="[^"]*id_doi_error', field) and 'id="id_doi_error"' in body


def test_a_link_without_a_name_is_called_after_its_host_and_a_ticked_one_goes(client):
    paper = paper_with(title="Old", links={"https://example.org/a": "a", "https://example.org/b": "b"})
    new = {"links-2-url": "https://www.github.com/x", "links-2-label": "", "links-0-DELETE": "on"}
    assert edit(client, paper, **new).status_code == 302
    assert list(fresh(paper).links.values_list("label", "url")) == [
        ("b", "https://example.org/b"),
        ("github.com", "https://www.github.com/x"),
    ]


@pytest.mark.parametrize("url", ["javascript:alert(1)", "data:text/html,x", "ftp://example.org/x", "no address"])
def test_a_link_that_is_no_web_address_is_refused(client, url):
    paper = PaperFactory()
    assert edit(client, paper, **{"links-0-url": url, "links-0-label": "x"}).status_code == 422
    assert not fresh(paper).links.exists()


def test_one_address_stands_in_one_link(client):
    paper = paper_with(title="Old", links={"https://example.org/a": "a"})
    response = edit(client, paper, **{"links-1-url": "https://example.org/a", "links-1-label": "again"})
    assert response.status_code == 422
    assert "This address stands in two links" in text_of(response)


def test_another_row_comes_without_scripts_and_keeps_what_was_typed(client):
    paper = PaperFactory()
    row = {"links-0-url": "https://example.org/", "links-0-label": "x", "title": "Half typed", "more": "links"}
    response = edit(client, paper, **row)
    assert response.status_code == 200
    sent = fields_of(response)
    assert (sent["title"], sent["links-0-url"], sent["links-1-url"]) == ("Half typed", "https://example.org/", "")
    assert 'class="errorlist' not in response.content.decode()
    assert not ChangeSet.objects.exists()


def test_tags_are_unticked_found_and_made(client):
    old, other = TopicFactory(name_en="Old tag"), TopicFactory(name_en="Pruning", name_zh="剪枝")
    paper = paper_with(title="A", topics=[old])
    rows = {"new_tags-0-name": "剪枝", "new_tags-1-name": "Early exit", "new_tags-1-name_zh": "提前退出"}
    edit(client, paper, tags=[], **rows, **{"new_tags-TOTAL_FORMS": "2"})
    made = Topic.objects.get(name_en="Early exit", name_zh="提前退出")
    assert set(fresh(paper).topics.all()) == {other, made}


def test_a_paper_is_added_from_its_form(client):
    TopicFactory(kind="category", slug="compression")
    address = reverse("catalog:paper_new")
    sent = fields_of(client.get(address)) | {"title": "A New Work", "authors": "Ann Lee", "categories": ["compression"]}
    response = client.post(address, sent)
    paper = Paper.objects.get()
    assert response.url == paper.get_absolute_url() == "/papers/a-new-work/"
    assert [topic.slug for topic in paper.topics.all()] == ["compression"]


def test_a_title_that_is_here_is_added_only_when_it_is_said_to_be_another_work(client):
    old = PaperFactory(title="One Title")
    address = reverse("catalog:paper_new")
    sent = fields_of(client.get(address)) | {"title": "One title"}
    refused = client.post(address, sent)
    assert refused.status_code == 422
    assert old.get_absolute_url() in refused.content.decode()
    assert client.post(address, fields_of(refused) | {"is_other_work": "on"}).status_code == 302
    assert Paper.objects.count() == 2


def test_two_editors_at_a_time_are_shown_both_and_choose(client):
    paper = paper_with(title="Old", year=2019, venue_name="CoRR")
    address = reverse("catalog:paper_edit", args=[paper.slug])
    mine = fields_of(client.get(address)) | {"year": "2021", "title": "Mine", "short_name": "Nick"}
    edit(client, paper, year="2020", venue="ACL", title="Theirs")
    both = client.post(address, mine)
    assert both.status_code == 409
    assert facts_of(fresh(paper)).title == "Theirs"
    text = text_of(both)
    assert "Year 2019 2021 2020 take what is here now" in text
    assert "Venue CoRR CoRR ACL you had not touched it: theirs stays" in text
    again = fields_of(both)
    assert (again["title"], again["year"], again["venue"]) == ("Mine", "2021", "ACL")
    assert client.post(address, again | {"take": ["year"]}).status_code == 302
    facts = facts_of(fresh(paper))
    assert (facts.title, facts.year, facts.venue, facts.short_name) == ("Mine", 2020, "ACL", "Nick")


def test_a_form_that_lost_what_it_began_from_writes_nothing(client):
    paper = PaperFactory(year=2019)
    assert edit(client, paper, year="2020", was="[]").status_code == 422
    assert fresh(paper).year == 2019


def test_a_paper_is_removed_after_its_page_has_said_what_goes(client):
    paper = paper_with(title="Gone", notes=[("en", "A remark.")])
    entry = EntryFactory(paper=paper)
    address = reverse("catalog:paper_remove", args=[paper.slug])
    text = text_of(client.get(address))
    assert "1 note" in text and entry.section.paper_list.name in text
    assert Paper.objects.exists()
    assert client.post(address, {"summary": "out of scope"}).url == "/papers/"
    assert not Paper.objects.exists()


def test_names_are_suggested_by_what_they_hold(client):
    paper_with(title="A", authors=["Noémie Lee", "Bo Li"])
    assert client.get("/authors/known/", {"q": "noemie"}).json() == {"names": ["Noémie Lee"]}
    assert client.get("/authors/known/", {"q": "n"}).json() == {"names": []}


def test_the_form_costs_the_same_for_every_paper(client):
    (few,) = full_papers(1)
    links = {f"https://example.org/{number}": "x" for number in range(20)}
    many = paper_with(title="Many", authors=[f"Au Thor{n}" for n in range(20)], links=links)
    assert queries(client, few) == queries(client, many)


def queries(client, paper) -> int:
    address = reverse("catalog:paper_edit", args=[paper.slug])
    client.get(address)
    with CaptureQueriesContext(connection) as captured:
        client.get(address)
    return len(captured)
