"""ETag, If-None-Match and If-Match: nothing is sent twice, nobody's change is lost unseen."""

import pytest

from catalog.editing import notes as annotating
from catalog.editing import papers as editing
from catalog.editing.facts import facts_of
from catalog.models import Paper, Topic
from tests.catalog.factories import EntryFactory, NoteFactory, SectionFactory
from tests.catalog.stock import TopicFactory, paper_with

pytestmark = pytest.mark.django_db
PAPER = "/api/v1/papers/t/"


@pytest.fixture
def paper():
    return paper_with(title="T", slug="t", notes=[("en", "A note.")])


def etag(client, address=PAPER, **query) -> str:
    return client.get(address, query)["ETag"]


def patch(client, address, body, tag):
    headers = {} if tag is None else {"If-Match": tag}
    return client.patch(address, body, content_type="application/json", headers=headers)


@pytest.mark.parametrize("address", [PAPER, "/api/v1/papers/", "/api/v1/lists/", "/api/v1/papers/t/notes/"])
def test_what_the_reader_has_is_not_sent_again(client, paper, address):
    tag = etag(client, address)
    again = client.get(address, headers={"If-None-Match": tag})
    assert (again.status_code, again.content, again["ETag"]) == (304, b"", tag)


def test_a_tag_is_strong_and_another_for_other_fields(client, paper):
    assert etag(client).startswith('"')
    assert etag(client) != etag(client, fields="slug")


def test_a_change_of_a_note_is_a_new_tag_of_its_paper(client, paper):
    tag = etag(client)
    note = paper.notes.get()
    annotating.change_note(note=note, language="en", body="Another.", seen=note.body, actor=None)
    assert client.get(PAPER, headers={"If-None-Match": tag}).status_code == 200


def test_a_write_without_if_match_is_refused(client, paper):
    response = patch(client, PAPER, {"title": "New"}, None)
    assert response.status_code == 428
    assert Paper.objects.get().title == "T"


def test_a_write_over_what_was_not_seen_is_refused(client, paper):
    tag = etag(client)
    before = facts_of(paper)
    editing.change_paper(paper=paper, facts=editing.Facts(title="Theirs"), seen=before, actor=None)
    response = patch(client, PAPER, {"title": "Mine"}, tag)
    assert response.status_code == 412
    assert Paper.objects.get().title == "Theirs"


@pytest.mark.parametrize("query", [{}, {"fields": "title"}])
def test_a_write_over_what_was_seen_goes_through_and_gives_the_next_tag(client, paper, query):
    response = patch(client, PAPER, {"title": "New"}, etag(client, **query))
    assert (response.status_code, response.json()["title"]) == (200, "New")
    assert response["ETag"] == etag(client)


@pytest.mark.parametrize("form", ["W/{}", '"other", {}', "*"])
def test_if_match_takes_several_tags_compressed_ones_and_any(client, paper, form):
    assert patch(client, PAPER, {"title": "New"}, form.format(etag(client))).status_code == 200


def test_compression_keeps_a_tag_usable(client):
    paper_with(title="T", slug="t", notes=[("en", "A note. " * 100)])
    tag = client.get(PAPER, headers={"Accept-Encoding": "gzip"})["ETag"]
    assert tag.startswith("W/")
    assert patch(client, PAPER, {"title": "New"}, tag).status_code == 200


def test_a_lists_tag_moves_with_its_entries(client, paper):
    section = SectionFactory(paper_list__slug="kd")
    before = etag(client, "/api/v1/lists/kd/").split("-")[0]
    EntryFactory(section=section, paper=paper)
    assert etag(client, "/api/v1/lists/kd/").split("-")[0] != before


def test_a_tags_tag_is_deaf_to_how_many_papers_carry_it(client, paper):
    tag = TopicFactory(kind="tag", slug="pruning")
    seen = etag(client, "/api/v1/tags/pruning/")
    paper.topics.add(tag)
    assert patch(client, "/api/v1/tags/pruning/", {"name_zh": "剪枝"}, seen).status_code == 200
    assert Topic.objects.get(slug="pruning").name_zh == "剪枝"


@pytest.mark.parametrize("address", [PAPER, "/api/v1/tags/pruning/"])
def test_a_removal_takes_if_match(client, paper, address):
    TopicFactory(kind="tag", slug="pruning")
    assert client.delete(address).status_code == 428
    assert client.delete(address, headers={"If-Match": etag(client, address)}).status_code == 204
    assert client.get(address).status_code == 404


def test_a_notes_version_is_its_own(client, paper):
    note = f"/api/v1/papers/t/notes/{paper.notes.get().pk}/"
    seen = etag(client, note)
    NoteFactory(paper=paper, language="zh")
    assert patch(client, note, {"body": "Better."}, seen).status_code == 200
