"""/api/v1/readings/: one's own list, seen and changed by its owner alone."""

import pytest

from catalog.api.tokens import issue_token
from catalog.models import Reading
from tests.catalog.stock import paper_with

pytestmark = pytest.mark.django_db
MINE = "/api/v1/readings/"
JSON = "application/json"


@pytest.fixture(autouse=True)
def _papers(settings):
    settings.OPEN_TO_ANYONE = False
    for slug in ("a", "b"):
        paper_with(title=slug.upper(), slug=slug)


@pytest.fixture
def reader(django_user_model):
    """Headers of somebody's token, no editor."""

    def headers(name: str) -> dict:
        user = django_user_model.objects.create_user(name)
        return {"Authorization": f"Bearer {issue_token(user=user, name='t', scopes=['read', 'write'])[1]}"}

    return headers


def add(client, headers, **body):
    return client.post(MINE, {"status": "to_read", **body}, content_type=JSON, headers=headers)


def test_nobody_reads_a_list_without_being_somebody(client):
    assert client.get(MINE).status_code == 401
    assert add(client, {}, paper="a").status_code == 401


def test_a_reader_keeps_a_list_that_others_do_not_see(client, reader):
    ada, grace = reader("ada"), reader("grace")
    made = add(client, ada, paper="a", note="Read *again*.")
    assert (made.status_code, made.json()["note"]) == (201, "Read *again*.")
    assert [row["paper"] for row in client.get(MINE, headers=ada).json()["results"]] == ["a"]
    assert client.get(MINE, headers=grace).json()["results"] == []
    assert client.get(made["Location"], headers=grace).status_code == 404


def test_a_paper_stands_on_a_list_once(client, reader):
    ada = reader("ada")
    add(client, ada, paper="a")
    assert add(client, ada, paper="a", status="read").status_code == 409
    assert Reading.objects.get().status == "to_read"


def test_a_row_is_changed_over_what_was_seen_and_taken_off(client, reader):
    ada = reader("ada")
    row = add(client, ada, paper="a")
    changed = client.patch(
        row["Location"], {"status": "read"}, content_type=JSON, headers=ada | {"If-Match": row["ETag"]}
    )
    assert (changed.status_code, changed.json()["status"]) == (200, "read")
    stale = client.delete(row["Location"], headers=ada | {"If-Match": row["ETag"]})
    gone = client.delete(row["Location"], headers=ada | {"If-Match": changed["ETag"]})
    assert (stale.status_code, gone.status_code) == (412, 204)
    assert not Reading.objects.exists()


def test_a_row_is_put_in_another_place(client, reader):
    ada = reader("ada")
    for slug in ("a", "b"):
        add(client, ada, paper=slug)
    client.patch(f"{MINE}b/", {"place": 1}, content_type=JSON, headers=ada | {"If-Match": "*"})
    assert [row["paper"] for row in client.get(MINE, headers=ada).json()["results"]] == ["b", "a"]


@pytest.mark.parametrize(
    ("body", "status"),
    [({"paper": "none"}, 404), ({"paper": "a", "status": "never"}, 400), ({"paper": "a", "place": 0}, 400)],
)
def test_what_makes_no_sense_is_not_kept(client, reader, body, status):
    assert add(client, reader("ada"), **body).status_code == status
    assert not Reading.objects.exists()
