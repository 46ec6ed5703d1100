"""Runs one job in one child process: limits, cancel, crash, events out. Knows no database and imports no torch.

The child comes from a forkserver that has torch imported but CUDA untouched, in its own process group. It speaks
through two pipes, events and output; a third one tells it to stop, and by closing tells it that the worker is gone.
"""

from __future__ import annotations

import json
import math
import multiprocessing
import os
import signal
import time
import uuid
from collections import deque
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from multiprocessing import connection, forkserver
from typing import Any, Literal

from workers import child, devices, endings
from workers.family import MARK, Family, folder_mb
from workers.kit.events import Event, in_both
from workers.spec import Text

NOTHING = Text("", "")
TICK_S = 0.1
FAMILY_EVERY_S = 1.0  # all processes of the machine are read for it
DISK_EVERY_S = 2.0
FLUSH_BYTES = 2**20
FORKSERVER_DIED = 255  # what multiprocessing reports as the exit code when the forkserver itself was killed
FORKSERVER_RETRY_S = 20.0  # longer than it takes to import torch on a busy machine
LOG_LINE_CHARACTERS = 2000
CANNOT_START = (OSError, EOFError)  # the forkserver is gone, or was killed while it was asked


@dataclass(frozen=True)
class Limits:
    """What a job may use. `grace_s` is the wait between telling it to stop and TERM, and between TERM and KILL.

    Memory is measured, not limited by the kernel: RLIMIT_AS and RLIMIT_DATA count what is reserved, and CUDA reserves
    many times what it uses. The job itself is measured ten times a second, in which it can take some hundred MB more.
    """

    wall_s: float
    memory_mb: int = 0  # resident memory of the job and what it started; 0: no limit
    disk_mb: int = 0  # files below `folder`; 0: no limit
    folder: str = ""
    output_mb: int = 256  # of events and of printed lines, most of which are not kept
    grace_s: float = 1.5
    flush_s: float = 0.25
    batch: int = 200
    log_lines: int = 2000  # of the log's beginning
    last_lines: int = 100  # and of its end, where it is longer
    events: int = 200_000


@dataclass(frozen=True)
class Outcome:
    """How a job ended. `lost`: not by its own doing, so it may be run again. `traceback_tail` is for the log."""

    state: Literal["succeeded", "failed", "cancelled", "timed_out", "lost"]
    cause: Text = NOTHING
    traceback_tail: str = ""


class Supervisor:
    """One a worker process; `run` may be called in several threads at once.

    `execute` is the dotted path of what the child calls with (request, report). `environment` is set before the
    forkserver starts, because OpenMP reads its own when torch is imported.
    """

    def __init__(
        self,
        execute: str = "workers.jobs.execute",
        *,
        preload: tuple[str, ...] = ("workers.preload",),
        environment: Mapping[str, str] | None = None,
    ):
        self._execute = execute
        self._context = multiprocessing.get_context("forkserver")
        self._context.set_forkserver_preload(list(preload))
        os.environ.update(environment or {})

    def warm(self) -> None:
        """Starts the forkserver, so that the first run does not wait for torch."""
        forkserver.ensure_running()

    def run(
        self,
        request: Any,
        *,
        on_events: Callable[[list[Event]], None],
        should_stop: Callable[[], str | None],
        limits: Limits,
        environment: Mapping[str, str] | None = None,
        execute: str = "",
    ) -> Outcome:
        """Blocks until the job and everything it started are gone.

        `environment` is the job's own, set before CUDA is touched; `execute` is another job than the usual one.

        `should_stop` is asked about ten times a second; a text from it stops the job, which then ends `cancelled` with
        that text as its cause. What `on_events` or `should_stop` raise kills the job and passes through.
        """
        job = _Job(limits, on_events)
        try:
            job.start(self._context, (execute or self._execute, request, dict(environment or {})))
        except CANNOT_START as error:
            return Outcome("lost", endings.not_started(error))
        try:
            while job.is_running():
                job.listen()
                job.control(should_stop())
            job.listen_to_the_end()
            return job.outcome()
        finally:
            job.clear_away()


class _Lines:
    """Complete lines from a pipe, never blocking; a line longer than `limit` bytes is cut there."""

    def __init__(self, pipe: connection.Connection, limit: int):
        os.set_blocking(pipe.fileno(), False)
        self.pipe = pipe
        self.at_end = False
        self.taken_bytes = 0
        self._limit = limit
        self._rest = b""

    def read(self) -> list[bytes]:
        try:
            chunk = os.read(self.pipe.fileno(), 65536)
        except BlockingIOError:
            return []
        self.at_end = not chunk
        self.taken_bytes += len(chunk)
        *lines, self._rest = (self._rest + chunk).split(b"\n")
        if self.at_end or len(self._rest) > self._limit:
            lines, self._rest = [*lines, self._rest], b""
        return [line for line in lines if line]


@dataclass
class _Job:
    """One child and what is known of it so far."""

    limits: Limits
    on_events: Callable[[list[Event]], None]
    pending: list[Event] = field(default_factory=list)
    pending_from_byte: int = 0
    said: int = 0
    logged: int = 0
    peak_mb: float = 0.0
    end: Event | None = None
    stopping: Outcome | None = None

    def __post_init__(self) -> None:
        self.last_lines: deque[dict[str, str]] = deque(maxlen=self.limits.last_lines)

    def start(self, context: Any, what: tuple[str, Any, dict[str, str]]) -> None:
        events, events_in = context.Pipe(duplex=False)
        output, output_in = context.Pipe(duplex=False)
        orders_out, self.orders = context.Pipe(duplex=False)
        self.events, self.output = _Lines(events, child.MAX_EVENT_BYTES), _Lines(output, LOG_LINE_CHARACTERS)
        theirs = (events_in, output_in, orders_out)
        execute, request, environment = what
        mark = uuid.uuid4().hex
        self.kills_before = devices.memory_kills()
        try:
            self.process = _started(context, (execute, request, {**environment, MARK: mark}, *theirs))
        finally:
            for end in theirs:
                end.close()
        self.family = Family(self.process.pid, mark)
        self.started_at = self.flushed_at = self.looked_at = self.weighed_at = time.monotonic()

    def is_running(self) -> bool:
        return self.process.exitcode is None

    def listen(self) -> None:
        """Waits a moment for the child to say something, and hands on what is due."""
        speakers = [reader.pipe for reader in (self.events, self.output) if not reader.at_end]
        connection.wait([*speakers, self.process.sentinel], timeout=TICK_S)
        self._hear()
        if self.pending and (self._is_full() or time.monotonic() - self.flushed_at >= self.limits.flush_s):
            self._flush()

    def _is_full(self) -> bool:
        """A batch is a transaction, and lies in memory until it is written."""
        many_bytes = self.events.taken_bytes - self.pending_from_byte > FLUSH_BYTES
        return many_bytes or len(self.pending) >= self.limits.batch

    def listen_to_the_end(self) -> None:
        """What the dead child left in its pipes. Others of its group may hold them open, so they go first."""
        self._kill()
        while self._hear():
            if self._is_full():
                self._flush()
        if self.last_lines:
            self._keep_the_last_lines()
        self._flush()

    def _hear(self) -> bool:
        """Whether anything was said."""
        spoken = [] if self.events.at_end else self.events.read()
        printed = [] if self.output.at_end else self.output.read()
        for line in spoken:
            with suppress(ValueError):  # the last line of a killed child may be half a line
                self._take(json.loads(line))
        for line in printed:
            self._log(line.decode(errors="replace").rstrip().rpartition("\r")[2])
        return bool(spoken or printed)

    def _take(self, event: Event) -> None:
        if event["kind"] == "end":
            self.end = event
        elif event["kind"] == "log":
            self._log(event["text"])
        else:
            self.said += 1
            self.pending.append(event)

    def _log(self, said: Any) -> None:
        """What the job reported, or a line that something in it printed."""
        self.logged += 1
        text = {language: words[:LOG_LINE_CHARACTERS] for language, words in in_both(said).items()}
        if self.logged <= self.limits.log_lines:
            self._keep_line(text)
        else:
            if not self.last_lines:
                self._keep_line(in_both(endings.only_the_last_lines(self.limits.last_lines)))
            self.last_lines.append(text)

    def _keep_line(self, text: dict[str, str]) -> None:
        self.pending.append({"kind": "log", "text": text})

    def _keep_the_last_lines(self) -> None:
        """They wait until the end is known; what lies between them and the log's beginning is gone."""
        if left_out := self.logged - self.limits.log_lines - len(self.last_lines):
            self._keep_line(in_both(endings.lines_left_out(left_out)))
        for text in self.last_lines:
            self._keep_line(text)

    def _flush(self) -> None:
        self.flushed_at, self.pending_from_byte = time.monotonic(), self.events.taken_bytes
        batch, self.pending = self.pending, []
        if batch:
            self.on_events(batch)

    def control(self, reason: str | None) -> None:
        """Begins to stop the child where there is a reason, and goes on with stopping it: told, TERM, KILL."""
        if not self.stopping and (outcome := self._reason_to_stop(reason)):
            self.stopping, self.told_at = outcome, time.monotonic()
            with suppress(OSError):
                self.orders.send_bytes(child.CANCEL)
        elif self.stopping or self.end:
            self.told_at = getattr(self, "told_at", time.monotonic())
            waited_s = time.monotonic() - self.told_at
            if waited_s > 2 * self.limits.grace_s:
                self._kill()
            elif waited_s > self.limits.grace_s:
                self._signal(signal.SIGTERM)

    def _reason_to_stop(self, reason: str | None) -> Outcome | None:
        limits = self.limits
        if reason:
            return Outcome("cancelled", Text(reason, reason))
        if time.monotonic() - self.started_at > limits.wall_s:
            return Outcome("timed_out", endings.too_long(limits.wall_s))
        if self.said > limits.events:
            return Outcome("failed", endings.too_many_events(limits.events))
        if self.events.taken_bytes + self.output.taken_bytes > limits.output_mb * 2**20:
            return self._at_once(endings.too_much_said(limits.output_mb))
        if self._memory_mb() > (limits.memory_mb or math.inf):
            return self._at_once(endings.too_large(limits.memory_mb))
        if limits.disk_mb and self._disk_mb() > limits.disk_mb:
            return self._at_once(endings.too_much_written(limits.disk_mb))
        return None

    def _at_once(self, cause: Text) -> Outcome:
        """No grace: what it has taken is what other runs need."""
        self._kill()
        return Outcome("failed", cause)

    def _memory_mb(self) -> float:
        if time.monotonic() - self.looked_at < FAMILY_EVERY_S:
            held_mb = self.family.own_mb()
        else:
            self.looked_at = time.monotonic()
            self.family.look()
            held_mb = self.family.resident_mb()
        self.peak_mb = max(self.peak_mb, held_mb)
        return held_mb

    def _disk_mb(self) -> float:
        if time.monotonic() - self.weighed_at < DISK_EVERY_S:
            return 0.0
        self.weighed_at = time.monotonic()
        return folder_mb(self.limits.folder)

    def outcome(self) -> Outcome:
        end = self.end or {}
        if end.get("state") == "succeeded":
            return Outcome("succeeded")
        if self.stopping:
            return self.stopping
        if end.get("state") == "failed":
            return Outcome("failed", endings.stopped_by_itself(end["cause"]), end["traceback"])
        if self.process.exitcode == FORKSERVER_DIED:
            return Outcome("lost", endings.FORKSERVER_KILLED)
        return Outcome("failed", endings.died(self.process.exitcode, self._memory()))

    def _memory(self) -> endings.Memory:
        kills = (devices.memory_kills() or 0) - (self.kills_before or 0)
        return endings.Memory(self.peak_mb, devices.memory_mb()[0], kills)

    def clear_away(self) -> None:
        """Nothing of the job outlives this: no process, no pipe."""
        self._kill()
        self.process.join(timeout=5)
        for pipe in (self.events.pipe, self.output.pipe, self.orders):
            pipe.close()

    def _kill(self) -> None:
        """The group, and whoever left it: looked for while the job still lives, for its death hides them."""
        if self.is_running():
            self.family.look()
        self._signal(signal.SIGKILL)
        self.family.kill_strays()

    def _signal(self, number: int) -> None:
        """To the whole group, or to the child alone while it has none yet."""
        try:
            os.killpg(self.process.pid, number)
        except (ProcessLookupError, PermissionError):
            if self.is_running():
                with suppress(ProcessLookupError):
                    os.kill(self.process.pid, number)


def _started(context: Any, arguments: tuple) -> Any:
    """A started child. Raises one of CANNOT_START.

    A forkserver that was just killed is noticed only when the kernel has let go of it; and the next one may be killed
    while it still imports torch, with us waiting for it.
    """
    give_up_at = time.monotonic() + FORKSERVER_RETRY_S
    while True:
        process = context.Process(target=child.main, args=arguments)
        try:
            process.start()
        except CANNOT_START:
            if time.monotonic() > give_up_at:
                raise
            time.sleep(TICK_S)
        else:
            return process
