"""Charts are pure functions: what is drawn, what is said without colour, what stays small."""

import re
from xml.etree import ElementTree

import pytest

from demos import charts
from demos.charts import Bars, Series
from demos.charts.drawing import number_text
from demos.charts.heatmaps import cell_text, step_of


def chart(*series: Series):
    return charts.line_chart("losses", "Loss terms", "step", "nats", series)


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [(0, 100, [0, 20, 40, 60, 80, 100]), (0.52, 0.81, [0.5, 0.6, 0.7, 0.8, 0.9]), (3, 3, [2.6, 2.8, 3, 3.2, 3.4])],
)
def test_ticks_are_round_and_cover_the_range(low, high, expected):
    assert charts.ticks(low, high) == pytest.approx(expected)


def test_a_long_curve_keeps_its_ends_and_two_hundred_points():
    points = [(step, float(step)) for step in range(10_000)]
    drawn = charts.downsample(points)
    assert (len(drawn), drawn[0], drawn[-1]) == (200, points[0], points[-1])


def test_a_peak_of_one_step_outlives_downsampling():
    points = [(step, 90.0 if step == 5_003 else -7.0 if step == 6_011 else 0.5) for step in range(10_000)]
    drawn = charts.downsample(points)
    assert (5_003, 90.0) in drawn and (6_011, -7.0) in drawn
    assert drawn == sorted(drawn) and len(drawn) <= 200


def test_the_table_of_lines_with_the_same_steps_has_no_holes_after_downsampling():
    steps = range(3_000)
    drawn = chart(Series("A", [(s, s % 7) for s in steps]), Series("B", [(s, s % 11) for s in steps]))
    assert len(drawn.rows) == 20 and all(all(row) for row in drawn.rows)


def test_a_short_curve_is_drawn_as_it_is():
    assert charts.downsample([(0, 1.0), (1, 0.5)]) == [(0, 1.0), (1, 0.5)]


def test_nothing_is_drawn_where_there_is_no_point():
    assert chart(Series("empty", [])) is None


def test_the_svg_is_well_formed_and_names_itself():
    svg = ElementTree.fromstring(chart(Series("Student", [(0, 1.0), (10, 0.5)], "method")).svg)
    assert svg.attrib["role"] == "img"
    assert svg.attrib["aria-labelledby"] == "losses-title losses-desc"
    assert svg.findtext("title") == "Loss terms"
    assert svg.findtext("desc") == "nats / step. Student: 1 → 0.5."


def test_a_chart_has_no_inline_style_and_no_colour_of_its_own():
    svg = chart(Series("Student", [(0, 1.0), (10, 0.5)], "method")).svg
    assert not re.search(r"style=|#[0-9a-f]{3}|fill=|stroke=", svg)


def test_a_role_keeps_its_colour_and_its_marker():
    both = chart(Series("Teacher", [(0, 1.0)], "teacher"), Series("Student", [(0, 2.0)], "method")).svg
    alone = chart(Series("Student", [(0, 2.0)], "method")).svg
    triangle = charts.marker("method", 0, 0).split("M0 0")[1]
    assert 'look-method"' in both and triangle in both and triangle in alone
    assert charts.marker("teacher", 0, 0) != charts.marker("method", 0, 0)


def test_a_hostile_name_is_escaped():
    svg = chart(Series("<script>", [(0, 1.0)])).svg
    assert "<script>" not in svg and "&lt;script&gt;" in svg


def test_labels_of_close_lines_stand_apart_in_the_same_order():
    heights = charts.spread([100, 101, 99], gap=15, low=0, high=200)
    assert heights[2] < heights[0] < heights[1]
    assert sorted(heights)[1] - sorted(heights)[0] >= 15


def test_labels_pushed_down_stay_inside():
    assert max(charts.spread([198, 199, 200], gap=15, low=0, high=200)) <= 200


@pytest.mark.parametrize(
    ("label", "lines"),
    [
        ("Teacher", ["Teacher"]),
        ("Student, soft targets", ["Student, soft", "targets"]),
        ("学生（教师硬标签与软目标）", ["学生（教师硬标签与", "软目标）"]),
        ("a word and far too many more words than fit", ["a word and far too", "many more words t…"]),
    ],
)
def test_a_label_takes_two_lines_at_most(label, lines):
    assert charts.wrap(label) == lines


def test_the_numbers_stand_beside_the_picture():
    drawn = chart(Series("A", [(0, 1.0), (10, 0.5)]), Series("B", [(10, 0.25)]))
    assert drawn.header == ["step", "A", "B"]
    assert drawn.rows == [["0", "1", ""], ["10", "0.5", "0.25"]]


def test_a_line_says_where_all_its_points_are():
    svg = chart(
        Series("A", [(0, 1.0), (5, 2.0), (10, 50.0)], source="/series/", name="student/dev_accuracy", factor=100)
    ).svg
    assert 'data-source="/series/" data-name="student/dev_accuracy" data-factor="100"' in svg
    assert 'data-domain="0 10 0 50"' in svg


def test_bars_begin_at_zero_and_say_their_number():
    drawn = charts.bar_chart("exits", "Exits", "layer", "share", ["1", "2"], [Bars("Student", [0.25, None])])
    assert drawn.rows == [["1", "0.25"], ["2", ""]]
    svg = ElementTree.fromstring(drawn.svg)
    (bar,) = svg.findall(".//rect")
    assert (bar.attrib["x"], bar.attrib["class"]) == ("116.0", "bar")
    assert "0.25" in "".join(svg.itertext())


def test_bars_of_several_series_carry_their_names():
    both = [Bars("Teacher", [0.5], "teacher"), Bars("Student", [-0.25], "method")]
    words = "".join(ElementTree.fromstring(charts.bar_chart("b", "B", "x", "y", ["1"], both).svg).itertext())
    assert "0.5 Teacher" in words and "\u22120.25 Student" in words


def test_a_heat_map_has_a_cell_a_value_and_a_key():
    drawn = charts.heatmap("map", "Map", "to", "from", ["a", "b"], ["x", "y"], [[0.0, 1.0], [None, 0.5]])
    svg = ElementTree.fromstring(drawn.svg)
    assert [group.attrib["class"] for group in svg.findall("g")][:3] == ["heat-0", "heat-8", "heat-4"]
    assert len(svg.findall(".//rect")) == 3 + 9
    assert drawn.rows == [["a", "0", "1"], ["b", "", "0.5"]]


def test_the_colour_scale_takes_what_lies_outside_to_its_ends():
    assert [step_of(value, 0, 1) for value in (-1, 0, 0.5, 1, 2)] == [0, 0, 4, 8, 8]
    assert step_of(3, 3, 3) == 4


def test_nothing_is_drawn_of_bars_and_cells_without_a_value():
    assert charts.bar_chart("b", "B", "x", "y", ["1"], [Bars("A", [None])]) is None
    assert charts.heatmap("m", "M", "x", "y", ["a"], ["b"], [[None]]) is None


def test_a_tree_has_heavy_arcs_where_both_agree_and_says_its_edges_in_words():
    words, gold, found = ["the", "dog", "<barks>"], [[0, 1], [1, 2]], [[1, 0], [0, 2]]
    drawn = charts.tree("t", "T", "gold", "found", "heavy: both", "joined", words, gold, found)
    svg = ElementTree.fromstring(drawn.svg)
    kinds = [[arc.attrib["class"] for arc in group] for group in svg.findall("g")]
    assert kinds == [["line shared", "line alone"]] * 2
    assert "style" not in drawn.svg  # the pages' policy drops what is written inline
    assert svg.find("desc").text == "gold: the – dog, dog – <barks>. found: the – dog, the – <barks>."
    assert drawn.header == ["joined", "gold", "found"]
    assert drawn.rows == [["the – dog", "✓", "✓"], ["the – <barks>", "–", "✓"], ["dog – <barks>", "✓", "–"]]


def test_a_tree_without_gold_is_all_heavy_without_a_key():
    drawn = charts.tree("t", "T", "gold", "found", "heavy: both", "joined", ["a", "b"], [], [[0, 1]])
    assert "heavy" not in drawn.svg and "line shared" in drawn.svg
    assert (drawn.header, drawn.rows) == (["joined", "found"], [["a – b", "✓"]])
    assert charts.tree("t", "T", "gold", "found", "", "", [], [], []) is None


# --- error bars ---------------------------------------------------------------------------------------------------
def test_error_bars_widen_the_axis_and_are_drawn_once_a_point():
    bars = {1.0: (0.2, 0.9), 2.0: (0.4, 0.6)}
    chart = charts.line_chart("c", "C", "x", "y", [Series("s", [(1.0, 0.5), (2.0, 0.5)], bars=bars)])
    path = re.search(r'class="error-bar" d="([^"]*)"', chart.svg)[1]
    assert path.count("V") == 2
    assert ">0.2<" in chart.svg and "nan" not in chart.svg


def test_a_line_without_bars_has_no_path_for_them():
    assert "error-bar" not in charts.line_chart("c", "C", "x", "y", [Series("s", [(1.0, 0.5), (2.0, 0.5)])]).svg


@pytest.mark.parametrize(
    ("value", "span", "text"), [(0.087, 1, "0.09"), (-3.14, 8, "−3.14"), (150.4, 200, "150"), (0.0123, 0.02, "0.012")]
)
def test_cells_have_as_many_decimals_as_the_scale_needs(value, span, text):
    assert cell_text(value, span) == text


def test_large_numbers_are_written_whole_and_small_ones_by_what_tells():
    assert [number_text(value) for value in (17520, 0.00012345, 9649.4, 2.5e10)] == [
        "17\u202f520", "0.0001234", "9649", "2.5e+10",
    ]  # fmt: skip


def test_cells_too_narrow_for_the_longest_number_hold_none():
    narrow = charts.heatmap("a", "A", "x", "y", ["r"], [str(i) for i in range(8)], [[4.4e-05] * 7 + [1e-05]])
    wide = charts.heatmap("a", "A", "x", "y", ["r"], ["1", "2"], [[4.4e-05, 1e-05]])
    assert "cell-value" not in narrow.svg and wide.svg.count("cell-value") == 2
    assert narrow.rows == [["r", *["4.4e-05"] * 7, "1e-05"]]
