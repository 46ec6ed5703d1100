"""Pairs that may be one work are found by what they share, told with their reasons, and judged once."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from catalog import search
from catalog.history.removing import remove
from catalog.history.restoring import undo_changeset
from catalog.models import ChangeSet, Paper, Verdict
from catalog.works import duplicates
from catalog.works.comparing import compared
from catalog.works.identity import rekey
from catalog.works.versions import other_versions
from tests.catalog.factories import NoteFactory, PaperFactory

pytestmark = pytest.mark.django_db
TITLE = "Distilling Small Models From Large Ones"


def paper(title=TITLE, **facts) -> Paper:
    made = PaperFactory(**{"title": title, "slug": f"p{Paper.objects.count()}", "authors": ["Ada Lee"], **facts})
    rekey([made.pk])
    search.reindex([made.pk])
    return made


def reasons() -> list[list[str]]:
    return [pair.reasons for pair in compared(duplicates.suspects())]


def test_one_title_in_two_years_is_told_with_the_years():
    paper(year=2019)
    paper(year=2020)
    assert reasons() == [["same title", "same authors", "years 2019 and 2020"]]


def test_titles_that_differ_in_one_word_are_told_so():
    paper(year=2020)
    paper(TITLE.replace("Ones", "One"), year=2020)
    assert reasons() == [["titles differ in one word", "same authors", "both 2020"]]


def test_one_identifier_in_two_forms_is_enough():
    first = paper("Preprint of it", arxiv="1901.00001", authors=["A B"])
    second = paper("Quite another title", doi="10.48550/arxiv.1901.00001", authors=["C D"])
    third = paper("A third title", acl="2020.acl-main.1", authors=["E F"])
    fourth = paper("Something else", doi="10.18653/v1/2020.acl-main.1", authors=["G H"])
    assert {each.pair for each in duplicates.suspects()} == {(first.pk, second.pk), (third.pk, fourth.pk)}
    assert reasons()[0][0] == "one identifier"


def test_a_version_that_is_a_paper_of_its_own_is_found():
    first = paper()
    first.versions.create(title="x", arxiv="1901.00001")
    second = paper("Quite another title", arxiv="1901.00001", authors=["C D"])
    assert [each.pair for each in duplicates.suspects()] == [(first.pk, second.pk)]


@pytest.mark.parametrize(
    ("title", "other"),
    [("A Study of Models, Part I", "A Study of Models, Part II"), ("On Models 2019", "On Models 2020"), ("One", "Two")],
)
def test_works_that_only_begin_alike_are_left_alone(title, other):
    paper(title)
    paper(other)
    assert duplicates.suspects() == []


def test_a_pair_that_was_judged_is_not_asked_again():
    first, second = paper(year=2019), paper(year=2020)
    verdict = duplicates.judge(first=second, second=first, kind="different", actor=None)
    assert duplicates.suspects() == []
    assert (verdict.first, verdict.second) == (first, second)


def test_a_verdict_taken_back_asks_again():
    verdict = duplicates.judge(first=paper(), second=paper(), kind="versions", actor=None)
    duplicates.ask_again(verdict=verdict)
    assert len(duplicates.suspects()) == 1


def test_the_latest_verdict_counts():
    first, second = paper(), paper()
    for kind in ("different", "versions"):
        duplicates.judge(first=first, second=second, kind=kind, actor=None)
    assert Verdict.objects.get().kind == "versions"


def test_versions_name_each_other():
    first, second = paper(), paper()
    kept = first.versions.create(title="A draft")
    duplicates.judge(first=first, second=second, kind="versions", actor=None)
    assert other_versions(first) == [second, kept]
    assert other_versions(second) == [first]


def test_different_works_are_no_versions():
    first, second = paper(), paper()
    duplicates.judge(first=first, second=second, kind="different", actor=None)
    assert other_versions(first) == []


def test_a_verdict_moves_the_time_of_change_of_both():
    first, second = paper(), paper()
    duplicates.judge(first=first, second=second, kind="versions", actor=None)
    assert all(
        row.updated_at > made.updated_at
        for row, made in zip(Paper.objects.order_by("pk"), (first, second), strict=True)
    )


def test_a_merge_taken_back_asks_again():
    first, second = paper(), paper()
    step = duplicates.judge_same(kept=first, other=second, actor=None)
    assert duplicates.suspects() == []
    undo_changeset(changeset=step, actor=None)
    assert [each.pair for each in duplicates.suspects()] == [(first.pk, second.pk)]


def test_what_was_found_is_kept_until_a_paper_changes(django_assert_num_queries):
    paper()
    paper()
    duplicates.suspects()
    with django_assert_num_queries(2):
        assert len(duplicates.suspects()) == 1
    remove(Paper.objects.first(), actor=None)
    assert duplicates.suspects() == []


def page(client, address="/duplicates/") -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    return answer.content.decode()


def test_the_page_shows_both_with_what_differs_marked(client):
    paper(year=2019, venue_name="arXiv")
    paper(year=2020, venue_name="EMNLP")
    text = page(client)
    assert "1 pair of papers may be one work." in text
    assert "Same title" not in text
    assert "same title · same authors · years 2019 and 2020" in text
    assert "<mark>2019</mark>" in text
    assert "<mark>EMNLP</mark>" in text
    assert f"<mark>{TITLE}</mark>" not in text


@pytest.mark.parametrize("kept", ["first", "second"])
def test_one_press_merges_into_the_page_that_is_kept(client, kept):
    papers = {"first": paper(), "second": paper()}
    first, second = papers["first"].pk, papers["second"].pk
    answer = client.post(f"/duplicates/{first}/{second}/", {"verdict": f"same:{papers[kept].pk}"})
    assert Paper.objects.get() == papers[kept]
    assert answer["Location"] == f"/changes/{ChangeSet.objects.get().pk}/"


@pytest.mark.parametrize("kind", ["versions", "different"])
def test_one_press_judges_and_another_asks_again(client, kind):
    first, second = paper(), paper()
    client.post(f"/duplicates/{first.pk}/{second.pk}/", {"verdict": kind})
    verdict = Verdict.objects.get()
    assert verdict.kind == kind
    assert "No two papers look like one work." in page(client)
    assert first.title in page(client, "/duplicates/judged/")
    client.post(f"/duplicates/judged/{verdict.pk}/again/")
    assert not Verdict.objects.exists()


@pytest.mark.parametrize("verdict", ["", "same", "same:0", "same:x", "nonsense"])
def test_a_press_that_says_nothing_known_writes_nothing(client, verdict):
    first, second = paper(), paper()
    assert client.post(f"/duplicates/{first.pk}/{second.pk}/", {"verdict": verdict}).status_code == 302
    assert (Verdict.objects.count(), Paper.objects.count()) == (0, 2)


def test_a_paper_is_not_judged_against_itself(client):
    pk = paper().pk
    assert client.post(f"/duplicates/{pk}/{pk}/", {"verdict": "versions"}).status_code == 404
    assert not Verdict.objects.exists()


def test_who_is_no_editor_looks_and_does_not_judge(client, settings, django_user_model):
    settings.OPEN_TO_ANYONE = False
    client.force_login(django_user_model.objects.create_user("member"))
    first, second = paper(), paper()
    assert "Different works" not in page(client)
    assert client.post(f"/duplicates/{first.pk}/{second.pk}/", {"verdict": "different"}).status_code == 403
    assert not Verdict.objects.exists()


def test_any_two_papers_can_be_compared_and_judged(client):
    first, second = paper("One Thing", slug="one"), paper("Another", slug="two", authors=["C D"])
    text = page(client, "/duplicates/pair/?first=https://example.org/papers/one/?x=1&second=two")
    assert "One Thing" in text
    assert f'action="/duplicates/{first.pk}/{second.pk}/"' in text


def test_papers_are_named_by_old_addresses_too(client):
    paper("One Thing", slug="one").former_addresses.create(slug="old")
    paper("Another", slug="two")
    assert "One Thing" in page(client, "/duplicates/pair/?first=old&second=two")


@pytest.mark.parametrize(
    ("query", "said"),
    [("first=one&second=none", "No paper has this address."), ("first=one&second=one", "These are one paper already.")],
)
def test_a_pair_that_is_none_is_refused_with_its_reason(client, query, said):
    paper("One Thing", slug="one")
    answer = client.get(f"/duplicates/pair/?{query}")
    assert answer.status_code == 422
    assert said in answer.content.decode()


def pairs(count) -> None:
    for _ in range(count):
        title = f"{TITLE} {Paper.objects.count()}"
        for year in (2019, 2020):
            NoteFactory(paper=paper(title, year=year, venue_name=f"Venue {title}"))
    assert duplicates.suspects()  # kept from here on


def test_a_page_of_many_pairs_costs_what_one_of_few_costs(client, django_assert_num_queries):
    pairs(1)
    with CaptureQueriesContext(connection) as few:
        client.get("/duplicates/")
    pairs(9)
    with django_assert_num_queries(len(few)):
        assert "10 pairs" in page(client)
