"""Jobs that stand in for real ones: no torch, and every way to end. The child process imports them by dotted path."""

from __future__ import annotations

import ctypes
import itertools
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from workers.kit.events import Report
from workers.spec import Text


def plain(words: str) -> Text:
    """The same in both languages."""
    return Text(words, words)


def speak(request: Any, report: Report) -> None:
    report.stage("learn", Text("Learning", "学习"), index=1, count=1)
    for step in range(request.params["steps"]):
        report.scalar("student/loss", step, 1 / (step + 1))
    report.result("student", "accuracy", 0.75)


def sleep(request: Any, report: Report) -> None:
    """Looks at the order to stop a hundred times a second."""
    Path(request.out_dir, "started").write_text(str(os.getpid()))
    while True:
        report.progress(0, 1)
        time.sleep(0.01)


def sleep_stubbornly(request: Any, report: Report) -> None:
    """Hears neither the order nor TERM."""
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    Path(request.out_dir, "started").write_text(str(os.getpid()))
    time.sleep(600)


def leave_a_process_behind(request: Any, report: Report) -> None:
    left = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
    Path(request.out_dir, "left").write_text(str(left.pid))


def fail(request: Any, report: Report) -> None:
    report.log(plain("about to fail"))
    raise RuntimeError("the loss went up\nand up")


def report_in_two_languages(request: Any, report: Report) -> None:
    report.log(Text("one" * 1000, "一"))


def diverge(request: Any, report: Report) -> None:
    report.scalar("student/loss", 7, float("nan"))


def exit_hard(request: Any, report: Report) -> None:
    report.log(plain("last words"))
    os._exit(3)


def die(request: Any, report: Report) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def kill_the_forkserver(request: Any, report: Report) -> None:
    os.kill(os.getppid(), signal.SIGKILL)
    time.sleep(600)


def eat_memory(request: Any, report: Report) -> None:
    eaten = []
    while True:
        eaten.append(bytearray(os.urandom(1)) * (20 * 2**20))
        time.sleep(0.02)


def print_much(request: Any, report: Report) -> None:
    for number in range(request.params["lines"]):
        print("line", number)
    os.write(2, b"x" * 10_000)


def say_nan(request: Any, report: Report) -> None:
    report.environment(weight=float("nan"))


def say_too_much(request: Any, report: Report) -> None:
    report.figure(
        "weights", {"kind": "bars", "categories": ["x" * 3 * 2**20], "series": [{"name": "student", "y": [1]}]}
    )


def look_for_torch(request: Any, report: Report) -> None:
    report.log(plain(f"torch {'torch' in sys.modules}, passive {os.environ.get('OMP_WAIT_POLICY')}"))


def leave_files(request: Any, report: Report) -> None:
    report.environment(device="cpu")
    Path(request.out_dir, "student.zip").write_bytes(b"weights")
    report.artifact("student.zip", "student.zip")


def hand_out_a_secret(request: Any, report: Report) -> None:
    report.artifact("secret", "../../../secret")


def eat_memory_at_once(request: Any, report: Report) -> None:
    """Between two measurements, and then a little more."""
    eaten = b"x" * (700 * 2**20)
    time.sleep(600)
    report.log(plain(str(len(eaten))))


def hold_the_interpreter(request: Any, report: Report) -> None:
    """Stuck in native code: no other thread of the process can run, no signal handler, and TERM is ignored."""
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    Path(request.out_dir, "started").write_text(str(os.getpid()))
    ctypes.PyDLL(None).sleep(600)


def print_for_ever(request: Any, report: Report) -> None:
    while True:
        print("x" * 200)


def count_for_ever(request: Any, report: Report) -> None:
    for number in itertools.count():
        print(number)


def print_a_line_without_end(request: Any, report: Report) -> None:
    while True:
        os.write(1, b"x" * 65536)


def flood_with_events(request: Any, report: Report) -> None:
    while True:
        report.environment(weights="x" * 2**20)


def fill_the_disk(request: Any, report: Report) -> None:
    folder = Path(request.out_dir, "deep", "deeper")
    folder.mkdir(parents=True)
    for number in range(100):
        (folder / str(number)).write_bytes(b"x" * 2**20)
    time.sleep(600)


STRAY = "import os, sys, time; open(sys.argv[1], 'w').write(str(os.getpid())); time.sleep(600)"


def start_a_stray(request: Any) -> None:
    """A grandchild in a session of its own, whose parent is gone."""
    left = str(Path(request.out_dir, "left"))
    command = [sys.executable, "-c", STRAY, left]
    code = f"import subprocess; subprocess.Popen({command!r}, start_new_session=True)"
    subprocess.run([sys.executable, "-c", code], check=True)
    while not (os.path.exists(left) and Path(left).read_text()):
        time.sleep(0.01)


def leave_a_stray(request: Any, report: Report) -> None:
    start_a_stray(request)


def sleep_beside_a_stray(request: Any, report: Report) -> None:
    start_a_stray(request)
    sleep_stubbornly(request, report)


def crash_beside_a_stray(request: Any, report: Report) -> None:
    start_a_stray(request)
    time.sleep(1.5)  # the supervisor looks around every second
    os.kill(os.getpid(), signal.SIGSEGV)


def crash_at_once_beside_a_stray(request: Any, report: Report) -> None:
    """Before the supervisor has looked around."""
    start_a_stray(request)
    os.kill(os.getpid(), signal.SIGKILL)


def tell_its_gpus(request: Any, report: Report) -> None:
    report.log(plain(f"sees {os.environ.get('CUDA_VISIBLE_DEVICES')!r}"))
