"""Readers of documents: text in, plain records out. No ORM, no Django."""

from __future__ import annotations

import re

from catalog import list_form
from catalog.importers import bibtex, paper_list
from catalog.importers.encoding import NotText, decode
from catalog.importers.records import Document

__all__ = ["FORMATS", "NotText", "decode", "format_of", "read_document", "read_text"]

FORMATS = ("markdown", "bibtex")
_READERS = {"bibtex": bibtex.read, "markdown": paper_list.read}
_MARKDOWN = re.compile(r"^(?:#{1,6}\s+\S|\s*(?:[*+-]|\d{1,3}[.)])\s+\S)", re.M)


def read_document(data: bytes, format: str = "auto") -> Document:
    """Raises NotText for bytes that are none."""
    return read_text(decode(data), format)


def read_text(text: str, format: str = "auto") -> Document:
    return _READERS[format_of(text) if format == "auto" else format](text)


def format_of(text: str) -> str:
    """BibTeX where an entry comes before any Markdown, or entries outnumber headings and items."""
    if list_form.is_marked(text.removeprefix("\ufeff")):
        return "markdown"
    first_entry, entries = bibtex.entry_starts(text)
    if not entries:
        return "markdown"
    first_item = _MARKDOWN.search(text)
    if first_item is None or first_entry < first_item.start():
        return "bibtex"
    return "bibtex" if entries > len(_MARKDOWN.findall(text)) else "markdown"
