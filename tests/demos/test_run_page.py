"""What a run's page is made of, from its row and its events."""

from demos import run_page
from demos.models import Run
from tests.demos import stand_in

SPEC = stand_in.SPEC


def stage(title: str, count: int = 3) -> dict:
    return {"name": title, "title": {"en": title, "zh": title}, "index": 1, "count": count}


def test_stages_are_done_current_and_still_to_come():
    found = run_page.steps(Run(state=Run.State.RUNNING), [stage("Read"), stage("Train")])
    assert [(step.title, step.status) for step in found] == [("Read", "done"), ("Train", "current"), ("", "waiting")]


def test_the_last_stage_of_a_failed_run_is_where_it_stopped():
    assert run_page.steps(Run(state=Run.State.FAILED), [stage("Read")])[0].status == "stopped"


def test_the_environment_is_told_in_rows_and_what_stands_elsewhere_is_not_repeated():
    environment = {"packages": {"torch": "2.13.0"}, "teacher": {"cached": True}, "command": "x", "seed": 1, "data": {}}
    assert run_page.facts(Run(environment=environment)) == [
        ("packages", "torch 2.13.0"),
        ("teacher from the cache", "yes"),
    ]


def test_parameters_that_the_spec_has_lost_are_still_shown():
    rows = run_page.params(Run(params={"epochs": 3, "gone": 1}), SPEC)
    assert [(row["label"], row["value"]) for row in rows] == [("Epochs", "3"), ("gone", 1)]


def test_run_again_leaves_what_the_preset_says_empty():
    run = Run(preset="small", data="opinions", seed=4, params=SPEC.clean({"epochs": 3, "copy_embeddings": True}))
    assert run_page.repeat_fields(run, SPEC) == [
        ("preset", "small"),
        ("data", "opinions"),
        ("seed", "4"),
        ("param_copy_embeddings", "true"),
    ]
