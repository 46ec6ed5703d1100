"""Rows in an order of their own: `position` counts up within the rows given, gaps allowed.

A move writes every row between the old place and the new one by two UPDATEs, however many they are. Databases check
"no two rows at one position" row by row, so a shift by one would collide with its neighbour half-way: the first UPDATE
takes the rows far away together, the second brings each to its new place. Nobody sees the state between, for callers
hold a transaction and a lock on whatever the rows belong to. Gaps between positions, as an alternative, would save
these writes until a gap is used up, and then need them all the same.
"""

from __future__ import annotations

from django.db.models import Case, Expression, F, Max, QuerySet, Value, When

FAR = 1_000_000_000  # above any position, and twice it below the largest integer of PostgreSQL


def move(rows: QuerySet, pk: int, index: int) -> bool:
    """Puts one of the rows at `index`, from 0; beyond an end is that end. False where it stood there already.

    Three queries. Raises ValueError where the row is not among the rows.
    """
    order = list(rows.order_by("position", "pk").values_list("pk", "position"))
    here = [row for row, _ in order].index(pk)
    there = max(0, min(index, len(order) - 1))
    if here == there:
        return False
    target = order[there][1]
    low, high = sorted((order[here][1], target))
    step = -1 if there > here else 1
    _shift(rows, low, high, Case(When(pk=pk, then=Value(target)), default=F("position") - FAR + step))
    return True


def make_room(rows: QuerySet, index: int) -> int:
    """The position at which a row to be inserted stands at `index`; those from there on move up. Three queries."""
    positions = list(rows.order_by("position", "pk").values_list("position", flat=True))
    if index >= len(positions):
        return positions[-1] + 1 if positions else 1
    position = positions[max(0, index)]
    _shift(rows, position, FAR - 1, F("position") - FAR + 1)
    return position


def end_of(rows: QuerySet) -> int:
    """The position behind all rows."""
    return (rows.aggregate(end=Max("position"))["end"] or 0) + 1


def _shift(rows: QuerySet, low: int, high: int, position: Expression) -> None:
    rows.filter(position__range=(low, high)).update(position=F("position") + FAR)
    rows.filter(position__gte=FAR).update(position=position)
