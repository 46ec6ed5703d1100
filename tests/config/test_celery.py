"""Settings of Celery that the engine's promises stand on, each with its reason."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest
from django.conf import settings

from config import worker
from workers.celery import app

ROOT = Path(__file__).resolve().parents[2]


def test_messages_are_acknowledged_late_so_that_a_killed_workers_message_is_not_lost_with_it():
    assert app.conf.task_acks_late is True


def test_a_killed_workers_message_is_not_requeued_at_once_since_the_sweep_judges_by_the_lease():
    assert app.conf.task_reject_on_worker_lost is False


def test_a_node_holds_no_more_messages_than_it_has_slots_so_that_waiting_runs_go_to_whoever_is_free():
    assert app.conf.worker_prefetch_multiplier == 1


def test_only_json_is_taken_from_the_broker_so_that_no_message_can_execute_code():
    assert app.conf.accept_content == ["json"]
    assert (app.conf.task_serializer, app.conf.result_serializer) == ("json", "json")


def test_redis_delivers_a_message_again_only_after_the_longest_run_has_ended():
    visibility_s = app.conf.broker_transport_options["visibility_timeout"]
    assert visibility_s > settings.RUN_TIME_LIMIT_S + 60


def test_workers_wait_for_redis_as_long_as_it_takes_and_go_on_with_what_they_do():
    assert app.conf.broker_connection_max_retries is None
    assert app.conf.broker_connection_retry_on_startup is True
    assert app.conf.worker_cancel_long_running_tasks_on_connection_loss is False


def test_no_results_are_kept_in_redis_since_the_database_is_the_truth():
    assert app.conf.task_ignore_result is True
    assert app.conf.result_backend is None


def test_scheduled_messages_expire_before_the_next_so_that_a_keeper_that_was_away_has_no_backlog():
    for entry in app.conf.beat_schedule.values():
        assert entry["options"]["expires"] <= entry["schedule"]


def test_nodes_run_threads_which_supervise_children_of_their_own():
    assert worker.CELERY[worker.CELERY.index("--pool") + 1] == "threads"


@pytest.mark.parametrize("part", ["catalog", "config", "demos", "workers"])
def test_no_task_is_ever_terminated_by_celery_which_would_kill_a_worker_amid_a_write(part):
    for path in (ROOT / part).rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call):
                assert getattr(node.func, "attr", "") != "revoke", path
                assert not any(word.arg == "terminate" for word in node.keywords), path
