"""The sweep: sends what nobody claimed, deals with what stopped beating, forgets old keys. Runs every few seconds.

Why a silent run is looked at twice. A lease that ran out proves little: the database may have been locked or away for
longer than the lease, so that no beat could be written, or a clock was set. So a run is taken from its worker only when
its lease has run out AND the very same lease end is still there RUN_HEARTBEAT_S + 1 seconds later by a clock that is
never set. Both looks take the locks that a beat would need, so they wait for the same locked database: in between, a
worker that lives has beaten (it tries again every second, and its beat counts as long as nobody else has claimed the
run). What follows:

- The database is away for 20 s: after it came back the first look finds leases that ran out, the second finds them
  renewed. Nothing is lost, doubled or failed.
- The clock jumps an hour ahead: the same, every lease seems to have run out, and the next beat renews it.
- The clock jumps an hour back: a dead worker's lease seems to last an hour. A lease never ends later than RUN_LEASE_S
  from now, so one that does is as silent as one that ran out, and is looked at twice like it. Clocks of hosts that
  differ are harmless for the same reason.
- A worker is killed: its lease ends within RUN_LEASE_S, and two sweeps later, at most 25 s after the kill, the run
  waits again or has ended as lost.
- A worker alone is cut off from the database: it goes on for RUN_DATABASE_PATIENCE_S, then stops its job. For some
  seconds another worker may be at the same run, but nothing the first one says is taken any more.
"""

from __future__ import annotations

import logging
import threading
import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta
from time import monotonic

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from kombu.exceptions import OperationalError as BrokerAway
from redis.exceptions import RedisError

from demos import idempotency
from demos.holding import lease_of, queue_again
from demos.models import Run
from demos.queueing import send
from demos.tasks import waiting_messages
from workers.spec import Text

logger = logging.getLogger(__name__)

SILENT = Text("Its worker stopped answering.", "执行它的进程失去了响应。")


@dataclass(frozen=True)
class Suspicion:
    lease_until: datetime
    since: float  # seconds of the monotonic clock


_suspicions: dict[uuid.UUID, Suspicion] = {}  # by lease; what this process saw at its earlier sweeps
_one_sweep = threading.Lock()


def sweep() -> dict[str, int]:
    """May run in several places at once: each process believes only what it saw twice itself."""
    with _one_sweep:
        done = {"given_up_or_queued_again": _sweep_silent_runs(), "sent": 0}
    try:
        done["sent"] = _sweep_waiting_runs()
    except (BrokerAway, RedisError) as error:
        logger.warning("waiting runs are not sent, the broker is away: %s", error)
    idempotency.forget_old_keys()
    return done


# --- runs whose worker is silent --------------------------------------------------------------------------------
def _sweep_silent_runs() -> int:
    """A second look that finds the same lease end still holds it when it writes: a beat in between wins."""
    silent = _silent_runs()
    now, patience_s = monotonic(), settings.RUN_HEARTBEAT_S + 1
    seen = {run.lease: Suspicion(run.lease_until, now) for run in silent}
    for lease, earlier in list(_suspicions.items()):
        if lease not in seen:
            del _suspicions[lease]
        elif seen[lease].lease_until == earlier.lease_until:
            seen[lease] = earlier
    _suspicions.update(seen)
    dead = [run for run in silent if now - seen[run.lease].since >= patience_s]
    return sum(queue_again(run, lease_of(run) & Q(lease_until=run.lease_until), SILENT) for run in dead)


def _silent_runs() -> list[Run]:
    """Under the locks a beat needs; a row that is being written at this moment belongs to somebody who lives."""
    now = timezone.now()
    never_so_late = now + timedelta(seconds=settings.RUN_LEASE_S)
    out_of_time = Q(lease_until__lt=now) | Q(lease_until__gt=never_so_late) | Q(lease_until=None)
    with transaction.atomic():
        return list(Run.objects.active().filter(out_of_time).select_for_update(skip_locked=True, of=("self",)))


# --- runs that wait ---------------------------------------------------------------------------------------------
def _sweep_waiting_runs() -> int:
    """Never sent: at once. Sent and forgotten (Redis was flushed): where a queue holds less than waits for it.

    What was sent in the future was sent before the clock was set back; for all one knows, long ago.
    A run that its owner's limit holds back is not sent for: the end of another one wakes it.
    """
    now = timezone.now()
    forgotten = Q(sent_at__lt=now - timedelta(seconds=settings.RUN_RESEND_S)) | Q(sent_at__gt=now)
    may_begin = Run.objects.waiting().within_running_limit(settings.RUN_MAX_RUNNING_EACH)
    sent = 0
    for queue in may_begin.order_by("queue").values_list("queue", flat=True).distinct():
        waiting = may_begin.filter(queue=queue)
        due = list(waiting.filter(Q(sent_at=None) | forgotten).order_by("created_at"))
        if any(run.sent_at for run in due) and waiting_messages(queue) >= waiting.exclude(sent_at=None).count():
            due = [run for run in due if run.sent_at is None]
        sent += sum(send(run=run) for run in due)
    return sent
