"""The beat of a run while its job works.

A thread of its own, because the supervising loop may wait for a long while: for a locked database, or for storage that
takes in a large file. A run must not seem dead because its worker is busy.
"""

from __future__ import annotations

import logging
import threading
from time import monotonic

from django.conf import settings
from django.db import InterfaceError, OperationalError, connections

from demos import holding
from demos.models import Run

logger = logging.getLogger(__name__)

AWAY = (OperationalError, InterfaceError)  # the database is locked or gone; anything else is a mistake of ours
AGAIN_AFTER_S = 1.0
END_S = 1.0


class Heartbeat:
    """With it the lease is extended every RUN_HEARTBEAT_S; `lost` says that it cannot be any more."""

    def __init__(self, run: Run):
        self.lost = False
        self._run = run
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._beat_on, name=f"beat {run.pk}", daemon=True)

    def __enter__(self) -> Heartbeat:
        self._thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._stop.set()
        self._thread.join(timeout=END_S)  # a beat that waits for a locked database finds later that it is not wanted

    def _beat_on(self) -> None:
        beaten_at, wait_s = monotonic(), float(settings.RUN_HEARTBEAT_S)
        try:
            while not self.lost and not self._stop.wait(wait_s):
                try:
                    holding.beat(run=self._run)
                    beaten_at, wait_s = monotonic(), float(settings.RUN_HEARTBEAT_S)
                except holding.LeaseLost:
                    self.lost = True
                except AWAY as error:
                    logger.warning("run %s: the database does not take the beat: %s", self._run.pk, error)
                    connections.close_all()
                    wait_s = AGAIN_AFTER_S
                    self.lost = monotonic() - beaten_at > settings.RUN_DATABASE_PATIENCE_S
        finally:
            connections.close_all()
