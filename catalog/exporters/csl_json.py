"""CSL-JSON out: an array of items, one a line. An imported item that nobody changed goes out as it came."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator

from catalog.exporters.csl_item import item_for
from catalog.exporters.untouched import is_untouched
from catalog.models import Paper


def document_for(papers: Iterable[Paper]) -> Iterator[str]:
    opening = "[\n"
    for paper in papers:
        yield opening + _item(paper)
        opening = ",\n"
    yield "[]\n" if opening == "[\n" else "\n]\n"


def entry_for(paper: Paper) -> str:
    """An array of one: what programs that read CSL-JSON expect in a file."""
    return f"[\n{_item(paper)}\n]\n"


def _item(paper: Paper) -> str:
    if is_untouched(paper, "csl-json"):
        return paper.bibtex_raw
    return json.dumps(item_for(paper), ensure_ascii=False)
