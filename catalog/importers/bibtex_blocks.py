"""Where the blocks of a BibTeX text begin and end: entries, macros, preambles, comments, and what stands between them.

The blocks tile the text. A block begins at an `@word{` or `@word(` that stands at the beginning of a line or behind a
closing bracket; so an address such as `me@home (office)` begins none. BibTeX takes all other text for a comment.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from catalog.importers.bibtex_syntax import Malformed, RawEntry, read_entry
from catalog.importers.limits import Limits

# How far to look for the end of an entry that quotes another one inside a value, and how much of that in all.
_LONGEST_QUOTING_ENTRY = 200_000
_LOOKING_FACTOR = 4
_NO_ENTRIES = ("comment", "preamble")

_AT = re.compile(r"@\s{0,20}([^\s{}(),\"=#%'@]+)\s{0,20}[{(]")
_REST = r"[^\n]*+(?:\n|\Z)"  # of a line
_BETWEEN = re.compile(
    r"(?P<blank>(?:[^\S\n]*+\n)++|\s+\Z)"
    rf"|(?P<comment>(?:[^\S\n]*+(?:%|@(?i:comment)){_REST})++)"
    rf"|(?P<problem>[^\S\n]*+@{_REST})"
    rf"|(?P<text>(?:(?![^\S\n]*+[%@\n]|\s*+\Z){_REST})++)"
)
_BRACKET = re.compile(r"[{}]")
_LOST_FIELDS = re.compile(r"[\s})]{0,100}(?:,\s*)?[A-Za-z][\w-]{0,30}\s*=\s*[{\"]")


@dataclass(slots=True)
class Block:
    """`kind` is entry, string, preamble, comment, text, blank or problem; `fault` says what the problem is."""

    kind: str
    start: int
    end: int
    entry: RawEntry | None = None
    fault: str = ""


class Starts:
    """The places where blocks begin, each found once, in order."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._found = _AT.finditer(text)
        self._line = 0  # where the line of the last @ begins
        self._looked = 0
        self.at = -1
        self.word = ""

    def after(self, place: int) -> int:
        """The first one at or behind the place; the text's length where there is none. Places never go back."""
        while self.at < place:
            found = next(self._found, None)
            if found is None:
                self.at, self.word = len(self._text), ""
                break
            if self._begins_block(found.start()):
                self.at, self.word = found.start(), found[1].lower()
        return self.at

    def _begins_block(self, at: int) -> bool:
        line_end = self._text.rfind("\n", self._looked, at)
        if line_end >= 0:
            self._line = line_end + 1
        self._looked = at
        before = self._text[max(self._line, at - 200) : at].rstrip(" \t")
        if not before:
            return True
        return before.rstrip(",;").endswith(("}", ")")) and not self._text[
            self._line : self._line + 200
        ].lstrip().startswith("%")


class Blocks:
    """Walks a text once. What cannot be read reaches to the next block, and is a problem."""

    def __init__(self, text: str, limits: Limits) -> None:
        self.text = text
        self.limits = limits
        self.starts = Starts(text)
        self._looking_budget = _LOOKING_FACTOR * (len(text) + _LONGEST_QUOTING_ENTRY)

    def __iter__(self) -> Iterator[Block]:
        at = begun = 0
        before = ""
        while at < len(self.text):
            start, word = self.starts.after(at), self.starts.word
            yield from self._between(at, start, before)
            if start == len(self.text):
                return
            begun += word not in _NO_ENTRIES
            if begun > self.limits.max_entries:
                fault = f"More than {self.limits.max_entries} entries: what begins here was not read. Split the file."
                yield Block("problem", start, len(self.text), fault=fault)
                return
            block = self._block(start, word)
            yield block
            at, before = block.end, block.kind

    def _block(self, start: int, word: str) -> Block:
        limit = self.starts.after(start + 1)
        if word in _NO_ENTRIES:
            end = self._closing(start, limit)
            if end is None and word == "preamble":
                return Block("problem", start, limit, fault="A brace is not closed.")
            return Block(word, start, end or limit)
        try:
            if word == "string":
                entry = read_entry(self.text, start, limit, self.limits.max_brace_depth)
                return Block("string", start, entry.end, entry)
            entry = self._entry(start, limit)
            return Block("entry", start, entry.end, entry)
        except Malformed as problem:
            fault = f"This macro was not read. {problem}" if word == "string" else str(problem)
            return Block("problem", start, limit, fault=fault)

    def _closing(self, start: int, limit: int) -> int | None:
        """Behind the brace that closes a comment or a preamble. None where another block begins before it."""
        opening = self.text.find("{", start, limit)
        depth = 0
        for bracket in _BRACKET.finditer(self.text, opening, limit) if opening >= 0 else ():
            depth += 1 if bracket[0] == "{" else -1
            if depth == 0:
                return bracket.end()
        return None

    def _entry(self, start: int, limit: int) -> RawEntry:
        """An abstract may hold a line that begins like an entry: then the entry ends after it."""
        try:
            entry = read_entry(self.text, start, limit, self.limits.max_brace_depth)
            if entry.is_closed or limit == len(self.text):
                return entry
            problem = None
        except Malformed as first:
            entry, problem = None, first
        further = min(start + _LONGEST_QUOTING_ENTRY, len(self.text))
        self._looking_budget -= further - start
        if self._looking_budget > 0 and further > limit:
            try:
                longer = read_entry(self.text, start, further, self.limits.max_brace_depth)
            except Malformed:
                longer = None
            if longer is not None and longer.is_closed:
                return longer
        if problem is not None:
            raise problem
        return entry

    def _between(self, start: int, end: int, before: str) -> Iterator[Block]:
        """Blank lines, comment lines and text, one block for neighbours of a kind."""
        if before == "entry" and _LOST_FIELDS.match(self.text, start, end):
            yield Block("problem", start, end, fault="This stands behind the end of an entry: a brace too many?")
            return
        while start < end:
            found = _BETWEEN.match(self.text, start, end)
            yield Block(found.lastgroup, start, found.end(), fault="This does not begin like an entry.")
            start = found.end()
