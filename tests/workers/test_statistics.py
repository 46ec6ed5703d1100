import math
import statistics as standard

import pytest

from workers.statistics import paired, student_quantile, summary


def test_mean_and_sample_deviation_of_three_values_by_hand():
    found = summary([1.0, 2.0, 6.0])
    assert (found.n, found.mean) == (3, 3.0)
    assert found.deviation == pytest.approx(math.sqrt(7))  # (4 + 1 + 9) / (3 - 1)


def test_the_interval_is_the_quantile_times_the_error_of_the_mean():
    found = summary([1.0, 2.0, 6.0])
    half_width = 0.95 * math.sqrt(2 / 0.0975) * math.sqrt(7 / 3)  # two degrees of freedom: in closed form
    assert (found.low, found.high) == pytest.approx((3 - half_width, 3 + half_width))
    assert found.half_width == pytest.approx(half_width)


def test_one_value_has_no_spread_and_no_interval():
    found = summary([0.81])
    assert (found.n, found.mean, found.deviation, found.low, found.high) == (1, 0.81, None, None, None)


def test_equal_values_have_an_interval_of_no_width():
    found = summary([0.5, 0.5, 0.5])
    assert (found.deviation, found.low, found.high) == (0.0, 0.5, 0.5)


def test_no_values_are_refused():
    with pytest.raises(ValueError, match="no values"):
        summary([])


def closed_form(degrees: int, p: float) -> float:
    """The quantile function of the three cases that have one: Cauchy's, and Shaw's for 2 and 4."""
    a = 4 * p * (1 - p)
    if degrees == 1:
        return math.tan(math.pi * (p - 0.5))
    if degrees == 2:
        return 2 * (p - 0.5) * math.sqrt(2 / a)
    return 2 * math.sqrt(math.cos(math.acos(math.sqrt(a)) / 3) / math.sqrt(a) - 1)


@pytest.mark.parametrize("degrees", [1, 2, 4])
@pytest.mark.parametrize("confidence", [0.5, 0.95, 0.99])
def test_the_quantile_equals_the_closed_form_where_there_is_one(degrees, confidence):
    expected = closed_form(degrees, (1 + confidence) / 2)
    assert student_quantile(degrees, confidence) == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize("degrees", [3, 5, 9, 10, 29])
def test_the_quantile_encloses_the_confidence_when_the_density_is_integrated(degrees):
    scale = math.exp(math.lgamma((degrees + 1) / 2) - math.lgamma(degrees / 2)) / math.sqrt(degrees * math.pi)
    t, steps = student_quantile(degrees), 20_000
    width = 2 * t / steps
    middles = (-t + (i + 0.5) * width for i in range(steps))
    area = width * math.fsum(scale * (1 + x * x / degrees) ** (-(degrees + 1) / 2) for x in middles)
    assert area == pytest.approx(0.95, abs=1e-6)


def test_the_quantile_of_many_degrees_is_the_normal_one():
    assert student_quantile(100_000) == pytest.approx(standard.NormalDist().inv_cdf(0.975), abs=1e-4)


def test_a_paired_difference_takes_only_the_seeds_that_both_have():
    found = paired({0: 0.9, 1: 0.8, 7: 0.1}, {1: 0.5, 0: 0.7, 3: 0.9})
    assert found.n == 2
    assert found.mean == pytest.approx(0.25)
    assert found.deviation == pytest.approx(math.sqrt(0.005))  # differences 0.2 and 0.3


def test_a_pair_with_no_common_seed_has_no_difference():
    assert paired({0: 0.9}, {1: 0.5}) is None


def test_what_the_seed_does_to_both_falls_out_of_the_difference():
    assert paired({0: 0.6, 1: 0.9, 2: 0.3}, {0: 0.5, 1: 0.8, 2: 0.2}).deviation == pytest.approx(0, abs=1e-12)
