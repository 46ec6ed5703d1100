"""Several processes of ours under one terminal: started, watched, started again where they died, stopped in order."""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field

import psutil
from django.core.exceptions import ImproperlyConfigured

EARLY_DEATH_S = 10.0
EARLY_DEATHS = 5
STOP_GRACE_S = 15.0
STRAGGLER_GRACE_S = 3.0
PR_SET_CHILD_SUBREAPER = 36
SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class CannotStart(Exception):
    """Said in one line, for the person at the terminal."""


@dataclass
class Service:
    """A process of ours: how it is started, since when it runs, how often in a row it died as soon as it had begun.

    `goes_last`: it is stopped when the others are gone.
    """

    name: str
    command: list[str]
    goes_last: bool = False
    process: subprocess.Popen | None = None
    started_at: float = 0.0
    early_deaths: int = field(default=0)


class Terminal:
    """One terminal for many voices: each line carries its speaker's name."""

    WIDTH = 7
    COLOURS: Mapping[str, int] = {"web": 34, "worker": 33, "gpu": 32, "keeper": 35, "redis": 31}

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._coloured = sys.stdout.isatty() and "NO_COLOR" not in os.environ

    def say(self, text: str, name: str = "") -> None:
        label = f"{name:<{self.WIDTH}}|"
        if self._coloured and name in self.COLOURS:
            label = f"\x1b[{self.COLOURS[name]}m{label}\x1b[0m"
        with self._lock:
            sys.stdout.write(f"{label} {text}\n" if name else f"{text}\n")
            sys.stdout.flush()

    def follow(self, service: Service) -> None:
        """Copies the lines of a process until it closes its output."""
        for line in service.process.stdout:
            self.say(line.rstrip(), service.name)


class Processes:
    """Starts the services, keeps them alive, stops them in an order that loses no run."""

    def __init__(self, terminal: Terminal) -> None:
        self._terminal = terminal
        self._services: list[Service] = []
        self.environment = os.environ | {"PYTHONUNBUFFERED": "1"}

    def start(self, service: Service) -> None:
        # A session of its own: Ctrl-C reaches this process alone, which then stops the others in order.
        service.process = subprocess.Popen(
            service.command,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            start_new_session=True,
        )
        service.started_at = time.monotonic()
        if service not in self._services:
            self._services.append(service)
        threading.Thread(target=self._terminal.follow, args=[service], daemon=True).start()

    def watch(self) -> None:
        """Starts again what has died. Ends by KeyboardInterrupt, or CannotStart where a service cannot stay alive."""
        while True:
            for service in self._services:
                if service.process.poll() is not None:
                    self._revive(service)
            time.sleep(0.5)

    def _revive(self, service: Service) -> None:
        """What has lived for a while may die as often as it likes; what dies at its start will not get better."""
        early = time.monotonic() - service.started_at < EARLY_DEATH_S
        service.early_deaths = service.early_deaths + 1 if early else 0
        code = service.process.returncode
        if service.early_deaths > EARLY_DEATHS:
            raise CannotStart(f"{service.name} stopped {service.early_deaths} times at its start (status {code}).")
        self._terminal.say(f"stopped with status {code}; starting it again", service.name)
        self.start(service)

    def stop(self) -> None:
        """Each is asked to stop, and killed where it takes too long: it had time enough to hand its runs back."""
        for last in (False, True):
            group = [service for service in self._services if service.goes_last == last]
            for service in group:
                _signal_group(service, signal.SIGTERM)
            deadline = time.monotonic() + STOP_GRACE_S
            for service in group:
                with suppress(subprocess.TimeoutExpired):
                    service.process.wait(max(0.1, deadline - time.monotonic()))
                _signal_group(service, signal.SIGKILL)
        # The process that starts jobs has a group of its own and ends by itself when its worker has; we see it gone.
        _, stragglers = psutil.wait_procs(psutil.Process().children(recursive=True), timeout=STRAGGLER_GRACE_S)
        for process in stragglers:
            with suppress(psutil.NoSuchProcess):
                process.kill()


def run_until_stopped(start: Callable[[Terminal, Processes], None]) -> int:
    """`start`, then watching until Ctrl-C or TERM; the exit status. What `start` raises as CannotStart is said."""
    for signum in SIGNALS:
        signal.signal(signum, _interrupt)
    _adopt_orphans()
    terminal = Terminal()
    processes = Processes(terminal)
    try:
        start(terminal, processes)
        processes.watch()
    except (CannotStart, ImproperlyConfigured) as error:
        terminal.say(str(error))
        return 1
    except KeyboardInterrupt:
        return 0
    finally:
        for signum in SIGNALS:
            signal.signal(signum, signal.SIG_IGN)  # stopping takes its course, however often Ctrl-C is pressed
        processes.stop()


def _interrupt(signum: int, frame: object) -> None:
    raise KeyboardInterrupt


def _adopt_orphans() -> None:
    """What a service leaves behind becomes a child of this process, which sees to its end. Linux alone knows this."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1)


def _signal_group(service: Service, signum: signal.Signals) -> None:
    with suppress(ProcessLookupError):
        os.killpg(service.process.pid, signum)
