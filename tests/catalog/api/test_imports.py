"""/api/v1/imports/: a document given, looked at, taken in, taken back."""

import pytest
from django.utils import timezone

from catalog.models import Import, Paper
from tests.catalog.stock import paper_with

pytestmark = pytest.mark.django_db
IMPORTS = "/api/v1/imports/"
BIBTEX = """@article{one, title = {A first study of small models}, author = {Ada One}, year = 2020}
@article{two, title = {A second study of small models}, author = {Bob Two}, year = 2021}
@article{broken, title = {Never closed
"""


def give(client, data: str | bytes = BIBTEX, content_type: str = "application/x-bibtex", query: str = ""):
    return client.post(IMPORTS + query, data, content_type=content_type)


def test_a_document_is_read_and_nothing_is_written(client):
    response = give(client, query="?name=mine.bib")
    body = response.json()
    assert response.status_code == 201
    assert (body["format"], body["name"], body["state"]) == ("bibtex", "mine.bib", "preview")
    assert (body["counts"]["new"], body["counts"]["problem"]) == (2, 1)
    assert not Paper.objects.exists()


def test_json_carries_a_document_too(client):
    body = give(client, {"text": BIBTEX, "name": "mine.bib"}, "application/json").json()
    assert (body["format"], body["counts"]["new"]) == ("bibtex", 2)


def test_its_entries_are_told_one_by_one(client):
    paper_with(title="A first study of small models", slug="first", authors=["Ada One"])
    items = give(client).json()["items"]
    rows = client.get(items).json()["results"]
    assert [(row["verdict"], row["line"], row["paper"]) for row in rows] == [
        ("here", 1, "first"),
        ("new", 2, None),
        ("problem", 3, None),
    ]
    assert "Never closed" in rows[2]["text"] and rows[2]["message"]
    assert len(client.get(items, {"verdict": "new"}).json()["results"]) == 1
    assert client.get(items, {"verdict": "bad"}).status_code == 400


def test_an_import_is_taken_in_once_and_back_as_a_whole(client):
    address = give(client)["Location"]
    accepted = [client.post(f"{address}accept/") for _ in range(2)]
    assert [answer.json()["state"] for answer in accepted] == ["accepted", "accepted"]
    assert Paper.objects.count() == 2
    undone = client.post(f"{address}undo/")
    assert undone.status_code == 200 and undone.json()["undone_at"]
    assert not Paper.objects.exists()


@pytest.mark.parametrize(
    ("data", "content_type", "status"),
    [
        ("", "application/x-bibtex", 422),
        ("Nothing of the kind.", "application/x-bibtex", 422),
        ("x", "image/png", 415),
        ({"text": BIBTEX, "format": "pdf"}, "application/json", 400),
        ({}, "application/json", 400),
    ],
)
def test_what_is_no_document_is_refused(client, data, content_type, status):
    response = give(client, data, content_type)
    assert (response.status_code, response["Content-Type"]) == (status, "application/problem+json")
    assert not Import.objects.exists()


def test_a_document_past_the_limit_is_refused(client, settings):
    settings.IMPORT_MAX_BYTES = 50
    assert give(client).status_code == 413


def test_only_editors_see_imports(client, settings, django_user_model):
    address = give(client)["Location"]
    settings.OPEN_TO_ANYONE = False
    assert client.get(IMPORTS).status_code == 401
    client.force_login(django_user_model.objects.create_user("ada"))
    assert client.get(address).status_code == 403
    assert client.post(f"{address}accept/").status_code == 403
    assert not Paper.objects.exists()


def test_an_import_is_its_givers(client, settings, django_user_model):
    ada, grace = (django_user_model.objects.create_superuser(name) for name in ("ada", "grace"))
    client.force_login(ada)
    address = give(client)["Location"]
    client.force_login(grace)
    assert client.get(address).status_code == 404
    assert client.get(IMPORTS).json()["results"] == []


def test_progress_is_told_while_it_is_taken_in_and_at_no_other_time(client):
    address = give(client)["Location"]
    assert client.get(address).json()["progress"] is None
    Import.objects.update(state="accepting")
    Import.objects.get().items.filter(number=1).update(stored_at=timezone.now())
    assert client.get(address).json()["progress"] == {"done": 1, "total": 2}
