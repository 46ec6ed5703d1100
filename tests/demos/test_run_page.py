"""What a run's page is made of, from its row and its events."""

from datetime import timedelta

import pytest
from django.utils import timezone

from demos import run_facts, run_page, stages
from demos.models import Run
from tests.demos import stand_in

SPEC = stand_in.SPEC


def stage(title: str, began_s: float = 0, count: int = 3) -> tuple[dict, object]:
    said = {"name": title, "title": {"en": title, "zh": title}, "index": 1, "count": count}
    return said, timezone.now() - timedelta(seconds=60 - began_s)


def test_stages_are_done_current_and_still_to_come():
    found = stages.steps(Run(state=Run.State.RUNNING), [stage("Read"), stage("Train", 10)])
    assert [(step.title, step.status) for step in found] == [("Read", "done"), ("Train", "current"), ("", "waiting")]


def test_each_stage_says_how_long_it_took():
    run = Run(state=Run.State.SUCCEEDED, ended_at=timezone.now())
    found = stages.steps(run, [stage("Read"), stage("Train", 20), stage("Measure", 55)])
    assert [round(step.took_s) for step in found] == [20, 35, 5]


def test_the_last_stage_of_a_failed_run_is_where_it_stopped():
    assert stages.steps(Run(state=Run.State.FAILED), [stage("Read")])[0].status == "stopped"


@pytest.mark.parametrize(("share", "left"), [(0.25, 180), (0.04, None), (1.0, None)])
def test_what_is_left_of_a_stage_follows_from_its_share(share, left):
    run = Run(state=Run.State.RUNNING, progress=share)
    told = stages.stage_left_s(run, stages.steps(run, [stage("Train")]))
    assert told == (None if left is None else pytest.approx(left, abs=1))


def test_a_run_says_what_it_cost():
    now = timezone.now()
    run = Run(created_at=now - timedelta(seconds=90), started_at=now - timedelta(seconds=60), ended_at=now, attempts=2,
              environment={"compute_s": 118.2, "peak_memory_mb": 1234})  # fmt: skip
    assert dict(run_facts.cost_facts(run)) == {
        "waited": "30 s",
        "wall time": "1 min",
        "compute time (CPU)": "1 min 58 s",
        "peak memory": "1\u202f234\u202fMB",
        "attempts": "2",
    }


def test_the_environment_is_told_in_rows_and_what_stands_elsewhere_is_not_repeated():
    environment = {"packages": {"torch": "2.13.0"}, "teacher": {"cached": True}, "command": "x", "seed": 1, "data": {}}
    assert run_facts.facts(Run(environment=environment)) == [
        ("packages", "torch 2.13.0"),
        ("teacher from the cache", "yes"),
    ]


def test_parameters_that_the_spec_has_lost_are_still_shown():
    rows = run_facts.params(Run(params={"epochs": 3, "gone": 1}), SPEC)
    assert [(row["label"], row["value"]) for row in rows] == [("Epochs", "3"), ("gone", 1)]


def test_run_again_leaves_what_the_preset_says_empty():
    run = Run(preset="small", data="opinions", seed=4, params=SPEC.clean({"epochs": 3, "copy_embeddings": True}))
    assert run_page.repeat_fields(run, SPEC) == [
        ("preset", "small"),
        ("data", "opinions"),
        ("seed", "4"),
        ("param_copy_embeddings", "true"),
    ]


@pytest.mark.parametrize(
    ("preset", "params", "said"),
    [
        ("smoke", {"epochs": 1}, ""),
        ("smoke", {"epochs": 2, "temperature": 8.0}, "Temperature 8, Epochs 2"),
        ("gone", {"epochs": 2}, ""),
    ],
)
def test_what_a_run_changes_of_its_preset_is_told_in_words(spec, preset, params, said):
    assert run_facts.changes(Run(method=spec.slug, preset=preset, params=params)) == said


def test_of_many_changes_the_first_are_told_and_the_rest_counted(spec, monkeypatch):
    monkeypatch.setattr(run_facts, "CHANGES_SHOWN", 2)
    params = {"epochs": 2, "temperature": 8.0, "student": "small"}
    assert run_facts.changes(Run(method=spec.slug, preset="smoke", params=params)) == "Temperature 8, 2 more"
