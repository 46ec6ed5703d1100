"""Which lines of a list became what: its spans, and the text of each piece as it stands there."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import groupby, pairwise

from catalog.importers.records import Span

_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n|\Z)")


class ListLines:
    """`read` are the lines as the reader saw them: blank where it left out a comment. Lines count from 1."""

    def __init__(self, text: str, read: Sequence[str]) -> None:
        self._text = text
        self._ends = [found.end() for found in _LINE.finditer(text)]
        self._read = read
        self._begun: dict[int, str] = {}

    def begin(self, line: int, kind: str) -> None:
        """What begins at this line reaches to where the next thing begins, blank lines and comments behind it apart."""
        self._begun[line] = kind

    def text(self, line: int, end: int) -> str:
        """From the line to before the line `end`, blank lines behind it apart."""
        return self._text[self._start(line) : self._start(end)].rstrip()

    def spans(self) -> list[Span]:
        begun = sorted(self._begun.items())
        last = len(self._ends) + 1
        spans = self._empty(1, begun[0][0] if begun else last)
        for (line, kind), (following, _) in pairwise([*begun, (last, "")]):
            end = following
            while end > line + 1 and not self._is_read(end - 1):
                end -= 1
            spans.append(Span(self._start(line), self._start(end), kind))
            spans += self._empty(end, following)
        return [span for span in spans if span.end > span.start]

    def _empty(self, line: int, end: int) -> list[Span]:
        """Lines that nothing was read from."""
        groups = groupby(range(line, end), key=self._kind_of_empty)
        runs = [(kind, [*lines]) for kind, lines in groups]
        return [Span(self._start(lines[0]), self._start(lines[-1] + 1), kind) for kind, lines in runs]

    def _kind_of_empty(self, line: int) -> str:
        return "comment" if self._text[self._start(line) : self._start(line + 1)].strip() else "blank"

    def _is_read(self, line: int) -> bool:
        return line <= len(self._read) and bool(self._read[line - 1].strip())

    def _start(self, line: int) -> int:
        if line <= 1:
            return 0
        return self._ends[line - 2] if line - 2 < len(self._ends) else len(self._text)
