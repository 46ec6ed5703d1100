"""Readers of documents: text in, plain records out. No ORM, no Django."""

from __future__ import annotations

import re
from collections.abc import Iterator
from importlib import import_module
from pathlib import PurePath

from catalog.importers import list_form
from catalog.importers.encoding import NotText, decode
from catalog.importers.limits import DEFAULT_LIMITS, Limits
from catalog.importers.records import Document, Problem, Record, Span

__all__ = ["FORMATS", "Limits", "NotText", "decode", "format_of", "items_of", "read_document", "read_text"]

FORMATS = ("markdown", "bibtex", "csl-json", "ris")
# Imported at first use: the reading process is to start at once.
_READERS = {
    "bibtex": "catalog.importers.bibtex",
    "markdown": "catalog.importers.paper_list",
    "csl-json": "catalog.importers.csl_json",
    "ris": "catalog.importers.ris",
}
_SUFFIXES = {".bib": "bibtex", ".bibtex": "bibtex", ".ris": "ris", ".json": "csl-json"}
_MARKDOWN = re.compile(r"^(?:#{1,6}[ \t]+\S|[ \t]*(?:[*+-]|\d{1,3}[.)])[ \t]+\S)", re.M)


def read_document(data: bytes, format: str = "auto") -> Document:
    """Raises NotText for bytes that are none."""
    return read_text(decode(data), format)


def read_text(text: str, format: str = "auto") -> Document:
    """In this process and whole: for small texts that can be trusted. See catalog.importers.bounded."""
    return import_module(_READERS[format_of(text) if format == "auto" else format]).read(text)


def items_of(text: str, format: str, limits: Limits = DEFAULT_LIMITS) -> Iterator[Span | Record | Problem | Document]:
    """Each record and problem behind the span it stands in, in order; a list's own texts last, as a document."""
    return import_module(_READERS[format]).items(text, limits)


def format_of(text: str, name: str = "") -> str:
    """By what the text holds; by the file's name where that does not tell.

    BibTeX where an entry comes before any Markdown, or entries outnumber headings and items.
    """
    from catalog.importers import bibtex, csl_json, ris

    if list_form.is_marked(text.removeprefix("\ufeff")):
        return "markdown"
    if csl_json.looks_like(text):
        return "csl-json"
    first_entry = bibtex.first_entry(text)
    if first_entry < len(text):
        if not _MARKDOWN.search(text, 0, first_entry):
            return "bibtex"
        if bibtex.count_entries(text) > len(_MARKDOWN.findall(text)):
            return "bibtex"
    if ris.looks_like(text):
        return "ris"
    return _SUFFIXES.get(PurePath(name.lower().removesuffix(".gz")).suffix, "markdown")
