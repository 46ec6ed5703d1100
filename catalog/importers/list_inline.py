"""The inside of a list entry: Markdown split into pieces of text, emphasis and links, each in linear time.

Markdown proper is not enough here. Lists write their links `[[pdf]](url)` and `[[pdf](url)]`, break addresses over
a line end, and put brackets of both widths into them.
"""

from __future__ import annotations

import html
import re
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import groupby

BOLD = 2
BOLD_ITALIC = 3
ITALIC = 1
_MAX_DEPTH = 3
_LABEL_MAX = 1000
_ADDRESS_MAX = 4000

_TAGS = "a|b|big|center|code|del|details|div|em|font|i|img|ins|kbd|p|s|small|span|strong|sub|summary|sup|u"
_SPECIAL = re.compile(
    r"(?P<escape>\\[!-/:-@\[-`{-~])"
    r"|(?P<code>(?<!`)`[^`]+`)"
    r"|(?P<auto><https?://[^\s<>]+>)"
    r"|(?P<bare>https?://[^\s<>\[\]（）【】，。；、\"]+)"
    r"|(?P<break></?br\s*/?>)"
    rf"|(?P<tag></?(?:{_TAGS})\b[^<>]*>)"
    r"|(?P<entity>&(?:\#\d{1,7}|\#x[0-9a-f]{1,6}|[a-z][a-z0-9]{1,30});)"
    r"|(?P<run>\*+|_+)"
    r"|(?P<bracket>!?\[)",
    re.I,
)
_RUN = re.compile(r"\*+|_+")
_OPENING = "([{（【《“‘\"'"
_CLOSERS = {"(": ")", "（": "）"}
_ADDRESS = re.compile(r"(?:https?|ftp)://|www\.|[#/.]", re.I)
_ADDRESS_TITLE = re.compile(r"\s+(?:\"[^\"]*\"|'[^']*')$")
_HREF = re.compile(r"<a\s[^<>]*?\bhref\s*=\s*[\"']?([^\s\"'<>]+)", re.I)
_IMAGE = re.compile(r"!\[([^\[\]]*)\](?:\([^()]*\))?|<img\b[^<>]*?\balt\s*=\s*[\"']([^\"'<>]*)[^<>]*>", re.I)
_BLANKS = re.compile(r"\s+")
_LINE_END = re.compile(r"[ \t]*\n\s*")


@dataclass(frozen=True)
class Piece:
    """`kind` is text, link, bracket (a label in square brackets that has no address) or break (`<br>`).

    `text` is plain: no marks, escapes or entities; line ends are kept. `marks` is how many asterisks stand around it.
    """

    kind: str
    text: str = ""
    url: str = ""
    marks: int = 0


def plain(text: str, *, has_links: bool = True) -> str:
    """The text a reader sees: no marks, links by their labels, one blank for a run of white space."""
    pieces = split(text, has_links=has_links)
    return squeezed("".join(" " if piece.kind == "break" else piece.text for piece in pieces))


def squeezed(text: str) -> str:
    return _BLANKS.sub(" ", text).strip()


def split(text: str, depth: int = 0, *, has_links: bool = True) -> list[Piece]:
    """Neighbouring pieces of unmarked text are joined. Without `has_links` square brackets are text."""
    if not _SPECIAL.search(text):
        return [Piece("text", text)] if text else []
    pieces: list[Piece] = []
    for is_text, run in groupby(
        _Splitter(text, depth, has_links).pieces(), lambda piece: piece.kind == "text" and not piece.marks
    ):
        if not is_text:
            pieces += run
        elif joined := "".join(piece.text for piece in run):
            pieces.append(Piece("text", joined))
    return pieces


class _Splitter:
    """One text; where its brackets close is found once, so that a thousand open ones cost no more than one."""

    def __init__(self, text: str, depth: int, has_links: bool) -> None:
        self.text = text
        self.depth = depth
        self.has_links = has_links
        self.square = _pairs(text, "[", "]") if has_links else {}
        self.round = {**_pairs(text, "(", ")"), **_pairs(text, "（", "）")}
        self.runs: dict[str, list[int]] = {}
        for run in _RUN.finditer(text):
            if self._closes(run.start(), run.end()):
                self.runs.setdefault(run[0], []).append(run.start())

    def pieces(self) -> Iterator[Piece]:
        at = 0
        while found := _SPECIAL.search(self.text, at):
            yield Piece("text", self.text[at : found.start()])
            taken, at = getattr(self, f"_{found.lastgroup}")(found)
            yield from taken
        yield Piece("text", self.text[at:])

    def _escape(self, found: re.Match) -> tuple[list[Piece], int]:
        return [Piece("text", found[0][1:])], found.end()

    def _code(self, found: re.Match) -> tuple[list[Piece], int]:
        return [Piece("text", found[0][1:-1])], found.end()

    def _auto(self, found: re.Match) -> tuple[list[Piece], int]:
        return [Piece("link", "", found[0][1:-1])], found.end()

    def _bare(self, found: re.Match) -> tuple[list[Piece], int]:
        """A naked address. The full stop of the sentence and a bracket around the address are not part of it."""
        url = found[0].rstrip(".,;:!?*'")
        if url.endswith(")") and url.count(")") > url.count("("):
            url = url[:-1]
        return [Piece("link", "", url)], found.start() + len(url)

    def _break(self, found: re.Match) -> tuple[list[Piece], int]:
        return [Piece("break")], found.end()

    def _tag(self, found: re.Match) -> tuple[list[Piece], int]:
        """`<a href="url">label</a>` is a link; any other tag says nothing."""
        start = found.end()
        end = self.text.find("</a>", start, start + _LABEL_MAX) if self.has_links else -1
        href = _HREF.match(found[0]) if end >= 0 else None
        if not href:
            return [], start
        return [Piece("link", _label(self.text[start:end]), html.unescape(href[1]))], end + len("</a>")

    def _entity(self, found: re.Match) -> tuple[list[Piece], int]:
        return [Piece("text", html.unescape(found[0]))], found.end()

    def _run(self, found: re.Match) -> tuple[list[Piece], int]:
        end = self._end_of_emphasis(found)
        if end is None:
            return [Piece("text", found[0])], found.end()
        inner = split(self.text[found.end() : end], self.depth + 1)
        marks = len(found[0])
        if all(piece.kind == "text" for piece in inner):
            inner = [Piece("text", "".join(piece.text for piece in inner))]
        return [replace(piece, marks=max(marks, piece.marks)) for piece in inner], end + marks

    def _end_of_emphasis(self, found: re.Match) -> int | None:
        """Where the run that closes this one begins: the next one of its length, or the next longer one."""
        start, end = found.span()
        if len(found[0]) > BOLD_ITALIC or self.depth >= _MAX_DEPTH or self.text[end : end + 1].isspace():
            return None
        if found[0][0] == "_" and self._is_word(start - 1):
            return None
        ends = []
        for longer in range(len(found[0]), BOLD_ITALIC + 1):
            places = self.runs.get(found[0][0] * longer, [])
            place = bisect_left(places, end + 1)
            ends += places[place : place + 1]
        return min(ends, default=None)

    def _closes(self, start: int, end: int) -> bool:
        """Markdown's own rule forbids `**标题：**作者` and `**Title **.`, which lists write; this one allows them."""
        before, after = self.text[start - 1 : start], self.text[end : end + 1]
        if self.text[start] == "_" and self._is_word(end):
            return False
        opens = not before or before.isspace() or before in _OPENING
        return not opens or not after or not (after.isalnum() or after in _OPENING)

    def _is_word(self, at: int) -> bool:
        return 0 <= at < len(self.text) and self.text[at].isalnum()

    def _bracket(self, found: re.Match) -> tuple[list[Piece], int]:
        """`[[label]](url)`, `[label](url)`, an image, `[label]`; the outer bracket of `[[label](url)]` is text."""
        start = found.end() - 1
        end = self.square.get(start)
        if end is None or end - start > _LABEL_MAX:
            return [Piece("text", found[0])], found.end()
        doubled = self.square.get(start + 1) == end - 1
        address = self._address_after(end + 1)
        holds_links = "](" in self.text[start:end] or (self.text[start + 1] == "[" and not doubled)
        if holds_links and not address:
            return [Piece("text", found[0])], found.end()
        label = _label(self.text[start + 1 + doubled : end - doubled])
        if not address:
            return [Piece("bracket", label)], end + 1
        url, after = address
        return ([] if found[0][0] == "!" else [Piece("link", label, url)]), after

    def _address_after(self, at: int) -> tuple[str, int] | None:
        """The address in the round brackets at this place, and where it ends; a line end within it is taken out."""
        blanks = _BLANKS.match(self.text, at)
        start = blanks.end() if blanks else at
        closer = _CLOSERS.get(self.text[start : start + 1])
        if not closer or (blanks and not _ADDRESS.match(self.text, start + 1)):
            return None
        end = self.round.get(start)
        if end is None or end - start > _ADDRESS_MAX or "](" in self.text[start:end]:
            end = self.text.find(closer, start, start + _ADDRESS_MAX)
        if end < 0:
            return None
        url = _LINE_END.sub("", self.text[start + 1 : end]).strip()
        url = _ADDRESS_TITLE.sub("", url).removeprefix("<").removesuffix(">")
        return html.unescape(url).replace(" ", "%20"), end + 1


def _label(text: str) -> str:
    """A badge, `[![code](picture)](url)`, is labelled by what stands for its picture."""
    return plain(_IMAGE.sub(lambda found: found[1] or found[2] or "", text), has_links=False)


def _pairs(text: str, opening: str, closing: str) -> dict[int, int]:
    """Where each opening bracket's closing one stands."""
    pairs: dict[int, int] = {}
    open_ones: list[int] = []
    for found in re.finditer(f"[{re.escape(opening + closing)}]", text):
        if found[0] == opening:
            open_ones.append(found.start())
        elif open_ones:
            pairs[open_ones.pop()] = found.start()
    return pairs
