import pytest

from demos.groups import curves, services, tables
from demos.groups.page import counts, seeds_text
from demos.groups.reading import of_group
from demos.models import Group
from tests.demos.factories import add_events, end, measured
from workers.statistics import Summary

pytestmark = pytest.mark.django_db


def start(spec, **changes) -> Group:
    asked = {"preset": "small", "data": "opinions", "seeds": [0, 1, 2], "params": {}, "varied": {}}
    return services.start_group(spec=spec, **(asked | changes))


def measure(group: Group, **by_seed) -> None:
    """Accuracy by role: a list with a value for each seed; every point measures the same."""
    for run in group.runs.all():
        measured(run, **{role: values[group.seeds.index(run.seed)] for role, values in by_seed.items()})


def test_a_point_sums_up_its_seeds(spec):
    group = start(spec)
    measure(group, student=[0.80, 0.82, 0.84], alone=[0.7, 0.7, 0.7])
    summed = of_group(group).points[0].summary("student", "accuracy")
    assert (summed.n, round(summed.mean, 3), round(summed.deviation, 3)) == (3, 0.82, 0.02)


def test_a_difference_is_paired_by_seed(spec):
    group = start(spec)
    measure(group, student=[0.80, 0.90, 0.70], alone=[0.70, 0.80, 0.60])
    summed = of_group(group).points[0].difference("student", "alone", "accuracy")
    assert (summed.n, round(summed.mean, 6), round(summed.deviation, 6)) == (3, 0.1, 0.0)


def test_a_failed_run_counts_for_no_mean(spec):
    group = start(spec)
    first, second, third = group.runs.all()
    measured(first, student=0.8)
    measured(second, student=0.8)
    end(third, "failed")
    found = of_group(group)
    assert found.points[0].summary("student", "accuracy").n == 2
    assert (found.ended, found.succeeded, found.unsuccessful) == (3, 2, [third])


def test_a_run_again_takes_the_place_of_the_failed_one(spec):
    group = start(spec, seeds=[0, 1])
    end(group.runs.get(seed=0), "failed")
    (again,) = services.repeat_failed(group=group)
    measured(again, student=0.9)
    found = of_group(group)
    assert [run.id for run in found.counting if run.seed == 0] == [again.id]
    assert (len(found.runs), found.ended, found.unsuccessful) == (3, 1, [])


def test_counts_name_only_what_there_is(spec):
    group = start(spec)
    first, second, third = group.runs.all()
    assert counts(of_group(group)) == "0 of 3 runs done · 3 waiting"
    measured(first)
    end(second, "failed")
    type(third).objects.filter(pk=third.pk).update(state="running")
    assert counts(of_group(group)) == "2 of 3 runs done · 1 running · 1 without a result"


def test_reading_a_group_takes_two_queries_however_many_runs(spec, django_assert_num_queries):
    for seeds in (range(2), range(20)):
        group = start(spec, seeds=list(seeds))
        measure(group, student=[0.5] * len(seeds))
        with django_assert_num_queries(2):
            found = of_group(group)
            assert found.points[0].summary("student", "accuracy").n == len(seeds)


def test_names_stand_in_the_spec_s_order_whatever_the_database_gives(spec):
    group = start(spec, varied={"epochs": [1, 2], "temperature": [2, 4]})
    group.varied = {"epochs": [1, 2], "temperature": [2.0, 4.0]}
    assert list(of_group(group).grid.varied) == ["temperature", "epochs"]
    assert of_group(group).points[1].values == {"temperature": 2.0, "epochs": 2}


@pytest.mark.parametrize(
    ("summed", "metric", "verdict", "words"),
    [
        (Summary(2, 0.1, 0.01, 0.05, 0.15), "accuracy", "few", "fewer than 3 seeds: not claimed"),
        (Summary(3, 0.1, 0.2, -0.4, 0.6), "accuracy", "noise", "inside the noise"),
        (Summary(3, 0.1, 0.1, 0.0, 0.2), "accuracy", "noise", "inside the noise"),
        (Summary(3, 0.1, 0.01, 0.05, 0.15), "accuracy", "holds", "ordering holds: better"),
        (Summary(3, -0.1, 0.01, -0.15, -0.05), "accuracy", "holds", "ordering holds: worse"),
        (Summary(3, -0.1, 0.01, -0.15, -0.05), "kl_to_teacher", "holds", "ordering holds: better"),
        (Summary(3, 4.0, 0.1, 3.8, 4.2), "layers_kept", "holds", "ordering holds: higher"),
    ],
)
def test_an_order_is_claimed_only_from_three_seeds_and_outside_the_noise(summed, metric, verdict, words):
    assert tables.judged(metric, summed) == (verdict, words)


def test_a_difference_of_shares_is_in_points_with_its_sign(spec):
    group = start(spec)
    measure(group, student=[0.80, 0.82, 0.84], alone=[0.90, 0.90, 0.90])
    (row,) = tables.differences(of_group(group), "accuracy")
    assert row.cell.text == "\u22128.0 ± 2.0"
    assert row.cell.interval == "\u221213.0 to \u22123.0"  # 2 degrees of freedom: 4.303 * 2 / sqrt(3) = 4.97
    assert tables.unit_words("accuracy", "", difference=True) == "points"


def test_the_heat_map_marks_the_best_and_shades_from_lowest_to_highest(spec):
    group = start(spec, seeds=[0], varied={"temperature": [2, 4], "epochs": [1, 2]})
    for value, run in zip([0.5, 0.6, 0.7, 0.9], group.runs.order_by("created_at"), strict=True):
        measured(run, student=value)
    rows = tables.heat_rows(of_group(group), "accuracy", "student")
    assert [label for label, _cells in rows] == ["2", "4"]
    assert [[cell.shade for cell in cells] for _label, cells in rows] == [[1, 2], [3, 5]]
    assert [cell.best for _label, cells in rows for cell in cells] == [False, False, False, True]


def test_a_curve_has_an_error_bar_for_each_point_of_several_seeds(spec):
    group = start(spec, varied={"temperature": [8, 2, 4]})
    measure(group, student=[0.80, 0.82, 0.84])
    chart = curves.against_parameter(of_group(group), "accuracy")
    assert chart.header == ["Temperature", "Student"]
    assert chart.rows == [["2", "82"], ["4", "82"], ["8", "82"]]
    assert chart.svg.count("error-bar") == 1


@pytest.mark.parametrize("varied", [{}, {"student": ["tiny", "small"]}, {"temperature": [1, 2], "epochs": [1, 2]}])
def test_there_is_no_curve_without_one_numeric_parameter(spec, varied):
    group = start(spec, seeds=[0], varied=varied)
    measure(group, student=[0.8])
    assert curves.against_parameter(of_group(group), "accuracy") is None


def follow(run, role: str, values: dict[int, float]) -> None:
    add_events(run, *[("scalar", {"name": f"{role}/dev_accuracy", "step": s, "value": v}) for s, v in values.items()])


def test_training_is_a_mean_over_seeds_with_a_band_of_one_deviation_at_the_steps_all_have(spec):
    group = start(spec)
    measure(group, student=[0.80, 0.82, 0.84])
    for shift, run in enumerate(group.runs.order_by("seed")):
        follow(run, "student", {10: 0.5, 20: 0.70 + shift / 100, 30 + shift: 0.9})
    chart = curves.over_steps(of_group(group), "accuracy")
    assert chart.header == ["step", "Student"]
    assert chart.rows == [["10", "50 (50 – 50)"], ["20", "71 (70 – 72)"]]
    assert chart.svg.count('class="band"') == 1 and not chart.zooms


def test_training_of_a_grid_is_a_line_for_each_point(spec):
    group = start(spec, seeds=[0], varied={"temperature": [2, 4]})
    measure(group, student=[0.80])
    for run in group.runs.all():
        follow(run, "student", {1: run.params["temperature"] / 10, 2: 0.9})
    chart = curves.over_steps(of_group(group), "accuracy")
    assert chart.header == ["step", "Temperature 2", "Temperature 4"]
    assert chart.rows == [["1", "20", "40"], ["2", "90", "90"]]
    assert "band" not in chart.svg, "one seed has no spread"


def test_what_failed_and_what_was_not_followed_draw_no_training(spec):
    group = start(spec)
    measure(group, student=[0.8, 0.8, 0.8])
    follow(group.runs.get(seed=2), "student", {1: 0.1})
    end(group.runs.get(seed=2), "failed")
    assert curves.over_steps(of_group(group), "accuracy") is None
    assert curves.over_steps(of_group(group), "latency_p50_ms") is None


@pytest.mark.parametrize(
    ("seeds", "text"), [([3], "seed 3"), ([0, 1], "seeds 0, 1"), ([0, 1, 2], "seeds 0–2"), ([0, 3, 7], "seeds 0, 3, 7")]
)
def test_seeds_in_a_line(seeds, text):
    assert seeds_text(seeds) == text
