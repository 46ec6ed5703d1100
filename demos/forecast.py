"""When each waiting run will probably begin: the queue played through over the slots of the workers. No database."""

from __future__ import annotations

import heapq
import math
from collections import defaultdict
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from itertools import count

UNKNOWN = math.inf  # seconds of a run that nobody has timed


@dataclass(frozen=True)
class Waiting:
    """A run in the queue. `seconds`: what it will take."""

    key: Hashable
    queue: str
    owner: Hashable
    seconds: float


@dataclass(frozen=True)
class Slot:
    """A place for one run at a time on a worker that serves `queues`; `free_in` seconds from now.

    `owner`: whose run is in it now; None where it is free.
    """

    queues: frozenset[str]
    free_in: float = 0.0
    owner: Hashable | None = None


def expected_starts(
    waiting: Sequence[Waiting], slots: Iterable[Slot], *, running_each: float = math.inf
) -> dict[Hashable, float]:
    """Seconds until each run begins. A run whose start cannot be told is missing.

    `waiting` in the queue's order; `running_each`: how many runs of one owner may run at once.
    """
    left, starts, tie = list(waiting), {}, count()
    ends: dict[Hashable, list[float]] = defaultdict(list)  # of each owner's runs
    free = []
    for slot in slots:
        if slot.free_in:
            ends[slot.owner].append(slot.free_in)
        heapq.heappush(free, (slot.free_in, next(tie), slot.queues))
    while left and free:
        now, _tie, queues = heapq.heappop(free)
        if now == UNKNOWN:
            break
        mine = [run for run in left if run.queue in queues]
        chosen = next((run for run in mine if _may_run(ends[run.owner], now, running_each)), None)
        if chosen:
            left.remove(chosen)
            starts[chosen.key] = now
            ends[chosen.owner].append(now + chosen.seconds)
            heapq.heappush(free, (now + chosen.seconds, next(tie), queues))
        elif mine:  # held back by their owners' limits: the slot looks again when a run of one of them ends
            again = min(end for run in mine for end in ends[run.owner] if end > now)
            heapq.heappush(free, (again, next(tie), queues))
    return starts


def _may_run(ends: list[float], now: float, running_each: int) -> bool:
    return sum(end > now for end in ends) < running_each
