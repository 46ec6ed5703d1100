"""What the page that edits a list shows: a page of its entries, the one just moved, papers found to be added."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.core.paginator import Page
from django.db.models import Exists, OuterRef
from django.utils.translation import gettext as _

from catalog.lists.outline import Node, page_of
from catalog.models import Entry, PaperList
from catalog.querysets import PaperQuerySet
from catalog.search import QUERY_MAX_CHARACTERS
from catalog.search.browsing import Browse

ENTRIES_A_PAGE = 30  # each carries its own form: more would make the page heavy
PAPERS_FOUND = 8


@dataclass(frozen=True)
class EditPage:
    nodes: list[Node]  # those on this page
    every_node: list[Node]
    headed: list[Node]
    page: Page
    query: str
    section: int  # the section that papers found are to be added to
    moved: int  # the entry, or
    moved_section: int  # the section just moved, and
    by: str  # the button that moved it, which keeps the focus
    said: str

    @classmethod
    def of(cls, paper_list: PaperList, query: Mapping[str, str]) -> EditPage:
        """Raises nothing: numbers that are none are none."""
        moved, section = _number(query, "moved"), _number(query, "section")
        at_section = _number(query, "at_section") or _number(query, "moved_section") or section
        asked = query.get("page")  # by the pager, whose links carry along what was moved last
        nodes, shown, page = page_of(paper_list, asked, at_a_time=ENTRIES_A_PAGE, holding=0 if asked else moved)
        at = next((node.page for node in nodes if node.section.pk == at_section), page.number)
        if not moved and not asked and at != page.number:
            nodes, shown, page = page_of(paper_list, at, at_a_time=ENTRIES_A_PAGE)
        return cls(
            nodes=shown,
            every_node=nodes,
            headed=[node for node in nodes if node.section.name],
            page=page,
            query=(query.get("find") or "").strip()[:QUERY_MAX_CHARACTERS],
            section=section,
            moved=moved,
            moved_section=_number(query, "moved_section"),
            by=query.get("by", ""),
            said=_place_of(moved, shown),
        )


def found_papers(query: str, paper_list: PaperList) -> PaperQuerySet:
    """The first few; `stands_here` where the list has them already."""
    here = Entry.objects.filter(section__paper_list=paper_list, paper=OuterRef("pk"))
    return Browse({"q": query}).papers().for_listing().annotate(stands_here=Exists(here))[:PAPERS_FOUND]


def _place_of(moved: int, nodes: list[Node]) -> str:
    """Where the moved entry stands, in words."""
    for node in nodes:
        for rank, entry in node.ranked:
            if entry.pk == moved:
                facts = {
                    "title": entry.paper.short_name or entry.paper.title,
                    "rank": rank,
                    "count": len(node.entry_ids),
                    "section": node.section.name,
                }
                if node.section.name:
                    return _("“%(title)s” stands at %(rank)d of %(count)d in “%(section)s”.") % facts
                return _("“%(title)s” stands at %(rank)d of %(count)d.") % facts
    return ""


def _number(query: Mapping[str, str], name: str) -> int:
    text = query.get(name) or ""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 18 else 0
