"""The administration pages open, find rows, and keep the search in step."""

import pytest
from django.urls import reverse

from catalog.models import Paper
from tests.catalog.factories import EntryFactory, NoteFactory, PaperFactory, TopicFactory

NAMES = ["paper", "author", "venue", "topic", "paperlist", "section", "import"]


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
