"""The database's tests once more, on a PostgreSQL server of their own: `python -m tests.postgresql [pytest arguments]`.

The server lives in a scratch folder behind a Unix socket and is gone afterwards. Where no server is installed, it says
so and ends without an error: SQLite's run stands by itself.
"""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

import psutil

ROOT = Path(__file__).resolve().parents[1]
WHAT_ASKS_THE_DATABASE = ("tests/catalog", "tests/demos", "tests/config")
# Tests may lose what they wrote when the machine fails: not waiting for the disk makes them several times quicker. What
# was committed still outlives a killed server, which synchronous_commit=off would not grant.
UNSAFE_AND_QUICK = "-c listen_addresses='' -c fsync=off -c full_page_writes=off"


def binaries() -> Path | None:
    """The folder of the newest server on this machine; Debian keeps it off the PATH."""
    if found := shutil.which("initdb"):
        return Path(found).resolve().parent
    versions = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[4]))
    return versions[-1].parent if versions else None


@dataclass(frozen=True)
class Server:
    """A cluster in a folder of its own, and its address. It refuses to run as root: then it runs as another user."""

    folder: Path
    port: int | None
    quiet: dict[str, Any]  # what subprocess.run takes besides the command

    @property
    def url(self) -> str:
        host = f"127.0.0.1:{self.port}" if self.port else quote(str(self.folder), safe="")
        return f"postgres://tests@{host}/postgres"

    def initialise(self) -> None:
        self._run("initdb", "-U", "tests", "-A", "trust", "-E", "UTF8")

    def start(self) -> None:
        options = f"{UNSAFE_AND_QUICK} -k {self.folder}"
        if self.port:
            options += f" -c listen_addresses=127.0.0.1 -p {self.port}"
        self._run("pg_ctl", "-w", "-l", str(self.folder / "log"), "-o", options, "start")

    def stop(self) -> None:
        self._run("pg_ctl", "-w", "-m", "immediate", "stop")

    def processes(self) -> list[psutil.Process]:
        first = psutil.Process(int((self.folder / "data" / "postmaster.pid").read_text().split()[0]))
        return [first, *first.children(recursive=True)]

    def _run(self, program: str, *options: str) -> None:
        subprocess.run([binaries() / program, "-D", self.folder / "data", *options], **self.quiet)


@contextmanager
def machine(port: int | None = None) -> Iterator[Server]:
    """A running server behind a Unix socket, with a port on the loopback address as well."""
    user = _other_user() if os.geteuid() == 0 else None
    with tempfile.TemporaryDirectory(prefix="distillery-pg-", dir="/tmp") as name:
        if user:
            os.chown(name, user.pw_uid, user.pw_gid)
        as_user = {"user": user.pw_uid, "group": user.pw_gid} if user else {}
        quiet = {"check": True, "stdout": subprocess.DEVNULL, "cwd": name, **as_user}
        found = Server(Path(name), port, quiet)
        found.initialise()
        found.start()
        try:
            yield found
        finally:
            found.stop()


@contextmanager
def server(port: int | None = None) -> Iterator[str]:
    """A running server's DATABASE_URL."""
    with machine(port) as found:
        yield found.url


def _other_user() -> pwd.struct_passwd:
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    raise SystemExit("Running as root, and neither `postgres` nor `nobody` is there to run a database server.")


def main(arguments: list[str]) -> int:
    if binaries() is None:
        print("PostgreSQL is not installed here: its tests were not run.")
        return 0
    with server() as url:
        command = [sys.executable, "-m", "pytest", *arguments]
        if not any(argument.startswith("tests") for argument in arguments):
            command += WHAT_ASKS_THE_DATABASE
        return subprocess.run(command, cwd=ROOT, env=os.environ | {"DATABASE_URL": url}).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
