"""The toy jobs, as the child executes them. Every one numbers its scalars, so that a gap or a double is seen."""

from __future__ import annotations

import importlib
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from tests.workers import toy_jobs
from workers.kit.events import Report
from workers.spec import Text


def execute(request: Any, report: Report) -> None:
    report.stage("play", Text("Playing", "游戏"), index=1, count=1)
    globals()[f"_{request.params['kind']}"](request, report)


def _steady(request: Any, report: Report) -> None:
    """The wall clock's time goes with each step, for whoever measures how long it is on its way."""
    steps, seconds = request.params["steps"], request.params["seconds"]
    for step in range(steps):
        report.scalar("student/loss", step, time.time())
        print(f"step {step} at {time.time():.6f}")
        time.sleep(seconds / steps)
    report.result("student", "accuracy", 0.75)


def _native(request: Any, report: Report) -> None:
    """Ignores TERM and holds the interpreter: no order reaches it."""
    toy_jobs.hold_the_interpreter(request, report)


def _eater(request: Any, report: Report) -> None:
    toy_jobs.eat_memory(request, report)


def _flooder(request: Any, report: Report) -> None:
    toy_jobs.print_for_ever(request, report)


def _importer(request: Any, report: Report) -> None:
    importlib.import_module("tests.workers.broken_job")
    raise AssertionError("the module must not be importable")


def _raiser(request: Any, report: Report) -> None:
    toy_jobs.fail(request, report)


def _segfault(request: Any, report: Report) -> None:
    os.kill(os.getpid(), 11)


def _writer(request: Any, report: Report) -> None:
    """A steady job that leaves a big file."""
    _steady(request, report)
    with Path(request.out_dir, "big.bin").open("wb") as file:
        for _ in range(request.params["megabytes"]):
            file.write(os.urandom(2**20))
    report.artifact("big.bin", "big.bin")


STRAY = "import time\nwhile {lively}: print('still here', flush=True)\ntime.sleep(900)"


def _leave_and_die(request: Any, *, lively: bool) -> None:
    subprocess.Popen([sys.executable, "-c", STRAY.format(lively=lively)], start_new_session=True)
    time.sleep(request.params["seconds"])
    os.kill(os.getpid(), 9)


def _stray(request: Any, report: Report) -> None:
    """Dies at once, and leaves a process in a session of its own that never stops printing."""
    _leave_and_die(request, lively=True)


def _silent(request: Any, report: Report) -> None:
    """The same, but what it leaves says nothing."""
    _leave_and_die(request, lively=False)
