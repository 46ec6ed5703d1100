"""The data of figures."""

from workers.kit import figures


def test_lines_with_points_of_their_own_have_gaps_where_others_have_points():
    drawn = figures.points({"student": [(2.0, 0.9), (1.0, 0.8)], "teacher": [(3.0, 0.95)]})
    assert [drawn["x"], *(line["y"] for line in drawn["series"])] == [[1, 2, 3], [0.8, 0.9, None], [None, None, 0.95]]
