"""Reads a paper list that is in the form of catalog.importers.list_form, to the letter.

People edit such files by hand. An item that is not in the form is then read as any list's items are, by guessing.
"""

from __future__ import annotations

import re
from collections import Counter

from catalog.importers import list_form
from catalog.importers.list_entry import read_entry
from catalog.importers.list_papers import reads_as_paper
from catalog.importers.list_spans import ListLines
from catalog.importers.records import Document, Problem, Record, SectionTexts

_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n|\Z)")
_INDENT = re.compile(r" {1,2}|\t")
_COMMENT = re.compile(r"\s*<!--.*-->\s*")
_ITEM_MAX = 200_000  # the authors of one paper can be thousands


def read(text: str) -> Document:
    lines = [found[0].rstrip("\r\n") for found in _LINE.finditer(text)]
    lines[0] = lines[0].removeprefix("\ufeff")
    reader = _Reader(ListLines(text, ["" if _COMMENT.fullmatch(line) else line for line in lines]))
    for number, line in enumerate(lines, 1):
        reader.take(number, line)
    return reader.document()


class _Reader:
    """Lines are collected until what they belong to ends: an item with its notes, a description, stray text."""

    def __init__(self, spans: ListLines) -> None:
        self.spans = spans
        self.made = Document(format="markdown")
        self.headings = [SectionTexts([])]  # the list's own first; the last one is open
        self.kind = ""  # item | quote | stray: what `lines` are
        self.lines: list[str] = []
        self.begins = 0
        self.places: Counter[tuple[str, ...]] = Counter()

    def take(self, number: int, line: str) -> None:
        if self.kind == "item" and (not line.strip() or _INDENT.match(line)):
            self.lines.append(_INDENT.sub("", line, count=1))
        elif line.startswith("- "):
            self._open("item", number, line)
        elif line.startswith(">"):
            self._continue("quote", number, line[1:].removeprefix(" "))
        elif heading := list_form.read_heading(line):
            self._close()
            self.spans.begin(number, "heading")
            self._heading(*heading)
        elif (name := list_form.read_name_zh(line)) is not None:
            self._close()
            self.spans.begin(number, "heading")
            self.headings[-1].name_zh = name
        elif not line.strip() or _COMMENT.fullmatch(line):
            self._close()
        else:
            self._continue("stray", number, line)

    def document(self) -> Document:
        self._close()
        own, *sections = self.headings
        self.made.title_zh, self.made.description_zh = own.name_zh, own.description_zh
        self.made.description = own.description
        self.made.section_texts = [said for said in sections if said != SectionTexts(said.path)]
        self.made.spans = self.spans.spans()
        return self.made

    def _open(self, kind: str, number: int, line: str) -> None:
        self._close()
        self.kind, self.begins, self.lines = kind, number, [line]

    def _continue(self, kind: str, number: int, line: str) -> None:
        if self.kind == kind:
            self.lines.append(line)
        else:
            self._open(kind, number, line)

    def _close(self) -> None:
        kind, self.kind = self.kind, ""
        if kind == "item":
            self._item()
        elif kind == "quote":
            self.spans.begin(self.begins, "text")
            self._describe()
        elif kind == "stray":
            self._problem("This text belongs to no entry: it was left out.")

    def _heading(self, level: int, name: str) -> None:
        if level == 1 and not self.made.title and len(self.headings) == 1:
            self.made.title = name
            return
        path = [*self.headings[-1].path[: max(level - 2, 0)], name]
        self.made.sections.append(path)
        self.headings.append(SectionTexts(path))

    def _item(self) -> None:
        first, *below = self.lines
        record = list_form.read_item(first) if len(first) <= _ITEM_MAX else None
        if record is None:
            record, below = _guessed(first, below)
        if record is None:
            self._problem("This does not read as a paper: it was left out.")
            return
        self.spans.begin(self.begins, "entry")
        record.notes = [*record.remarks, *list_form.read_texts(below)]
        record.note = "\n\n".join(note.body for note in record.notes)
        record.section, record.line, record.source = list(self.headings[-1].path), self.begins, "markdown"
        self.places[tuple(record.section)] += 1
        record.position = self.places[tuple(record.section)]
        self.made.records.append(record)

    def _describe(self) -> None:
        said = self.headings[-1]
        for text in list_form.read_texts(self.lines, expected="en"):
            name = "description_zh" if text.language == "zh" else "description"
            setattr(said, name, "\n\n".join(filter(None, [getattr(said, name), text.body])))

    def _problem(self, message: str) -> None:
        self.spans.begin(self.begins, "problem")
        self.made.problems.append(Problem.of(self.begins, message, "\n".join(self.lines)))


def _guessed(first: str, below: list[str]) -> tuple[Record | None, list[str]]:
    """The item as far as its first blank line, and the lines of its notes."""
    end = next((at for at, line in enumerate(below) if not line.strip()), len(below))
    text = "\n".join([first[2:], *below[:end]])
    entry = read_entry(text) if len(text) <= _ITEM_MAX else None
    return (entry.record, below[end:]) if reads_as_paper(entry, []) else (None, below)
