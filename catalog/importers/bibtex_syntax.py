"""The inside of a BibTeX entry: fields, values joined with #, macros.

bibtexparser splits a file into entries; what is inside an entry is read here, because the library leaves `#` as it
stands, joins fields that lack a comma, and takes a comment line for a part of the next field's name.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

MONTHS = {
    name[:3].lower(): name
    for name in (
        "January", "February", "March", "April", "May", "June",
        "July", "August", "September", "October", "November", "December",
    )
}  # fmt: skip
MAX_MACRO_CHARACTERS = 10_000
MAX_EXPANDED_CHARACTERS = 20_000_000  # of all macros used in one document: text that doubles itself stops here

_HEAD = re.compile(r"@\s*(?P<type>[^\s{}(),\"=#%'@]+)\s*(?P<open>[{(])")
_KEY = re.compile(r"\s*(?P<key>[^\s,={}\"#%]*)[^\S\n]*")
_GAP = re.compile(r"(?:[\s,]+|%[^\n]*(?:\n|$))*")
_NAME = re.compile(r"(?P<name>[^\s={},\"#%()]+)\s*=\s*")
_BARE = re.compile(r"[^\s,#{}\"()=]+")
_JOIN = re.compile(r"\s*#\s*")
_BRACE = re.compile(r"[{}]")
_QUOTE_OR_BRACE = re.compile(r"[{}\"]")
_QUOTE_AT_END = re.compile(r"\"(?=\s*(?:,\s*\n|[})]\s*(?:\n|$)|\n))")
_LOOKS_LIKE_FIELD = re.compile(r"[,\n]\s*[A-Za-z][\w-]{0,30}\s*=\s*[{\"\d]")


class Malformed(Exception):
    """The text cannot be read as an entry; the message says what is wrong, for people."""


@dataclass
class Piece:
    """One part of a value: quoted or braced text, or a macro's name (a bare number is a macro that means itself)."""

    text: str
    is_macro: bool = False


@dataclass
class RawEntry:
    type: str
    key: str
    fields: list[tuple[str, list[Piece]]]
    end: int
    is_closed: bool = True
    faults: list[str] = field(default_factory=list)


class Macros:
    """@string definitions, case-insensitive; months are known from the start."""

    def __init__(self) -> None:
        self._meanings = dict(MONTHS)
        self._budget = MAX_EXPANDED_CHARACTERS
        self.exhausted = False

    def define(self, name: str, pieces: list[Piece]) -> bool:
        """False when the meaning is longer than any macro need be; the macro then stays undefined."""
        text = self.expand(pieces)
        if len(text) > MAX_MACRO_CHARACTERS:
            return False
        self._meanings[name.lower()] = text
        return True

    def knows(self, name: str) -> bool:
        return name.lower() in self._meanings or name[:1].isdigit()

    def expand(self, pieces: list[Piece]) -> str:
        return "".join(self._meaning(piece.text) if piece.is_macro else piece.text for piece in pieces)

    def _meaning(self, name: str) -> str:
        text = self._meanings.get(name.lower(), name)
        self._budget -= len(text)
        if self._budget < 0:
            self.exhausted = True
            return name
        return text


def read_entry(text: str, start: int, limit: int) -> RawEntry:
    """The entry whose @ stands at `start`, not looking past `limit`. Raises Malformed when a value has no end."""
    head = _HEAD.match(text, start, limit)
    if head is None:
        raise Malformed("This does not begin like an entry.")
    key = _KEY.match(text, head.end(), limit)
    entry = RawEntry(head["type"], key["key"], [], limit)
    at = key.end()
    if re.match(r"\s*=", text[at : at + 100]):  # what looked like the key is the first field's name
        entry.key, at = "", key.start()
    elif at < limit and text[at] not in ",})\n":
        raise Malformed("The key is not followed by a comma.")
    elif at < limit and text[at] == "\n":
        entry.faults.append("A comma is missing after the key.")
    if not entry.key:
        entry.faults.append("The entry has no key.")
    closing = "}" if head["open"] == "{" else ")"
    at = _read_fields(text, at, limit, closing, entry)
    if at is None:
        _check_unclosed(entry)
        entry.is_closed = False
        entry.faults.append("The entry is not closed; it was read up to the next one.")
    else:
        entry.end = at
    return entry


def _check_unclosed(entry: RawEntry) -> None:
    """An unclosed value swallows the fields after it and is closed by the entry's own brace: that is no value."""
    for name, pieces in entry.fields:
        if any(_LOOKS_LIKE_FIELD.search(piece.text) for piece in pieces):
            raise Malformed(f'The value of "{name}" is not closed: a brace or a quotation mark is missing.')


def _read_fields(text: str, at: int, limit: int, closing: str, entry: RawEntry) -> int | None:
    """The place after the entry's closing delimiter, None when `limit` comes first."""
    after_value = False
    while True:
        gap = _GAP.match(text, at, limit)
        comma_seen = "," in gap[0]
        at = gap.end()
        if at >= limit:
            return None
        if text[at] == closing:
            return at + 1
        name = _NAME.match(text, at, limit)
        if name is None:
            raise Malformed(f'A field name and "=" were expected, not "{_excerpt(text, at)}".')
        if after_value and not comma_seen:
            entry.faults.append(f'A comma is missing before "{name["name"]}".')
        pieces, at = _read_value(text, name.end(), limit, entry.faults)
        entry.fields.append((name["name"], pieces))
        after_value = True


def _read_value(text: str, at: int, limit: int, faults: list[str]) -> tuple[list[Piece], int]:
    """`{..}`, `".."`, numbers and macros, joined with #."""
    pieces = []
    while True:
        piece, at = _read_piece(text, at, limit, faults)
        pieces.append(piece)
        join = _JOIN.match(text, at, limit)
        if join is None:
            return pieces, at
        at = join.end()


def _read_piece(text: str, at: int, limit: int, faults: list[str]) -> tuple[Piece, int]:
    opening = text[at] if at < limit else ""
    if opening == "{":
        end = _closing_brace(text, at, limit)
        return Piece(text[at + 1 : end]), end + 1
    if opening == '"':
        end = _closing_quote(text, at, limit, faults)
        return Piece(text[at + 1 : end]), end + 1
    bare = _BARE.match(text, at, limit)
    if bare is None:
        if opening in ",})":
            return Piece(""), at  # `note = ,`: an empty value
        raise Malformed(f'A value was expected, not "{_excerpt(text, at)}".')
    return Piece(bare[0], is_macro=True), bare.end()


def _closing_brace(text: str, at: int, limit: int) -> int:
    depth = 0
    for brace in _BRACE.finditer(text, at, limit):
        depth += 1 if brace[0] == "{" else -1
        if depth == 0:
            return brace.start()
    raise Malformed("A brace is not closed.")


def _closing_quote(text: str, at: int, limit: int, faults: list[str]) -> int:
    """Braces shield quotation marks. Where they do not match, the mark that ends a line or the entry is taken."""
    depth = 0
    for mark in _QUOTE_OR_BRACE.finditer(text, at + 1, limit):
        if mark[0] == "{":
            depth += 1
        elif mark[0] == "}":
            depth -= 1
            if depth < 0:
                break
        elif depth == 0:
            return mark.start()
    closing = _QUOTE_AT_END.search(text, at + 1, limit)
    if closing is None or _LOOKS_LIKE_FIELD.search(text, at, closing.start()):
        raise Malformed("A quotation mark is not closed.")
    faults.append("The braces inside a value in quotation marks do not match.")
    return closing.start()


def _excerpt(text: str, at: int) -> str:
    return text[at : at + 30].split("\n")[0].strip()
