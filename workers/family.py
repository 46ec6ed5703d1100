"""A job's processes: itself and all that it started, those that left its group or lost their parent included."""

from __future__ import annotations

import ctypes
import os
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import psutil

PR_SET_CHILD_SUBREAPER = 36
MARK = "DISTILLERY_JOB"  # in the environment of whatever a job starts
ROUNDS = 5  # what is killed may just have started something


def adopt_orphans() -> None:
    """What loses its parent below this process becomes its child, and is found again. Linux alone knows this."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1)


def kill_descendants() -> None:
    """All that this process started, and what that started."""
    for _ in range(ROUNDS):
        if not (left := psutil.Process().children(recursive=True)):
            return
        _kill(left)
        psutil.wait_procs(left, timeout=1)


class Family:
    """Seen from outside. It remembers whom it has seen: after the job's death only the mark leads to the others.

    `mark` is a value of MARK that no other job's environment has; every program that a job starts inherits it.
    """

    def __init__(self, pid: int, mark: str = ""):
        self._mark = mark
        self._seen: set[psutil.Process] = set()
        self._root: psutil.Process | None = None
        with suppress(psutil.NoSuchProcess):  # it may have died at its start
            self._root = psutil.Process(pid)

    def look(self) -> None:
        with suppress(psutil.NoSuchProcess):
            if self._root:
                self._seen.update(self._root.children(recursive=True))

    def own_mb(self) -> float:
        """Resident memory of the job itself; what the forkserver shares with it is counted in."""
        return sum(map(_rss, [self._root] if self._root else [])) / 2**20

    def resident_mb(self) -> float:
        """Resident memory of all, as they were when last looked for."""
        return self.own_mb() + sum(map(_rss, self._seen)) / 2**20

    def kill_strays(self) -> None:
        """Whoever was seen and still lives. psutil knows a process by its start too, so no later one of its number.

        Then whoever bears the mark: a job that crashed at once may have left what nobody had seen yet.
        """
        _kill(self._seen)
        if self._mark:
            _kill(process for process in psutil.process_iter() if _environment(process).get(MARK) == self._mark)


def resident_mb(pid: int) -> float:
    """Resident memory of a process and its descendants."""
    family = Family(pid)
    family.look()
    return family.resident_mb()


def folder_mb(folder: str | Path) -> float:
    """What the files below a folder take on the disk, which for a file with holes is less than its length."""
    return sum(_blocks(os.fspath(folder))) * 512 / 2**20


def _blocks(folder: str) -> Iterator[int]:
    with suppress(OSError), os.scandir(folder) as entries:  # files come and go while we look
        for entry in entries:
            if entry.is_dir(follow_symlinks=False):
                yield from _blocks(entry.path)
            else:
                with suppress(OSError):
                    yield entry.stat(follow_symlinks=False).st_blocks


def _environment(process: psutil.Process) -> dict[str, str]:
    try:
        return process.environ()
    except (psutil.Error, OSError):  # ended meanwhile, or another user's
        return {}


def _rss(process: psutil.Process) -> int:
    with suppress(psutil.NoSuchProcess):
        return process.memory_info().rss
    return 0


def _kill(processes) -> None:
    for process in processes:
        with suppress(psutil.NoSuchProcess):
            process.kill()
