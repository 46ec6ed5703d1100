"""Markdown paper lists: every bullet, number and paper-like heading becomes a record, a note or a problem.

Lists are written in many ways, and what a line means has to be guessed. The form in which everything survives, and
nothing is guessed, is that of catalog.importers.list_form: our own exports are in it.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterator
from itertools import pairwise

from catalog.importers import list_exact, list_form
from catalog.importers.limits import Limits
from catalog.importers.list_blocks import Block, blocks_of, lines_of
from catalog.importers.list_entry import Entry, read_entry
from catalog.importers.list_inline import plain
from catalog.importers.list_papers import (
    heading_text,
    is_bare_title,
    is_bold_paragraph,
    looks_like_entry,
    paper_headings,
    reads_as_paper,
)
from catalog.importers.list_spans import ListLines
from catalog.importers.list_tables import columns_of_rows, read_row
from catalog.importers.records import Document, Problem, Record, Span

_ENTRY_MAX = 10_000
_BELOW_HEADING = -1
_BOLD_BEGINS_BY = 20


def read(text: str) -> Document:
    if list_form.is_marked(text.removeprefix("\ufeff")):
        return list_exact.read(text)
    lines = lines_of(text)
    return _Reader(blocks_of(lines), ListLines(text, lines)).document()


def items(text: str, limits: Limits) -> Iterator[Span | Record | Problem | Document]:
    """A list is read whole: what one of its lines means depends on the others."""
    document = read(text)
    yield from document.spans
    places = [(record.line, 0, record) for record in document.records]
    places += [(problem.line, 1, problem) for problem in document.problems]
    for number, (*_, item) in enumerate(sorted(places, key=lambda place: place[:2])):
        if number == limits.max_entries:
            message = f"More than {number} entries: what begins here was not read. Split the file."
            yield Problem(item.line, message)
            break
        yield item
    yield document


class _Reader:
    """Walks the blocks once; `current` is the record that text may still belong to, `depth` its indentation."""

    def __init__(self, blocks: list[Block], lines: ListLines) -> None:
        self.blocks = blocks
        self.lines = lines
        self.ends = {id(block): following.line for block, following in pairwise(blocks)}
        self.entries: dict[int, Entry | None] = {}
        self.columns = columns_of_rows(blocks)
        self.title = _title_heading(blocks)
        self.papers, self.in_notes = paper_headings(blocks, self.title, self._entry)
        self.bold_lists = self._bold_lists()
        self.made = Document(format="markdown", title=plain(self.title.text) if self.title else "")
        self.path: list[tuple[int, str]] = []
        self.places: Counter[tuple[str, ...]] = Counter()
        self.current: Record | None = None
        self.depth = 0
        self.description: list[str] = []
        self.part = 0

    def document(self) -> Document:
        for block in self.blocks:
            before = len(self.made.records), len(self.made.problems)
            getattr(self, f"_{block.kind}")(block)
            after = len(self.made.records), len(self.made.problems)
            self.lines.begin(block.line, self._became(block, before, after))
        self.made.description = "\n\n".join(self.description)
        self.made.spans = self.lines.spans()
        return self.made

    def _became(self, block: Block, before: tuple[int, int], after: tuple[int, int]) -> str:
        if before[0] < after[0]:
            return "entry"
        if before[1] < after[1]:
            return "problem"
        if block.kind == "heading" and self.current is None:
            return "heading"
        return "note" if self.current else "text"

    def _entry(self, block: Block) -> Entry | None:
        """None for what cannot be an entry. No entry is nearly as long as _ENTRY_MAX characters."""
        if id(block) not in self.entries and block.kind == "table":
            columns = self.columns.get(id(block))
            self.entries[id(block)] = read_row(block, columns) if columns and len(block.text) <= _ENTRY_MAX else None
        elif id(block) not in self.entries:
            text = heading_text(block) if block.kind == "heading" else block.text
            may_be = block.kind in ("heading", "item") or (block.kind == "text" and "**" in text[:_BOLD_BEGINS_BY])
            self.entries[id(block)] = read_entry(text) if may_be and len(text) <= _ENTRY_MAX else None
        return self.entries[id(block)]

    def _bold_lists(self) -> set[tuple[int, int]]:
        """The lists, by the number of their heading and their indentation, of which most items have bold titles."""
        votes: Counter[tuple[int, int]] = Counter()
        part = 0
        for block in self.blocks:
            part += block.kind == "heading"
            entry = self._entry(block) if block.kind == "item" else None
            if reads_as_paper(entry, []):
                votes[part, block.level] += 1 if entry.style == "bold" else -1
        return {place for place, votes_for in votes.items() if votes_for > 0}

    def _heading(self, block: Block) -> None:
        self.part += 1
        if id(block) in self.in_notes:
            self._note(f"**{block.lines[0]}**")
            return
        self.current = None
        if block is self.title:
            return
        self.path = [(level, name) for level, name in self.path if level < block.level]
        if id(block) in self.papers and self._entry(block):
            self._add(block, depth=_BELOW_HEADING)
        elif name := plain(block.lines[0]):
            self.path.append((block.level, name))
            self.made.sections.append(self._section())

    def _item(self, block: Block) -> None:
        entry = self._entry(block)
        if self.current and self.depth == _BELOW_HEADING:
            self._note(block.source)
        elif self._is_entry(block, entry):
            self._add(block, depth=block.level)
            self._note(block.below)
        elif self._is_below_current(block):
            self._note(block.source)
        else:
            self.current = None
            self._problem(block, "This does not read as a paper: it was left out.")

    def _is_entry(self, block: Block, entry: Entry | None) -> bool:
        if not reads_as_paper(entry, self._section()):
            return (self.part, block.level) in self.bold_lists and is_bare_title(block, entry)
        return looks_like_entry(block, entry) or not self._is_below_current(block)

    def _is_below_current(self, block: Block) -> bool:
        return self.current is not None and block.level > self.depth

    def _text(self, block: Block) -> None:
        if is_bold_paragraph(self._entry(block)):
            self._add(block, depth=0)
        elif self.current:
            self._note(block.source)
        elif not self.path and not self.made.records:
            self.description.append(block.source)
        else:
            self._problem(block, "This text belongs to no entry: it was left out.")

    def _table(self, block: Block) -> None:
        is_head = self.columns.get(id(block)) == []
        if self._entry(block):
            self._add(block, depth=0)
        elif not is_head and block.text.strip("|-: \t"):
            self._end_list()
            self._problem(block, "Rows of a table are not read.")

    def _rule(self, block: Block) -> None:
        self._end_list()

    def _end_list(self) -> None:
        """What follows belongs to no item; to a heading that is a paper it still does."""
        if self.depth != _BELOW_HEADING:
            self.current = None

    def _section(self) -> list[str]:
        return [name for _, name in self.path]

    def _add(self, block: Block, depth: int) -> None:
        record = self._entry(block).record
        for link in [link for link in record.links if not link.url]:
            message = f'The link "{link.label}" has no address.'
            self.made.problems.append(Problem(block.line, message, block.text, is_remark=True))
            record.links.remove(link)
        record.section, record.line, record.source = self._section(), block.line, "markdown"
        self.places[tuple(record.section)] += 1
        record.position = self.places[tuple(record.section)]
        self.made.records.append(record)
        self.current, self.depth = record, depth

    def _note(self, text: str) -> None:
        if text:
            self.current.note = f"{self.current.note}\n\n{text}" if self.current.note else text

    def _problem(self, block: Block, message: str) -> None:
        text = self.lines.text(block.line, self.ends.get(id(block), sys.maxsize))
        self.made.problems.append(Problem.of(block.line, message, text))


def _title_heading(blocks: list[Block]) -> Block | None:
    """The document's own title: its first heading, where that is the only one of level 1."""
    headings = [block for block in blocks if block.kind == "heading"]
    is_title = [heading.level for heading in headings].count(1) == 1 and headings[0].level == 1
    return headings[0] if is_title else None
