"""A list as it is read: sections in order, nested, each with its entries, in a fixed number of queries."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from django.core.paginator import Page, Paginator

from catalog.models import Entry, Paper, PaperList, Section
from catalog.querysets import EntryQuerySet

ENTRIES_A_PAGE = 100


@dataclass
class Node:
    """A section with what stands in it. `level` counts from 1; `count` takes in the sections below.

    `entry_ids` are all its entries, `entries` those that were asked for; the first of them is its `start`th.
    """

    section: Section
    level: int = 1
    entry_ids: list[int] = field(default_factory=list)
    entries: list[Entry] = field(default_factory=list)
    children: list[Node] = field(default_factory=list)
    page: int = 1

    @property
    def count(self) -> int:
        return len(self.entry_ids) + sum(child.count for child in self.children)

    @property
    def start(self) -> int:
        return self.entry_ids.index(self.entries[0].pk) + 1 if self.entries else 1

    @property
    def ranked(self) -> list[tuple[int, Entry]]:
        """The entries asked for, each with its place in the section, from 1."""
        return list(enumerate(self.entries, self.start))

    @property
    def heading(self) -> str:
        """The tag of its title: the page's own is h1."""
        return f"h{min(self.level + 1, 6)}"

    def walk(self) -> list[Node]:
        return [self, *(node for child in self.children for node in child.walk())]


@dataclass(frozen=True)
class Place:
    """Where a paper stands in a list: the section's path, outermost first, and its neighbours there."""

    paper_list: PaperList
    path: list[Section]  # those that have a name: a list without headings has one section without
    position: int
    total: int
    before: Paper | None
    after: Paper | None


def sections_of(paper_list: PaperList) -> list[Node]:
    """Every section in reading order, without entries."""
    return read_in_order(_sections_of(paper_list))


def outline_of(paper_list: PaperList) -> list[Node]:
    """The outermost sections, with all entries. A section whose parent is in another list stands outermost."""
    roots = _sections_of(paper_list)
    _fill(read_in_order(roots), Entry.objects.filter(section__paper_list=paper_list))
    return roots


def page_of(
    paper_list: PaperList, number: str | int | None, *, at_a_time: int = 0, holding: int = 0
) -> tuple[list[Node], list[Node], Page]:
    """All sections in reading order, those to be printed on a page (with that page's entries), and the page of ids.

    The page is the one that holds the entry `holding`, where there is such an entry, else the one of this number.
    Three queries and one page of entries in memory, however long the list is.
    """
    at_a_time = at_a_time or ENTRIES_A_PAGE
    nodes = read_in_order(_sections_of(paper_list))
    ids = [pk for node in nodes for pk in node.entry_ids]
    page = Paginator(ids, at_a_time).get_page(ids.index(holding) // at_a_time + 1 if holding in ids else number)
    _fill(nodes, Entry.objects.filter(pk__in=list(page)))
    before = 0
    for node in nodes:
        # A section without entries stands where the next one begins, or on the last page.
        node.page = min(before // at_a_time + 1, page.paginator.num_pages)
        before += len(node.entry_ids)
    shown = [node for node in nodes if node.page == page.number or node.entries]
    return nodes, shown, page


def nested(sections: Iterable[Section]) -> list[Node]:
    """The outermost of these sections, each with those below it."""
    nodes = {section.pk: Node(section) for section in sections}
    roots = []
    for node in nodes.values():
        parent = nodes.get(node.section.parent_id)
        (parent.children if parent else roots).append(node)
    for root in roots:
        _set_levels(root, 1)
    return roots


def _sections_of(paper_list: PaperList) -> list[Node]:
    roots = nested(paper_list.sections.all())
    nodes = {node.section.pk: node for node in read_in_order(roots)}
    places = Entry.objects.filter(section__paper_list=paper_list).order_by("position").values_list("section_id", "pk")
    for section_id, pk in places:
        nodes[section_id].entry_ids.append(pk)
    return roots


def _fill(nodes: list[Node], entries: EntryQuerySet) -> None:
    by_section = {node.section.pk: node for node in nodes}
    for entry in entries.for_outline():
        by_section[entry.section_id].entries.append(entry)


def _set_levels(node: Node, level: int) -> None:
    node.level = level
    for child in node.children:
        _set_levels(child, level + 1)


def read_in_order(roots: list[Node]) -> list[Node]:
    """Every section as the page prints them, one below the other."""
    return [node for root in roots for node in root.walk()]


def places_of(paper: Paper) -> list[Place]:
    """Every place of a paper in a list, in three queries however many there are."""
    section_ids = [entry.section_id for entry in paper.entries.all()]
    lists = [entry.section.paper_list_id for entry in paper.entries.all()]
    sections = {section.pk: section for section in Section.objects.filter(paper_list__in=lists)}
    rows: dict[int, list[Entry]] = {}
    beside = Entry.objects.filter(section__in=section_ids).select_related("paper").order_by("section_id", "position")
    for entry in beside.defer("paper__bibtex_raw", "paper__bibtex_fields"):
        rows.setdefault(entry.section_id, []).append(entry)
    entries = sorted(paper.entries.all(), key=lambda entry: (entry.section.paper_list.position, entry.section.position))
    return [_place(entry, rows[entry.section_id], sections) for entry in entries]


def _place(entry: Entry, row: list[Entry], sections: dict[int, Section]) -> Place:
    index = next(index for index, other in enumerate(row) if other.pk == entry.pk)
    path, section = [], sections.get(entry.section_id)
    while section and section not in path:
        path.insert(0, section)
        section = sections.get(section.parent_id)
    return Place(
        paper_list=entry.section.paper_list,
        path=[section for section in path if section.name],
        position=index + 1,
        total=len(row),
        before=row[index - 1].paper if index else None,
        after=row[index + 1].paper if index + 1 < len(row) else None,
    )
