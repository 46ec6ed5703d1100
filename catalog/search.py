"""What is searched and how: one folded text a paper, and words that must all occur in it.

Works alike on every database. `reindex` is called by whoever writes; `PaperQuerySet.search` asks. A real index
replaces the inside of these functions and nothing else.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from functools import lru_cache

from django.apps import apps

from catalog.folding import fold_letters

QUERY_MAX_CHARACTERS = 200
QUERY_MAX_WORDS = 8
BATCH = 200  # papers read and written at a time: below every database's limit on parameters
_DROPPED = frozenset("'`’‘“”\"")  # "Don’t" is found by "dont", "Pre-trained" by "pretrained"


@lru_cache(maxsize=8192)
def fold_character(character: str) -> str:
    """One character folded; nothing for dashes, quotes and what is not seen; a space for controls."""
    folded = ""
    for part in fold_letters(character):
        category = unicodedata.category(part)
        if category in ("Cc", "Cs", "Zl", "Zp"):
            folded += " "
        elif category not in ("Pd", "Cf") and part not in _DROPPED:
            folded += part
    return folded


def fold(text: str) -> str:
    """Every character folded; runs of white space become one space."""
    return " ".join("".join(map(fold_character, text)).split())


def words_of(query: str) -> list[str]:
    """The distinct folded words of a query, the first few of a long one."""
    return list(dict.fromkeys(fold(query[:QUERY_MAX_CHARACTERS]).split()))[:QUERY_MAX_WORDS]


def title_text_for(paper) -> str:
    """What a hit in the title means: nickname, title, other titles."""
    return fold("\n".join([paper.short_name, paper.title, *(other.title for other in paper.alternative_titles.all())]))


def text_for(paper) -> str:
    """Everything a search looks through. Reads related rows: prefetch them for many papers."""
    topics = [name for topic in paper.topics.all() for name in (topic.name_en, topic.name_zh)]
    authors = [authorship.author.name for authorship in paper.authorships.all()]
    notes = [note.body for note in paper.notes.all()]
    venue = paper.venue.name if paper.venue else ""
    identifiers = [paper.doi, paper.arxiv, paper.acl]
    pieces = [title_text_for(paper), *authors, venue, str(paper.year or ""), *topics, *identifiers, *notes]
    return fold("\n".join(filter(None, pieces)))


def reindex(paper_ids: Iterable[int] | None = None) -> int:
    """Writes the searched text of these papers (of all, without ids) anew. Returns how many.

    To be called inside the transaction that changed a paper, its authors, titles, notes or topics.
    """
    papers = apps.get_model("catalog", "Paper").objects
    ids = sorted(papers.values_list("pk", flat=True) if paper_ids is None else set(paper_ids))
    related = ("alternative_titles", "authorships__author", "notes", "topics")
    for start in range(0, len(ids), BATCH):
        rows = list(papers.filter(pk__in=ids[start : start + BATCH]).select_related("venue").prefetch_related(*related))
        for paper in rows:
            paper.search_title, paper.search_text = title_text_for(paper), text_for(paper)
        papers.bulk_update(rows, ["search_title", "search_text"])
    return len(ids)
