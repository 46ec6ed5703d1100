"""A run and its repetition: what differs between them, and how far each number moved, against the seeds' spread."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.translation import gettext as _

from demos import formatting
from demos.comparing.reading import Comparison, Line, ResultLine
from demos.models import Run
from demos.seeds import OverSeeds, over_seeds
from workers.statistics import SEEDS_FOR_A_CLAIM

# Times are not the same twice even on one quiet machine: they are told apart from what a seed settles.
TIMED = frozenset({"latency_p50_ms", "latency_p95_ms", "throughput", "train_s"})


@dataclass(frozen=True)
class Move:
    """How far one number moved from the first run to the second. `spread`: of the seeds, "" where unknown."""

    role_label: str
    metric_label: str
    before: str
    after: str
    moved: str
    spread: str
    words: str
    is_timed: bool


@dataclass(frozen=True)
class Repetition:
    first: Run
    second: Run
    differs: list[Line]
    moves: list[Move]

    @property
    def settled(self) -> list[Move]:
        return [move for move in self.moves if not move.is_timed]

    @property
    def timed(self) -> list[Move]:
        return [move for move in self.moves if move.is_timed]

    @property
    def is_identical(self) -> bool:
        return all(not move.moved for move in self.settled)


def repetition_among(comparison: Comparison) -> Repetition | None:
    """For two runs of one configuration, or of which one repeats the other; both must have measured something."""
    if len(comparison.runs) != 2:
        return None
    first, second = comparison.runs
    repeats = second.repeat_of_id == first.id or first.repeat_of_id == second.id
    if not (repeats or first.configuration == second.configuration) or not comparison.results:
        return None
    differs = [line for line in [*comparison.asked, *comparison.params, *comparison.surroundings] if line.differs]
    return Repetition(first, second, differs, list(_moves(comparison, over_seeds(first))))


def _moves(comparison: Comparison, seeds: OverSeeds) -> Iterable[Move]:
    for line in comparison.results:
        before, after = line.cells
        if before is None or after is None:
            continue
        moved = "" if after.difference == "=" else after.difference
        known = seeds.of(line.role, line.metric)
        spread = formatting.quantity(line.metric, known.deviation, line.stored_unit).number if known else ""
        yield Move(
            line.role_label, line.metric_label, before.text, after.text, moved, spread,
            _words(line, moved, known.deviation if known and known.n >= SEEDS_FOR_A_CLAIM else None),
            line.metric in TIMED,
        )  # fmt: skip


def _words(line: ResultLine, moved: str, deviation: float | None) -> str:
    if not moved:
        return _("the same")
    if deviation is None:
        return _("spread unknown: fewer than 3 seeds")
    values = line.values
    return _("inside the seeds' spread") if abs(values[1] - values[0]) <= deviation else _("outside the seeds' spread")
