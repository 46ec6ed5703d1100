"""Jobs that stand in for real ones: no torch, and every way to end. The child process imports them by dotted path."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from workers.kit.events import Report
from workers.spec import Text


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
    report.log("about to fail")
    raise RuntimeError("the loss went up\nand up")


def exit_hard(request: Any, report: Report) -> None:
    report.log("last words")
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
    report.figure("weights", {"x": [float("nan")], "series": []})


def say_too_much(request: Any, report: Report) -> None:
    report.figure("weights", {"x": ["x" * 3 * 2**20], "series": []})


def look_for_torch(request: Any, report: Report) -> None:
    report.log(f"torch {'torch' in sys.modules}, passive {os.environ.get('OMP_WAIT_POLICY')}")


def leave_files(request: Any, report: Report) -> None:
    report.environment(device="cpu")
    Path(request.out_dir, "student.zip").write_bytes(b"weights")
    report.artifact("student.zip", "student.zip")


def hand_out_a_secret(request: Any, report: Report) -> None:
    report.artifact("secret", "../../../secret")
