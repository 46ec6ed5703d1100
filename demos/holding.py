"""What the worker that holds a run writes: beats, and the end; or the run goes back to the queue.

Every change of state is one conditional UPDATE, so of two processes that want it one wins, and a run that has ended
never changes again. Each change also appends a `state` event, which is how those who watch hear of it.
"""

from __future__ import annotations

import uuid
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone

from demos.events import NOTHING, append, log_event, state_event
from demos.models import Run
from demos.querysets import RunQuerySet
from demos.queueing import lease_end, send, wake_for_others_of
from workers.spec import Text

CANCELLED = Text("Stopped on request.", "已按要求停止。")
STOPPED = Text("The worker was stopped; the run will start again.", "执行它的进程已停止；运行将重新开始。")


class LeaseLost(Exception):
    """The run belongs to someone else by now, or has ended; whoever meets this stops at once."""


def lease_of(run: Run) -> Q:
    return Q(pk=run.pk, state__in=Run.ACTIVE, lease=run.lease)


def held(run: Run) -> RunQuerySet:
    return Run.objects.filter(lease_of(run))


def beat(*, run: Run) -> None:
    """Extends the lease, also one that ran out meanwhile: as long as it is ours nobody else has the run.

    Raises LeaseLost.
    """
    if not held(run).update(lease_until=lease_end()):
        raise LeaseLost(run.pk)


def is_cancel_requested(*, run: Run) -> bool:
    """Raises LeaseLost."""
    marks = held(run).values_list("cancel_requested_at", flat=True)
    if not marks:
        raise LeaseLost(run.pk)
    return marks[0] is not None


def end_run(*, run: Run, state: str, cause: Text = NOTHING, traceback_tail: str = "") -> None:
    """Raises LeaseLost. Progress events go: at the end they say nothing that the state does not."""
    if not end(lease_of(run), run.pk, state, cause, traceback_tail):
        raise LeaseLost(run.pk)


def hand_back(*, run: Run, cause: Text | None = None) -> None:
    """A stopping worker gives its run back to the queue, the attempt not counted; with a cause it is one that failed.

    Raises LeaseLost.
    """
    if not queue_again(run, lease_of(run), cause):
        raise LeaseLost(run.pk)


def end(condition: Q, run_id: uuid.UUID, state: str, cause: Text, traceback_tail: str = "") -> bool:
    """Whether it was this call that ended the run."""
    fields = {"state": state, "cause_en": cause.en, "cause_zh": cause.zh, "ended_at": timezone.now()}
    fields["lease_until"] = None
    if state == Run.State.SUCCEEDED:
        fields["progress"] = 1.0
    with transaction.atomic():
        if not Run.objects.filter(condition).update(**fields):
            return False
        Run(pk=run_id).events.filter(kind="progress").delete()
        tail = [log_event(Text(traceback_tail, traceback_tail))] if traceback_tail else []
        append(run_id, [*tail, state_event(state, cause)])
        owner_id = Run.objects.values_list("owner_id", flat=True).get(pk=run_id)
        transaction.on_commit(lambda: wake_for_others_of(owner_id))
    return True


def queue_again(run: Run, condition: Q, cause: Text | None) -> bool:
    """Back to the queue, or to its end where the user had cancelled it or its attempts are used up."""
    if Run.objects.filter(condition, cancel_requested_at__isnull=False).exists():
        return end(condition, run.pk, Run.State.CANCELLED, CANCELLED)
    if cause and run.attempts >= settings.RUN_MAX_ATTEMPTS:
        given_up = Text(
            f"{cause.en} Given up after {run.attempts} attempts.", f"{cause.zh}已尝试 {run.attempts} 次，不再重试。"
        )
        return end(condition, run.pk, Run.State.LOST, given_up)
    fields: dict[str, Any] = {"state": Run.State.QUEUED, "lease": None, "lease_until": None, "sent_at": None}
    if not cause:
        fields["attempts"] = F("attempts") - 1
    with transaction.atomic():
        if not Run.objects.filter(condition).update(**fields):
            return False
        again = Text(f"{cause.en} The run starts again.", f"{cause.zh}运行将重新开始。") if cause else STOPPED
        append(run.pk, [log_event(again), state_event(Run.State.QUEUED)])
        if cause:  # else the sweep sends it, when the worker that stops does not listen any more
            transaction.on_commit(lambda: send(run=run))
        transaction.on_commit(lambda: wake_for_others_of(run.owner_id))
    return True
