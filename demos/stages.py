"""The stages of a run: which are done, how long each took, how much of the current one is left."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone

from demos.formatting import in_language
from demos.models import Run

LEAST_SHARE = 0.05  # before that a stage's pace says little


@dataclass(frozen=True)
class Step:
    title: str
    status: str  # done, current, stopped, waiting
    took_s: float | None = None


def steps(run: Run, stages: Sequence[tuple[dict, datetime]]) -> list[Step]:
    """The stages begun so far, with when, and how many are still to come; only the last begun can be under way."""
    begun = [(stage, at) for stage, at in stages if stage]
    if not begun:
        return []
    ends = [at for _stage, at in begun[1:]] + [run.ended_at or timezone.now()]
    last = "done" if run.state == Run.State.SUCCEEDED else "stopped" if run.has_ended else "current"
    found = [
        Step(
            in_language(stage.get("title")) or stage.get("name", ""),
            "done" if place < len(begun) - 1 else last,
            max(0.0, (ends[place] - at).total_seconds()),
        )
        for place, (stage, at) in enumerate(begun)
    ]
    to_come = max(0, int(begun[-1][0].get("count") or 0) - len(begun))
    return found + [Step("", "waiting")] * to_come


def stage_left_s(run: Run, found: Sequence[Step]) -> float | None:
    """Seconds left of the current stage, if it goes on as it went; None while too little of it is done."""
    current = next((step for step in found if step.status == "current"), None)
    if current is None or current.took_s is None or not LEAST_SHARE <= run.progress < 1:
        return None
    return current.took_s * (1 - run.progress) / run.progress
