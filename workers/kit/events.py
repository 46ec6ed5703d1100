"""The only way out of a running job: events. Every event is a dict that JSON can hold, told by its `kind`.

stage        name, title {en, zh}, index, count    a step of the method begins
progress     share (0 to 1), done, total           of the current stage
scalar       name ("student/soft_loss"), step, value
log          text
result       role, metric, value, unit             one measured number
figure       slug, data                            the method's own figure, data as the page draws it
artifact     name, path                            a file the job wrote
environment  what the job ran on: device, threads, packages, data set with hash and licence, cached teacher
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from typing import Any

from workers.spec import Text

Event = dict[str, Any]


class Cancelled(Exception):
    """The user stopped the run; the job unwinds."""


class Diverged(ValueError):
    """A loss or a metric is no finite number."""


class Report:
    """What a job calls while it runs. Every call raises Cancelled once the user has stopped the run."""

    PROGRESS_EVERY_S = 0.2

    def __init__(self, send: Callable[[Event], None], is_cancelled: Callable[[], bool] = lambda: False):
        self._send = send
        self._is_cancelled = is_cancelled
        self._progress_at = 0.0

    def _emit(self, kind: str, **body: Any) -> None:
        if self._is_cancelled():
            raise Cancelled
        self._send({"kind": kind, **body})

    def stage(self, name: str, title: Text, *, index: int, count: int) -> None:
        self._progress_at = 0.0
        self._emit("stage", name=name, title={"en": title.en, "zh": title.zh}, index=index, count=count)

    def progress(self, done: int, total: int) -> None:
        """Sent at most five times a second, and always when `done` reaches `total`."""
        now = time.monotonic()
        if done < total and now - self._progress_at < self.PROGRESS_EVERY_S:
            if self._is_cancelled():
                raise Cancelled
            return
        self._progress_at = now
        self._emit("progress", share=done / total if total else 1.0, done=done, total=total)

    def scalar(self, name: str, step: int, value: float) -> None:
        """Raises Diverged where the value is not finite: the run ends in words."""
        if not math.isfinite(value):
            raise Diverged(f"{name} is {value} at step {step}: training diverged; a lower learning rate may help")
        self._emit("scalar", name=name, step=step, value=float(value))

    def log(self, text: str) -> None:
        self._emit("log", text=text)

    def result(self, role: str, metric: str, value: float, unit: str = "") -> None:
        self._emit("result", role=role, metric=metric, value=float(value), unit=unit)

    def figure(self, slug: str, data: Any) -> None:
        self._emit("figure", slug=slug, data=data)

    def artifact(self, name: str, path: str) -> None:
        self._emit("artifact", name=name, path=path)

    def environment(self, **facts: Any) -> None:
        self._emit("environment", **facts)
