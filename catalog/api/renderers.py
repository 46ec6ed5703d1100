"""The API's other formats: BibTeX, CSL-JSON, RIS and Markdown of a paper, and of a page of papers.

For views whose answers are papers: `renderer_classes = [JSONRenderer, *PAPER_RENDERERS]`. The answer's own data say
which papers (by `slug`, else by the address); the rows are read again as an export needs them. Errors stay JSON.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rest_framework.renderers import BaseRenderer, JSONRenderer

from catalog.exporters import FORMATS, Format
from catalog.models import Paper


class PaperRenderer(BaseRenderer):
    """`exporter` writes the papers of an answer."""

    exporter: Format
    charset: str | None = "utf-8"

    def render(self, data: Any, accepted_media_type=None, renderer_context=None) -> bytes:
        context = renderer_context or {}
        response = context.get("response")
        if response is not None and response.status_code >= 400:
            return JSONRenderer().render(data, renderer_context=context)
        slugs = _slugs(data, context)
        rows = {paper.slug: paper for paper in Paper.objects.for_export().filter(slug__in=slugs)}
        papers = [rows[slug] for slug in slugs if slug in rows]
        return "".join(self.exporter.document_for(papers)).encode()


def _slugs(data: Any, context: Mapping[str, Any]) -> list[str]:
    rows = data.get("results") if isinstance(data, Mapping) and "results" in data else [data]
    slugs = [row["slug"] for row in rows or () if isinstance(row, Mapping) and row.get("slug")]
    asked = context.get("kwargs", {}).get("slug")
    return slugs or ([asked] if asked else [])


PAPER_RENDERERS = tuple(
    type(
        f"{format.name.title().replace('-', '')}Renderer",
        (PaperRenderer,),
        {
            "exporter": format,
            "media_type": format.media_type,
            "format": format.suffix,
            "charset": None if format.media_type.endswith("json") else "utf-8",
            "__doc__": f"Papers as {format.label}.",
        },
    )
    for format in FORMATS
)
