"""A comparison measured on this machine without the web: each run in a child, all that it says kept in a folder.

OUT/<method>-<preset>-<data>-<seed>/ then holds events.jsonl (what the job said and when, in order), results.json (as
`python -m workers run` writes it), the job's files, and, last and only after it succeeded, measured.json. What is
complete is not measured again; the site takes it in (demos/taking_in.py).
"""

from __future__ import annotations

import json
import shutil
import threading
import uuid
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from workers.comparison import Planned
from workers.jobs import JobRequest
from workers.kit.events import Event
from workers.results import Results
from workers.supervisor import Limits, Outcome, Supervisor

EVENTS, RESULTS, MEASURED = "events.jsonl", "results.json", "measured.json"
WALL_S = 4 * 3600.0
ALREADY = "measured before"


@dataclass(frozen=True)
class Place:
    """Where a sweep works. `at_once`: runs side by side; each has `threads` of its own."""

    out: Path
    cache_dir: str
    data_dir: str | None
    device: str = "auto"
    threads: int = 1
    at_once: int = 1

    def folder(self, run: Planned) -> Path:
        return self.out / run.name


@dataclass(frozen=True)
class Ended:
    """`state`: as the supervisor says it, or ALREADY."""

    run: Planned
    state: str
    cause: str = ""
    seconds: float = 0.0


def read_measured(folder: Path) -> dict[str, Any] | None:
    """What measured.json of a complete run says; None where there is none, or none that can be read."""
    try:
        return json.loads((folder / MEASURED).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None


def read_results(place: Place, runs: Iterable[Planned]) -> list[tuple[Planned, list[dict[str, Any]]]]:
    """The numbers of those that are complete."""
    complete = [run for run in runs if _is_measured(place, run)]
    return [(run, json.loads((place.folder(run) / RESULTS).read_text(encoding="utf-8"))["results"]) for run in complete]


def measure(
    runs: Iterable[Planned], place: Place, on_end: Callable[[Ended], None], *, again: bool = False
) -> list[Ended]:
    """Every run that is not complete yet (with `again`: every run), in this order. An interrupt ends those at work."""
    stop = threading.Event()
    supervisor = Supervisor(environment={"OMP_WAIT_POLICY": "PASSIVE", "OMP_NUM_THREADS": str(place.threads)})

    def one(run: Planned) -> Ended:
        if stop.is_set():
            return Ended(run, "cancelled")
        known = not again and _is_measured(place, run)
        ended = Ended(run, ALREADY) if known else _measure(run, place, supervisor, stop)
        on_end(ended)
        return ended

    with ThreadPoolExecutor(place.at_once) as pool:
        waiting = [pool.submit(one, run) for run in runs]
        try:
            return [found.result() for found in waiting]
        except BaseException:  # raised again: first the jobs must go, or the pool would wait for them
            stop.set()
            raise


def _is_measured(place: Place, run: Planned) -> bool:
    found = read_measured(place.folder(run))
    return found is not None and found["asked"] == run.asked()


def _measure(run: Planned, place: Place, supervisor: Supervisor, stop: threading.Event) -> Ended:
    folder = place.folder(run)
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    results, began = Results(**run.asked()), datetime.now(UTC)
    request = JobRequest(
        **run.asked(), device=place.device, out_dir=str(folder), cache_dir=place.cache_dir, data_dir=place.data_dir,
        threads=place.threads,
    )  # fmt: skip
    with (folder / EVENTS).open("a", encoding="utf-8") as kept:

        def on_events(events: list[Event]) -> None:
            at = datetime.now(UTC).isoformat()
            for event in events:
                results.take(event)
                kept.write(json.dumps({"at": at, "event": event}, ensure_ascii=False) + "\n")

        outcome = supervisor.run(
            request,
            on_events=on_events,
            should_stop=lambda: "stopped" if stop.is_set() else None,
            limits=Limits(wall_s=WALL_S, folder=str(folder)),
        )
    results.write(folder / RESULTS)
    ended = datetime.now(UTC)
    if outcome.state == "succeeded":
        _say_measured(folder, run, began, ended)
    return Ended(run, outcome.state, _cause(outcome), (ended - began).total_seconds())


def _say_measured(folder: Path, run: Planned, began: datetime, ended: datetime) -> None:
    """The id is the run's own, so that whoever takes it in twice has it once."""
    said = {"id": str(uuid.uuid4()), "asked": run.asked(), "began": began.isoformat(), "ended": ended.isoformat()}
    unfinished = folder / f"{MEASURED}.new"
    unfinished.write_text(json.dumps(said, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    unfinished.rename(folder / MEASURED)


def _cause(outcome: Outcome) -> str:
    return "\n".join(filter(None, (outcome.cause.en, outcome.traceback_tail)))
