"""Citation keys: given once, kept for good, one paper each (case aside, as BibTeX compares them).

The key under which a paper was imported wins. Any other is the first author's family name, the year and the first
telling word of the title, in small ASCII letters: `jiao2020tinybert`. Chinese is written in pinyin, of a Chinese
title its first two signs: `huang2022zhishi`. Without authors the word comes first: `electra2020`. Where the key is
taken, a number stands behind it: `-2`, `-3`. An edit, a merge or another export changes no key. One thing does, once:
a key that was made gives way to the one that is imported with the paper's first BibTeX entry.
"""

from __future__ import annotations

import re
import uuid
from collections import Counter
from collections.abc import Iterable, Sequence

from catalog.exporters.romanisation import HAN, ascii_family_name, ascii_letters
from catalog.intake.bulk import rows_with
from catalog.models import Paper

_SAVED_AT_A_TIME = 500
_NUMBERED = 20
_SMALL_WORDS = frozenset(("a", "an", "the", "on", "of", "in", "for", "to", "and", "is"))
_TELLING_SIGNS = 2  # of a Chinese title: most Chinese words have two
_USABLE = re.compile(r"[^\s,={}\"#%\\]{1,195}")
_MADE_LENGTH = 60


def wanted_key(paper: Paper, authors: Sequence[str]) -> str:
    """The key that the rule gives, whoever else may have it."""
    imported = paper.bibtex_key.strip()
    return imported if _USABLE.fullmatch(imported) else made_key(paper.title, authors, paper.year)


def made_key(title: str, authors: Sequence[str], year: int | None) -> str:
    family, word = ascii_family_name(authors[0]) if authors else "", _telling_word(title)
    key = f"{family}{year or ''}{word}" if family else f"{word}{year or ''}"
    return key[:_MADE_LENGTH] or "paper"


def _telling_word(title: str) -> str:
    for word in re.split(r"[\s:：,，.()（）–—]+", title):
        if HAN.match(word):
            word = "".join(HAN.findall(word)[:_TELLING_SIGNS])
        letters = ascii_letters(word)
        if letters and letters not in _SMALL_WORDS:
            return letters
    return ""


def key_of(paper: Paper) -> str:
    """What an export prints. Papers come with their authors; one without a stored key shows the one it would get."""
    return paper.citation_key or wanted_key(paper, [row.author.name for row in paper.authorships.all()])


def set_keys(rows: Iterable[tuple[Paper, Sequence[str]]]) -> None:
    """Sets `citation_key` in memory, of papers about to be saved, each given with the names of its authors.

    Two queries for some thousands of papers. Of equal wishes the earlier paper's is granted.
    """
    rows = list(rows)
    wanted = [wanted_key(paper, authors) for paper, authors in rows]
    own_ids = {paper.pk for paper, _ in rows if paper.pk}
    counts = Counter(map(str.lower, wanted))
    taken = _in_use(counts, own_ids)
    contested = [key for key, count in counts.items() if count > 1 or key in taken]
    taken |= _in_use((spelling for key in contested for spelling in _numbered(key)), own_ids)
    for (paper, _), key in zip(rows, wanted, strict=True):
        free = (spelling for spelling in [key, *_numbered(key)] if spelling.lower() not in taken)
        paper.citation_key = next(free, f"{key}-{uuid.uuid4().hex[:8]}")
        taken.add(paper.citation_key.lower())


def _numbered(key: str) -> list[str]:
    return [f"{key}-{number}" for number in range(2, _NUMBERED + 1)]


def _in_use(keys: Iterable[str], own_ids: set[int]) -> set[str]:
    """Those of these keys that other papers have, in small letters."""
    rows = rows_with(Paper, "citation_key", map(str.lower, keys), "citation_key", "id", lower=True)
    return {key.lower() for key, pk in rows if pk not in own_ids}


def give_keys(paper_ids: Iterable[int]) -> int:
    """Stores a key for those of these papers that have none; how many that were. For whoever creates papers."""
    ids, given = list(paper_ids), 0
    for start in range(0, len(ids), _SAVED_AT_A_TIME):
        batch = Paper.objects.filter(pk__in=ids[start : start + _SAVED_AT_A_TIME], citation_key="").order_by("pk")
        batch = batch.only("title", "year", "bibtex_key", "citation_key").prefetch_related("authorships__author")
        rows = [(paper, [row.author.name for row in paper.authorships.all()]) for paper in batch]
        set_keys(rows)
        given += Paper.objects.bulk_update([paper for paper, _ in rows], ["citation_key"])
    return given
