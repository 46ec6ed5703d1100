"""What people change most."""

import pytest

from demos.habits import habits
from tests.demos import stand_in
from tests.demos.factories import RunFactory

pytestmark = pytest.mark.django_db


def asked(**params) -> dict:
    return stand_in.SPEC.clean(params, preset=stand_in.SPEC.preset("small"))


def test_parameters_are_counted_where_they_differ_from_the_preset():
    for temperature in (2.0, 2.0, 8.0, 4.0):  # 4 is the preset's own
        RunFactory(params=asked(temperature=temperature))
    RunFactory(params=asked(student="small"))
    found = habits(stand_in.SPEC)
    assert [(habit.label, habit.runs) for habit in found] == [("Temperature", 3), ("Student", 1)]
    assert found[0].values == [("2", 2), ("8", 1)]


def test_a_preset_s_own_values_are_no_change():
    RunFactory(preset="smoke", params=stand_in.SPEC.clean({}, preset=stand_in.SPEC.preset("smoke")))
    assert habits(stand_in.SPEC) == []


def test_it_costs_one_query_however_many_runs(django_assert_num_queries):
    for temperature in range(2, 12):
        RunFactory(params=asked(temperature=temperature))
    with django_assert_num_queries(1):
        habits(stand_in.SPEC)
