"""The job of a canary: nothing. That it came back shows that this worker can start jobs and hear of their end."""

from __future__ import annotations

from typing import Any

from workers.kit.events import Report


def sing(request: Any, report: Report) -> None:
    """A child of the forkserver executes it, as it would a method."""
