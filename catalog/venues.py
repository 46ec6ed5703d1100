"""What the name of a venue says: a preprint or a publication, a journal or a meeting."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Literal

_PREPRINT = re.compile(
    r"\W*(?:corr|arxiv\b.*|.*\barxiv(?: preprint)?(?:[: ].*)?|(?:arxiv )?e-?prints?|preprint|under review|submitted"
    r"|tech(?:nical)?\.? ?report|openai(?: blog)?|medrxiv|biorxiv)\W*",
    re.I,
)
_ARXIV = re.compile(r"\barxiv\b", re.I)
_JOURNAL = re.compile(
    r"journal|transactions|trans\.|letters|review|magazine|nature|science|tacl|jmlr|tpami|\bj\.|\bann\.|corr$|computing"
    r"|学报|杂志|期刊",
    re.I,
)


def venue_kind(venue: str) -> Literal["journal", "preprint", "meeting"]:
    """All that a row without an imported entry tells of its type."""
    if venue and _JOURNAL.search(venue):
        return "journal"
    return "preprint" if is_preprint(venue) else "meeting"


@lru_cache(maxsize=4096)  # a document names few venues, often
def is_preprint(venue: str) -> bool:
    return not venue or _PREPRINT.fullmatch(venue) is not None


@lru_cache(maxsize=4096)
def venue_name(venue: str) -> str:
    """`arXiv preprint arXiv:1910.01108` is arXiv; any other name stays as given."""
    if _ARXIV.search(venue) and is_preprint(venue):
        return "arXiv"
    return " ".join(venue.split())[:200]
