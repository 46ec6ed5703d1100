"""The task with real child processes and toy jobs."""

from __future__ import annotations

import threading
import time
from datetime import timedelta

import pytest
from django.utils import timezone

from demos import execution, holding
from demos.models import Run
from demos.tasks import execute_run, sweep_runs
from tests.demos.factories import RunFactory, sweep_until_sure
from workers.supervisor import Limits, Supervisor

pytestmark = pytest.mark.django_db


@pytest.fixture
def job(monkeypatch, settings):
    """Chooses the toy job that the supervisor's child will execute."""
    settings.RUN_CANCEL_POLL_S = 0.05
    monkeypatch.setattr(execution, "Limits", lambda **limits: Limits(**limits, grace_s=0.3))

    def choose(name: str) -> None:
        monkeypatch.setattr(execution, "supervisor", Supervisor(f"tests.workers.toy_jobs.{name}", preload=()))

    yield choose
    execution.stopping.clear()


def executed(run: Run) -> Run:
    execute_run.apply([str(run.id), run.queue])
    run.refresh_from_db()
    return run


def when_started(settings, then) -> None:
    """Calls `then` once the job has begun to sleep."""

    def wait() -> None:
        while not list(settings.RUN_DIR.rglob("started")):
            time.sleep(0.01)
        then()

    threading.Thread(target=wait, daemon=True).start()


def test_run_succeeds_and_its_events_stand_in_order(job):
    job("speak")
    run = executed(RunFactory(params={"steps": 500}))
    assert (run.state, run.progress, run.attempts) == ("succeeded", 1.0, 1)
    assert run.results.get().value == 0.75
    assert [event.seq for event in run.events.all()] == list(range(1, run.events.count() + 1))
    steps = run.events.filter(kind="scalar").values_list("body__step", flat=True)
    assert list(steps) == list(range(500))
    assert run.events.last().body["state"] == "succeeded"


def test_second_delivery_changes_nothing(job):
    job("speak")
    run = executed(RunFactory(params={"steps": 3}))
    before = list(run.events.values())
    executed(run)
    assert (run.state, run.attempts) == ("succeeded", 1)
    assert list(run.events.values()) == before


def test_failed_job_ends_the_run_with_its_cause_and_traceback(job):
    job("fail")
    run = executed(RunFactory())
    assert run.state == "failed"
    assert run.cause == "The job stopped. RuntimeError: the loss went up"
    assert "Traceback" in run.events.filter(kind="log").last().body["text"]["en"]


def test_files_are_kept_and_the_scratch_folder_goes(job, settings):
    job("leave_files")
    run = executed(RunFactory())
    assert run.state == "succeeded"
    assert run.environment == {"device": "cpu"}
    assert run.artifacts.get().file.read() == b"weights"
    assert list(settings.RUN_DIR.iterdir()) == []


def test_job_that_hands_out_a_file_from_elsewhere_fails(job, tmp_path):
    (tmp_path / "secret").write_text("key")
    job("hand_out_a_secret")
    run = executed(RunFactory())
    assert run.state == "failed"
    assert "lies outside the run's folder" in run.cause
    assert not run.artifacts.exists()


def test_cancelled_run_stops_while_it_works(job, monkeypatch):
    job("sleep")
    asked = []
    monkeypatch.setattr(holding, "is_cancel_requested", lambda run: asked.append(run) or len(asked) > 3)
    run = executed(RunFactory())
    assert (run.state, run.cause) == ("cancelled", "Stopped on request.")


def test_stopping_worker_hands_its_run_back(job, settings):
    job("sleep")
    when_started(settings, execution.stopping.set)
    run = executed(RunFactory())
    assert (run.state, run.attempts) == ("queued", 0)


def test_run_taken_by_someone_else_is_left_to_them(job, monkeypatch):
    job("sleep")

    def taken(run: Run) -> bool:
        Run.objects.update(lease="11111111-1111-1111-1111-111111111111")
        raise holding.LeaseLost(run.id)

    monkeypatch.setattr(holding, "is_cancel_requested", taken)
    run = executed(RunFactory())
    assert (run.state in Run.ACTIVE, run.ended_at) == (True, None)


def test_lease_is_renewed_while_the_job_works(job, settings, monkeypatch):
    job("sleep")
    settings.RUN_HEARTBEAT_S = 0.1
    beats = []
    monkeypatch.setattr(holding, "beat", lambda run: beats.append(run))
    monkeypatch.setattr(holding, "is_cancel_requested", lambda run: len(beats) >= 3)  # two may come between two looks
    assert executed(RunFactory()).state == "cancelled"


def test_killed_forkserver_puts_the_run_back_once_and_then_gives_up(job, settings):
    job("kill_the_forkserver")
    run = executed(RunFactory())
    assert (run.state, run.attempts) == ("queued", 1)
    run = executed(run)
    assert (run.state, run.attempts) == ("lost", 2)
    assert run.cause.startswith("The process that starts jobs was killed.")


def test_run_that_cannot_be_recorded_fails_in_words(job, monkeypatch):
    job("speak")

    def broken(_batch):
        raise KeyError("title")

    monkeypatch.setattr(execution.recording.Batch, "write", broken)
    run = executed(RunFactory(params={"steps": 3}))
    assert run.state == "failed"
    assert "KeyError" in run.cause


def test_starting_worker_clears_what_killed_ones_left(settings):
    running, ended = RunFactory(claimed=True), RunFactory(succeeded=True)
    for run in (running, ended):
        (settings.RUN_DIR / str(run.id) / "attempt").mkdir(parents=True)
    execution.clear_scratch_folders()
    assert [home.name for home in settings.RUN_DIR.iterdir()] == [str(running.id)]


def test_sweep_twice_queues_a_silent_run_once():
    run = RunFactory(silent=True)
    sweep_until_sure()
    sweep_runs.apply()
    sweep_until_sure()
    run.refresh_from_db()
    assert (run.state, run.attempts) == ("queued", 1)
    assert run.events.filter(kind="state").count() == 1


def test_run_whose_worker_died_is_run_again(job):
    job("speak")
    run = RunFactory(silent=True, params={"steps": 3}, started_at=timezone.now() - timedelta(minutes=5))
    sweep_until_sure()
    assert (executed(run).state, run.attempts) == ("succeeded", 2)
