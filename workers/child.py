"""The inside of a job's process: events out as lines of JSON, the order to stop in, and no life of its own.

`main` is what the forkserver calls. The job is a callable named by its dotted path, so that this module and the
process that starts jobs need neither torch nor any method.
"""

from __future__ import annotations

import ctypes
import json
import os
import signal
import sys
import threading
import traceback
from collections.abc import Mapping
from importlib import import_module
from multiprocessing.connection import Connection
from typing import Any

from workers.family import adopt_orphans, kill_descendants
from workers.kit.events import Cancelled, Event, Report, in_both
from workers.spec import Text

CANCEL = b"cancel"
MAX_EVENT_BYTES = 2 * 1024 * 1024  # a figure's data is the largest thing a job says
TRACEBACK_LINES = 30
PR_SET_PDEATHSIG = 1


def main(
    execute: str,
    request: Any,
    environment: Mapping[str, str],
    events: Connection,
    output: Connection,
    orders: Connection,
) -> None:
    """Runs `execute(request, report)` and says how it ended. Never returns: the process ends here, threads and all."""
    os.setsid()  # a group of its own: whatever the job starts is stopped with it
    adopt_orphans()  # and whatever leaves the group
    _die_with_the_forkserver()
    os.environ.update(environment)  # CUDA reads its own when it is first asked for a GPU
    _send_output_to(output)
    cancelled = threading.Event()
    threading.Thread(target=_obey, args=(orders, cancelled), daemon=True).start()
    send = Sender(events.fileno()).send
    send({"kind": "started"})
    send({"kind": "end", **_outcome(execute, request, Report(send, cancelled.is_set))})
    sys.stdout.flush()
    sys.stderr.flush()
    kill_descendants()
    os._exit(0)  # no waiting for a job's stray threads, no tear-down of CUDA: the kernel frees what is left


def _outcome(execute: str, request: Any, report: Report) -> dict[str, Any]:
    try:
        module, _, name = execute.rpartition(".")
        getattr(import_module(module), name)(request, report)
    except Cancelled:
        return {"state": "cancelled"}
    except BaseException as error:  # noqa: BLE001 (whatever ends a job, SystemExit too, is told in words)
        tail = traceback.format_exc().splitlines()[-TRACEBACK_LINES:]
        return {"state": "failed", "cause": _cause(error), "traceback": "\n".join(tail)[-8000:]}
    return {"state": "succeeded"}


def _cause(error: BaseException) -> dict[str, str]:
    """In both languages where the error brings them as `said`."""
    said = getattr(error, "said", None)
    return in_both(said if isinstance(said, Text) else _in_a_line(error))


def _in_a_line(error: BaseException) -> str:
    """Errors of our own speak to people; others are easier to look up with their name."""
    name = type(error).__name__
    lines = str(error).strip().splitlines()
    if not lines:
        return name
    return lines[0][:300] if type(error).__module__.startswith("workers.") else f"{name}: {lines[0][:300]}"


class Sender:
    """Writes events as lines; several threads of a job may send."""

    def __init__(self, descriptor: int):
        self._descriptor = descriptor
        self._lock = threading.Lock()

    def send(self, event: Event) -> None:
        """Raises ValueError where the event is not JSON (NaN is not) or larger than MAX_EVENT_BYTES."""
        line = json.dumps(event, allow_nan=False, ensure_ascii=False).encode() + b"\n"
        if len(line) > MAX_EVENT_BYTES:
            raise ValueError(
                f"a {event.get('kind')} event of {len(line):,} bytes; at most {MAX_EVENT_BYTES:,} are taken"
            )
        with self._lock:
            rest = memoryview(line)
            while rest:
                rest = rest[os.write(self._descriptor, rest) :]


def _obey(orders: Connection, cancelled: threading.Event) -> None:
    """Waits for the order to stop. When the worker is gone the pipe ends, and so does this whole group."""
    try:
        while orders.recv_bytes() == CANCEL:
            cancelled.set()
    except (EOFError, OSError):
        os.killpg(os.getpgrp(), signal.SIGKILL)


def _die_with_the_forkserver() -> None:
    """Linux alone knows this; elsewhere the orders' pipe has to do."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def _send_output_to(output: Connection) -> None:
    """Whatever is printed, by C code too, goes to the supervisor, which makes log events of it."""
    for descriptor in (1, 2):
        os.dup2(output.fileno(), descriptor)
    # New streams: the inherited ones may stand on a file, and stumble over having become a pipe.
    sys.stdout = open(1, "w", buffering=1, encoding="utf-8", errors="replace", closefd=False)  # noqa: SIM115
    sys.stderr = open(2, "w", buffering=1, encoding="utf-8", errors="replace", closefd=False)  # noqa: SIM115
