"""Which lines stand together in a chart, and how they look."""

from demos import curves
from tests.demos import stand_in

SPEC = stand_in.SPEC


def scalar(name: str, step: int, value: float) -> tuple[str, dict]:
    return "scalar", {"name": name, "step": step, "value": value}


def test_a_chart_that_the_spec_names_comes_first_and_the_rest_by_their_ending():
    events = [
        scalar("teacher/loss", 1, 0.5),
        scalar("alone/loss", 1, 0.5),
        scalar("student/soft_loss", 1, 0.5),
    ]
    assert [chart.title for chart in curves.figures(SPEC, events)] == ["Loss terms", "loss"]


def test_shares_are_drawn_in_per_cent():
    (chart,) = curves.figures(SPEC, [scalar("student/dev_accuracy", 1, 0.81)])
    assert chart.rows == [["1", "81"]]
    assert "(%)" in chart.svg


def test_the_same_role_has_the_same_colour_in_every_chart():
    events = [
        scalar("alone/loss", 1, 0.5),
        scalar("student/dev_accuracy", 1, 0.5),
        scalar("alone/dev_accuracy", 1, 0.4),
    ]
    first, second = curves.figures(SPEC, events)
    assert "look-baseline-1" in first.svg and "look-baseline-1" in second.svg and "look-method" in second.svg


def test_gaps_in_a_drawn_figure_are_left_out():
    drawn = {"slug": "losses", "data": {"x": [1, 2, 3], "series": [{"name": "teacher", "y": [0.5, None, 0.7]}]}}
    (chart,) = curves.figures(SPEC, [("figure", drawn)])
    assert [row[0] for row in chart.rows] == ["1", "3"]
