"""A list as it is read: sections in order, nested, each with its entries, in a fixed number of queries."""

from __future__ import annotations

from dataclasses import dataclass, field

from catalog.models import Entry, Paper, PaperList, Section


@dataclass
class Node:
    """A section with what stands in it. `level` counts from 1; `count` takes in the sections below."""

    section: Section
    level: int = 1
    entries: list[Entry] = field(default_factory=list)
    children: list[Node] = field(default_factory=list)

    @property
    def count(self) -> int:
        return len(self.entries) + sum(child.count for child in self.children)

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


def outline_of(paper_list: PaperList) -> list[Node]:
    """The outermost sections. A section whose parent is in another list stands outermost."""
    nodes = {section.pk: Node(section) for section in paper_list.sections.all()}
    for entry in Entry.objects.filter(section__paper_list=paper_list).for_outline():
        nodes[entry.section_id].entries.append(entry)
    roots = []
    for node in nodes.values():
        parent = nodes.get(node.section.parent_id)
        (parent.children if parent else roots).append(node)
    for root in roots:
        _set_levels(root, 1)
    return roots


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
    for entry in beside.defer("paper__search_text", "paper__bibtex_raw", "paper__bibtex_fields"):
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
