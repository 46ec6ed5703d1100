"""Reading in a process of its own, that can be stopped: no document can take its reader down with it."""

from __future__ import annotations

import contextlib
import json
import logging
import os
import queue
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import BinaryIO

from catalog.importers import wire
from catalog.importers.limits import DEFAULT_LIMITS, Limits
from catalog.importers.records import Problem, Record, Summary

_ROOT = Path(__file__).resolve().parents[2]
_BATCHES_AHEAD = 8  # read while the caller still works on the last ones; each holds about a million characters
_SIGNALS = {-signal.SIGXCPU: "time", -signal.SIGKILL: "memory"}  # KILL: of the system, when it has no memory left
_SHOWN = 10_000  # of what a child that crashed has said
_log = logging.getLogger(__name__)
_SENTENCES = {
    "time": "Reading took longer than {limits.max_seconds:g} seconds and was stopped.",
    "memory": "Reading took more than {limits.max_memory_mb} MB of memory and was stopped.",
    "crashed": "The process that read this document ended unexpectedly.",
}


class ReadingStopped(Exception):
    """The document was not read to its end. `reason` is refused, time, memory or crashed; the message is for people."""

    def __init__(self, reason: str, message: str) -> None:
        super().__init__(message)
        self.reason = reason


@dataclass(frozen=True)
class Batch:
    """Records and problems in the document's order; a remark stands behind the record it is about.

    The last batch, and only it, has the summary.
    """

    items: list[Record | Problem]
    bytes_done: int
    bytes_total: int
    summary: Summary | None = None


def read_bounded(
    data: bytes | Path, *, format: str = "auto", limits: Limits = DEFAULT_LIMITS, name: str = ""
) -> Iterator[Batch]:
    """The document's batches while it is read; closing the iterator ends the reading. Raises ReadingStopped.

    The file is handed to the child as its standard input, so that neither process copies it. `name` is the file's
    own, which helps to tell its format.
    """
    with _opened(data) as source:
        child = subprocess.Popen(
            [sys.executable, "-m", "catalog.importers.child", json.dumps(asdict(limits)), format, name],
            stdin=source,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            cwd=_ROOT,
            start_new_session=True,
        )
    try:
        yield from _batches(child, limits)
    finally:
        _end(child)


@contextlib.contextmanager
def _opened(data: bytes | Path) -> Iterator[BinaryIO]:
    with data.open("rb") if isinstance(data, Path) else tempfile.TemporaryFile() as source:
        if isinstance(data, bytes):
            source.write(data)
            source.seek(0)
        yield source


def _batches(child: subprocess.Popen, limits: Limits) -> Iterator[Batch]:
    held: Batch | None = None
    for line in _lines(child, limits):
        kind, *values = wire.read_line(line)
        if kind == "stopped":
            raise _stopped(values[0], limits, values[1])
        if kind == "summary":
            yield Batch(held.items, held.bytes_done, held.bytes_total, wire.summary_of(values[0]))
            return
        if held is not None:
            yield held
        items, done, total = values
        held = Batch(wire.unpacked(items), done, total)
    if (code := child.wait()) in _SIGNALS:
        raise _stopped(_SIGNALS[code], limits)
    _log.error("The reading process ended with %s: %s", code, child.stderr.read(_SHOWN).decode("utf-8", "replace"))
    raise _stopped("crashed", limits)


def _lines(child: subprocess.Popen, limits: Limits) -> Iterator[bytes]:
    """What the child says. A thread takes it off the pipe, so that the child goes on while the caller is busy."""
    ahead: queue.Queue[bytes] = queue.Queue(maxsize=_BATCHES_AHEAD)
    gone = threading.Event()
    threading.Thread(target=_drain, args=(child.stdout, ahead, gone), daemon=True).start()
    left_s = limits.max_seconds
    try:
        while True:
            began = time.monotonic()
            try:
                line = ahead.get(timeout=max(left_s, 0))
            except queue.Empty:
                raise _stopped("time", limits) from None
            left_s -= time.monotonic() - began
            if not line:
                return
            yield line
    finally:
        gone.set()


def _drain(pipe: BinaryIO, ahead: queue.Queue[bytes], gone: threading.Event) -> None:
    while True:
        line = pipe.readline()
        while not gone.is_set():
            try:
                ahead.put(line, timeout=0.2)
                break
            except queue.Full:
                continue
        if not line or gone.is_set():
            return


def _stopped(reason: str, limits: Limits, message: str = "") -> ReadingStopped:
    return ReadingStopped(reason, message or _SENTENCES[reason].format(limits=limits))


def _end(child: subprocess.Popen) -> None:
    if child.poll() is None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(child.pid, signal.SIGKILL)
    child.wait()
    child.stdout.close()
    child.stderr.close()
