"""Real child processes with toy jobs; seconds in all."""

from __future__ import annotations

import multiprocessing
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from types import SimpleNamespace

import psutil
import pytest

from workers import devices, supervisor
from workers.supervisor import Limits, Outcome, Supervisor

LIMITS = Limits(wall_s=20, grace_s=0.3)


class Watch:
    """Runs one toy job and keeps what it said."""

    def __init__(self, job: str, out_dir: Path, limits: Limits = LIMITS, **params):
        self.supervisor = Supervisor(f"tests.workers.toy_jobs.{job}", preload=())
        self.request = SimpleNamespace(out_dir=str(out_dir), params=params)
        self.limits = limits
        self.events: list[dict] = []
        self.reason: str | None = None

    def run(self) -> Outcome:
        return self.supervisor.run(
            self.request, on_events=self.events.extend, should_stop=lambda: self.reason, limits=self.limits
        )

    def stop_when_exists(self, path: Path, then) -> None:
        threading.Thread(target=lambda: (wait_for(path.exists), time.sleep(0.05), then()), daemon=True).start()

    def logs(self) -> list[str]:
        return [event["text"]["en"] for event in self.events if event["kind"] == "log"]


def wait_for(fact, within_s: float = 10) -> None:
    end = time.monotonic() + within_s
    while not fact():
        assert time.monotonic() < end, "did not come true in time"
        time.sleep(0.01)


def is_gone(pid: int) -> bool:
    return not psutil.pid_exists(pid) or psutil.Process(pid).status() == psutil.STATUS_ZOMBIE


def test_events_arrive_complete_and_in_order(tmp_path):
    watch = Watch("speak", tmp_path, steps=5000)
    assert watch.run() == Outcome("succeeded")
    assert [event["kind"] for event in watch.events[:3]] == ["started", "stage", "scalar"]
    assert [event["step"] for event in watch.events if event["kind"] == "scalar"] == list(range(5000))
    assert watch.events[-1] == {"kind": "result", "role": "student", "metric": "accuracy", "value": 0.75, "unit": ""}


def test_cancelled_job_stops_by_itself(tmp_path):
    watch = Watch("sleep", tmp_path)
    watch.stop_when_exists(tmp_path / "started", lambda: setattr(watch, "reason", "enough"))
    outcome = watch.run()
    assert (outcome.state, outcome.cause.en) == ("cancelled", "enough")
    assert is_gone(int((tmp_path / "started").read_text()))


def test_stubborn_job_is_killed_after_the_grace(tmp_path):
    watch = Watch("sleep_stubbornly", tmp_path)
    watch.stop_when_exists(tmp_path / "started", lambda: setattr(watch, "reason", "enough"))
    assert watch.run().state == "cancelled"
    assert is_gone(int((tmp_path / "started").read_text()))


def test_time_limit_ends_the_job(tmp_path):
    outcome = Watch("sleep", tmp_path, Limits(wall_s=0.3, grace_s=0.3)).run()
    assert outcome.state == "timed_out"
    assert "0.3 seconds" in outcome.cause.en


def test_memory_limit_ends_the_job(tmp_path):
    outcome = Watch("eat_memory", tmp_path, Limits(wall_s=20, grace_s=0.3, memory_mb=300)).run()
    assert outcome.state == "failed"
    assert "300 MB" in outcome.cause.en


def test_memory_taken_between_two_looks_ends_the_job(tmp_path):
    outcome = Watch("eat_memory_at_once", tmp_path, Limits(wall_s=20, memory_mb=300)).run()
    assert (outcome.state, outcome.cause.en) == ("failed", "Stopped: it used more than 300 MB of memory.")


def test_job_stuck_in_native_code_that_ignores_term_is_killed(tmp_path):
    watch = Watch("hold_the_interpreter", tmp_path)
    watch.stop_when_exists(tmp_path / "started", lambda: setattr(watch, "reason", "enough"))
    assert watch.run().state == "cancelled"
    assert is_gone(int((tmp_path / "started").read_text()))


@pytest.mark.parametrize("job", ["print_for_ever", "print_a_line_without_end", "flood_with_events"])
def test_flood_ends_the_job_and_neither_memory_nor_history_grows(job, tmp_path):
    watch = Watch(job, tmp_path, Limits(wall_s=20, output_mb=16))
    largest = []
    watch.events = SimpleNamespace(extend=lambda batch: largest.append(len(str(batch))))
    assert watch.run().cause.en == "Stopped: it sent and printed more than 16 MB."
    assert sum(largest) < 20 * 2**20
    assert max(largest) < 4 * 2**20


def test_files_below_the_folder_are_bounded(tmp_path):
    limits = Limits(wall_s=20, disk_mb=50, folder=str(tmp_path))
    assert Watch("fill_the_disk", tmp_path, limits).run().cause.en == "Stopped: its files took more than 50 MB."


@pytest.mark.parametrize(
    ("job", "state"),
    [
        ("leave_a_stray", "succeeded"),
        ("sleep_beside_a_stray", "timed_out"),
        ("crash_beside_a_stray", "failed"),
        ("crash_at_once_beside_a_stray", "failed"),
    ],
)
def test_process_that_left_the_group_and_lost_its_parent_goes_with_the_job(job, state, tmp_path):
    limit_s = 3 if state == "timed_out" else 60
    assert Watch(job, tmp_path, Limits(wall_s=limit_s, grace_s=0.2)).run().state == state
    wait_for(lambda: is_gone(int((tmp_path / "left").read_text())))


def test_job_that_cannot_be_imported_fails_with_its_cause(tmp_path):
    supervisor = Supervisor("tests.workers.broken_job.run", preload=())
    outcome = supervisor.run(None, on_events=list, should_stop=lambda: None, limits=LIMITS)
    assert outcome.cause.en == "The job stopped. ImportError: no module named nowhere"
    assert "broken_job.py" in outcome.traceback_tail


def test_a_job_that_diverged_says_so_in_both_languages(tmp_path):
    cause = Watch("diverge", tmp_path).run().cause
    assert cause.en.startswith("The job stopped. student/loss is nan at step 7: training diverged")
    assert cause.zh == "任务出错，已停止。第 7 步的 student/loss 为 nan：训练已发散；调低学习率或许有帮助。"


def test_job_gets_an_environment_of_its_own(tmp_path):
    watch = Watch("tell_its_gpus", tmp_path)
    watch.supervisor.run(
        watch.request, on_events=watch.events.extend, should_stop=lambda: None, limits=LIMITS,
        environment={"CUDA_VISIBLE_DEVICES": "GPU-7"},
    )  # fmt: skip
    assert watch.logs() == ["sees 'GPU-7'"]
    assert "GPU-7" not in os.environ.get("CUDA_VISIBLE_DEVICES", "")


def test_exception_becomes_a_cause_of_one_sentence_and_a_traceback(tmp_path):
    watch = Watch("fail", tmp_path)
    outcome = watch.run()
    assert outcome.cause.en == "The job stopped. RuntimeError: the loss went up"
    assert outcome.traceback_tail.endswith("RuntimeError: the loss went up\nand up")
    assert watch.logs() == ["about to fail"]


def test_killed_child_is_named_with_its_signal_and_memory_is_not_blamed(tmp_path):
    outcome = Watch("die", tmp_path).run()
    assert outcome.state == "failed"
    assert "signal 9, SIGKILL), and not by Distillery" in outcome.cause.en
    assert "memory" not in outcome.cause.en


def test_child_killed_while_the_kernel_ran_out_of_memory_says_so(tmp_path, monkeypatch):
    counted = iter([3, 4])
    monkeypatch.setattr(devices, "memory_kills", lambda: next(counted))
    assert "killed (signal 9, SIGKILL) when the memory ran out" in Watch("die", tmp_path).run().cause.en


def test_hard_exit_keeps_the_last_words(tmp_path):
    watch = Watch("exit_hard", tmp_path)
    outcome = watch.run()
    assert "exit code 3" in outcome.cause.en
    assert watch.logs() == ["last words"]


def test_killed_forkserver_loses_the_run_and_the_next_run_starts_another(tmp_path):
    assert Watch("kill_the_forkserver", tmp_path).run().state == "lost"
    assert Watch("speak", tmp_path, steps=1).run().state == "succeeded"


def test_job_that_cannot_be_started_is_lost_and_not_failed(tmp_path, monkeypatch):
    """As where the forkserver is killed again and again while it imports torch."""

    def killed(_self):
        raise EOFError("unexpected EOF")

    monkeypatch.setattr(supervisor, "FORKSERVER_RETRY_S", 0.2)
    monkeypatch.setattr(multiprocessing.context.ForkServerProcess, "start", killed)
    outcome = Watch("speak", tmp_path, steps=1).run()
    assert (outcome.state, outcome.cause.en) == ("lost", "Its process could not be started (EOFError: unexpected EOF).")


def test_what_the_job_started_goes_with_it(tmp_path):
    assert Watch("leave_a_process_behind", tmp_path).run().state == "succeeded"
    wait_for(lambda: is_gone(int((tmp_path / "left").read_text())))


def test_long_log_keeps_its_beginning_and_its_true_end_with_a_word_on_what_is_left_out(tmp_path):
    watch = Watch("print_much", tmp_path, Limits(wall_s=20, log_lines=50, last_lines=5), lines=500)
    assert watch.run().state == "succeeded"
    logs = watch.logs()
    assert logs[:50] == [f"line {number}" for number in range(50)]
    assert logs[50:52] == ["From here on only the last 5 lines are kept, till the end.", "446 lines are left out here."]
    assert logs[52:56] == [f"line {number}" for number in range(496, 500)]
    assert logs[56:] == ["x" * 2000]


def test_what_the_supervisor_says_of_a_log_is_said_in_both_languages(tmp_path):
    watch = Watch("print_much", tmp_path, Limits(wall_s=20, log_lines=50, last_lines=5), lines=500)
    watch.run()
    logs = [event["text"]["zh"] for event in watch.events if event["kind"] == "log"]
    assert logs[50:52] == ["此后直到结束，只保留最后 5 行。", "此处略去 446 行。"]


def test_what_a_job_reports_in_two_languages_arrives_in_both(tmp_path):
    watch = Watch("report_in_two_languages", tmp_path)
    watch.run()
    assert {"kind": "log", "text": {"en": ("one" * 1000)[:2000], "zh": "一"}} in watch.events


def test_last_words_of_a_flood_that_was_stopped_are_kept(tmp_path):
    watch = Watch("count_for_ever", tmp_path, Limits(wall_s=20, output_mb=4, log_lines=50, last_lines=5))
    assert watch.run().state == "failed"
    numbers = [int(text) for text in watch.logs()[-5:]]
    assert numbers == list(range(numbers[0], numbers[0] + 5))
    assert numbers[-1] > 400_000


def test_long_output_lines_are_cut(tmp_path):
    watch = Watch("print_much", tmp_path, lines=0)
    watch.run()
    assert max(map(len, watch.logs())) <= 2000


@pytest.mark.parametrize(("job", "words"), [("say_nan", "JSON compliant"), ("say_too_much", "a figure event of")])
def test_event_that_cannot_be_kept_fails_the_job_in_words(job, words, tmp_path):
    outcome = Watch(job, tmp_path).run()
    assert outcome.state == "failed"
    assert words in outcome.cause.en


def test_too_many_events_end_the_job(tmp_path):
    outcome = Watch("sleep", tmp_path, Limits(wall_s=20, grace_s=0.3, events=2)).run()
    assert "more than 2 events" in outcome.cause.en


def test_error_of_the_listener_kills_the_job_and_passes_through(tmp_path):
    watch = Watch("sleep", tmp_path)

    class Full(list):
        def extend(self, events):
            wait_for((tmp_path / "started").exists)
            raise MemoryError("no room")

    watch.events = Full()
    with pytest.raises(MemoryError):
        watch.run()
    wait_for(lambda: is_gone(int((tmp_path / "started").read_text())))


def test_jobs_of_several_threads_run_at_once(tmp_path):
    watches = [Watch("speak", tmp_path, steps=100) for _ in range(4)]
    threads = [threading.Thread(target=watch.run) for watch in watches]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [len(watch.events) for watch in watches] == [103] * 4


WORKER = """
import sys
from types import SimpleNamespace
from workers.supervisor import Limits, Supervisor
Supervisor("tests.workers.toy_jobs.{job}", preload=()).run(
    SimpleNamespace(out_dir=sys.argv[1]), on_events=print, should_stop=lambda: None, limits=Limits(wall_s=60))
"""


@pytest.mark.parametrize("job", ["sleep", "sleep_stubbornly"])
def test_killed_worker_takes_job_and_forkserver_with_it(job, tmp_path):
    worker = subprocess.Popen([sys.executable, "-c", WORKER.format(job=job), str(tmp_path)], stdout=subprocess.DEVNULL)
    started = tmp_path / "started"
    wait_for(lambda: started.exists() and started.read_text())
    pid = int(started.read_text())
    family = [pid, psutil.Process(pid).ppid()]
    worker.send_signal(signal.SIGKILL)
    worker.wait()
    wait_for(lambda: all(is_gone(pid) for pid in family))


def test_job_finds_torch_ready_and_the_supervising_process_has_none():
    """In a fresh process, whose forkserver preloads what a worker's does."""
    code = (
        "import sys\n"
        "from workers.supervisor import Limits, Supervisor\n"
        "heard = []\n"
        "Supervisor('tests.workers.toy_jobs.look_for_torch', environment={'OMP_WAIT_POLICY': 'PASSIVE'}).run(\n"
        "    {}, on_events=heard.extend, should_stop=lambda: None, limits=Limits(wall_s=60))\n"
        "print(heard[1]['text']['en'], 'torch' in sys.modules)\n"
    )
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=environment, check=True)
    assert done.stdout.split() == ["torch", "True,", "passive", "PASSIVE", "False"]
