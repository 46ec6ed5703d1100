"""Pieces of text for people: the line of a note with the hit marked, Markdown as safe HTML."""

from __future__ import annotations

import html
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

import nh3
from django.utils.safestring import SafeString, mark_safe
from markdown_it import MarkdownIt

from catalog.search.marks import spans_of
from catalog.search.query import Text

LINE_CHARACTERS = 170
_MARKDOWN = MarkdownIt("commonmark", {"html": False}).enable("table")
_TEXT_TAGS = {"p", "br", "em", "strong", "code", "pre", "ul", "ol", "li", "a", "blockquote"}
_TAGS = _TEXT_TAGS | {"table", "thead", "tbody", "tr", "th", "td"}


@dataclass(frozen=True)
class Line:
    text: str
    lang: str


def markdown(text: str) -> SafeString:
    """HTML without scripts, pictures, headings or styles, whatever the text holds."""
    cleaned = nh3.clean(_MARKDOWN.render(text), tags=_TAGS, url_schemes={"http", "https"}, link_rel="nofollow noopener")
    return mark_safe(cleaned)  # noqa: S308 - nh3 has cleaned it


@lru_cache(maxsize=4096)
def plain(text: str) -> str:
    """Markdown's words alone, on one line."""
    return " ".join(html.unescape(nh3.clean(_MARKDOWN.render(text), tags=set())).split())


def line_of(notes: Iterable, words: Iterable[Text], language: str) -> Line | None:
    """One line of a paper's notes: where a word occurs if it does, in the reader's language otherwise."""
    words = tuple(words)
    notes = sorted(notes, key=lambda note: not language.startswith(note.language))
    for note in notes:
        if spans_of(note.body, words):  # Markdown is only rendered where it is worth it
            text = plain(note.body)
            if spans := spans_of(text, words):
                return Line(_cut(text, around=spans[0][0]), note.language)
    return Line(_cut(plain(notes[0].body)), notes[0].language) if notes else None


def _cut(text: str, around: int = 0) -> str:
    start = max(0, around - LINE_CHARACTERS // 2)
    if start:
        start = text.rfind(" ", 0, start) + 1 or start
    end = start + LINE_CHARACTERS
    return ("… " if start else "") + text[start:end].rstrip() + (" …" if end < len(text) else "")
