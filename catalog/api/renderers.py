"""The API's other formats: BibTeX, CSL-JSON, RIS and Markdown of a paper, of a page of papers, and of a list.

For views whose answers are papers: `renderer_classes = [JSONRenderer, *PAPER_RENDERERS]`; for one list,
`LIST_RENDERERS`. The answer's own data say which (by `slug`, else by the address); the rows are read again as an
export needs them. Errors stay JSON.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from rest_framework.renderers import BaseRenderer, JSONRenderer

from catalog.exporters import FORMATS, Format, markdown
from catalog.models import Paper, PaperList


class ExportRenderer(BaseRenderer):
    """`exporter` writes the papers that an answer names."""

    exporter: Format
    charset: str | None = "utf-8"

    def render(self, data: Any, accepted_media_type=None, renderer_context=None) -> bytes:
        context = renderer_context or {}
        response = context.get("response")
        if response is not None and response.status_code >= 400:
            return JSONRenderer().render(data, renderer_context=context)
        return "".join(self.pieces(_slugs(data, context))).encode()

    def pieces(self, slugs: list[str]) -> Iterable[str]:
        raise NotImplementedError


class PaperRenderer(ExportRenderer):
    """The slugs are those of papers."""

    def pieces(self, slugs: list[str]) -> Iterable[str]:
        rows = {paper.slug: paper for paper in Paper.objects.for_export().filter(slug__in=slugs)}
        return self.exporter.document_for(rows[slug] for slug in slugs if slug in rows)


class ListRenderer(ExportRenderer):
    """The slug is that of a list: its papers, and as Markdown the list itself with its sections and texts."""

    def pieces(self, slugs: list[str]) -> Iterable[str]:
        if self.exporter.name == "markdown":
            return markdown.list_for(PaperList.objects.get(slug__in=slugs))
        papers = Paper.objects.narrowed(paper_list=slugs[0]).sorted_by("title")
        return self.exporter.document_for(papers.for_export())


def _slugs(data: Any, context: Mapping[str, Any]) -> list[str]:
    rows = data.get("results") if isinstance(data, Mapping) and "results" in data else [data]
    slugs = [row["slug"] for row in rows or () if isinstance(row, Mapping) and row.get("slug")]
    asked = context.get("kwargs", {}).get("slug")
    return slugs or ([asked] if asked else [])


def _one_a_format(base: type[ExportRenderer]) -> tuple[type[ExportRenderer], ...]:
    return tuple(
        type(
            f"{format.name.title().replace('-', '')}{base.__name__}",
            (base,),
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


PAPER_RENDERERS = _one_a_format(PaperRenderer)
LIST_RENDERERS = _one_a_format(ListRenderer)
