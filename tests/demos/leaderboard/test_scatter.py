"""The drawing: an axis that can be read, marks where they belong, a front of steps."""

import re

import pytest

from demos.leaderboard.scatter import Axis, Mark, labelled, log_range, log_ticks, scatter, shape_of

COST, QUALITY = Axis("Size (MB)", lower_is_better=True), Axis("Accuracy (%)")


def mark(key: str, x: float, y: float, **more) -> Mark:
    usual = {"deviation": None, "label": key, "words": key, "family": "distillation", "kind": "method"}
    return Mark(key=key, x=x, y=y, **(usual | {"on_front": True, "url": "/runs/"} | more))


def places(svg: str) -> dict[str, tuple[float, float]]:
    found = re.findall(r'id="mark-(\w+)".*?class="mark" d="M([\d.]+) ([\d.]+)', svg)
    return {key: (float(x), float(y)) for key, x, y in found}


def test_equal_ratios_are_equal_distances():
    at = places(scatter("t", "d", [mark("a", 1, 50), mark("b", 10, 60), mark("c", 100, 70)], COST, QUALITY))
    assert at["b"][0] - at["a"][0] == pytest.approx(at["c"][0] - at["b"][0], abs=0.2)
    assert at["a"][1] > at["b"][1] > at["c"][1]


def test_ticks_are_round_and_within():
    assert log_ticks(0.08, 0.6) == [0.1, 0.2, 0.5]
    assert log_ticks(1, 1e6) == [1, 10, 100, 1e3, 1e4, 1e5, 1e6]
    assert all(2.1 <= tick <= 2.9 for tick in log_ticks(2.1, 2.9)) and len(log_ticks(2.1, 2.9)) >= 3


def test_one_size_still_has_an_axis():
    low, high = log_range([5.0])
    assert low < 5 < high and high / low >= 1.5


def test_the_front_climbs_in_steps_from_the_cheapest():
    svg = scatter("t", "d", [mark("a", 1, 50), mark("b", 10, 60)], COST, QUALITY)
    at, (path,) = places(svg), re.findall(r'class="front" d="([^"]+)"', svg)
    steps = f"H{at['a'][0]:g}V{at['a'][1]:g}H{at['b'][0]:g}V{at['b'][1]:g}H"
    assert path.startswith(f"M{at['a'][0]}") and steps in path


def test_where_more_is_better_the_front_begins_at_the_greatest():
    svg = scatter("t", "d", [mark("a", 1, 60), mark("b", 10, 50)], Axis("Throughput"), QUALITY)
    (path,) = re.findall(r'class="front" d="([^"]+)"', svg)
    assert path.startswith(f"M{places(svg)['b'][0]}")


def test_a_spread_is_a_bar_and_one_seed_has_none():
    svg = scatter("t", "d", [mark("a", 1, 50, deviation=2.0), mark("b", 2, 60)], COST, QUALITY)
    assert [bool(bar) for bar in re.findall(r'class="spread" d="([^"]*)"', svg)] == [True, False]


def test_a_teacher_has_a_shape_of_its_own_and_families_differ():
    assert shape_of("", "teacher") == "star"
    assert shape_of("distillation", "method") != shape_of("probing", "method")


def test_words_are_escaped():
    svg = scatter("t", "<b>", [mark("a", 1, 50, words="<script>")], COST, QUALITY)
    assert "<script>" not in svg and "<b>" not in svg


def test_of_a_long_front_the_ends_keep_their_names():
    front = [mark(str(place), place + 1, place) for place in range(30)]
    named = labelled(front)
    assert len(named) == 8 and (named[0], named[-1]) == (front[0], front[-1])
