"""A run and its repetition."""

import pytest

from demos.comparing.reading import Comparison
from demos.comparing.repeats import repetition_among
from demos.models import Run
from tests.demos import stand_in
from tests.demos.factories import measured_run

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("spec")]


def repetition(*runs: Run):
    found = Run.objects.for_listing().in_bulk([run.id for run in runs])
    return repetition_among(Comparison([found[run.id] for run in runs]))


def moved(found, role: str = "Student") -> tuple[str, str]:
    return next(
        (move.moved, move.words) for move in found.moves if (move.role_label, move.metric_label) == (role, "Accuracy")
    )


def test_the_same_numbers_are_said_to_be_the_same():
    first = measured_run(seed=1)
    found = repetition(first, measured_run(seed=1, repeat_of=first))
    assert found.is_identical
    assert found.differs == []


def test_another_package_version_is_named():
    first = measured_run(seed=1, environment={"packages": {"torch": "2.13.0"}})
    second = measured_run(seed=1, repeat_of=first, environment={"packages": {"torch": "2.12.0"}})
    assert [line.values for line in repetition(first, second).differs] == [["torch 2.13.0", "torch 2.12.0"]]


def test_a_move_is_held_against_the_deviation_over_seeds():
    first = measured_run(seed=1)
    for seed, accuracy in ((2, 0.80), (3, 0.83)):  # with 0.811 of the repetition a deviation of about 0.015
        measured_run(seed=seed).results.filter(role="student", metric="accuracy").update(value=accuracy)
    second = measured_run(seed=1, repeat_of=first)
    second.results.filter(role="student", metric="accuracy").update(value=0.811)
    assert moved(repetition(first, second)) == ("+0.1", "inside the seeds' spread")
    second.results.filter(role="student", metric="accuracy").update(value=0.95)
    first.results.filter(role="student", metric="accuracy").update(value=0.5)
    assert moved(repetition(first, second)) == ("+45.0", "outside the seeds' spread")


def test_fewer_than_three_seeds_leave_the_spread_unknown():
    first = measured_run(seed=1)
    second = measured_run(seed=1, repeat_of=first)
    second.results.filter(role="student", metric="accuracy").update(value=0.82)
    assert moved(repetition(first, second)) == ("+1.0", "spread unknown: fewer than 3 seeds")


def test_two_runs_of_different_configurations_are_no_repetition():
    assert repetition(measured_run(), measured_run(params=stand_in.SPEC.clean({"epochs": 9}))) is None
