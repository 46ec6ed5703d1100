"""What an entry takes from others: macros defined below it, fields of the entry that its `crossref` or `xdata` names.

Entries are read one by one. Only where a document holds macros or references is it walked once before that.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from catalog.importers.bibtex_blocks import Starts
from catalog.importers.bibtex_record import Work
from catalog.importers.bibtex_syntax import Macros, Malformed, key_at, read_entry
from catalog.importers.limits import Limits

_REFERENCE = re.compile(r"\b(?:crossref|xdata)\s{0,20}=\s{0,20}[\"{]([^\"{}]{0,1000})[\"}]", re.I)
_PARENTS_MAX = 10  # of one entry
_PIECE = 1_000_000
_KEPT = 200  # parents, once read
_INHERITED = (
    "booktitle", "booksubtitle", "editor", "publisher", "year", "date", "month", "series", "volume", "number",
    "address", "location", "organization", "journal", "journaltitle", "institution", "school", "edition", "isbn",
    "issn", "eventtitle",
)  # fmt: skip
_PART_OF_SOMETHING = frozenset((
    "inproceedings", "conference", "incollection", "inbook", "suppbook", "suppcollection", "inreference",
    "bookinbook",
))  # fmt: skip


@dataclass
class Ahead:
    """Macros by their first definition; where each entry that others refer to begins, and where the next one does."""

    macros: Macros
    places: dict[str, tuple[int, int]] = field(default_factory=dict)


def look_ahead(text: str, limits: Limits) -> Ahead:
    ahead = Ahead(Macros(limits))
    wanted = _referred_to(text) if _mentions(text, "crossref", "xdata") else set()
    if not wanted and not _mentions(text, "@string", "@ string"):
        return ahead
    starts = Starts(text)
    at = starts.after(0)
    while at < len(text):
        word, limit = starts.word, starts.after(at + 1)
        if word == "string":
            _define(ahead.macros, text, at, limit)
        elif (key := key_at(text, at).lower()) in wanted:
            ahead.places.setdefault(key, (at, limit))
        at = limit
    return ahead


def _mentions(text: str, *words: str) -> bool:
    """In any case. Piece by piece, which costs neither the time of a pattern nor a copy of the text."""
    longest = max(map(len, words))
    pieces = (text[at : at + _PIECE + longest].lower() for at in range(0, len(text), _PIECE))
    return any(word in piece for piece in pieces for word in words)


def _referred_to(text: str) -> set[str]:
    return {key.strip().lower() for found in _REFERENCE.finditer(text) for key in found[1].split(",")}


def _define(macros: Macros, text: str, at: int, limit: int) -> None:
    try:
        definition = read_entry(text, at, limit)
    except Malformed:
        return
    for name, pieces in definition.fields:
        if macros.meaning(name) is None:
            macros.define(name, pieces)


class Parents:
    """Entries that others refer to, read when they are asked for. Keys fold case, as in BibTeX."""

    def __init__(self, text: str, places: dict[str, tuple[int, int]], macros: Macros) -> None:
        self._text = text
        self._places = places
        self._macros = macros
        self._read: dict[str, Work | None] = {}

    def inherit(self, work: Work) -> None:
        """Fills what `crossref` and `xdata` say stands in another entry of the document."""
        if "crossref" in work.fields or "xdata" in work.fields:
            for parent, is_xdata in self._of(work):
                _fill(work, parent, is_xdata)

    def _of(self, work: Work) -> list[tuple[Work, bool]]:
        found: list[tuple[Work, bool]] = []
        seen = {work.key.lower()}
        waiting = [work]
        while waiting and len(found) < _PARENTS_MAX:
            child = waiting.pop(0)
            for name in ("xdata", "crossref"):
                for key in map(str.strip, child.fields.get(name, "").lower().split(",")[:_PARENTS_MAX]):
                    parent = self._work(key) if key not in seen else None
                    seen.add(key)
                    if parent is not None:
                        found.append((parent, name == "xdata"))
                        waiting.append(parent)
        return found

    def _work(self, key: str) -> Work | None:
        if key not in self._read and key in self._places:
            if len(self._read) >= _KEPT:
                self._read.clear()
            try:
                self._read[key] = Work.of(read_entry(self._text, *self._places[key]), self._macros)
            except Malformed:
                self._read[key] = None
        return self._read.get(key)


def _fill(work: Work, parent: Work, is_xdata: bool) -> None:
    names = [name for name in parent.fields if name not in ("crossref", "xdata", "ids")] if is_xdata else _INHERITED
    for name in names:
        if parent.fields.get(name):
            work.fields.setdefault(name, parent.fields[name])
    if is_xdata:
        work.source_names = work.source_names or parent.source_names
    elif work.type in _PART_OF_SOMETHING and parent.fields.get("title"):
        work.fields.setdefault("booktitle", parent.fields["title"])
