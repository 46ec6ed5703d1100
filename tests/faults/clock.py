"""The wall clock of a site under test, set by a file: what a real clock does when somebody sets it.

Every process of the site that has the settings reads the file again and again. The monotonic clock cannot be set.
"""

from __future__ import annotations

import os
import time
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path

from django.utils import timezone

FILE = "FAULTS_CLOCK"  # the environment's word for it: seconds that the wall clock is ahead

_time, _now = time.time, timezone.now


def make_settable() -> None:
    if FILE in os.environ:
        time.time, timezone.now = shifted_time, shifted_now


def ahead_s() -> float:
    with suppress(OSError, ValueError):
        return float(Path(os.environ[FILE]).read_text())
    return 0.0


def shifted_time() -> float:
    return _time() + ahead_s()


def shifted_now() -> datetime:
    return _now() + timedelta(seconds=ahead_s())
