"""The administration pages open, find rows, and keep the search in step."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from catalog.models import Paper
from tests.catalog.factories import AuthorFactory, EntryFactory, NoteFactory, PaperFactory, TopicFactory

NAMES = ["paper", "note", "author", "venue", "topic", "paperlist", "section", "import"]


@pytest.mark.parametrize("name", NAMES)
def test_lists_open_and_search(admin_client, name):
    NoteFactory(paper__authors=["Ann Lee"], paper__venue_name="ACL")
    TopicFactory()
    EntryFactory()
    response = admin_client.get(reverse(f"admin:catalog_{name}_changelist"), {"q": "x"})
    assert response.status_code == 200


def test_paper_form_opens_and_saving_keeps_key_and_search_in_step(admin_client):
    paper = PaperFactory(title="Old Name")
    address = reverse("admin:catalog_paper_change", args=[paper.pk])
    assert b"Old Name" in admin_client.get(address).content
    inlines = ("authorships", "alternative_titles", "links", "notes")
    counts = {f"{name}-{part}_FORMS": 0 for name in inlines for part in ("TOTAL", "INITIAL")}
    response = admin_client.post(address, {"title": "New Name", "slug": "new-name", **counts})
    assert response.status_code == 302
    paper.refresh_from_db()
    assert (paper.title_key, Paper.objects.search("new name").get()) == ("newname", paper)


def test_the_entrance_names_the_site_and_leads_to_its_own_pages(admin_client):
    body = admin_client.get("/admin/").content.decode()
    assert "Distillery" in body and "Daily work happens" in body
    assert all(f'href="{address}"' in body for address in ("/papers/", "/tags/", "/import/", "/health/", "/changes/"))


def test_keys_follow_names_and_are_no_field_to_fill(admin_client):
    paper = PaperFactory(title="A")
    address = reverse("admin:catalog_paper_change", args=[paper.pk])
    counts = {
        f"{name}-{part}_FORMS": 0
        for name in ("authorships", "alternative_titles", "links", "notes")
        for part in ("TOTAL", "INITIAL")
    }
    other = {"alternative_titles-TOTAL_FORMS": 1, "alternative_titles-0-title": "The Preprint: A"}
    assert admin_client.post(address, {"title": "A", "slug": "a", **counts, **other}).status_code == 302
    assert paper.alternative_titles.get().title_key == "thepreprinta"
    author = AuthorFactory(name="J. Devlim")
    admin_client.post(reverse("admin:catalog_author_change", args=[author.pk]), {"name": "J. Devlin"})
    author.refresh_from_db()
    assert author.key == "jdevlin"


def test_a_paper_with_versions_and_former_addresses_can_be_deleted(admin_client):
    paper = NoteFactory().paper
    paper.versions.create(title="The preprint")
    paper.former_addresses.create(slug="old")
    response = admin_client.post(reverse("admin:catalog_paper_delete", args=[paper.pk]), {"post": "yes"})
    assert response.status_code == 302
    assert not Paper.objects.exists()


@pytest.mark.parametrize("name", NAMES)
def test_a_list_costs_the_same_with_2_rows_and_with_20(admin_client, name):
    address = reverse(f"admin:catalog_{name}_changelist")
    admin_client.get(address)
    counts = []
    for number in (2, 18):
        for row in range(number):
            note = NoteFactory(paper__authors=[f"Au Thor{number}{row}"], paper__venue_name=f"Venue {number}{row}")
            note.paper.topics.add(TopicFactory())
            EntryFactory(paper=note.paper)
        with CaptureQueriesContext(connection) as captured:
            admin_client.get(address)
        counts.append(len(captured))
    assert counts[0] == counts[1]
