"""Pieces of text for people: the line of a note with the hit marked, Markdown as safe HTML."""

from __future__ import annotations

import html
from collections.abc import Iterable
from dataclasses import dataclass

import nh3
from django.utils.safestring import SafeString, mark_safe
from markdown_it import MarkdownIt

from catalog.search import fold_character

LINE_CHARACTERS = 170
_MARKDOWN = MarkdownIt("commonmark", {"html": False}).enable("table")
_TEXT_TAGS = {"p", "br", "em", "strong", "code", "pre", "ul", "ol", "li", "a", "blockquote"}
_TAGS = _TEXT_TAGS | {"table", "thead", "tbody", "tr", "th", "td"}


@dataclass(frozen=True)
class Piece:
    text: str
    hit: bool


@dataclass(frozen=True)
class Line:
    pieces: list[Piece]
    lang: str


def markdown(text: str) -> SafeString:
    """HTML without scripts, pictures, headings or styles, whatever the text holds."""
    cleaned = nh3.clean(_MARKDOWN.render(text), tags=_TAGS, url_schemes={"http", "https"}, link_rel="nofollow noopener")
    return mark_safe(cleaned)  # noqa: S308 - nh3 has cleaned it


def plain(text: str) -> str:
    """Markdown's words alone, on one line."""
    return " ".join(html.unescape(nh3.clean(_MARKDOWN.render(text), tags=set())).split())


def pieces_of(text: str, words: Iterable[str]) -> list[Piece]:
    """The text cut where folded words occur in it."""
    folded, origin = [], []
    for index, character in enumerate(text):
        for part in fold_character(character):
            folded.append(part)
            origin.append(index)
    line, hits = "".join(folded), [False] * len(text)
    for word in words:
        start = line.find(word)
        while start >= 0:
            first, last = origin[start], origin[start + len(word) - 1]
            hits[first : last + 1] = [True] * (last + 1 - first)
            start = line.find(word, start + len(word))
    pieces: list[Piece] = []
    start = 0
    for end in range(1, len(text) + 1):
        if end == len(text) or hits[end] != hits[start]:
            pieces.append(Piece(text[start:end], hits[start]))
            start = end
    return pieces


def line_of(paper, words: list[str], language: str) -> Line | None:
    """One line of the paper's notes: where a word occurs if it does, in the reader's language otherwise."""
    notes = sorted(paper.notes.all(), key=lambda note: not language.startswith(note.language))
    lines = [(plain(note.body), note.language) for note in notes]
    if not lines:
        return None
    for text, lang in lines:
        pieces = pieces_of(text, words)
        if any(piece.hit for piece in pieces):
            first = len(pieces[0].text) if not pieces[0].hit else 0
            return Line(pieces_of(_cut(text, around=first), words), lang)
    text, lang = lines[0]
    return Line([Piece(_cut(text), False)], lang)


def _cut(text: str, around: int = 0) -> str:
    start = max(0, around - LINE_CHARACTERS // 2)
    if start:
        start = text.rfind(" ", 0, start) + 1 or start
    end = start + LINE_CHARACTERS
    return ("… " if start else "") + text[start:end].rstrip() + (" …" if end < len(text) else "")
