"""Fewer points for a picture, by buckets of lowest and highest: a peak of one step never vanishes."""

from __future__ import annotations

from collections.abc import Sequence

Point = tuple[float, float]
MAX_POINTS = 200


def downsample(points: Sequence[Point], most: int = MAX_POINTS) -> list[Point]:
    """At most `most` (2 or more) of the points themselves: the ends, and of each bucket the lowest and the highest.

    Of equally many points in each bucket, not of equal steps: where a curve was sampled densely it stays dense.
    Largest-triangle-three-buckets draws smoother, but may drop the one step at which a loss shot up.
    """
    if len(points) <= most:
        return list(points)
    inner, buckets = points[1:-1], (most - 2) // 2
    chosen = [points[0]]
    for index in range(buckets):
        bucket = inner[index * len(inner) // buckets : (index + 1) * len(inner) // buckets]
        low = min(range(len(bucket)), key=lambda place: bucket[place][1])
        high = max(range(len(bucket)), key=lambda place: bucket[place][1])
        chosen += [bucket[place] for place in sorted({low, high})]
    return [*chosen, points[-1]]


def evenly(items: Sequence[float], most: int) -> list[float]:
    """At most `most` of the items, evenly spaced, the first and the last among them."""
    if len(items) <= most:
        return list(items)
    return [items[round(i * (len(items) - 1) / (most - 1))] for i in range(most)]
