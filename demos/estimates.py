"""What a run will cost and when it will begin, from what was measured here and what runs and waits now."""

from __future__ import annotations

import math
from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any
from uuid import UUID

from django.conf import settings
from django.utils import timezone

from demos import forecast, reading
from demos.costs import Costs, Estimate, SetUp, set_up
from demos.forecast import UNKNOWN, Slot, Waiting
from demos.models import Run, Worker
from workers.spec import MethodSpec

QUEUES = ("cpu", "gpu")  # what a preset may need
LEAST_LEFT_S = 2.0  # a run that takes longer than usual ends soon, not in the past


def usual_time(
    spec: MethodSpec, preset_name: str, data: str, params: Mapping[str, Any], device_class: str = ""
) -> Estimate | None:
    """From succeeded runs of the same configuration, else of the preset as it is; else the method's own figure.

    On `device_class`, or on the kinds of device that serve the preset's queue now. None where nothing is known. Raises
    KeyError for a preset that the method does not have. Two queries.
    """
    asked = set_up(spec, spec.preset(preset_name), data, params)
    classes = [device_class] if device_class else device_classes(Worker.objects.alive(), asked.preset.needs)
    return Costs([asked]).of(asked, classes)


def expected_start(run: Run) -> float | None:
    """Seconds until a waiting run probably begins. None for one that does not wait, or where it cannot be told."""
    return Forecast().starts.get(run.pk) if run.state == Run.State.QUEUED else None


def device_classes(workers: Iterable[Worker], queue: str) -> list[str]:
    """The kinds of device on which a run of the queue may end up."""
    return list(dict.fromkeys(worker.device_class for worker in workers if queue in worker.queues))


@dataclass
class Forecast:
    """The queues as they are now: who works, what runs, what waits, for how long. A fixed number of queries."""

    now: datetime = field(default_factory=timezone.now)

    @property
    def running_each(self) -> float:
        """How many runs of one owner may be at work."""
        return settings.RUN_MAX_RUNNING_EACH or math.inf

    @cached_property
    def workers(self) -> list[Worker]:
        return list(Worker.objects.alive())

    @property
    def queues_served(self) -> set[str]:
        """Where no worker lives, what the settings promise: a run of theirs may wait."""
        return {queue for worker in self.workers for queue in worker.queues} or set(settings.RUN_QUEUES)

    @cached_property
    def active(self) -> list[Run]:
        """What runs now, the longest first."""
        return list(Run.objects.select_related("owner").active().order_by("started_at"))

    @cached_property
    def waiting(self) -> list[Run]:
        """What waits, each queue in its order."""
        runs = Run.objects.select_related("owner")
        return [run for queue in QUEUES for run in runs.in_queue_order(queue)]

    @cached_property
    def estimates(self) -> dict[UUID, Estimate]:
        """Of every run that runs or waits. One whose method is gone, or that nobody has timed, is missing."""
        asked = {run.pk: found for run in [*self.active, *self.waiting] if (found := _set_up_of(run))}
        costs = Costs(asked.values())
        of_queue = {queue: device_classes(self.workers, queue) for queue in QUEUES}
        found = {
            run.pk: costs.of(asked[run.pk], [run.device_class] if run.device_class else of_queue.get(run.queue, ()))
            for run in [*self.active, *self.waiting]
            if run.pk in asked
        }
        return {key: estimate for key, estimate in found.items() if estimate}

    def left_s(self, run: Run) -> float | None:
        """How long a running run has still to go; None where nobody has timed it."""
        over = self._over_s(run)
        return None if over is None else max(LEAST_LEFT_S, -over)

    def is_late(self, run: Run) -> bool:
        """Whether it has worked for longer than usual: what is left is then a guess."""
        over = self._over_s(run)
        return over is not None and over > 0

    def _over_s(self, run: Run) -> float | None:
        """How much longer than usual it has worked; below zero what is left of the usual time."""
        estimate = self.estimates.get(run.pk)
        if estimate is None:
            return None
        return ((self.now - run.started_at).total_seconds() if run.started_at else 0.0) - estimate.seconds

    @cached_property
    def starts(self) -> dict[UUID, float]:
        """Seconds until each waiting run begins. What no living worker will take, or nobody can tell, is missing."""
        return self._played_through([self._asked(run) for run in self.waiting])

    def start_of_another(self, queue: str, owner_id: int | None) -> float | None:
        """Seconds until one more run of this owner would begin; None where it cannot be told."""
        turn = sum(run.owner_id == owner_id and run.queue == queue for run in [*self.active, *self.waiting])
        before = [run for run in self.waiting if run.turn <= turn]
        after = [run for run in self.waiting if run.turn > turn]
        another = Waiting("another", queue, owner_id, UNKNOWN)
        asked = [*map(self._asked, before), another, *map(self._asked, after)]
        return self._played_through(asked).get(another.key)

    def _asked(self, run: Run) -> Waiting:
        estimate = self.estimates.get(run.pk)
        return Waiting(run.pk, run.queue, run.owner_id, estimate.seconds if estimate else UNKNOWN)

    def _played_through(self, waiting: list[Waiting]) -> dict[Hashable, float]:
        return forecast.expected_starts(waiting, self._slots(), running_each=self.running_each)

    def _slots(self) -> list[Slot]:
        return [slot for worker in self.workers for slot in self._slots_of(worker)]

    def _slots_of(self, worker: Worker) -> list[Slot]:
        queues = frozenset(worker.queues)
        busy = [run for run in self.active if run.worker == worker.name]
        taken = [Slot(queues, UNKNOWN if (left := self.left_s(run)) is None else left, run.owner_id) for run in busy]
        return taken + [Slot(queues)] * max(0, worker.slots - len(busy))


def _set_up_of(run: Run) -> SetUp | None:
    """None where the method or the preset is gone: an old run is still read."""
    spec = reading.spec_or_none(run.method)
    preset = next((preset for preset in spec.presets if preset.name == run.preset), None) if spec else None
    if preset is None:
        return None
    return SetUp(spec, preset, run.data, run.configuration) if run.configuration else set_up(spec, preset, run.data)
