"""Changes made at /admin/ are recorded and can be taken back; the history itself is only looked at there."""

import pytest
from django.urls import reverse

from catalog.history.restoring import undo_changeset
from catalog.models import Change, ChangeSet, Entry, FormerAddress, Note, Paper, Verdict
from tests.catalog.factories import AuthorFactory, EntryFactory, NoteFactory, PaperFactory, SectionFactory, TopicFactory

pytestmark = pytest.mark.django_db
_INLINES = ("authorships", "alternative_titles", "links", "notes")


def forms(**rows: list[dict]) -> dict:
    """What a browser sends for a page's inline forms."""
    data = {}
    for prefix, values in rows.items():
        data |= {f"{prefix}-TOTAL_FORMS": len(values), f"{prefix}-INITIAL_FORMS": sum("id" in each for each in values)}
        data |= {f"{prefix}-{n}-{name}": value for n, each in enumerate(values) for name, value in each.items()}
    return data


def save(client, row, values, **inlines):
    inlines = inlines or {name: [] for name in _INLINES}
    address = reverse(f"admin:catalog_{row._meta.model_name}_change", args=[row.pk])
    answer = client.post(address, values | forms(**inlines))
    assert answer.status_code == 302, answer.context["errors"]


def delete(client, row):
    address = reverse(f"admin:catalog_{row._meta.model_name}_delete", args=[row.pk])
    assert client.post(address, {"post": "yes"}).status_code == 302


def test_an_edit_of_a_paper_and_its_note_is_one_step(admin_client, admin_user):
    note = NoteFactory(body="old", paper__title="Old", paper__slug="p")
    row = {"id": note.pk, "paper": note.paper_id, "language": "en", "body": "new"}
    save(admin_client, note.paper, {"title": "New", "slug": "p"}, **{name: [] for name in _INLINES} | {"notes": [row]})
    step = ChangeSet.objects.get()
    assert step.actor == admin_user
    assert {(change.target, change.label) for change in step.changes.all()} == {("paper", "New"), ("note", "new")}


def test_a_paper_added_is_recorded_as_made(admin_client):
    note = {"language": "en", "body": "A remark."}
    inlines = {name: [] for name in _INLINES} | {"notes": [note]}
    answer = admin_client.post(reverse("admin:catalog_paper_add"), {"title": "New", "slug": "new"} | forms(**inlines))
    assert answer.status_code == 302
    assert set(Change.objects.values_list("target", "before")) == {("paper", None), ("note", None)}


def test_a_form_with_a_fault_records_nothing(admin_client):
    paper = PaperFactory(title="Old")
    address = reverse("admin:catalog_paper_change", args=[paper.pk])
    answer = admin_client.post(address, {"title": ""} | forms(**{name: [] for name in _INLINES}))
    assert answer.status_code == 200
    assert not ChangeSet.objects.exists()


def test_a_new_slug_leaves_the_old_address_redirecting(admin_client):
    paper = PaperFactory(slug="old")
    save(admin_client, paper, {"title": paper.title, "slug": "new"})
    assert FormerAddress.objects.get().slug == "old"


def test_what_is_deleted_can_be_brought_back(admin_client):
    paper = NoteFactory().paper
    delete(admin_client, paper)
    assert not Paper.objects.exists()
    undo_changeset(changeset=ChangeSet.objects.get(), actor=None)
    assert (Paper.objects.get(), Note.objects.count()) == (paper, 1)


def test_many_deleted_at_once_can_be_brought_back(admin_client):
    topics = [TopicFactory(), TopicFactory()]
    data = {"action": "delete_selected", "_selected_action": [topic.pk for topic in topics], "post": "yes"}
    admin_client.post(reverse("admin:catalog_topic_changelist"), data)
    assert set(Change.objects.values_list("target", "after")) == {("topic", None)}
    assert Change.objects.count() == 2


def test_an_edit_of_a_section_is_one_of_its_list(admin_client):
    entry = EntryFactory(section__name_en="Old")
    section = entry.section
    values = {"paper_list": section.paper_list_id, "position": 1, "name_en": "New"}
    save(admin_client, section, values, entries=[])
    change = Change.objects.get()
    assert (change.target, change.target_id) == ("list", section.paper_list_id)
    assert change.after["sections"][0]["name_en"] == "New"


def test_a_section_deleted_is_a_change_of_its_list(admin_client):
    entry = EntryFactory(section=SectionFactory())
    delete(admin_client, entry.section)
    undo_changeset(changeset=ChangeSet.objects.get(), actor=None)
    assert Entry.objects.get().paper == entry.paper


def test_an_authors_new_name_is_a_change_of_the_papers(admin_client):
    author = AuthorFactory(name="Ada Lee")
    paper = PaperFactory(authors=["Ada Lee"])
    save(admin_client, author, {"name": "Ada B. Lee", "key": author.key}, x=[])
    change = Change.objects.get()
    assert (change.target_id, change.after["authors"]) == (paper.pk, ["Ada B. Lee"])


@pytest.mark.parametrize("name", ["changeset", "change", "verdict", "formeraddress", "paperversion"])
def test_the_history_is_only_looked_at(admin_client, name):
    first, second = PaperFactory(), PaperFactory()
    first.former_addresses.create(slug="old")
    first.versions.create(title="x")
    Verdict.objects.create(first=first, second=second, kind="different")
    Change.objects.create(changeset=ChangeSet.objects.create(kind="edit"), target="paper", target_id=first.pk)
    assert admin_client.get(reverse(f"admin:catalog_{name}_changelist")).status_code == 200
    assert admin_client.get(reverse(f"admin:catalog_{name}_add")).status_code == 403
    row = {"changeset": ChangeSet, "change": Change, "verdict": Verdict}.get(name)
    if row:
        address = reverse(f"admin:catalog_{name}_change", args=[row.objects.get().pk])
        assert admin_client.get(address).status_code == 200
        assert admin_client.post(address, {}).status_code == 403
