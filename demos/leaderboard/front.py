"""Which of some networks nothing beats in both quality and cost."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

Place = tuple[float, float]  # quality, cost


def pareto_front(places: Sequence[Place], *, cheaper_is_lower: bool = True) -> set[int]:
    """The indexes of those that no other dominates.

    A place dominates another that is no better in either and worse in at least one. Two that are equal in both do not
    dominate each other: both stand. Quality is better where it is higher (of another kind, give it negated); so is the
    cost where `cheaper_is_lower` is false, as with throughput.
    """
    sign = 1 if cheaper_is_lower else -1
    cheapest_first = sorted(range(len(places)), key=lambda index: sign * places[index][1])
    front: set[int] = set()
    best = float("-inf")  # of all that cost strictly less
    for _cost, equals in groupby(cheapest_first, key=lambda index: places[index][1]):
        equals = list(equals)
        highest = max(places[index][0] for index in equals)
        if highest > best:
            front |= {index for index in equals if places[index][0] == highest}
            best = highest
    return front
