"""Seeded choices that are the same on every platform and in every Python."""

from __future__ import annotations

import random
from collections.abc import Sequence
from functools import cache
from itertools import accumulate

ZIPF_EXPONENT = 1.1


class Draw:
    """Seeded choices made of `random()` alone, whose sequence Python promises to keep."""

    def __init__(self, seed: int):
        self._random = random.Random(seed)  # noqa: S311  # a corpus, not a secret

    def chance(self, share: float) -> bool:
        return self._random.random() < share

    def one(self, items: Sequence):
        return items[int(self._random.random() * len(items))]

    def zipf(self, items: Sequence[str]) -> str:
        """An item, the i-th with weight 1 / (i + 1) ** ZIPF_EXPONENT."""
        bounds = _zipf_bounds(len(items))
        at = self._random.random() * bounds[-1]
        low, high = 0, len(items) - 1
        while low < high:
            middle = (low + high) // 2
            low, high = (middle + 1, high) if bounds[middle] <= at else (low, middle)
        return items[low]


@cache
def _zipf_bounds(size: int) -> tuple[float, ...]:
    return tuple(accumulate(1 / (rank + 1) ** ZIPF_EXPONENT for rank in range(size)))
