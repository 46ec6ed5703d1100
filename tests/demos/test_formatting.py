import pytest

from demos import formatting
from workers.statistics import Summary, summary


@pytest.mark.parametrize(
    ("metric", "value", "printed"),
    [
        ("accuracy", 0.8104, "81.0\u202f%"),
        ("parameters", 1_820_000, "1.820\u202fM"),
        ("size_bytes", 7_304_000, "7.30\u202fMB"),
        ("flops_per_token", 203_794.3, "0.204\u202fMFLOP"),
        ("bits_per_weight", 8.03, "8.03\u202fbits"),
        ("latency_p50_ms", 4.104, "4.10\u202fms"),
        ("kl_to_teacher", 0.02951, "0.030\u202fnats"),
        ("train_s", 33.04, "33.0\u202fs"),
        ("throughput", 23081.4, "23\u202f081\u202fexamples/s"),
        ("layers_kept", 3, "3"),
    ],
)
def test_a_number_is_printed_with_its_unit(metric, value, printed):
    assert str(formatting.quantity(metric, value)) == printed


def test_a_metric_that_no_table_knows_keeps_the_run_s_unit():
    assert str(formatting.quantity("layers_kept", 3.75, "layers")) == "3.75\u202flayers"


@pytest.mark.parametrize(("difference", "printed"), [(0.109, "+10.9"), (-0.188, "\u221218.8"), (0.0, "+0.0")])
def test_a_difference_always_has_its_sign(difference, printed):
    assert formatting.signed("accuracy", difference) == printed


@pytest.mark.parametrize(
    ("seconds", "printed"), [(7.6, "8 s"), (90, "1 min 30 s"), (600, "10 min"), (7500, "2 h 5 min")]
)
def test_a_duration_is_as_exact_as_it_needs_to_be(seconds, printed):
    assert formatting.duration(seconds) == printed


@pytest.mark.parametrize(
    ("size", "printed"), [(1, "1 byte"), (999, "999 bytes"), (290_000, "290.0\u202fkB"), (7_304_000, "7.30\u202fMB")]
)
def test_a_file_s_size(size, printed):
    assert formatting.file_size(size) == printed


def test_a_spread_has_mean_deviation_unit_and_number_of_seeds():
    assert formatting.spread("accuracy", Summary(5, 0.8104, 0.0032, 0.8, 0.82)) == "81.0 ± 0.3\u202f% (5 seeds)"


def test_one_seed_has_no_deviation():
    assert formatting.spread("accuracy", summary([0.8104])) == "81.0\u202f% (1 seed)"


def test_a_spread_takes_the_run_s_unit_where_the_metric_is_unknown():
    found = formatting.spread("bits_per_weight", Summary(3, 3.75, 0.25, 3.1, 4.4), "bits")
    assert found == "3.75 ± 0.25\u202fbits (3 seeds)"


def test_a_spread_without_its_unit_stands_below_a_head_that_has_it():
    assert formatting.spread_number("size_bytes", Summary(2, 7.3e6, 1e5, 7e6, 8e6)) == "7.30 ± 0.10"


@pytest.mark.parametrize(
    ("values", "printed"),
    [
        ([0.96, 0.97, 0.98], "94.5 to 99.5"),  # 2 degrees of freedom: 97 -+ 4.303 * 1 / sqrt(3)
        ([0.90, 0.98], "43.2 to 100.0"),  # and 1: 94 -+ 12.706 * 5.657 / sqrt(2), above which no share lies
        ([0.02, 0.10], "0.0 to 56.8"),
        ([0.90], ""),
    ],
)
def test_the_interval_of_a_share_stays_among_shares(values, printed):
    assert formatting.interval("accuracy", summary(values)) == printed


def test_the_interval_of_another_metric_is_students_own():
    assert formatting.interval("layers_kept", summary([1.0, 3.0])) == "\u221210.71 to 14.71"


@pytest.mark.parametrize(("values", "shows"), [([0.25e6, 0.25e6], False), ([0.25e6, 0.26e6], True), ([0.25e6], False)])
def test_a_spread_is_shown_where_its_digits_say_something(values, shows):
    assert formatting.spread_shows("size_bytes", summary(values)) is shows


@pytest.mark.parametrize(
    ("value", "printed"),
    [(8000, "8000"), (10_000, "10\u202f000"), (1_234_567, "1\u202f234\u202f567"), (2e6, "2\u202f000\u202f000"),
     (0.002, "0.002"), (-3, "-3"), (4.0, "4"), (65.224, "65.224")],
)  # fmt: skip
def test_a_number_without_a_metric_is_written_in_full(value, printed):
    assert formatting.plain_number(value) == printed
