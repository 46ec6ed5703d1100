"""What was measured, as a table: order, differences, bars. Results need no database."""

import pytest

from demos import tables
from demos.models import Result
from tests.demos import stand_in
from tests.demos.factories import QUALITY

SPEC = stand_in.SPEC


def accuracy(role: str, value: float, metric: str = "accuracy") -> Result:
    return Result(role=role, metric=metric, value=value, unit="share")


@pytest.fixture
def results():
    return [accuracy(role, QUALITY[role]) for role in ("student", "alone", "teacher")]


def test_nothing_measured_is_no_table():
    assert tables.results_table(SPEC, []) is None


def test_rows_stand_in_the_spec_s_order_whatever_came_first(results):
    assert [row.role for row in tables.results_table(SPEC, results).rows] == ["teacher", "alone", "student"]


def test_columns_stand_in_the_metrics_order_and_unknown_ones_last(results):
    more = [
        Result(role="student", metric="layers_kept", value=3),
        Result(role="student", metric="size_bytes", value=9e5),
    ]
    columns = tables.results_table(SPEC, more + results).columns
    assert [(column.metric, column.unit) for column in columns] == [
        ("accuracy", "%"),
        ("size_bytes", "MB"),
        ("layers_kept", ""),
    ]


def test_the_method_is_compared_with_the_first_baseline_in_points(results):
    teacher, alone, student = (row.cells[0] for row in tables.results_table(SPEC, results).rows)
    assert (student.text, student.difference, student.verdict) == ("81.0", "+10.9", "better")
    assert teacher.difference == alone.difference == ""


def test_a_loss_is_told_as_such():
    table = tables.results_table(SPEC, [accuracy("alone", 0.8), accuracy("student", 0.79)])
    assert (table.rows[1].cells[0].difference, table.rows[1].cells[0].verdict) == ("\u22121.0", "worse")


def test_less_is_better_where_the_metric_says_so():
    table = tables.results_table(SPEC, [accuracy("alone", 0.3, "ece"), accuracy("student", 0.1, "ece")])
    assert table.rows[1].cells[0].verdict == "better"


def test_a_share_is_its_own_bar_and_others_fill_the_column():
    sizes = [Result(role=role, metric="size_bytes", value=v) for role, v in (("teacher", 4e6), ("student", 1e6))]
    cells = tables.results_table(SPEC, [accuracy("teacher", 0.8), *sizes]).rows
    assert [cell.bar for cell in cells[0].cells] == [80.0, 100.0]
    assert cells[1].cells[1].bar == 25.0


def test_what_was_not_measured_is_empty(results):
    rows = tables.results_table(SPEC, [*results, accuracy("student", 0.9, "agreement")]).rows
    assert rows[0].cells[1] is None


def test_results_of_a_method_that_is_gone_keep_their_own_names(results):
    assert [row.label for row in tables.results_table(None, results).rows] == ["student", "alone", "teacher"]


def test_a_run_in_a_line(results):
    assert tables.one_line(SPEC, results) == "method 81.0\u202f%, baseline 70.1\u202f%, teacher 82.3\u202f%"
    assert tables.one_line(SPEC, []) == ""


def test_what_networks_can_do_stands_apart_from_what_they_take_and_what_training_read():
    sizes = [Result(role="student", metric="size_bytes", value=100, unit="bytes")]
    sizes += [Result(role="student", metric="steps", value=20, unit="steps")]
    results = [accuracy("alone", 0.8), accuracy("student", 0.9), *sizes]
    quality, cost, training = tables.results_table(SPEC, results).parts
    assert ([column.metric for column in training.columns], training.title) == (["steps"], "What training read")
    assert [column.metric for column in quality.columns] == ["accuracy"]
    assert [column.metric for column in cost.columns] == ["size_bytes"]
    assert [row.role for row in quality.rows] == ["alone", "student"]
    assert [row.role for row in cost.rows] == ["student"]


def test_a_run_that_measured_one_kind_of_thing_has_one_table():
    assert len(tables.results_table(SPEC, [accuracy("student", 0.9)]).parts) == 1
