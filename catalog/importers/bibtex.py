"""BibTeX and biblatex: text in, records out. Every entry of the text becomes a record, a problem, or both.

bibtexparser's splitter is not used: it passes entries over (`@ article`, `@www-page{`), takes `% @article{` for one,
keeps no places, and takes as long as all that is done here. Of the library, catalog.importers.names uses the rules
for names.
"""

from __future__ import annotations

from collections.abc import Iterator

from catalog.importers.bibtex_blocks import Block, Blocks, Starts
from catalog.importers.bibtex_parents import Parents, look_ahead
from catalog.importers.bibtex_record import Work, not_understood, record_of
from catalog.importers.bibtex_syntax import Macros
from catalog.importers.limits import DEFAULT_LIMITS, Limits
from catalog.importers.lines import LineCounter
from catalog.importers.records import Document, Problem, Record, Span

_REMARKS_MAX = 50  # on one entry


def read(text: str, limits: Limits = DEFAULT_LIMITS) -> Document:
    return Document.of("bibtex", items(text, limits))


def items(text: str, limits: Limits = DEFAULT_LIMITS) -> Iterator[Span | Record | Problem]:
    """The spans of the text in order; behind the span of an entry its record and the remarks on it, or its problem."""
    return _Reading(text, limits).items()


def first_entry(text: str) -> int:
    """Where the first entry begins, comments apart; the text's length where there is none."""
    return next(_entry_starts(text), len(text))


def count_entries(text: str) -> int:
    return sum(1 for _ in _entry_starts(text))


def _entry_starts(text: str) -> Iterator[int]:
    starts = Starts(text)
    while (at := starts.after(starts.at + 1)) < len(text):
        if starts.word != "comment":
            yield at


class _Reading:
    """One document while it is read. Nothing is kept of an entry but its key, so that memory does not grow with it."""

    def __init__(self, text: str, limits: Limits) -> None:
        self.original = text
        self.text = text if "\n" in text else text.replace("\r", "\n")  # as long, so that places stay the same
        if self.text.startswith("\ufeff"):
            self.text = " " + self.text[1:]
        self.limits = limits
        ahead = look_ahead(self.text, limits)
        self.macros = Macros(limits, ahead.macros)
        self.parents = Parents(self.text, ahead.places, self.macros)
        self.keys: set[str] = set()
        self.position = 0
        self.lines = LineCounter(self.text)

    def items(self) -> Iterator[Span | Record | Problem]:
        for block in Blocks(self.text, self.limits):
            yield Span(block.start, block.end, block.kind)
            if block.kind == "problem":
                yield Problem.of(self.lines.at(block.start), block.fault, self.original[block.start : block.end])
            elif block.kind == "string":
                yield from self._define(block)
            elif block.kind == "entry":
                yield from self._take(block)
        if self.macros.exhausted:
            message = "The macros of this document grow too long; some stand by their names."
            yield Problem(1, message, is_remark=True)

    def _define(self, block: Block) -> Iterator[Problem]:
        for name, pieces in block.entry.fields:
            if not self.macros.define(name, pieces):
                message = f'The macro "{name}" is too long and was not read.'
                yield Problem.of(self.lines.at(block.start), message, self.original[block.start : block.end])

    def _take(self, block: Block) -> Iterator[Record | Problem]:
        work = Work.of(block.entry, self.macros)
        faults = work.faults
        if work.key.lower() in self.keys:
            faults.append(f'The key "{work.key}" stands above already.')
        elif work.key:
            self.keys.add(work.key.lower())
        self.parents.inherit(work)
        self.position += 1
        record = record_of(work, self.original[block.start : block.end], self.position)
        record.line = self.lines.at(block.start)
        yield record
        faults += not_understood(record)
        if not record.title:
            faults.append("The entry has no title.")
        if len(faults) > _REMARKS_MAX:
            faults[_REMARKS_MAX:] = [f"{len(faults) - _REMARKS_MAX} more remarks on this entry are left out."]
        for fault in faults:
            yield Problem(record.line, fault, is_remark=True)
