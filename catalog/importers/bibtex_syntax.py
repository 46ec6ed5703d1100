"""The inside of a BibTeX entry: fields, values joined with #, macros.

Most fields are `name = {value},` with few braces: one pattern reads those. Whatever it does not match, such as
values joined with #, comment lines, missing commas and deep braces, is read step by step.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from catalog.importers.limits import DEFAULT_LIMITS, Limits

MONTHS = {
    name[:3].lower(): name
    for name in (
        "January", "February", "March", "April", "May", "June",
        "July", "August", "September", "October", "November", "December",
    )
}  # fmt: skip

_HEAD = re.compile(r"@\s*(?P<type>[^\s{}(),\"=#%'@]+)\s*(?P<open>[{(])")
_KEY = re.compile(r"\s*(?P<key>[^\s,={}\"#%]*)[^\S\n]*")
_EQUALS = re.compile(r"\s{0,100}=")
_GAP = re.compile(r"(?:[\s,]+|%[^\n]*(?:\n|$))*")
_NAME = re.compile(r"(?P<name>[^\s={},\"#%()]+)\s*=\s*")
# Possessive, so that a value that does not end costs one look at it.
_TWO_DEEP = r"\{[^{}]*+(?:\{[^{}]*+\}[^{}]*+)*+\}"
_PLAIN_FIELD = re.compile(
    r"\s*+([^\s={},\"#%()]++)\s*+=\s*+"
    rf"(?:\{{([^{{}}]*+(?:{_TWO_DEEP}[^{{}}]*+)*+)\}}|\"([^\"{{}}]*+)\"|([^\s,#{{}}\"()=]++))"
    r"\s*+(?:(,)|(?=[})]))"
)
_BARE = re.compile(r"[^\s,#{}\"()=]+")
_JOIN = re.compile(r"\s*#\s*")
_BRACE = re.compile(r"[{}]")
_QUOTE_OR_BRACE = re.compile(r"[{}\"]")
_QUOTE_AT_END = re.compile(r"\"(?=\s*(?:,\s*\n|[})]\s*(?:\n|$)|\n))")
LOOKS_LIKE_FIELD = re.compile(r"[,\n]\s*[A-Za-z][\w-]{0,30}\s*=\s*[{\"\d]")


class Malformed(Exception):
    """The text cannot be read as an entry; the message says what is wrong, for people."""


@dataclass(slots=True)
class Piece:
    """One part of a value: quoted or braced text, or a macro's name (a bare number is a macro that means itself)."""

    text: str
    is_macro: bool = False


@dataclass(slots=True)
class RawEntry:
    type: str
    key: str
    fields: list[tuple[str, list[Piece]]]
    end: int
    is_closed: bool = True
    faults: list[str] = field(default_factory=list)


class Macros:
    """@string definitions, case-insensitive; months are known from the start."""

    def __init__(self, limits: Limits = DEFAULT_LIMITS, ahead: Macros | None = None) -> None:
        """`ahead` has what is defined anywhere in the document, for entries that stand above the definition."""
        self._meanings = dict(MONTHS)
        self._ahead = ahead
        self._longest = limits.max_macro_characters
        self._budget = limits.max_expanded_characters  # text that doubles itself stops here
        self.exhausted = False

    def define(self, name: str, pieces: list[Piece]) -> bool:
        """False when the meaning is longer than any macro need be; the macro then stays undefined."""
        text = self.expand(pieces)
        if len(text) > self._longest:
            return False
        self._meanings[name.lower()] = text
        return True

    def knows(self, name: str) -> bool:
        return name[:1].isdigit() or self.meaning(name) is not None

    def meaning(self, name: str) -> str | None:
        text = self._meanings.get(name.lower())
        return self._ahead.meaning(name) if text is None and self._ahead else text

    def expand(self, pieces: list[Piece]) -> str:
        if len(pieces) == 1 and not pieces[0].is_macro:
            return pieces[0].text
        return "".join(self._expanded(piece.text) if piece.is_macro else piece.text for piece in pieces)

    def _expanded(self, name: str) -> str:
        text = self.meaning(name)
        self._budget -= len(text or "")
        if text is None or self._budget < 0:
            self.exhausted = self.exhausted or self._budget < 0
            return name
        return text


def read_entry(text: str, start: int, limit: int, max_depth: int = DEFAULT_LIMITS.max_brace_depth) -> RawEntry:
    """The entry whose @ stands at `start`, not looking past `limit`. Raises Malformed when a value has no end."""
    head = _HEAD.match(text, start, limit)
    if head is None:
        raise Malformed("This does not begin like an entry.")
    key = _KEY.match(text, head.end(), limit)
    entry = RawEntry(head["type"], key["key"], [], limit)
    at = key.end()
    if at >= limit or text[at] != ",":
        at = _after_odd_key(text, key, limit, entry)
    if not entry.key:
        entry.faults.append("The entry has no key.")
    end = _Fields(text, limit, max_depth, entry).read(at, "}" if head["open"] == "{" else ")")
    if end is None:
        if not entry.fields:
            raise Malformed("A brace is not closed.")
        _check_unclosed(entry)
        entry.is_closed = False
        entry.end = start + len(text[start:limit].rstrip())
        entry.faults.append("The entry is not closed; it was read up to the next one.")
    else:
        entry.end = end
    return entry


def key_at(text: str, start: int) -> str:
    """The key of the entry whose @ stands at `start`."""
    head = _HEAD.match(text, start)
    return _KEY.match(text, head.end())["key"] if head else ""


def _after_odd_key(text: str, key: re.Match[str], limit: int, entry: RawEntry) -> int:
    """Where the fields begin, when no comma stands behind what looked like the key."""
    at = key.end()
    if _EQUALS.match(text, at, limit):  # it is the first field's name
        entry.key = ""
        return key.start()
    if at < limit and text[at] not in "})\n%":
        raise Malformed("The key is not followed by a comma.")
    if at < limit and text[at] in "\n%":
        entry.faults.append("A comma is missing after the key.")
    return at


def _check_unclosed(entry: RawEntry) -> None:
    """An unclosed value swallows the fields after it and is closed by the entry's own brace: that is no value."""
    for name, pieces in entry.fields:
        if any(LOOKS_LIKE_FIELD.search(piece.text) for piece in pieces):
            raise Malformed(f'The value of "{name}" is not closed: a brace or a quotation mark is missing.')


@dataclass(slots=True)
class _Fields:
    text: str
    limit: int
    max_depth: int
    entry: RawEntry

    def read(self, at: int, closing: str) -> int | None:
        """The place after the entry's closing delimiter, None when `limit` comes first."""
        text, limit, fields = self.text, self.limit, self.entry.fields
        match = _PLAIN_FIELD.match
        at += text[at : at + 1] == ","
        while True:
            while found := match(text, at, limit):
                name, braced, quoted, bare, comma = found.groups()
                at = found.end()
                value = Piece(bare, True) if bare is not None else Piece(quoted if braced is None else braced)
                fields.append((name, [value]))
                if comma is None:
                    break
            at = _GAP.match(text, at, limit).end()
            if at >= limit:
                return None
            if text[at] == closing:
                return at + 1
            at = self._odd_field(at)
            gap = _GAP.match(text, at, limit)
            at = gap.end()
            if "," not in gap[0] and (name := _NAME.match(text, at, limit)):
                self.entry.faults.append(f'A comma is missing before "{name["name"]}".')

    def _odd_field(self, at: int) -> int:
        name = _NAME.match(self.text, at, self.limit)
        if name is None:
            raise Malformed(f'A field name and "=" were expected, not "{self._excerpt(at)}".')
        pieces, at = self._value(name.end())
        self.entry.fields.append((name["name"], pieces))
        return at

    def _without_comma(self, at: int) -> int:
        at = _GAP.match(self.text, at, self.limit).end()
        if name := _NAME.match(self.text, at, self.limit):
            before = self.text[max(at - 200, 0) : at].rstrip()
            if not before.endswith(","):
                self.entry.faults.append(f'A comma is missing before "{name["name"]}".')
        return at

    def _value(self, at: int) -> tuple[list[Piece], int]:
        """`{..}`, `".."`, numbers and macros, joined with #."""
        pieces = []
        while True:
            piece, at = self._piece(at)
            pieces.append(piece)
            join = _JOIN.match(self.text, at, self.limit)
            if join is None:
                return pieces, at
            at = join.end()

    def _piece(self, at: int) -> tuple[Piece, int]:
        opening = self.text[at] if at < self.limit else ""
        if opening == "{":
            end = self._closing_brace(at)
            return Piece(self.text[at + 1 : end]), end + 1
        if opening == '"':
            end = self._closing_quote(at)
            return Piece(self.text[at + 1 : end]), end + 1
        bare = _BARE.match(self.text, at, self.limit)
        if bare is None:
            if opening in ",})":
                return Piece(""), at  # `note = ,`: an empty value
            raise Malformed(f'A value was expected, not "{self._excerpt(at)}".')
        return Piece(bare[0], is_macro=True), bare.end()

    def _closing_brace(self, at: int) -> int:
        depth = 0
        for brace in _BRACE.finditer(self.text, at, self.limit):
            depth += 1 if brace[0] == "{" else -1
            if depth == 0:
                return brace.start()
            self._check_depth(depth)
        raise Malformed("A brace is not closed.")

    def _closing_quote(self, at: int) -> int:
        """Braces shield quotation marks. Where they do not match, the mark that ends a line or the entry is taken."""
        depth = 0
        for mark in _QUOTE_OR_BRACE.finditer(self.text, at + 1, self.limit):
            if mark[0] == "{":
                depth += 1
                self._check_depth(depth)
            elif mark[0] == "}":
                depth -= 1
                if depth < 0:
                    break
            elif depth == 0:
                return mark.start()
        closing = _QUOTE_AT_END.search(self.text, at + 1, self.limit)
        if closing is None or LOOKS_LIKE_FIELD.search(self.text, at, closing.start()):
            raise Malformed("A quotation mark is not closed.")
        self.entry.faults.append("The braces inside a value in quotation marks do not match.")
        return closing.start()

    def _check_depth(self, depth: int) -> None:
        if depth > self.max_depth:
            raise Malformed(f"Braces stand inside each other more than {self.max_depth} deep.")

    def _excerpt(self, at: int) -> str:
        return self.text[at : at + 30].split("\n")[0].strip()
