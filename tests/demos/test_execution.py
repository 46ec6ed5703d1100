"""What goes wrong around a job: the database is away, the disk is full. With real children and toy jobs."""

from __future__ import annotations

import errno
import time

import pytest
from django.core.files.storage import FileSystemStorage
from django.db import OperationalError

from demos import advice, execution, heartbeat, holding, recording
from demos.models import Run
from demos.tasks import execute_run
from tests.demos.factories import RunFactory
from workers.supervisor import Limits, Supervisor

pytestmark = pytest.mark.django_db(transaction=True)  # a connection that failed is closed, which no test may sit on


@pytest.fixture
def job(monkeypatch, settings):
    settings.RUN_CANCEL_POLL_S = 0.05
    monkeypatch.setattr(execution, "Limits", lambda **limits: Limits(**limits, grace_s=0.3))

    def choose(name: str) -> None:
        monkeypatch.setattr(execution, "supervisor", Supervisor(f"tests.workers.toy_jobs.{name}", preload=()))

    return choose


def executed(run: Run) -> Run:
    execute_run.apply([str(run.id), run.queue])
    run.refresh_from_db()
    return run


def away_for(times: int, then):
    """Fails so often as a locked or absent database does."""
    failures = iter(range(times))

    def write(*args, **kwargs):
        if next(failures, None) is not None:
            raise OperationalError("database is locked")
        return then(*args, **kwargs)

    return write


# --- the database -----------------------------------------------------------------------------------------------
def test_a_database_that_is_away_for_a_while_loses_and_doubles_nothing(job, monkeypatch):
    job("speak")
    monkeypatch.setattr(recording, "_write", away_for(2, recording._write))
    monkeypatch.setattr(holding, "is_cancel_requested", away_for(2, holding.is_cancel_requested))
    monkeypatch.setattr(holding, "end_run", away_for(1, holding.end_run))
    run = executed(RunFactory(params={"steps": 3}))
    assert (run.state, run.attempts) == ("succeeded", 1)
    assert list(run.events.filter(kind="scalar").values_list("body__step", flat=True)) == [0, 1, 2]


def test_a_commit_whose_confirmation_was_lost_is_not_written_twice(tmp_path):
    (tmp_path / "student.zip").write_bytes(b"weights")
    run = RunFactory(claimed=True)
    artifact = {"kind": "artifact", "name": "student.zip", "path": "student.zip"}
    batch = recording.Batch(run, [{"kind": "log", "text": "once"}, artifact], tmp_path)
    batch.write()  # and the connection broke before this was heard
    batch.write()
    assert list(run.events.values_list("kind", flat=True)) == ["log", "artifact"]
    assert run.artifacts.get().file.read() == b"weights"


def test_a_database_that_stays_away_leaves_the_run_to_the_sweep(job, settings, monkeypatch):
    settings.RUN_DATABASE_PATIENCE_S = 0.1
    job("speak")
    monkeypatch.setattr(recording, "_write", away_for(1000, recording._write))
    run = executed(RunFactory(params={"steps": 3}))
    assert (run.state, run.ended_at) == ("starting", None)


def test_a_mistake_of_ours_is_not_waited_for(job, monkeypatch):
    job("speak")

    def broken(*_args, **_kwargs):
        raise ValueError("a string literal cannot contain NUL")

    monkeypatch.setattr(recording, "_write", broken)
    assert executed(RunFactory(params={"steps": 3})).state == "failed"


def test_a_nul_in_the_log_is_no_reason_to_fail():
    run = RunFactory(claimed=True)
    recording.record_events(run=run, events=[{"kind": "log", "text": "a\0b"}], out_dir=None)
    assert run.events.get().body == {"text": "a\ufffdb"}


# --- the beat ---------------------------------------------------------------------------------------------------
def until(said) -> None:
    give_up_at = time.monotonic() + 5
    while not said() and time.monotonic() < give_up_at:
        time.sleep(0.01)


@pytest.fixture
def quick(settings, monkeypatch):
    settings.RUN_HEARTBEAT_S = 0.01
    monkeypatch.setattr(heartbeat, "AGAIN_AFTER_S", 0.01)


def test_a_beat_that_fails_is_tried_again(quick, monkeypatch):
    beats = []
    monkeypatch.setattr(holding, "beat", away_for(2, lambda run: beats.append(run)))
    with heartbeat.Heartbeat(RunFactory(claimed=True)) as beating:
        until(lambda: beats)
    assert beats
    assert not beating.lost


def test_a_worker_that_is_cut_off_gives_its_run_up(quick, settings, monkeypatch):
    settings.RUN_DATABASE_PATIENCE_S = 0.05
    monkeypatch.setattr(holding, "beat", away_for(10**6, None))
    with heartbeat.Heartbeat(RunFactory(claimed=True)) as beating:
        until(lambda: beating.lost)
    assert beating.lost


def test_a_run_that_somebody_else_has_is_given_up_at_once(quick, monkeypatch):
    def taken(run: Run) -> None:
        raise holding.LeaseLost(run.pk)

    monkeypatch.setattr(holding, "beat", taken)
    with heartbeat.Heartbeat(RunFactory(claimed=True)) as beating:
        until(lambda: beating.lost)
    assert beating.lost


# --- the disk ---------------------------------------------------------------------------------------------------
def files(settings) -> list:
    return [path for path in settings.MEDIA_ROOT.rglob("*") if path.is_file()]


def test_a_disk_that_fills_up_under_a_file_fails_the_run_and_keeps_nothing_half(job, settings, monkeypatch):
    job("leave_files")
    save = FileSystemStorage._save

    def half(storage, name, content):
        save(storage, name, content)
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(FileSystemStorage, "_save", half)
    run = executed(RunFactory())
    assert run.state == "failed"
    assert "No space left on device" in run.cause
    assert "The disk is full: free some space" in advice.what_to_try(run, has_log=True)[0]
    assert (files(settings), run.artifacts.count()) == ([], 0)


# --- what a job may take ----------------------------------------------------------------------------------------
@pytest.mark.parametrize(("asked", "slots", "limit_mb"), [(None, 1, 8000), (None, 4, 2000), (900, 4, 900), (0, 4, 0)])
def test_a_job_may_take_its_slots_share_of_the_hosts_memory(settings, monkeypatch, asked, slots, limit_mb):
    settings.RUN_MEMORY_LIMIT_MB = asked
    monkeypatch.setattr(execution, "at_once", slots)
    monkeypatch.setattr(execution.devices, "memory_mb", lambda: (10_000, 3000))
    assert execution.memory_limit_mb() == limit_mb
