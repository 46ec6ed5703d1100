"""The one way an event gets into a run's history: numbered, stored, and told to those who watch."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from demos import live
from demos.models import Event
from workers.kit.events import in_both
from workers.spec import Text

NOTHING = Text("", "")


def state_event(state: str, cause: Text = NOTHING) -> dict:
    return {"kind": "state", "state": state, "cause": {"en": cause.en, "zh": cause.zh}}


def log_event(text: Text) -> dict:
    return {"kind": "log", "text": in_both(text)}


def append(run_id: uuid.UUID, events: Iterable[dict], *, at: datetime | None = None) -> None:
    """Call it in a transaction that has updated the run's row: its lock is what keeps `seq` without gap or double."""
    if not transaction.get_connection().in_atomic_block:
        raise transaction.TransactionManagementError("events are numbered under the lock of the run's row")
    last = Event.objects.filter(run_id=run_id).aggregate(last=Max("seq"))["last"] or 0
    at = at or timezone.now()
    rows = [
        Event(run_id=run_id, seq=seq, kind=event["kind"], body={k: v for k, v in event.items() if k != "kind"}, at=at)
        for seq, event in enumerate(events, start=last + 1)
    ]
    Event.objects.bulk_create(rows)
    transaction.on_commit(lambda: live.publish(run_id, [(row.seq, row.kind, row.body) for row in rows]))
