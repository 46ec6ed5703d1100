"""What stands on a leaderboard: which networks, over which seeds, of which teacher and device; and what is refused."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from demos.leaderboard.board import board_of
from demos.models import Run
from tests.demos.factories import RunFactory
from tests.demos.leaderboard.measured import measure

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("methods")]


def rows(board) -> list[tuple]:
    return [(one.spec.slug, one.role.slug, one.seeds) for one in board.networks]


def only(board, role: str):
    (found,) = [network for network in board.networks if network.role.slug == role]
    return found


# --- networks -----------------------------------------------------------------------------------------------------
def test_seeds_of_one_configuration_are_one_row_with_their_spread():
    for seed, value in enumerate((0.80, 0.81, 0.82)):
        measure(seed=seed, quality={"student": value})
    found = only(board_of({}), "student").summary("accuracy")
    assert (found.n, found.mean, found.deviation) == (3, pytest.approx(0.81), pytest.approx(0.01))
    assert found.low < 0.80 and found.high > 0.82


def test_of_two_runs_of_one_seed_the_newest_counts_and_both_are_named():
    measure(seed=0, quality={"student": 0.5})
    measure(seed=0, quality={"student": 0.9})
    student = only(board_of({}), "student")
    assert (student.summary("accuracy").mean, student.seeds, student.runs) == (0.9, [0], 2)


def test_a_baseline_that_two_configurations_trained_alike_is_one_row():
    measure(seed=0, params={"temperature": 2})
    measure(seed=1, params={"temperature": 4})
    board = board_of({})
    assert only(board, "alone").seeds == [0, 1]
    assert len([one for one in board.networks if one.kind == "method"]) == 2


def test_baselines_of_other_settings_are_rows_of_their_own():
    measure(params={"student": "tiny"})
    measure(params={"student": "small"})
    assert len([one for one in board_of({}).networks if one.kind == "baseline"]) == 2


def test_the_teacher_that_two_methods_share_is_one_row():
    measure(seed=0)
    measure(seed=1, method="other")
    board = board_of({})
    assert only(board, "teacher").seeds == [0, 1]
    assert only(board, "teacher").configurations == [run.configuration for run in Run.objects.all()]
    assert {one.spec.slug for one in board.networks if one.kind == "method"} == {"stand-in", "other"}


def test_a_run_that_has_not_succeeded_is_nowhere():
    run = measure()
    Run.objects.filter(pk=run.pk).update(state=Run.State.FAILED)
    assert board_of({}).networks == []


def test_a_run_of_a_method_that_is_gone_is_left_out():
    measure()
    RunFactory(succeeded=True, method="gone", configuration="c0ffee")
    assert {one.spec.slug for one in board_of({}).networks} == {"stand-in"}


# --- choices ------------------------------------------------------------------------------------------------------
def test_the_most_measured_data_and_teacher_stand_first():
    measure(data="sst2")
    measure(seed=1, params={"epochs": 7})
    measure(seed=2)
    measure(seed=3)
    board = board_of({})
    assert board.choices.data == "opinions"
    assert rows(board) == [
        ("stand-in", "teacher", [2, 3]),
        ("stand-in", "student", [2, 3]),
        ("stand-in", "alone", [2, 3]),
    ]


def test_another_teacher_is_another_board_and_any_is_all():
    measure(seed=0, params={"epochs": 7})
    measure(seed=1)
    measure(seed=2)
    board = board_of({})
    other = next(teacher for teacher in board.options.teachers if teacher != board.choices.teacher)
    assert only(board_of({"teacher": other}), "student").seeds == [0]
    assert len(board_of({"teacher": "any"}).networks) == 6


def test_devices_never_share_a_row():
    measure(seed=0, device_class="cpu a")
    measure(seed=1, device_class="cpu b")
    measure(seed=2, device_class="cpu b")
    assert only(board_of({}), "student").seeds == [1, 2]
    board = board_of({"device": "any"})
    assert sorted(one.seeds for one in board.networks if one.kind == "method") == [[0], [1, 2]]


def test_times_of_two_devices_are_not_put_into_one_plot():
    measure(seed=0, device_class="cpu a")
    measure(seed=1, device_class="cpu b")
    measure(seed=2, device_class="cpu b")
    board = board_of({"device": "any", "cost": "latency_p50_ms"})
    assert board.choices.device == "cpu b"
    assert [(refused.name, refused.instead) for refused in board.refused] == [("device", "cpu b")]


def test_method_kind_and_seeds_narrow():
    measure(seed=0)
    measure(seed=1)
    measure(seed=0, method="other")
    assert {one.spec.slug for one in board_of({"method": "other"}).networks} == {"other"}
    assert {one.kind for one in board_of({"kind": "baseline"}).networks} == {"baseline"}
    assert rows(board_of({"seeds": "2", "kind": "method"})) == [("stand-in", "student", [0, 1])]


def test_what_nothing_here_has_gives_way_to_the_usual_and_is_named():
    measure()
    asked = {"data": "sst3", "quality": "beauty", "cost": "macro_f1", "method": "x", "kind": "x", "seeds": "none"}
    board = board_of(asked)
    assert {refused.name for refused in board.refused} == set(asked)
    assert (board.choices.data, board.choices.quality, board.choices.cost) == ("opinions", "accuracy", "size_bytes")
    assert len(board.networks) == 3


def test_nothing_measured_is_an_empty_board():
    board = board_of({"data": "sst2"})
    assert (board.networks, board.front, board.choices.data) == ([], frozenset(), "")


# --- front and order ----------------------------------------------------------------------------------------------
def test_the_front_is_of_mean_quality_against_cost_the_cheapest_first():
    measure(seed=0, quality={"student": 0.9, "alone": 0.7}, sizes={"student": 300, "alone": 300, "teacher": 9000})
    measure(seed=1, quality={"student": 0.6, "alone": 0.7}, sizes={"student": 300, "alone": 300, "teacher": 9000})
    board = board_of({})
    assert [network.role.slug for network in board.on_front] == ["student", "teacher"]
    assert only(board, "student").summary("accuracy").mean == pytest.approx(0.75)


def test_a_baseline_that_beats_the_method_takes_its_place_on_the_front():
    measure(quality={"student": 0.7, "alone": 0.8})
    assert [network.role.slug for network in board_of({}).on_front] == ["alone", "teacher"]
    assert [network.role.slug for network in board_of({"kind": "method"}).on_front] == ["student"]


@pytest.mark.parametrize(
    ("sort", "first"),
    [
        ("", "teacher"),
        ("quality", "teacher"),
        ("-quality", "alone"),
        ("size_bytes", "alone"),
        ("-size_bytes", "teacher"),
    ],
)
def test_a_column_sorts_best_first_or_worst_first(sort, first):
    measure(sizes={"alone": 100})
    assert board_of({"sort": sort}).networks[0].role.slug == first


def test_what_was_not_measured_stands_last_either_way():
    run = measure()
    run.results.filter(role="teacher", metric="size_bytes").delete()
    assert board_of({"sort": "size_bytes"}).networks[-1].role.slug == "teacher"
    assert board_of({"sort": "-size_bytes"}).networks[-1].role.slug == "teacher"


def test_twenty_runs_cost_the_queries_of_two():
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            board_of({})
        return len(captured)

    measure(seed=0)
    measure(seed=1, params={"student": "small"})
    few = queries()
    for seed in range(2, 20):
        measure(seed=seed, params={"temperature": seed})
    assert queries() == few == 3
