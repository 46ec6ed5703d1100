"""BibTeX and biblatex: text in, records out. Every entry of the text becomes a record, a problem, or both.

bibtexparser finds where entries begin and end and resumes after a broken one. Around it stands what it lacks: its
input is prepared so that no entry is passed over (`@ article`, `@www-page{`, `% @article{`), what it could not split
is tried again, and what begins like an entry is counted against what was read.
"""

from __future__ import annotations

import logging
import re
from bisect import bisect_right
from dataclasses import dataclass, field

from bibtexparser.model import ExplicitComment, ImplicitComment, Preamble
from bibtexparser.splitter import Splitter

from catalog.importers.bibtex_record import Work, inherit, not_understood, record_of
from catalog.importers.bibtex_syntax import Macros, Malformed, RawEntry, read_entry
from catalog.importers.records import Document, Problem

MAX_ENTRIES = 20_000
# How far to look for the end of an entry that quotes another one inside a value, and how much of that in all.
_LONGEST_QUOTING_ENTRY = 200_000
_LOOKING_FACTOR = 4
_EXCERPT = 2_000

_START = re.compile(r"^([ \t]*(?:[^\s%][^\n]*?[})][ \t]*)?)@(\s{0,20})([^\s{}(),\"=#%'@]+)(\s{0,20})([{(])", re.M)
_COMMENT_LINE = re.compile(r"^[ \t]*%[^\n]*", re.M)
_AT_INSIDE_LINE = re.compile(r"([^\s})@][ \t]*)@")
_NO_AT = "\ufdd0"  # stands for an @ that begins no entry; as long as an @, so that places stay the same

# The library logs a warning for each entry it cannot split; we report those ourselves.
logging.getLogger("bibtexparser.splitter").setLevel(logging.CRITICAL)


@dataclass
class _Reading:
    """One document while it is read."""

    text: str
    macros: Macros = field(default_factory=Macros)
    works: list[Work] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    read_until: int = 0
    looking_budget: int = 0

    def __post_init__(self) -> None:
        self.line_starts = [0, *(found.end() for found in re.finditer("\n", self.text))]
        self.looking_budget = _LOOKING_FACTOR * (len(self.text) + _LONGEST_QUOTING_ENTRY)

    def line(self, at: int) -> int:
        return bisect_right(self.line_starts, at)

    def report(self, at: int, message: str, end: int | None = None) -> None:
        excerpt = self.text[at : min(at + _EXCERPT, end if end is not None else at + _EXCERPT)]
        self.problems.append(Problem(self.line(at), message, excerpt.rstrip()))


def read(text: str) -> Document:
    text = text.removeprefix("\ufeff")
    if "\n" not in text:
        text = text.replace("\r", "\n")
    reading = _Reading(text)
    blocks = _blocks(reading)
    for at, end, kind in blocks:
        if kind == "string":
            _define(reading, at, end)
    for at, end, kind in blocks:
        if kind == "entry" and at >= reading.read_until:
            _take_entry(reading, at, end)
    if reading.macros.exhausted:
        reading.report(0, "The macros of this document grow too long; some stand by their names.", 0)
    inherit(reading.works)
    records = [record_of(work, text, position) for position, work in enumerate(reading.works, 1)]
    for record, work in zip(records, reading.works, strict=True):
        record.line = reading.line(work.at)
        for fault in [*work.faults, *not_understood(record)]:
            reading.report(work.at, fault, work.end)
        if not record.title:
            reading.report(work.at, "The entry has no title.", work.end)
    reading.problems.sort(key=lambda problem: problem.line)
    return Document("bibtex", records, reading.problems)


def entry_starts(text: str) -> tuple[int, int]:
    """Where the first entry begins, and how many begin."""
    starts = [found.start() for found in _START.finditer(text) if found[3].lower() != "comment"]
    return (starts[0] if starts else len(text)), len(starts)


def _blocks(reading: _Reading) -> list[tuple[int, int, str]]:
    """(start, where to stop, entry | string) of each block, in order. What is left over is reported."""
    prepared, originals = _prepare(reading)
    found, cursor = [], 0
    for block in Splitter(prepared).split().blocks:
        at = prepared.find(block.raw, cursor)
        cursor = at + len(block.raw)
        if isinstance(block, ImplicitComment):
            continue
        kind = prepared[at + 1 : at + 8].lower()
        if isinstance(block, (ExplicitComment, Preamble)) or kind.startswith(("comment", "preambl")):
            kind = "other"
        else:
            kind = "string" if re.match(r"@string\s*[{(]", block.raw, re.I) else "entry"
        found.append((originals.get(at, at), kind))
    known = {at for at, _ in found}
    missed = [at for at in originals.values() if at not in known]
    found = sorted([*found, *((at, "entry") for at in missed)])
    ends = [*(at for at, _ in found[1:]), len(reading.text)][: len(found)]
    return [(at, end, kind) for (at, kind), end in zip(found, ends, strict=True)]


def _prepare(reading: _Reading) -> tuple[str, dict[int, int]]:
    """The text as the library needs it, character for character as long, and place there -> place in the document."""
    text = _COMMENT_LINE.sub(lambda line: line[0].replace("@", _NO_AT), reading.text)
    text = _AT_INSIDE_LINE.sub(rf"\1{_NO_AT}", text)
    originals: dict[int, int] = {}
    entries = 0
    cut = len(text)

    def straighten(found: re.Match[str]) -> str:
        nonlocal entries, cut
        before, gap, name, gap_after, opening = found.groups()
        at = found.start() + len(before)
        entries += name.lower() not in ("comment", "string", "preamble")
        if entries == MAX_ENTRIES + 1:
            cut = min(cut, at)
        originals[at + len(gap) + len(gap_after)] = at
        return f"{before}{gap}{gap_after}@{re.sub(r'[^a-zA-Z0-9_]', '_', name)}{opening}"

    text = _START.sub(straighten, text)
    if cut < len(text):
        reading.report(cut, f"More than {MAX_ENTRIES} entries: what begins here was not read. Split the file.")
        originals = {at: place for at, place in originals.items() if at < cut}
    return text[:cut], originals


def _define(reading: _Reading, at: int, end: int) -> None:
    try:
        definition = read_entry(reading.text, at, end)
    except Malformed as problem:
        reading.report(at, f"This macro was not read. {problem}", end)
        return
    for name, pieces in definition.fields:
        if not reading.macros.define(name, pieces):
            reading.report(at, f'The macro "{name}" is too long and was not read.', end)


def _take_entry(reading: _Reading, at: int, end: int) -> None:
    try:
        entry = _read_or_look_further(reading, at, end)
    except Malformed as problem:
        reading.report(at, str(problem), end)
        return
    reading.read_until = entry.end
    reading.works.append(Work.of(entry, at, reading.macros))


def _read_or_look_further(reading: _Reading, at: int, end: int) -> RawEntry:
    """An abstract may hold a line that begins like an entry: then the entry ends after it."""
    try:
        entry = read_entry(reading.text, at, end)
        if entry.is_closed or end == len(reading.text):
            return entry
        problem = None
    except Malformed as first:
        entry, problem = None, first
    limit = min(at + _LONGEST_QUOTING_ENTRY, len(reading.text))
    reading.looking_budget -= limit - at
    if reading.looking_budget > 0 and limit > end:
        try:
            longer = read_entry(reading.text, at, limit)
        except Malformed:
            longer = None
        if longer is not None and longer.is_closed:
            return longer
    if problem is not None:
        raise problem
    return entry
