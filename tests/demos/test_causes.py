from __future__ import annotations

import errno

import pytest

from demos import causes
from tests.demos.factories import RunFactory, add_events
from workers.spec import Text


@pytest.mark.parametrize(
    ("said", "advice"),
    [
        ("The job stopped. OutOfMemoryError: CUDA out of memory. Tried to allocate 2.00 GiB", causes.GPU_MEMORY),
        ("The job stopped. MemoryError", causes.MEMORY),
        ("Stopped: it used more than 512 MB of memory.", causes.MEMORY),
        ("The job's process was killed (signal 9, SIGKILL); the machine may have run out of memory.", causes.MEMORY),
        ("The job stopped. OSError: [Errno 28] No space left on device", causes.DISK),
        ("Stopped after its time limit of 14400 seconds.", causes.TIME),
        ("The job stopped. ModuleNotFoundError: No module named 'faiss'", causes.PACKAGE),
        ("The job stopped. loss is nan at step 3: training diverged; a lower learning rate may help", causes.DIVERGED),
        ("The job stopped. sst2/train.tsv:1: no column label; the header has a, b", causes.DATA),
    ],
)
def test_a_known_cause_says_what_to_try(said, advice):
    cause = causes.with_advice(Text(said, said))
    assert (cause.en, cause.zh) == (f"{said} {advice.en}", f"{said}{advice.zh}")


def test_an_unknown_cause_stays_as_it_is():
    cause = Text("The job stopped. KeyError: 3", "任务出错，已停止。KeyError: 3")
    assert causes.with_advice(cause) == cause


def test_a_full_disk_is_told_in_words_with_what_to_do():
    cause = causes.with_advice(causes.of_our_side(OSError(errno.ENOSPC, "No space left on device")))
    assert cause.en.startswith("The run could not be executed: a file could not be kept (No space left on device).")
    assert cause.en.endswith(causes.DISK.en)


@pytest.mark.django_db
def test_the_last_lines_of_a_failed_run_are_the_end_of_its_log():
    run = RunFactory(succeeded=True, state="failed")
    add_events(run, *(("log", {"text": f"line {n}"}) for n in range(30)), ("log", {"text": "Traceback\n  boom"}))
    lines = causes.last_lines(run)
    assert (len(lines), lines[-2:]) == (causes.LAST_LINES, ["Traceback", "  boom"])


@pytest.mark.django_db
def test_a_run_that_succeeded_has_no_last_lines_to_look_at():
    run = RunFactory(succeeded=True)
    add_events(run, ("log", {"text": "done"}))
    assert causes.last_lines(run) == []
