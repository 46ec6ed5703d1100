"""Writing papers, notes and tags: what is stored, what is recorded, what is refused."""

import pytest

from catalog.models import ChangeSet, Note, Paper, Topic
from tests.catalog.stock import TopicFactory, paper_with

pytestmark = pytest.mark.django_db
JSON = "application/json"
GIVEN = {
    "title": "Distilling the Knowledge in a Neural Network",
    "authors": ["Geoffrey Hinton", "Oriol Vinyals", "Jeff Dean"],
    "year": 2015,
    "venue": "NIPS Workshop",
    "identifiers": {"arxiv": "https://arxiv.org/abs/1503.02531v1"},
    "alternative_titles": ["Distilling knowledge"],
    "links": [{"label": "pdf", "url": "https://arxiv.org/pdf/1503.02531"}],
    "categories": ["distillation"],
    "summary": "From the reading list.",
}


@pytest.fixture(autouse=True)
def _category():
    TopicFactory(slug="distillation")


def post(client, address: str, body: dict):
    return client.post(address, body, content_type=JSON)


def patch(client, address: str, body: dict):
    return client.patch(address, body, content_type=JSON, headers={"If-Match": "*"})


# --- papers -------------------------------------------------------------------------------------------------------
def test_a_paper_is_added_with_all_that_was_given(client):
    response = post(client, "/api/v1/papers/", GIVEN)
    body = response.json()
    assert response.status_code == 201
    assert response["Location"] == body["url"] and client.get(body["url"]).json() == body
    assert body["authors"] == GIVEN["authors"]
    assert body["identifiers"] == {"doi": "", "arxiv": "1503.02531", "acl": ""}
    assert (body["venue"], body["links"], body["categories"]) == ("NIPS Workshop", GIVEN["links"], ["distillation"])


def test_an_added_paper_is_found_and_stands_in_the_history(client):
    post(client, "/api/v1/papers/", GIVEN)
    assert len(client.get("/api/v1/papers/?search=vinyals").json()["results"]) == 1
    assert ChangeSet.objects.get().summary == "From the reading list."


def test_what_a_change_leaves_out_stays(client):
    slug = post(client, "/api/v1/papers/", GIVEN).json()["slug"]
    body = patch(client, f"/api/v1/papers/{slug}/", {"year": 2016, "identifiers": {"doi": "10.1000/x"}}).json()
    assert (body["year"], body["title"], body["authors"]) == (2016, GIVEN["title"], GIVEN["authors"])
    assert body["identifiers"] == {"doi": "10.1000/x", "arxiv": "1503.02531", "acl": ""}
    assert body["categories"] == ["distillation"]


def test_an_empty_list_and_null_empty_a_field(client):
    slug = post(client, "/api/v1/papers/", GIVEN).json()["slug"]
    body = patch(client, f"/api/v1/papers/{slug}/", {"year": None, "links": [], "categories": [], "venue": ""}).json()
    assert (body["year"], body["links"], body["categories"], body["venue"]) == (None, [], [], None)


def test_an_identifier_that_another_paper_has_is_a_conflict(client):
    paper_with(title="Other", slug="other", arxiv="1503.02531")
    response = post(client, "/api/v1/papers/", GIVEN)
    assert response.status_code == 409
    assert (response.json()["field"], response.json()["paper"]) == ("arxiv", "other")
    assert Paper.objects.count() == 1


def test_a_title_that_is_here_is_a_conflict_unless_it_is_another_work(client):
    paper_with(title=GIVEN["title"], slug="here")
    assert post(client, "/api/v1/papers/", GIVEN).status_code == 409
    assert post(client, "/api/v1/papers/", GIVEN | {"is_other_work": True}).status_code == 201


@pytest.mark.parametrize(
    ("change", "where"),
    [
        ({"title": ""}, "title"),
        ({"title": 5}, "title"),
        ({"year": "2015"}, "year"),
        ({"year": 10**30}, "year"),
        ({"year": True}, "year"),
        ({"authors": ["x" * 256]}, "authors"),
        ({"identifiers": {"doi": "nothing"}}, "identifiers"),
        ({"links": [{"label": "x", "url": "javascript:alert(1)"}]}, "links"),
        ({"links": GIVEN["links"] * 2}, "links"),
        ({"tags": ["unknown"]}, "tags"),
        ({"titel": "T"}, "titel"),
        ({"summary": "x" * 501}, "summary"),
    ],
)
def test_what_is_wrong_is_named_and_nothing_is_written(client, change, where):
    response = post(client, "/api/v1/papers/", GIVEN | change)
    assert response.status_code == 400
    assert list(response.json()["errors"]) == [where]
    assert not Paper.objects.exists()


def test_a_misspelt_field_is_told_the_nearest(client):
    errors = post(client, "/api/v1/papers/", GIVEN | {"titel": "T"}).json()["errors"]
    assert errors == {"titel": ["There is no such field. Did you mean “title”?"]}


def test_a_removed_paper_is_gone_with_its_notes(client):
    paper_with(title="T", slug="t", notes=[("en", "A note.")])
    assert client.delete("/api/v1/papers/t/", headers={"If-Match": "*"}).status_code == 204
    assert not Paper.objects.exists() and not Note.objects.exists()
    assert ChangeSet.objects.count() == 1


# --- notes --------------------------------------------------------------------------------------------------------
def test_a_note_is_added_changed_and_removed(client):
    paper_with(title="T", slug="t")
    made = post(client, "/api/v1/papers/t/notes/", {"language": "zh", "body": " 一句话。\n\n* 两点\n"})
    assert (made.status_code, made.json()["body"]) == (201, " 一句话。\n\n* 两点\n")
    address = made["Location"]
    assert patch(client, address, {"body": "Another."}).json()["body"] == "Another."
    assert Note.objects.get().language == "zh"
    assert client.delete(address, headers={"If-Match": "*"}).status_code == 204
    assert not Note.objects.exists() and ChangeSet.objects.count() == 3


def test_a_note_is_found_under_its_own_paper_alone(client):
    note = paper_with(title="T", slug="t", notes=[("en", "A note.")]).notes.get()
    paper_with(title="U", slug="u")
    assert client.get(f"/api/v1/papers/u/notes/{note.pk}/").status_code == 404
    assert client.get("/api/v1/papers/none/notes/").status_code == 404
    assert patch(client, f"/api/v1/papers/u/notes/{note.pk}/", {"body": "x"}).status_code == 404


# --- tags ---------------------------------------------------------------------------------------------------------
def test_a_tag_is_made_and_a_paper_carries_it(client):
    paper_with(title="T", slug="t")
    made = post(client, "/api/v1/tags/", {"name_en": "Attention", "name_zh": "注意力"})
    assert (made.status_code, made.json()["slug"], made.json()["paper_count"]) == (201, "attention", 0)
    patch(client, "/api/v1/papers/t/", {"tags": ["attention"]})
    assert client.get(made["Location"]).json()["paper_count"] == 1


def test_a_name_that_is_taken_is_a_conflict(client):
    TopicFactory(kind="tag", slug="attention", name_en="Attention")
    response = post(client, "/api/v1/tags/", {"name_en": "attention"})
    assert (response.status_code, response.json()["tag"]) == (409, "attention")
    assert Topic.objects.tags().count() == 1


def test_categories_are_not_written_by_programs(client):
    response = post(client, "/api/v1/categories/", {"name_en": "New"})
    assert (response.status_code, response["Allow"]) == (405, "GET, HEAD, OPTIONS")
