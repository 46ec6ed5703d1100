"""What an imported entry tells beyond the facts that a paper's page has places for: abstract, pages, publisher."""

from __future__ import annotations

import json
from dataclasses import dataclass

from catalog.models import Paper

ABSTRACT = ("abstract", "AB", "N2")  # BibTeX and CSL, RIS
# Shown elsewhere on the page, or telling how somebody keeps their files.
_SHOWN_ELSEWHERE = frozenset((
    "title", "author", "year", "date", "issued", "journal", "journaltitle", "booktitle", "container-title",
    "doi", "url", "ee", "eprint", "archiveprefix", "eprinttype", "primaryclass", "id", "type", "abstract", "crossref",
    "xdata", "xref", "ids", "file", "localfile", "timestamp", "biburl", "bibsource", "owner", "groups", "custom",
    "ti", "t1", "au", "a1", "py", "y1", "da", "jo", "jf", "ja", "t2", "bt", "do", "ur", "ty", "er", "ab", "n2",
))  # fmt: skip
_LONGEST = 2_000


@dataclass(frozen=True)
class Field:
    """A field under the name that its format gives it."""

    name: str
    value: str


def abstract_of(paper: Paper) -> str:
    return next((paper.bibtex_fields[name] for name in ABSTRACT if paper.bibtex_fields.get(name)), "")


def further_fields(paper: Paper) -> list[Field]:
    """In the entry's order. Read by a person: what is no text is left as the format writes it."""
    return [
        Field(name, text[:_LONGEST])
        for name, value in paper.bibtex_fields.items()
        if name.lower() not in _SHOWN_ELSEWHERE and not name.startswith("bdsk-") and (text := _text(value))
    ]


def _text(value) -> str:
    return value.strip() if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
