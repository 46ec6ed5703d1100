"""What /queue/ shows and the API says: what runs where, what waits and why, which workers there are."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from demos import formatting
from demos.access import may_stop
from demos.costs import Estimate
from demos.estimates import Forecast
from demos.models import Run, Worker


@dataclass(frozen=True)
class Working:
    """A run that a worker holds. `left_s`: None where nobody has timed its like; `late`: it takes longer than usual."""

    run: Run
    device: str
    estimate: Estimate | None
    left_s: float | None
    late: bool
    may_stop: bool

    @property
    def left(self) -> str:
        """What is left of it, in words."""
        if self.late:
            return _("longer than usual")
        if self.left_s is None:
            return _("not timed yet")
        return _("about %(time)s left") % {"time": formatting.duration(self.left_s)}


@dataclass(frozen=True)
class Queued:
    """A waiting run. `place`: 1 for the next of its queue; `begins_s`: None where nobody can tell; `why`: in words."""

    run: Run
    place: int
    estimate: Estimate | None
    begins_s: float | None
    why: str
    may_stop: bool


@dataclass(frozen=True)
class Seen:
    """A worker as it last described itself. `state`: working, idle, silent or stopped."""

    worker: Worker
    state: str
    label: str
    used: int
    other_code: bool

    @property
    def memory(self) -> str:
        return _of(self.worker.memory_used_mb, self.worker.memory_mb)

    @property
    def device_memory(self) -> str:
        return _of(self.worker.device_memory_used_mb, self.worker.device_memory_mb)


@dataclass(frozen=True)
class Queue:
    working: list[Working]
    waiting: list[Queued]
    workers: list[Seen]

    @property
    def is_live(self) -> bool:
        """Whether anything on the page will change by itself soon."""
        return bool(self.working or self.waiting)

    @property
    def living(self) -> int:
        return sum(seen.state in ("working", "idle") for seen in self.workers)

    @property
    def has_other_code(self) -> bool:
        return any(seen.other_code for seen in self.workers)

    @property
    def said(self) -> str:
        """The page in a line, for the head of it and for screen readers."""
        working = ngettext("%(n)d run at work", "%(n)d runs at work", len(self.working)) % {"n": len(self.working)}
        waiting = ngettext("%(n)d waiting", "%(n)d waiting", len(self.waiting)) % {"n": len(self.waiting)}
        workers = ngettext("%(n)d worker", "%(n)d workers", self.living) % {"n": self.living}
        return _(", ").join([working, waiting, workers])


def queue_now(user: Any = None, forecast: Forecast | None = None) -> Queue:
    """A fixed number of queries. `user`: who looks at it, and may stop some of the runs."""
    forecast = forecast or Forecast()
    remembered = list(Worker.objects.all())  # a day after its last beat a row goes
    by_name = {worker.name: worker for worker in remembered}
    return Queue(
        [_working(run, by_name.get(run.worker), forecast, user) for run in forecast.active],
        _waiting(forecast, user),
        _workers(remembered, forecast),
    )


def _working(run: Run, worker: Worker | None, forecast: Forecast, user: Any) -> Working:
    device = run.device_class or (worker.device_class if worker else "")
    estimate = forecast.estimates.get(run.pk)
    return Working(run, device, estimate, forecast.left_s(run), forecast.is_late(run), may_stop(user, run))


# --- what waits -------------------------------------------------------------------------------------------------
def _waiting(forecast: Forecast, user: Any) -> list[Queued]:
    places: Counter[str] = Counter()
    at_work = Counter(run.owner_id for run in forecast.active)
    found = []
    for run in forecast.waiting:
        places[run.queue] += 1
        begins, estimate = forecast.starts.get(run.pk), forecast.estimates.get(run.pk)
        why = _why(run, places[run.queue], at_work[run.owner_id], forecast)
        found.append(Queued(run, places[run.queue], estimate, begins, why, may_stop(user, run)))
    return found


def _why(run: Run, place: int, at_work: int, forecast: Forecast) -> str:
    """Why the run does not work yet."""
    if not any(run.queue in worker.queues for worker in forecast.workers):
        return _("No worker takes runs of the queue “%(queue)s”.") % {"queue": run.queue}
    if at_work >= forecast.running_each:
        words = ngettext(
            "Held back: its owner has %(n)d run at work, as many as one person may.",
            "Held back: its owner has %(n)d runs at work, as many as one person may.",
            at_work,
        )
        return words % {"n": at_work}
    if place == 1:
        return _("Next, when a slot is free.")
    others = ngettext("After %(n)d other run", "After %(n)d other runs", place - 1) % {"n": place - 1}
    return _("%(others)s; turn %(turn)d of this person.") % {"others": others, "turn": run.turn + 1}


# --- workers ----------------------------------------------------------------------------------------------------
def _workers(remembered: list[Worker], forecast: Forecast) -> list[Seen]:
    """Those that live first, then the others, the latest beat first."""
    used, living = Counter(run.worker for run in forecast.active), {worker.pk for worker in forecast.workers}
    codes = Counter(worker.code for worker in forecast.workers if worker.code)
    usual = codes.most_common(1)[0][0] if codes else ""
    seen = [_seen(worker, used[worker.name], usual, worker.pk in living) for worker in remembered]
    return sorted(seen, key=lambda one: (one.state in ("silent", "stopped"), -one.worker.beat_at.timestamp()))


def _seen(worker: Worker, used: int, usual_code: str, lives: bool) -> Seen:
    if worker.stopped_at:
        state, label = "stopped", _("stopped")
    elif not lives:
        state, label = "silent", _("silent")
    elif used:
        state, label = "working", _("working")
    else:
        state, label = "idle", _("idle")
    other_code = state in ("working", "idle") and bool(worker.code) and worker.code != usual_code
    return Seen(worker, state, label, used, other_code)


def _of(used_mb: int, whole_mb: int) -> str:
    """1.2 of 16.0 GB; "" where the worker does not say."""
    if not whole_mb:
        return ""
    gb = f"{formatting.THIN_SPACE}GB"
    return _("%(used)s of %(whole)s") % {"used": f"{used_mb / 1024:.1f}", "whole": f"{whole_mb / 1024:.1f}{gb}"}
