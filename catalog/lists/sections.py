"""Writes to the sections of a curated list: the headings that its entries stand under."""

from __future__ import annotations

from collections import defaultdict

from django.db.models import F
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from catalog.lists import ordering
from catalog.lists.entries import STEPS, EditRefused, editing, section_of, touch_papers, unnamed_section
from catalog.models import Entry, PaperList, Section

MAX_LEVELS = 5  # as deep as headings go on a page whose title is the first


class WrongPlace(EditRefused):
    """A section cannot stand inside itself, nor deeper than MAX_LEVELS."""


Children = dict[int | None, list[Section]]


def add_section(*, paper_list: PaperList, parent: Section | None, actor, **names: str) -> Section:
    """Behind its siblings. `names` as for create_list. Raises WrongPlace, Gone."""
    with editing(paper_list, actor=actor) as (paper_list, _recorder):
        parent = section_of(paper_list, parent.pk) if parent else None
        end = ordering.end_of(paper_list.sections.all())
        section = Section.objects.create(paper_list=paper_list, parent=parent, position=end, **names)
        _renumber(children_of(paper_list))
    return section


def edit_section(*, section: Section, parent: Section | None, actor, **names: str) -> Section:
    """New names, and the section it stands in: behind its siblings there where that is another one than before.

    Raises WrongPlace, Gone.
    """
    with editing(section.paper_list, actor=actor) as (paper_list, _recorder):
        section = section_of(paper_list, section.pk)
        parent = section_of(paper_list, parent.pk) if parent else None
        Section.objects.filter(pk=section.pk).update(**names)
        if parent != section.parent:
            end = ordering.end_of(paper_list.sections.all())
            Section.objects.filter(pk=section.pk).update(parent=parent, position=end)
            _renumber(children_of(paper_list))
        touch_papers(paper_list)
        section.refresh_from_db()
    return section


def move_section(*, section: Section, to: str, actor) -> Section:
    """A step (STEPS) among its siblings; those below go along. Beyond an end is that end. Raises Gone."""
    with editing(section.paper_list, actor=actor) as (paper_list, _recorder):
        section = section_of(paper_list, section.pk)
        children = children_of(paper_list)
        siblings = next(rows for rows in children.values() if section in rows)
        here = siblings.index(section)
        there = dict(zip(STEPS, (here - 1, here + 1, 0, len(siblings) - 1), strict=True))[to]
        siblings.insert(max(0, there), siblings.pop(here))
        _renumber(children)
        touch_papers(paper_list)
        section.refresh_from_db()
    return section


def remove_section(*, section: Section, keep_entries: bool, actor) -> None:
    """Sections below move up to its parent, in its place. Its entries go to the end of the parent, or out of the list.

    Without a parent they stand under no heading afterwards. A paper that stands there already is not repeated.
    Raises Gone.
    """
    with editing(section.paper_list, actor=actor) as (paper_list, _recorder):
        section = section_of(paper_list, section.pk)
        touch_papers(paper_list)
        children = children_of(paper_list)
        below = children.pop(section.pk, [])
        siblings = next(rows for rows in children.values() if section in rows)
        at = siblings.index(section)
        siblings[at : at + 1] = below
        if keep_entries and section.entries.exists():
            _move_entries(section, section.parent or unnamed_section(paper_list))
        for child in below:
            child.parent = section.parent
        Section.objects.filter(pk__in=[child.pk for child in below]).update(parent=section.parent)
        section.delete()
        _renumber(children)


def _move_entries(section: Section, target: Section) -> None:
    if section.pk == target.pk:
        raise WrongPlace(_("These entries stand under no heading already: take them out, or leave them."))
    here = target.entries.values("paper")
    end = ordering.end_of(target.entries.all())
    first = section.entries.order_by("position").values_list("position", flat=True).first() or 0
    entries = Entry.objects.filter(section=section).exclude(paper__in=list(here.values_list("paper", flat=True)))
    entries.update(section=target, position=F("position") - first + end)


def children_of(paper_list: PaperList) -> Children:
    """The sections in order by their parent; one whose parent is elsewhere stands outermost."""
    sections = list(paper_list.sections.order_by("position", "pk"))
    here = {section.pk for section in sections}
    children: Children = defaultdict(list)
    for section in sections:
        children[section.parent_id if section.parent_id in here else None].append(section)
    return children


def _renumber(children: Children) -> None:
    """Positions count through the whole list in reading order. Raises WrongPlace."""
    order = _walk(children, None, 1)
    if len(order) < sum(map(len, children.values())):  # a ring is not reached from outside
        raise WrongPlace(_("A section cannot stand inside itself."))
    changed = [(row, number) for number, row in enumerate(order, 1) if row.position != number]
    for row, number in changed:
        row.position = number
    Section.objects.bulk_update([row for row, _number in changed], ["position"], batch_size=200)


def _walk(children: Children, parent: int | None, level: int) -> list[Section]:
    rows = children.get(parent, [])
    if rows and level > MAX_LEVELS:
        limit = ngettext("%(count)d level", "%(count)d levels", MAX_LEVELS) % {"count": MAX_LEVELS}
        raise WrongPlace(_("Sections go at most %(levels)s deep.") % {"levels": limit})
    return [found for row in rows for found in (row, *_walk(children, row.pk, level + 1))]
