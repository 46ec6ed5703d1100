"""What a query finds, in which order. The same file runs on SQLite and on PostgreSQL: the results are one list."""

import random
from pathlib import Path

import pytest

from catalog.models import Paper
from catalog.search.browsing import Browse
from catalog.search.query import QUERY_MAX_CHARACTERS
from tests.catalog.search.library import found, shelve

pytestmark = pytest.mark.django_db

EVERYTHING = "prune tiny models heads bert roberta soft hinton undated"


def _expected() -> dict[str, list[str]]:
    lines = (Path(__file__).parent / "expected.txt").read_text(encoding="utf-8").splitlines()
    pairs = (line.split("  ->") for line in lines if not line.startswith("#"))
    return {text: slugs.replace("everything", EVERYTHING).split() for text, slugs in pairs}


EXPECTED = {"": EVERYTHING.split(), "   ": EVERYTHING.split(), **_expected()}


@pytest.fixture(autouse=True)
def _library(db):
    shelve()


def test_every_query_finds_what_it_should_in_the_right_order():
    wrong = {text: found(text) for text, slugs in EXPECTED.items() if found(text) != slugs}
    assert wrong == {}


def test_the_page_gives_the_order_of_the_queryset():
    by_id = dict(Paper.objects.values_list("pk", "slug"))
    for text in EXPECTED:
        for sort in ("", "year", "oldest", "title", "added"):
            browse = Browse({"q": text, "sort": sort})
            assert [by_id[pk] for pk in browse.ids] == found(text, browse.sort), (text, sort)


def test_nickname_then_titles_then_authors_then_the_rest():
    ranks = dict(Paper.objects.search("hinton").values_list("slug", "rank"))
    assert ranks == {"hinton": 5, "soft": 2}
    ranks = dict(Paper.objects.search("bert").values_list("slug", "rank"))
    assert ranks == {"bert": 5, "tiny": 3, "roberta": 3, "heads": 1}


ALPHABET = [
    *'"“”()（）-|&*^~{}[]:：\\\'%_;,./+#@!?$<>=\x00\ud800\U0001f600\u200b\u0301', *"ab1蒸馏",
    " ", " ", " ", "NEAR(", "AND ", "OR ", "NOT ", "bert ", "tag:", "year:", "rest : ", "titles:", "-", "10.1/", "http://",
]  # fmt: skip


def test_no_text_is_an_error():
    chance = random.Random(3)
    for _ in range(400):
        text = "".join(chance.choices(ALPHABET, k=chance.randint(0, 40)))
        assert isinstance(found(text), list)
        assert isinstance(Browse({"q": text}).ids, list)


@pytest.mark.parametrize(
    "text",
    ["(" * 10_000, ")" * 9000, '"' * 9001, "-" * 9000, "a OR " * 3000, "NOT " * 3000 + "a", "蒸" * 10_000,
     "tag:x " * 2000, "((a OR b) " * 400, "x" * 10_000, "a-" * 5000],
)  # fmt: skip
def test_long_and_deep_texts_are_cut_and_searched(text):
    assert isinstance(found(text), list)
    assert Browse({"q": text}).asked.query.cut or len(text) <= QUERY_MAX_CHARACTERS
