"""What several runs of one configuration say together: mean, spread, and how far the mean may be off.

Runs that differ in nothing but the seed are a sample. Its spread is the sample standard deviation (divided by n - 1),
and the interval is Student's: few seeds are the rule here, and the normal interval of three values is less than half
as wide as it should be.
"""

from __future__ import annotations

import math
import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate

CONFIDENCE = 0.95
SEEDS_FOR_A_CLAIM = 3  # fewer say nothing about an order


@dataclass(frozen=True)
class Summary:
    """Of n values: mean, sample standard deviation, and the 95 % interval of the mean. One value has no spread."""

    n: int
    mean: float
    deviation: float | None = None
    low: float | None = None
    high: float | None = None

    @property
    def half_width(self) -> float | None:
        """How far the interval reaches to either side of the mean."""
        return None if self.high is None else self.high - self.mean


def summary(values: Sequence[float]) -> Summary:
    """Raises ValueError where there are no values."""
    if not values:
        raise ValueError("no values to sum up")
    n, mean = len(values), statistics.fmean(values)
    if n == 1:
        return Summary(n, mean)
    deviation = statistics.stdev(values, mean)
    half_width = student_quantile(n - 1) * deviation / math.sqrt(n)
    return Summary(n, mean, deviation, mean - half_width, mean + half_width)


def paired(a: Mapping[int, float], b: Mapping[int, float]) -> Summary | None:
    """Of the differences a - b, seed by seed: what the seed does to both of them falls out. None: no common seed."""
    common = sorted(a.keys() & b.keys())
    return summary([a[seed] - b[seed] for seed in common]) if common else None


@lru_cache(maxsize=256)
def student_quantile(degrees: int, confidence: float = CONFIDENCE) -> float:
    """t with P(|T| <= t) = confidence, T of Student's distribution with a whole number of degrees of freedom."""
    low, high = 0.0, math.pi / 2  # bisect the angle, which is bounded, rather than t, which is not
    for _step in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if _probability_within(middle, degrees) < confidence else (low, middle)
    return math.sqrt(degrees) * math.tan((low + high) / 2)


def _probability_within(angle: float, degrees: int) -> float:
    """P(|T| <= t) with t = sqrt(degrees) tan(angle): a finite sum for whole degrees.

    Abramowitz and Stegun, Handbook of Mathematical Functions, 26.7.3 (odd) and 26.7.4 (even).
    """
    cos2 = math.cos(angle) ** 2
    odd = degrees % 2
    factors = (cos2 * (k - 1) / k for k in range(2 + odd, degrees - 1, 2))
    total = math.fsum(accumulate(factors, lambda term, factor: term * factor, initial=1.0)) if degrees > 1 else 0.0
    if odd:
        return 2 / math.pi * (angle + math.sin(angle) * math.cos(angle) * total)
    return math.sin(angle) * total
