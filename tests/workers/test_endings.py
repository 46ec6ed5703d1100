"""How a job's end is told in words."""

import pytest

from workers import endings


@pytest.mark.parametrize(
    ("limit_s", "words"),
    [
        (0.3, "0.3 seconds"),
        (90, "90 seconds"),
        (14_400, "240 minutes"),
        (5000, "83.3 minutes"),
        (86_400, "1440 minutes"),
    ],
)
def test_a_run_that_took_too_long_hears_of_its_limit_in_a_unit_that_fits(limit_s, words):
    assert endings.too_long(limit_s).en == f"Stopped after its time limit of {words}."
