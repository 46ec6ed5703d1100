"""Writers of documents: papers in, text out, piece by piece. Each format has a module here and a row in FORMATS."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from catalog.exporters import bibtex, csl_json, markdown, ris
from catalog.models import Paper

__all__ = ["BIBTEX", "FORMATS", "Format", "format_named"]


@dataclass(frozen=True)
class Format:
    """`entry_for` writes one paper, `document_for` many, in pieces; papers come as `for_export` gives them."""

    name: str
    suffix: str
    media_type: str
    label: str
    entry_for: Callable[[Paper], str]
    document_for: Callable[[Iterable[Paper]], Iterator[str]]


BIBTEX = Format("bibtex", "bib", "application/x-bibtex", "BibTeX", bibtex.entry_for, bibtex.document_for)
FORMATS = (
    BIBTEX,
    Format(
        "csl-json",
        "csl.json",
        "application/vnd.citationstyles.csl+json",
        "CSL-JSON",
        csl_json.entry_for,
        csl_json.document_for,
    ),
    Format("ris", "ris", "application/x-research-info-systems", "RIS", ris.entry_for, ris.document_for),
    Format("markdown", "md", "text/markdown", "Markdown", markdown.entry_for, markdown.document_for),
)


def format_named(name: str) -> Format | None:
    """By its name, its suffix or its media type."""
    return next((one for one in FORMATS if name in (one.name, one.suffix, one.media_type)), None)
