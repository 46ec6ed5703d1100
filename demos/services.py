"""Writes on runs: start, cancel, claim, beat, end, sweep. What a job says is written by demos/recording.py.

Every change of state is one conditional UPDATE, so of two processes that want it one wins, and a run that has ended
never changes again. Each change also appends a `state` event, which is how those who watch hear of it.
"""

from __future__ import annotations

import logging
import uuid
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext as _
from kombu.exceptions import OperationalError as BrokerAway
from redis.exceptions import RedisError

from demos import formatting, reading
from demos.configurations import configuration_of
from demos.events import append
from demos.models import Group, Run
from demos.tasks import execute_run, waiting_messages
from workers import registry
from workers.spec import MethodSpec, Preset, Text

logger = logging.getLogger(__name__)

CANCELLED = Text("Stopped on request.", "已按要求停止。")
CANCELLED_WAITING = Text("Cancelled before it began.", "尚未开始便已取消。")
NOTHING = Text("", "")


class RunRefused(Exception):
    """A run that cannot be started here; the message is for people."""


class LeaseLost(Exception):
    """The run belongs to someone else by now, or has ended; whoever meets this stops at once."""


# --- start and cancel -------------------------------------------------------------------------------------------
def start_run(
    *,
    spec: MethodSpec,
    preset: str,
    data: str,
    seed: int,
    params: Mapping[str, Any],
    owner: Any = None,
    group: Group | None = None,
    repeat_of: Run | None = None,
) -> Run:
    """Raises RunRefused, or InvalidParams from the spec. Where Redis is away the run waits, and the sweep sends it."""
    chosen = _preset(spec, preset)
    cleaned = spec.clean(params, preset=chosen)
    _refuse_data_that_is_not_here(spec, data)
    if not 0 <= seed < 2**31:
        raise RunRefused(_("The seed must lie between 0 and 2147483647."))
    if chosen.needs not in settings.RUN_QUEUES:
        raise RunRefused(_("This set-up needs a GPU, and no worker here has one. Choose a smaller one."))
    with transaction.atomic():
        if Run.objects.waiting().count() >= settings.RUN_MAX_QUEUED:
            raise RunRefused(_("Too many runs are waiting already. Try again when some have ended."))
        run = Run.objects.create(
            method=spec.slug, preset=preset, data=data, seed=seed, params=cleaned, queue=chosen.needs,
            configuration=configuration_of(method=spec.slug, data=data, params=cleaned), group=group,
            repeat_of=repeat_of, paper=reading.paper_of(spec),
            owner=owner if owner and owner.is_authenticated else None,
        )  # fmt: skip
        append(run.id, [_state_event(Run.State.QUEUED)])
        transaction.on_commit(lambda: send(run=run))
    return run


def _preset(spec: MethodSpec, name: str) -> Preset:
    try:
        return spec.preset(name)
    except KeyError as error:
        raise RunRefused(_("This method has no set-up named %(name)s.") % {"name": name}) from error


def _refuse_data_that_is_not_here(spec: MethodSpec, name: str) -> None:
    known = {data_set.name: data_set for data_set in registry.data_sets(spec, settings.DATA_DIR)}
    if name not in known:
        raise RunRefused(_("This method does not take the data set %(name)s.") % {"name": name})
    if not known[name].available:
        why_not = known[name].why_not
        raise RunRefused(formatting.local(why_not) or _("This data set is not here."))


def send(*, run: Run) -> bool:
    """Hands a waiting run to Celery. False where the broker is away: the sweep will try again."""
    try:
        execute_run.apply_async([str(run.id)], queue=run.queue, retry=False)
    except (BrokerAway, RedisError) as error:
        logger.warning("run %s is not sent yet, the broker is away: %s", run.id, error)
        return False
    Run.objects.filter(pk=run.pk, state=Run.State.QUEUED).update(sent_at=timezone.now())
    return True


def request_cancel(*, run: Run) -> Run:
    """A waiting run ends at once; a running one is marked, and its worker stops it soon; an ended one stays."""
    if not _end(Q(pk=run.pk, state=Run.State.QUEUED), run.pk, Run.State.CANCELLED, CANCELLED_WAITING):
        with transaction.atomic():
            marked = Run.objects.filter(pk=run.pk, state=Run.State.RUNNING, cancel_requested_at=None)
            if marked.update(cancel_requested_at=timezone.now()):
                append(run.pk, [_state_event(Run.State.RUNNING)])
    run.refresh_from_db()
    return run


def queue_place(run: Run) -> int:
    """1 for the next of its queue; 0 for a run that does not wait."""
    if run.state != Run.State.QUEUED:
        return 0
    earlier = Run.objects.waiting().filter(queue=run.queue, created_at__lt=run.created_at)
    return earlier.count() + 1


# --- what the worker that holds the run writes ------------------------------------------------------------------
def claim_run(*, run_id: uuid.UUID | str, worker: str) -> Run | None:
    """The run with a new lease, or None where there is nothing to claim (a second delivery, a cancelled run).

    A new attempt begins clean: results and artifacts of one that died go, and so do its curves, stages and figures, so
    that nothing of two attempts is mixed. Its log stays. `seq` goes on counting, so those who watch lose nothing.
    """
    now = timezone.now()
    with transaction.atomic():
        claimed = Run.objects.filter(pk=run_id, state=Run.State.QUEUED).update(
            state=Run.State.RUNNING, lease=uuid.uuid4(), lease_until=_lease_end(), attempts=F("attempts") + 1,
            worker=worker[:200], started_at=now, stage_en="", stage_zh="", progress=0, environment={},
        )  # fmt: skip
        if not claimed:
            return None
        run = Run.objects.get(pk=run_id)
        _drop_what_a_dead_attempt_left(run)
        append(run.id, [_state_event(Run.State.RUNNING)])
    return run


def _drop_what_a_dead_attempt_left(run: Run) -> None:
    run.results.all().delete()
    for artifact in run.artifacts.all():
        transaction.on_commit(lambda file=artifact.file: file.storage.delete(file.name))
    run.artifacts.all().delete()
    run.events.exclude(kind__in=("log", "state")).delete()


def beat(*, run: Run) -> None:
    """Extends the lease. Raises LeaseLost."""
    if not _held(run).update(lease_until=_lease_end()):
        raise LeaseLost(run.id)


def is_cancel_requested(*, run: Run) -> bool:
    """Raises LeaseLost."""
    marks = _held(run).values_list("cancel_requested_at", flat=True)
    if not marks:
        raise LeaseLost(run.id)
    return marks[0] is not None


def end_run(*, run: Run, state: str, cause: Text = NOTHING, traceback_tail: str = "") -> None:
    """Raises LeaseLost. Progress events go: at the end they say nothing that the state does not."""
    if not _end(_lease_of(run), run.pk, state, cause, traceback_tail):
        raise LeaseLost(run.id)


def hand_back(*, run: Run, cause: Text | None = None) -> None:
    """A stopping worker gives its run back to the queue, the attempt not counted; with a cause it is one that failed.

    Raises LeaseLost.
    """
    if not _queue_again(run, _lease_of(run), cause):
        raise LeaseLost(run.id)


# --- the sweep --------------------------------------------------------------------------------------------------
def sweep() -> dict[str, int]:
    """Sends what nobody claimed and deals with what stopped beating. May run in several places at once."""
    done = {"given_up_or_queued_again": _sweep_silent_runs(), "sent": 0}
    try:
        done["sent"] = _sweep_waiting_runs()
    except (BrokerAway, RedisError) as error:
        logger.warning("waiting runs are not sent, the broker is away: %s", error)
    return done


def _sweep_silent_runs() -> int:
    cause = Text("Its worker stopped answering.", "执行它的进程失去了响应。")
    silent = Run.objects.filter(state=Run.State.RUNNING, lease_until__lt=timezone.now())
    still_silent = Q(lease_until__lt=timezone.now())
    return sum(_queue_again(run, _lease_of(run) & still_silent, cause) for run in silent)


def _sweep_waiting_runs() -> int:
    """Never sent: at once. Sent and forgotten (Redis was flushed): where a queue holds less than waits for it."""
    long_ago = timezone.now() - timedelta(seconds=settings.RUN_RESEND_S)
    sent = 0
    for queue in settings.RUN_QUEUES:
        waiting = Run.objects.waiting().filter(queue=queue).order_by("created_at")
        due = list(waiting.filter(Q(sent_at=None) | Q(sent_at__lt=long_ago)))
        if any(run.sent_at for run in due) and waiting_messages(queue) >= waiting.exclude(sent_at=None).count():
            due = [run for run in due if run.sent_at is None]
        sent += sum(send(run=run) for run in due)
    return sent


# --- the changes of state ---------------------------------------------------------------------------------------
def _lease_end():
    return timezone.now() + timedelta(seconds=settings.RUN_LEASE_S)


def _lease_of(run: Run) -> Q:
    return Q(pk=run.pk, state=Run.State.RUNNING, lease=run.lease)


def _held(run: Run):
    return Run.objects.filter(_lease_of(run))


def _state_event(state: str, cause: Text = NOTHING) -> dict:
    return {"kind": "state", "state": state, "cause": {"en": cause.en, "zh": cause.zh}}


def _end(condition: Q, run_id: uuid.UUID, state: str, cause: Text, traceback_tail: str = "") -> bool:
    """Whether it was this call that ended the run."""
    fields = {"state": state, "cause_en": cause.en, "cause_zh": cause.zh, "ended_at": timezone.now()}
    fields["lease_until"] = None
    if state == Run.State.SUCCEEDED:
        fields["progress"] = 1.0
    with transaction.atomic():
        if not Run.objects.filter(condition).update(**fields):
            return False
        Run(pk=run_id).events.filter(kind="progress").delete()
        tail = [{"kind": "log", "text": traceback_tail}] if traceback_tail else []
        append(run_id, [*tail, _state_event(state, cause)])
    return True


def _queue_again(run: Run, condition: Q, cause: Text | None) -> bool:
    """Back to the queue, or to its end where the user had cancelled it or its attempts are used up."""
    if Run.objects.filter(condition, cancel_requested_at__isnull=False).exists():
        return _end(condition, run.pk, Run.State.CANCELLED, CANCELLED)
    if cause and run.attempts >= settings.RUN_MAX_ATTEMPTS:
        given_up = Text(
            f"{cause.en} Given up after {run.attempts} attempts.", f"{cause.zh}已尝试 {run.attempts} 次，不再重试。"
        )
        return _end(condition, run.pk, Run.State.LOST, given_up)
    fields: dict[str, Any] = {"state": Run.State.QUEUED, "lease": None, "lease_until": None, "sent_at": None}
    if not cause:
        fields["attempts"] = F("attempts") - 1
    with transaction.atomic():
        if not Run.objects.filter(condition).update(**fields):
            return False
        log = f"{cause.en} The run starts again." if cause else "The worker was stopped; the run will start again."
        append(run.pk, [{"kind": "log", "text": log}, _state_event(Run.State.QUEUED)])
        if cause:
            transaction.on_commit(lambda: send(run=run))
    return True
