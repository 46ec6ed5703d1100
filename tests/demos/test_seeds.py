"""A run's numbers beside those of the same configuration with other seeds."""

import pytest

from demos import seeds, tables
from demos.models import Run
from tests.demos import stand_in
from tests.demos.factories import RunFactory, measured_run

pytestmark = pytest.mark.django_db


def accuracy(run: Run, **values: float) -> Run:
    for role, value in values.items():
        run.results.filter(role=role, metric="accuracy").update(value=value)
    return run


@pytest.fixture
def three():
    shares = [(0.80, 0.70), (0.81, 0.71), (0.82, 0.69)]
    return [accuracy(measured_run(seed=seed), student=a, alone=b) for seed, (a, b) in enumerate(shares)]


def test_the_method_stands_with_its_spread_and_the_spread_of_its_difference(three):
    table = tables.results_table(stand_in.SPEC, three[0].results.all(), seeds.over_seeds(three[0]))
    student = next(row for row in table.rows if row.role == "student").cells[0]
    assert (student.text, student.spread) == ("80.0", "81.0 ± 1.0")
    assert (student.difference, student.difference_spread) == ("+10.0", "+11.0 ± 1.7")
    assert table.seeds == 3


def test_a_seed_counts_once_and_an_unfinished_or_other_configuration_not_at_all(three):
    accuracy(measured_run(seed=0), student=0.86)  # the later of two runs of a seed counts
    accuracy(measured_run(seed=9, params=stand_in.SPEC.clean({"epochs": 9})), student=0.1)
    accuracy(measured_run(seed=8), student=0.1).delete()
    RunFactory(seed=7)
    found = seeds.over_seeds(three[0]).of("student", "accuracy")
    assert (found.n, round(found.mean, 3)) == (3, 0.83)


def test_one_seed_has_no_spread():
    run = measured_run()
    table = tables.results_table(stand_in.SPEC, run.results.all(), seeds.over_seeds(run))
    assert table.seeds == 0 and not any(cell.spread for row in table.rows for cell in row.cells if cell)


def test_times_of_another_device_are_not_beside_these():
    here, there = measured_run(device_class="a"), measured_run(device_class="b")
    for run in (here, there):
        run.results.create(role="student", metric="latency_p50_ms", value=3, unit="ms", position=9)
    found = seeds.over_seeds(here)
    assert found.of("student", "latency_p50_ms") is None and found.of("student", "accuracy").n == 2


def test_it_costs_one_query(three, django_assert_num_queries):
    with django_assert_num_queries(1):
        seeds.over_seeds(three[0])
