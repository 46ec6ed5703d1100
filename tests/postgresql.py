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
from pathlib import Path
from urllib.parse import quote

ROOT = Path(__file__).resolve().parents[1]
WHAT_ASKS_THE_DATABASE = ("tests/catalog", "tests/demos", "tests/config")
# Tests may lose what they wrote when the machine fails: not waiting for the disk makes them several times quicker.
UNSAFE_AND_QUICK = "-c listen_addresses='' -c fsync=off -c synchronous_commit=off -c full_page_writes=off"


def binaries() -> Path | None:
    """The folder of the newest server on this machine; Debian keeps it off the PATH."""
    if found := shutil.which("initdb"):
        return Path(found).resolve().parent
    versions = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[4]))
    return versions[-1].parent if versions else None


@contextmanager
def server(port: int | None = None) -> Iterator[str]:
    """A running server's DATABASE_URL: behind a Unix socket, with a port on the loopback address as well.

    The server refuses to run as root: then it runs as another user.
    """
    user = _other_user() if os.geteuid() == 0 else None
    with tempfile.TemporaryDirectory(prefix="distillery-pg-", dir="/tmp") as name:
        folder = Path(name)
        if user:
            os.chown(folder, user.pw_uid, user.pw_gid)
        as_user = {"user": user.pw_uid, "group": user.pw_gid} if user else {}
        quiet = {"check": True, "stdout": subprocess.DEVNULL, "cwd": folder, **as_user}
        data = str(folder / "data")
        subprocess.run([binaries() / "initdb", "-D", data, "-U", "tests", "-A", "trust", "-E", "UTF8"], **quiet)
        options = f"{UNSAFE_AND_QUICK} -k {folder}"
        if port:
            options += f" -c listen_addresses=127.0.0.1 -p {port}"
        subprocess.run([binaries() / "pg_ctl", "-D", data, "-w", "-l", folder / "log", "-o", options, "start"], **quiet)
        try:
            host = f"127.0.0.1:{port}" if port else quote(str(folder), safe="")
            yield f"postgres://tests@{host}/postgres"
        finally:
            subprocess.run([binaries() / "pg_ctl", "-D", data, "-w", "-m", "immediate", "stop"], **quiet)


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
