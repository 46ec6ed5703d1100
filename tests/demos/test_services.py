from __future__ import annotations

import logging
from datetime import timedelta

import pytest
from django.contrib.auth.models import AnonymousUser
from django.utils import timezone

from catalog.models import Paper
from demos import holding, queueing, recording, services, sweeping
from demos.models import Artifact, Event, Result, Run
from demos.services import LeaseLost, RunRefused
from tests.demos import stand_in
from tests.demos.factories import RunFactory, add_events, sweep_until_sure
from workers import registry
from workers.spec import InvalidParams, Text

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _data_sets(monkeypatch):
    monkeypatch.setattr(registry, "data_sets", stand_in.data_sets, raising=False)


@pytest.fixture
def sent(monkeypatch) -> list:
    """What was handed to Celery: (run id, queue)."""
    found = []
    monkeypatch.setattr(queueing.execute_run, "apply_async", lambda args, queue, retry: found.append((args[0], queue)))
    return found


def start(**changes) -> Run:
    asked = {"preset": "smoke", "data": "opinions", "seed": 7, "params": {"temperature": 2}, "owner": AnonymousUser()}
    return services.start_run(spec=stand_in.SPEC, **(asked | changes))


def kinds(run: Run) -> list[str]:
    return list(run.events.values_list("kind", flat=True))


def say(run: Run, *events: dict, out_dir=None) -> None:
    recording.record_events(run=run, events=events, out_dir=out_dir)


# --- start ------------------------------------------------------------------------------------------------------
def test_started_run_waits_with_all_its_parameters():
    run = start()
    assert (run.state, run.queue, run.seed) == ("queued", "cpu", 7)
    assert run.params == {"temperature": 2.0, "epochs": 1, "copy_embeddings": False, "student": "tiny"}


def test_run_is_sent_on_commit_and_not_before(sent, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        run = start()
        assert sent == []
    assert sent == [(str(run.id), "cpu")]
    run.refresh_from_db()
    assert run.sent_at


def test_run_waits_where_redis_is_away(django_capture_on_commit_callbacks, caplog):
    with django_capture_on_commit_callbacks(execute=True), caplog.at_level(logging.WARNING):
        run = start()
    run.refresh_from_db()
    assert (run.state, run.sent_at) == ("queued", None)
    assert "the broker is away" in caplog.text


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"preset": "huge"}, "no set-up named huge"),
        ({"data": "imdb"}, "does not take the data set imdb"),
        ({"data": "sst2"}, "(?i)set DATA_DIR"),
        ({"preset": "full"}, "needs a GPU"),
        ({"seed": -1}, "The seed must"),
    ],
)
def test_refused_run_says_why_and_writes_nothing(changes, words):
    with pytest.raises(RunRefused, match=words):
        start(**changes)
    assert not Run.objects.exists()


def test_parameters_out_of_bounds_write_nothing():
    with pytest.raises(InvalidParams):
        start(params={"temperature": 99})
    assert not Run.objects.exists()


def test_run_is_refused_while_too_many_wait(settings):
    settings.RUN_MAX_QUEUED = 1
    start()
    with pytest.raises(RunRefused, match="Too many runs"):
        start()


def test_run_knows_its_paper():
    paper = Paper.objects.create(slug="hinton", title="Distilling", title_key="distilling", arxiv="1503.02531")
    assert start().paper == paper


# --- claim ------------------------------------------------------------------------------------------------------
def test_run_is_claimed_once():
    RunFactory()
    claimed = services.claim_next(queue="cpu", worker="jobs@here")
    assert (claimed.state, claimed.attempts, claimed.worker) == ("starting", 1, "jobs@here")
    assert services.claim_next(queue="cpu", worker="jobs@there") is None


def test_ended_run_is_not_claimed():
    RunFactory(succeeded=True)
    assert services.claim_next(queue="cpu", worker="") is None


def test_new_attempt_begins_clean_and_goes_on_counting():
    run = RunFactory()
    add_events(run, ("scalar", {"name": "loss", "step": 1, "value": 1.0}), ("log", {"text": "a line"}))
    Result.objects.create(run=run, role="student", metric="accuracy", value=0.8)
    claimed = services.claim_next(queue="cpu", worker="")
    say(claimed, {"kind": "log", "text": "again"})
    assert list(run.events.values_list("seq", "kind")) == [(2, "log"), (3, "state"), (4, "log")]
    assert not run.results.exists()


# --- cancel -----------------------------------------------------------------------------------------------------
def test_waiting_run_is_cancelled_at_once():
    run = services.request_cancel(run=RunFactory())
    assert run.state == "cancelled"
    assert run.ended_at
    assert run.cause == "Cancelled before it began."


def test_running_run_is_marked_and_its_worker_told():
    run = RunFactory(claimed=True)
    assert holding.is_cancel_requested(run=run) is False
    assert services.request_cancel(run=run).state == "running"
    assert holding.is_cancel_requested(run=run) is True


def test_ended_run_stays_as_it_is():
    run = services.request_cancel(run=RunFactory(succeeded=True))
    assert (run.state, run.cancel_requested_at) == ("succeeded", None)
    assert kinds(run) == []


def test_queue_place_counts_the_same_queue_alone():
    RunFactory(queue="gpu")
    first, second = RunFactory(), RunFactory()
    assert [services.queue_place(run) for run in (first, second)] == [1, 2]


# --- record -----------------------------------------------------------------------------------------------------
def test_events_are_numbered_in_order():
    run = RunFactory(claimed=True)
    say(run, {"kind": "log", "text": "a"}, {"kind": "log", "text": "b"})
    say(run, {"kind": "log", "text": "c"})
    assert list(run.events.values_list("seq", "body__text")) == [(1, "a"), (2, "b"), (3, "c")]


def test_stage_progress_and_environment_stand_in_the_run():
    run = RunFactory(claimed=True)
    say(run, {"kind": "environment", "device": "cpu"}, {"kind": "environment", "threads": 1})
    stage = {"kind": "stage", "name": "x", "title": {"en": "Learning", "zh": "学习"}, "index": 1, "count": 2}
    say(run, stage, {"kind": "progress", "share": 0.1}, {"kind": "progress", "share": 0.5})
    run.refresh_from_db()
    assert (run.stage, run.stage_zh, run.progress) == ("Learning", "学习", 0.5)
    assert run.environment == {"device": "cpu", "threads": 1}
    assert kinds(run).count("progress") == 1


def test_result_said_twice_is_one_row_with_the_later_value():
    run = RunFactory(claimed=True)
    accuracy = {"kind": "result", "role": "student", "metric": "accuracy", "unit": "share"}
    say(run, accuracy | {"value": 0.5}, accuracy | {"metric": "f1", "value": 0.4})
    say(run, accuracy | {"value": 0.6})
    assert list(run.results.values_list("metric", "value", "position")) == [("accuracy", 0.6, 0), ("f1", 0.4, 1)]


def test_who_lost_the_lease_writes_nothing():
    run = RunFactory(claimed=True)
    Run.objects.update(lease="11111111-1111-1111-1111-111111111111")
    for write in (
        lambda: say(run, {"kind": "log", "text": "late"}),
        lambda: holding.beat(run=run),
        lambda: holding.end_run(run=run, state="succeeded"),
        lambda: holding.hand_back(run=run),
        lambda: holding.is_cancel_requested(run=run),
    ):
        with pytest.raises(LeaseLost):
            write()
    assert not Event.objects.exists()
    assert Run.objects.get().state == "running"


@pytest.fixture
def out_dir(tmp_path):
    folder = tmp_path / "out"
    folder.mkdir()
    (tmp_path / "secret").write_text("key")
    (folder / "student.zip").write_bytes(b"weights")
    (folder / "link").symlink_to(tmp_path / "secret")
    (folder / "linked").symlink_to(tmp_path)
    return folder


def artifact(path) -> dict:
    return {"kind": "artifact", "name": "student.zip", "path": str(path)}


def test_artifact_is_kept_with_size_and_hash(out_dir):
    run = RunFactory(claimed=True)
    say(run, artifact(out_dir / "student.zip"), out_dir=out_dir)
    kept = run.artifacts.get()
    assert kept.file.read() == b"weights"
    assert kept.size_bytes == 7
    assert kept.sha256.startswith("9a129038")
    assert run.events.get().body == {
        "name": "student.zip", "id": str(kept.id), "size_bytes": 7, "sha256": kept.sha256,
    }  # fmt: skip


def test_artifact_handed_in_twice_replaces_the_first(out_dir, django_capture_on_commit_callbacks, settings):
    run = RunFactory(claimed=True)
    with django_capture_on_commit_callbacks(execute=True):
        say(run, artifact("student.zip"), out_dir=out_dir)
        (out_dir / "student.zip").write_bytes(b"better weights")
        say(run, artifact("student.zip"), out_dir=out_dir)
    assert run.artifacts.get().file.read() == b"better weights"
    assert len([path for path in settings.MEDIA_ROOT.rglob("*") if path.is_file()]) == 1


@pytest.mark.parametrize("path", ["../secret", "link", "linked/secret", "/etc/passwd", "nothing", "."])
def test_artifact_outside_the_runs_folder_is_refused(path, out_dir):
    run = RunFactory(claimed=True)
    with pytest.raises(recording.ArtifactRefused):
        say(run, {"kind": "log", "text": "before"}, artifact(path), out_dir=out_dir)
    assert not Artifact.objects.exists()
    assert not Event.objects.exists()


def test_refused_batch_leaves_no_file(out_dir, settings):
    run = RunFactory(claimed=True)
    Run.objects.update(lease=None)
    with pytest.raises(LeaseLost):
        say(run, artifact("student.zip"), out_dir=out_dir)
    assert not [path for path in settings.MEDIA_ROOT.rglob("*") if path.is_file()]


# --- end --------------------------------------------------------------------------------------------------------
def test_ended_run_has_cause_and_traceback_and_no_progress_events():
    run = RunFactory(claimed=True)
    say(run, {"kind": "progress", "share": 0.5})
    holding.end_run(run=run, state="failed", cause=Text("It broke.", "出错了。"), traceback_tail="line 1")
    run.refresh_from_db()
    assert (run.state, run.cause_en, run.cause_zh) == ("failed", "It broke.", "出错了。")
    assert kinds(run) == ["log", "state"]
    assert run.events.get(kind="log").body == {"text": {"en": "line 1", "zh": "line 1"}}


def test_run_ends_once():
    run = RunFactory(claimed=True)
    holding.end_run(run=run, state="succeeded")
    with pytest.raises(LeaseLost):
        holding.end_run(run=run, state="failed")
    run.refresh_from_db()
    assert (run.state, run.progress) == ("succeeded", 1.0)


# --- hand back and sweep ----------------------------------------------------------------------------------------
def test_run_of_a_stopping_worker_waits_again_and_the_attempt_does_not_count():
    run = RunFactory(claimed=True)
    holding.hand_back(run=run)
    run.refresh_from_db()
    assert (run.state, run.attempts, run.lease, run.sent_at) == ("queued", 0, None, None)


@pytest.mark.parametrize(
    ("cause", "said"),
    [
        (None, {"en": holding.STOPPED.en, "zh": holding.STOPPED.zh}),
        (
            Text("It went away.", "它消失了。"),
            {"en": "It went away. The run starts again.", "zh": "它消失了。运行将重新开始。"},
        ),
    ],
)
def test_run_that_waits_again_says_so_in_both_languages(sent, cause, said):
    run = RunFactory(claimed=True)
    holding.hand_back(run=run, cause=cause)
    assert run.events.get(kind="log").body == {"text": said}


def test_cancelled_run_is_not_queued_again():
    run = RunFactory(claimed=True, cancel_requested_at=timezone.now())
    holding.hand_back(run=run)
    run.refresh_from_db()
    assert run.state == "cancelled"


def test_silent_run_is_queued_again_and_sent(sent, django_capture_on_commit_callbacks):
    run = RunFactory(silent=True)
    with django_capture_on_commit_callbacks(execute=True):
        sweep_until_sure()
    run.refresh_from_db()
    assert (run.state, run.attempts) == ("queued", 1)
    assert (str(run.id), "cpu") in sent


def test_silent_run_is_given_up_after_its_last_attempt(settings):
    run = RunFactory(silent=True, attempts=settings.RUN_MAX_ATTEMPTS)
    sweep_until_sure()
    run.refresh_from_db()
    assert run.state == "lost"
    assert run.cause == "Its worker stopped answering. Given up after 2 attempts."


def test_beating_run_is_left_alone(sent):
    run = RunFactory(claimed=True)
    assert sweeping.sweep() == {"given_up_or_queued_again": 0, "sent": 0}
    run.refresh_from_db()
    assert run.state == "running"


def test_run_that_was_never_sent_is_sent_once(sent):
    run = RunFactory()
    sweeping.sweep()
    sweeping.sweep()
    assert sent == [(str(run.id), "cpu")]


@pytest.mark.parametrize(("waiting_messages", "times"), [(0, 1), (1, 0)])
def test_forgotten_run_is_sent_again_only_where_its_message_is_gone(waiting_messages, times, sent, monkeypatch):
    monkeypatch.setattr(sweeping, "waiting_messages", lambda queue: waiting_messages)
    RunFactory(sent_at=timezone.now() - timedelta(minutes=5))
    sweeping.sweep()
    assert len(sent) == times


def test_sweep_deals_with_silent_runs_while_redis_is_away(caplog):
    forgotten = RunFactory(sent_at=timezone.now() - timedelta(minutes=5))
    silent = RunFactory(silent=True)
    assert sweep_until_sure() == {"given_up_or_queued_again": 1, "sent": 0}
    assert "the broker is away" in caplog.text
    assert {run.state for run in Run.objects.filter(pk__in=[forgotten.pk, silent.pk])} == {"queued"}


def test_sweep_costs_the_same_for_ended_runs(sent, django_assert_num_queries):
    RunFactory.create_batch(5, succeeded=True)
    with django_assert_num_queries(5):
        sweeping.sweep()
