"""Papers with a similar title: they share words that few titles have."""

from __future__ import annotations

import math
from collections import defaultdict

from catalog.models import Paper
from catalog.search.index import found_ids
from catalog.search.query import Text
from catalog.search.tokens import tokens_of
from catalog.search.words import TITLES_WHOLE

WORDS_ASKED = 10  # of a title, each one question to the index
COMMON_SHARE = 0.2  # a word in more of the titles than this tells nothing
TOO_FEW = 5  # papers: so few share a word by chance as well
LEAST_LIKENESS = 0.3
_SHORT = 3  # letters; Chinese pairs count whole
_EMPTY_WORDS = frozenset((
    "the", "and", "for", "with", "from", "via", "into", "are", "how", "what", "does", "can", "that", "this", "its",
    "not", "you", "your", "more", "all", "than", "using", "towards", "toward", "better",
))  # fmt: skip


def similar_titles(paper: Paper, *, most: int) -> dict[int, list[str]]:
    """Ids of other papers, the most similar first, with the words they share.

    Likeness is the share of the title's information (-log2 of how many of all titles have a word) that is in the
    other title too; one word alone never suffices.
    """
    total = Paper.objects.count()
    holders = {word: found_ids(Text(word, exact=True), TITLES_WHOLE) for word in telling_words(paper.title)}
    weights = {
        word: math.log2(total / len(ids))
        for word, ids in holders.items()
        if ids and len(ids) <= max(TOO_FEW, COMMON_SHARE * total)
    }
    shared: defaultdict[int, list[str]] = defaultdict(list)
    for word in weights:
        for pk in holders[word]:
            shared[pk].append(word)
    shared.pop(paper.pk, None)
    own = sum(weights.values())
    likeness = {pk: sum(weights[word] for word in words) / own for pk, words in shared.items() if len(words) > 1}
    best = sorted((pk for pk in likeness if likeness[pk] >= LEAST_LIKENESS), key=lambda pk: (-likeness[pk], -pk))
    return {pk: _as_written(shared[pk]) for pk in best[:most]}


def telling_words(title: str) -> list[str]:
    """The title's words as the index has them, without those that every title has."""
    words = dict.fromkeys(tokens_of(title).words)
    telling = [word for word in words if word not in _EMPTY_WORDS and (not word.isascii() or len(word) >= _SHORT)]
    return [word for word in telling if word.isascii() or len(word) > 1][:WORDS_ASKED]


def _as_written(words: list[str]) -> list[str]:
    """Chinese pairs that overlap become the run that they were cut from."""
    found: list[str] = []
    for word in words:
        if found and not word.isascii() and found[-1].endswith(word[0]):
            found[-1] += word[1:]
        else:
            found.append(word)
    return found
