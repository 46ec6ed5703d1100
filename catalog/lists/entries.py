"""Writes to curated lists: lists, sections, entries. Each is one transaction with its record in the history.

Two editors of one list take turns: every write first locks the list's row (SQLite locks its file), then reads anew what
it changes. A move is told by its neighbour or its step, not by the whole order, so that the second editor's move adds
to the first one's.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from catalog.history.recording import Recorder, recorded
from catalog.lists import ordering
from catalog.models import Entry, Paper, PaperList, Section
from catalog.titles import slug_for

SLUG_MAX_LENGTH = PaperList._meta.get_field("slug").max_length
RESERVED_SLUGS = {"new"}  # /lists/new/ makes a list
STEPS = ("up", "down", "top", "bottom")
PLACES = (*STEPS, "rank", "before", "after", "section")


class EditRefused(Exception):
    """The list stays as it is; the message says why, for people."""


class Gone(EditRefused):
    """Somebody removed meanwhile what was to be changed."""


class AlreadyThere(EditRefused):
    """The paper stands in this section."""


class SlugTaken(EditRefused):
    """Another list has this address."""


def create_list(*, slug: str = "", actor, **names: str) -> PaperList:
    """`names`: name_en, name_zh, description_en, description_zh. Without a slug, one of the name. Raises SlugTaken."""
    slug = slug or free_slug(names["name_en"])
    try:
        with recorded(actor=actor) as recorder:
            position = ordering.end_of(PaperList.objects.all())
            paper_list = PaperList.objects.create(slug=slug, position=position, **names)
            recorder.created(paper_list)
    except IntegrityError as error:
        raise SlugTaken(_("Another list has this address: %(slug)s") % {"slug": slug}) from error
    return paper_list


def free_slug(name: str) -> str:
    """The name's slug, with a number where it is taken."""
    stem = slug_for(name)[: SLUG_MAX_LENGTH - 4].rstrip("-")
    taken = RESERVED_SLUGS | set(PaperList.objects.filter(slug__startswith=stem).values_list("slug", flat=True))
    numbered = (f"{stem}-{number}" for number in range(2, len(taken) + 3))
    return next(slug for slug in (stem, *numbered) if slug not in taken)


def edit_list(*, paper_list: PaperList, actor, **names: str) -> PaperList:
    with editing(paper_list, actor=actor) as (paper_list, _recorder):
        _save(paper_list, names)
        touch_papers(paper_list)
    return paper_list


def remove_list(*, paper_list: PaperList, actor) -> None:
    """With its sections and entries; the papers stay. History can bring it back."""
    with editing(paper_list, actor=actor) as (paper_list, _recorder):
        touch_papers(paper_list)
        paper_list.delete()


def add_entry(*, paper: Paper, paper_list: PaperList, section: Section | None, actor) -> Entry:
    """At the section's end; without a section, among those that stand under no heading. Raises AlreadyThere, Gone."""
    with editing(paper_list, actor=actor) as (paper_list, _recorder):
        section = section_of(paper_list, section.pk) if section else unnamed_section(paper_list)
        if section.entries.filter(paper=paper).exists():
            raise AlreadyThere(_("“%(title)s” stands in this section already.") % {"title": paper.title})
        entry = Entry.objects.create(section=section, paper=paper, position=ordering.end_of(section.entries.all()))
        _touch_sections([section.pk])
    return entry


def remove_entry(*, entry: Entry, actor) -> None:
    with editing(entry.section.paper_list, actor=actor) as (paper_list, _recorder):
        entry = entry_of(paper_list, entry.pk)
        _touch_sections([entry.section_id])
        entry.delete()


def move_entry(*, entry: Entry, to: str, target: int | None = None, actor) -> Entry:
    """One of PLACES: a step; the `target`th place of its section; before or after entry `target`; the end of a section.

    Beyond an end is that end. Raises Gone.
    """
    with editing(entry.section.paper_list, actor=actor) as (paper_list, _recorder):
        entry = entry_of(paper_list, entry.pk)
        section, index = _destination(paper_list, entry, to, target)
        if section.pk == entry.section_id:
            moved = ordering.move(section.entries.all(), entry.pk, index)
        else:
            moved = True
            position = ordering.make_room(section.entries.all(), index)
            Entry.objects.filter(pk=entry.pk).update(section=section, position=position)
        if moved:
            _touch_sections({entry.section_id, section.pk})
        entry.refresh_from_db(fields=["section", "position"])
    return entry


def _destination(paper_list: PaperList, entry: Entry, to: str, target: int | None) -> tuple[Section, int]:
    """The section, and the place from 0 that the entry has there afterwards."""
    if to in ("before", "after"):
        neighbour = entry_of(paper_list, target)
        others = [pk for pk in _order(neighbour.section_id) if pk != entry.pk]
        index = others.index(neighbour.pk) if neighbour.pk != entry.pk else _order(entry.section_id).index(entry.pk)
        return neighbour.section, index + (to == "after" and neighbour.pk != entry.pk)
    if to == "section":
        section = section_of(paper_list, target)
        return section, section.entries.count()
    order = _order(entry.section_id)
    here = order.index(entry.pk)
    places = {"up": here - 1, "down": here + 1, "top": 0, "bottom": len(order), "rank": (target or 1) - 1}
    return entry.section, places[to]


def _order(section_id: int) -> list[int]:
    return list(Entry.objects.filter(section=section_id).order_by("position").values_list("pk", flat=True))


@contextmanager
def editing(paper_list: PaperList, *, actor, summary: str = "") -> Iterator[tuple[PaperList, Recorder]]:
    """The list, locked and read anew, within a recorded transaction. Raises Gone."""
    with transaction.atomic():
        locked = PaperList.objects.select_for_update().filter(pk=paper_list.pk).first()
        if locked is None:
            raise Gone(_("This list has been removed meanwhile."))
        with recorded(locked, actor=actor, summary=summary) as recorder:
            yield locked, recorder


def section_of(paper_list: PaperList, pk: int | None) -> Section:
    section = paper_list.sections.filter(pk=pk).first()
    if section is None:
        raise Gone(_("This section has been removed meanwhile."))
    return section


def entry_of(paper_list: PaperList, pk: int | None) -> Entry:
    entry = Entry.objects.filter(section__paper_list=paper_list, pk=pk).select_related("section", "paper").first()
    if entry is None:
        raise Gone(_("This entry has been removed meanwhile."))
    return entry


def unnamed_section(paper_list: PaperList) -> Section:
    """Where entries stand that are under no heading: before all others."""
    section = paper_list.sections.filter(parent=None, name_en="", name_zh="").first()
    return section or Section.objects.create(paper_list=paper_list, position=0)


def touch_papers(paper_list: PaperList) -> None:
    """Every paper of the list: each one's page names the list and its sections."""
    _touch_sections(paper_list.sections.values_list("pk", flat=True))


def _touch_sections(section_ids: Iterable[int]) -> None:
    """A paper's page says its place and its neighbours, which changed for all of them."""
    Paper.objects.filter(pk__in=Entry.objects.filter(section__in=list(section_ids)).values("paper")).touch()


def _save(row: PaperList | Section, facts: dict) -> None:
    for name, value in facts.items():
        setattr(row, name, value)
    row.save(update_fields=list(facts))
