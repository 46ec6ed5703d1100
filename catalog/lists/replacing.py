"""A list's sections and entries written as a whole, by a program that read them as a whole."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from catalog.history.list_rows import write_list
from catalog.history.snapshots import BILINGUAL, Snapshot, snapshots_of
from catalog.lists.entries import Gone, editing, touch_papers
from catalog.lists.sections import MAX_LEVELS, WrongPlace
from catalog.models import PaperList, Section


@dataclass(frozen=True)
class GivenSection:
    """`pk`: None for a new one. What is left out of one that is there stays: words, and papers where they are None."""

    pk: int | None
    names: dict[str, str]
    papers: list[int] | None = None
    below: Sequence[GivenSection] = field(default_factory=list)


def replace_list(
    *, paper_list: PaperList, names: dict[str, str], sections: Sequence[GivenSection] | None, actor, summary: str = ""
) -> PaperList:
    """Words that are left out stay, and so do all sections where none are given; a section left out goes.

    Raises Gone (a section that is not of this list, a paper that is gone), WrongPlace.
    """
    with editing(paper_list, actor=actor, summary=summary) as (paper_list, _recorder):
        now = snapshots_of(PaperList, [paper_list.pk])[paper_list.pk]
        goal = now | names
        if sections is not None:
            goal["sections"] = list(_flat(sections, paper_list, {row["id"]: row for row in now["sections"]}))
        if goal != now:
            touch_papers(paper_list)
            write_list(paper_list.pk, goal, now)
            paper_list.refresh_from_db()
            touch_papers(paper_list)
    return paper_list


def _flat(
    sections: Sequence[GivenSection],
    paper_list: PaperList,
    here: dict[int, Snapshot],
    parent: int | None = None,
    level: int = 1,
) -> Iterator[Snapshot]:
    """In reading order. A section may stand once: what is taken leaves `here`."""
    if sections and level > MAX_LEVELS:
        raise WrongPlace(_("Sections go at most %d levels deep.") % MAX_LEVELS)
    for given in sections:
        row = _new(paper_list) if given.pk is None else here.pop(given.pk, None)
        if row is None:
            raise Gone(_("There is no section %d in this list, or it stands twice in what was sent.") % given.pk)
        entries = row["entries"] if given.papers is None else given.papers
        yield row | given.names | {"parent": parent, "entries": entries}
        yield from _flat(given.below, paper_list, here, row["id"], level + 1)


def _new(paper_list: PaperList) -> Snapshot:
    section = Section.objects.create(paper_list=paper_list, position=0)
    return {"id": section.pk, "entries": [], **dict.fromkeys(BILINGUAL, "")}
