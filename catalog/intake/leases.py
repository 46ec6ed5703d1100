"""Long work on an import in short transactions: other writers get their turn between them, and a crash loses none.

Whoever works holds the import's lease. Each step's transaction first renews it, so that of two workers only one does
the step; one that fell silent for IMPORT_LEASE_S loses it to whoever comes, and finds that out with its next step.
"""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable
from datetime import timedelta

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Q
from django.utils import timezone

from catalog.intake.bulk import lock_catalogue
from catalog.models import Import

_PAUSE_S = 0.12
LET_GO = {"lease": None, "beat_at": None}


def free() -> Q:
    """Imports on which nobody works, or whose worker is dead."""
    return Q(lease=None) | Q(beat_at__lt=timezone.now() - timedelta(seconds=settings.IMPORT_LEASE_S))


def work_off(*, import_id: uuid.UUID | str, state: Import.State, step: Callable[[Import], None]) -> None:
    """Step after step while the import is in this state; the last step moves it on, and lets go.

    Does nothing where somebody works on it already. A step that fails is undone, and the import is free again.
    """
    lease = uuid.uuid4()
    waiting = Import.objects.filter(free(), pk=import_id, state=state)
    if not waiting.update(lease=lease, beat_at=timezone.now()):
        return
    held = Import.objects.filter(pk=import_id, state=state, lease=lease)
    try:
        while _took_step(held, step):
            _give_way()
    except BaseException:  # a worker told to stop as well: whatever ends the step, the import is let go; raised again
        held.update(**LET_GO)
        raise


def _give_way() -> None:
    """SQLite has no queue: who waits for its lock looks each 0.1 s whether it is free."""
    if connection.vendor == "sqlite" and not connection.in_atomic_block:
        time.sleep(_PAUSE_S)


@transaction.atomic
def _took_step(held, step: Callable[[Import], None]) -> bool:
    if not held.update(beat_at=timezone.now()):
        return False
    lock_catalogue()
    step(held.select_related("accepted_by", "undone_by", "paper_list").get())
    return True
