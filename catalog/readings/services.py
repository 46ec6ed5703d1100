"""A reader's own list: status, order, private notes. Its owner's alone: every function here takes the reader.

`user` None is whoever sits at an open machine; on a site that is not open such a visitor keeps no list, which
catalog.access.may_write decides before anything here is called.
"""

from __future__ import annotations

from django.db import transaction
from django.db.models import Count, Q, QuerySet

from catalog.lists import ordering
from catalog.models import Paper, PaperList, Reading
from catalog.search.browsing import Browse


class NotOnTheList(Exception):
    """The reader has no such row, or no longer."""


def readings_of(user) -> QuerySet[Reading]:
    return Reading.objects.filter(user=user)


def for_listing(readings: QuerySet[Reading]) -> QuerySet[Reading]:
    """In the reader's order, each with what a line shows of its paper."""
    unseen = ("bibtex_raw", "bibtex_fields")
    rows = readings.select_related("paper__venue").defer(*(f"paper__{name}" for name in unseen))
    return rows.prefetch_related("paper__authorships", "paper__topics").order_by("position", "pk")


def narrowed(readings: QuerySet[Reading], *, status: str, text: str) -> QuerySet[Reading]:
    """Those of a status, and those whose paper is found by the text or whose private note holds it."""
    if status:
        readings = readings.filter(status=status)
    if text:
        found = Browse({"q": text}).papers().order_by().values("pk")
        readings = readings.filter(Q(paper__in=found) | Q(note__icontains=text))
    return readings


def papers_in_order(readings: QuerySet[Reading]) -> QuerySet[Paper]:
    return Paper.objects.filter(readings__in=readings).order_by("readings__position", "readings__pk")


def statuses_of(user) -> dict[int, str]:
    """By paper, in one query: what marks every paper of a page."""
    return dict(readings_of(user).values_list("paper_id", "status"))


def counts_of(user) -> dict[str, int]:
    counted = readings_of(user).order_by().values_list("status").annotate(count=Count("pk"))
    return dict.fromkeys(Reading.Status.values, 0) | dict(counted)


def progress_of(user, paper_list: PaperList) -> tuple[int, int]:
    """How many of a list's papers the reader has read, and how many stand on the reader's own list at all."""
    papers = Paper.objects.filter(entries__section__paper_list=paper_list).values("pk")
    found = (
        readings_of(user)
        .filter(paper__in=papers)
        .aggregate(read=Count("pk", filter=Q(status=Reading.Status.READ)), kept=Count("pk"))
    )
    return found["read"], found["kept"]


@transaction.atomic
def set_status(*, paper: Paper, user, status: str) -> Reading:
    """Puts the paper on the list, at its end, where it is not there yet."""
    return _write(paper, user, status=status)


@transaction.atomic
def set_note(*, paper: Paper, user, note: str) -> Reading:
    """A paper noted on stands on the list, to be read, where nothing else was said."""
    return _write(paper, user, note=note)


def _write(paper: Paper, user, **facts: str) -> Reading:
    first = {"position": ordering.end_of(readings_of(user)), **facts}
    reading, _made = Reading.objects.update_or_create(user=user, paper=paper, defaults=facts, create_defaults=first)
    return reading


def forget(*, paper: Paper, user) -> None:
    """Takes the paper off the list, with its private note."""
    readings_of(user).filter(paper=paper).delete()


@transaction.atomic
def move_reading(*, reading: Reading, to: str, target: int | None = None, among: str = "") -> None:
    """As catalog.lists.entries.move_entry (a step, "rank", "before", "after"), as one sees it who sees `among` alone.

    Raises NotOnTheList where the neighbour is none of the reader's.
    """
    rows = readings_of(reading.user)
    order = list(rows.select_for_update().order_by("position", "pk").values_list("pk", "status"))
    every = [pk for pk, _status in order if pk != reading.pk]
    seen = [pk for pk, status in order if among in ("", status) or pk == reading.pk]
    others = [pk for pk in seen if pk != reading.pk]
    there = _index(seen, others, reading.pk, to, target)
    if there < len(others):
        index = every.index(others[there])
    else:
        index = every.index(others[-1]) + 1 if others else seen.index(reading.pk)
    ordering.move(rows, reading.pk, index)


def _index(seen: list[int], others: list[int], pk: int, to: str, target: int | None) -> int:
    """The place among the others, from 0."""
    if pk not in seen or (to in ("before", "after") and target != pk and target not in others):
        raise NotOnTheList
    here = seen.index(pk)
    if to in ("before", "after"):
        return here if target == pk else others.index(target) + (to == "after")
    return max(0, {"up": here - 1, "down": here + 1, "top": 0, "bottom": len(others), "rank": (target or 1) - 1}[to])
