"""Writing curated lists: words, sections, entries and their order, all at once."""

import pytest

from catalog.models import ChangeSet, PaperList, Section
from tests.catalog.factories import PaperListFactory, SectionFactory
from tests.catalog.stock import paper_with

pytestmark = pytest.mark.django_db
JSON = "application/json"
KD = "/api/v1/lists/kd/"


@pytest.fixture(autouse=True)
def papers():
    return [paper_with(title=name.upper(), slug=name) for name in ("a", "b", "c")]


@pytest.fixture
def kd(papers):
    """Two sections: Outer holds a and b, Inner below it holds c."""
    paper_list = PaperListFactory(slug="kd", name_en="Distillation", name_zh="蒸馏")
    outer = SectionFactory(paper_list=paper_list, name_en="Outer", name_zh="外", position=1)
    inner = SectionFactory(paper_list=paper_list, name_en="Inner", parent=outer, position=2)
    for section, number, paper in [(outer, 1, papers[0]), (outer, 2, papers[1]), (inner, 1, papers[2])]:
        section.entries.create(paper=paper, position=number)
    return paper_list


def patch(client, body: dict, tag: str = "*"):
    return client.patch(KD, body, content_type=JSON, headers={"If-Match": tag})


def shape(sections: list[dict]) -> list:
    """(heading, slugs, sections below) of each."""
    return [(s["name_en"], [entry["paper"]["slug"] for entry in s["entries"]], shape(s["sections"])) for s in sections]


def as_sent(sections: list[dict]) -> list[dict]:
    """What a program that read the list would send back."""
    return [
        {
            "id": section["id"],
            "entries": [entry["paper"]["slug"] for entry in section["entries"]],
            "sections": as_sent(section["sections"]),
        }
        for section in sections
    ]


def test_a_list_is_made_with_its_sections(client):
    body = {"name_en": "To begin", "name_zh": "入门", "sections": [{"name_en": "First", "entries": ["b", "a"]}]}
    response = client.post("/api/v1/lists/", body, content_type=JSON)
    assert (response.status_code, response.json()["slug"]) == (201, "to-begin")
    assert shape(client.get(response["Location"]).json()["sections"]) == [("First", ["b", "a"], [])]


def test_a_slug_that_is_taken_is_a_conflict(client, kd):
    response = client.post("/api/v1/lists/", {"name_en": "Other", "slug": "kd"}, content_type=JSON)
    assert response.status_code == 409
    assert PaperList.objects.count() == 1


def test_what_was_read_and_sent_back_changes_nothing(client, kd):
    before = client.get(KD).json()
    after = patch(client, {"sections": as_sent(before["sections"])}).json()
    assert after == before
    assert not ChangeSet.objects.exists()


def test_entries_and_sections_move_and_keep_their_names(client, kd):
    (outer,) = client.get(KD).json()["sections"]
    (inner,) = outer["sections"]
    sent = [{"id": inner["id"], "entries": ["b", "c"]}, {"id": outer["id"], "entries": ["a"]}]
    body = patch(client, {"sections": sent}).json()
    assert shape(body["sections"]) == [("Inner", ["b", "c"], []), ("Outer", ["a"], [])]
    assert body["sections"][1]["name_zh"] == "外"
    assert ChangeSet.objects.count() == 1


def test_words_alone_leave_the_sections(client, kd):
    body = patch(client, {"description_en": "What small models learn."}).json()
    assert (body["description_en"], body["name_zh"]) == ("What small models learn.", "蒸馏")
    assert shape(body["sections"]) == [("Outer", ["a", "b"], [("Inner", ["c"], [])])]


def test_a_section_left_out_goes_with_its_entries(client, kd):
    body = patch(client, {"sections": [{"name_en": "New", "entries": ["c"]}]}).json()
    assert shape(body["sections"]) == [("New", ["c"], [])]
    assert Section.objects.count() == 1


def deep(levels: int) -> list[dict]:
    return [{"name_en": "x", "sections": deep(levels - 1)}] if levels else []


@pytest.mark.parametrize(
    ("sections", "status"),
    [
        ([{"entries": ["none"]}], 400),
        ([{"entries": ["a", "a"]}], 400),
        ([{"titel": "x"}], 400),
        (deep(6), 400),
        (deep(25), 400),
        ([{"id": 999_999}], 422),
    ],
)
def test_sections_that_cannot_be_leave_the_list_as_it_was(client, kd, sections, status):
    before = client.get(KD).json()
    assert patch(client, {"sections": sections}).status_code == status
    assert client.get(KD).json() == before


def test_a_section_of_another_list_is_not_taken_along(client, kd):
    other = SectionFactory(name_en="Theirs")
    assert patch(client, {"sections": [{"id": other.pk}]}).status_code == 422
    assert Section.objects.get(pk=other.pk).paper_list != kd


def test_an_order_that_changed_meanwhile_is_not_overwritten(client, kd):
    tag = client.get(KD)["ETag"]
    patch(client, {"sections": [{"entries": ["a"]}]})
    assert patch(client, {"sections": [{"entries": ["b"]}]}, tag).status_code == 412


def test_a_removed_list_leaves_its_papers(client, kd):
    assert client.delete(KD, headers={"If-Match": client.get(KD)["ETag"]}).status_code == 204
    assert not PaperList.objects.exists()
    assert client.get("/api/v1/papers/?count=true").json()["count"] == 3


def test_changes_of_a_list_are_told_newest_first(client, kd):
    patch(client, {"name_en": "One", "summary": "shorter"})
    patch(client, {"name_en": "Two"})
    rows = client.get(f"{KD}changes/").json()["results"]
    assert [(row["before"]["name_en"], row["after"]["name_en"]) for row in rows] == [
        ("One", "Two"),
        ("Distillation", "One"),
    ]
    assert rows[1]["step"]["summary"] == "shorter" and rows[1]["step"]["actor"] is None
