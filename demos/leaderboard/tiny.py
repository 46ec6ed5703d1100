"""The home page's tiny Pareto plot: quality against size, each method's best run on the data that most of them share.

It leads to the leaderboard, which has seeds, spreads, numbers and choices; this one has marks and the front.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from demos import formatting, reading
from demos.charts import ticks
from demos.charts.drawing import Scale
from demos.leaderboard.front import pareto_front
from demos.leaderboard.scatter import SHAPES, Log, log_range, look, shape_of
from demos.reading import MethodEntry
from workers.metrics import SIZE
from workers.spec import Metric

WIDTH, HEIGHT, EDGE = 300, 120, 10
SIZE_BYTES = SIZE[0]


@dataclass(frozen=True)
class Place:
    """A network by its size in bytes and its quality as it is stored."""

    size: float
    quality: float
    family: str
    kind: str


@dataclass(frozen=True)
class TinyPareto:
    svg: SafeString
    data: str


def tiny_pareto(entries: Iterable[MethodEntry]) -> TinyPareto | None:
    """No query: from the best runs that the entries hold, of those methods that most are like: by data and quality.

    None where fewer than two networks can be placed.
    """
    best = [((entry.best.data, entry.spec.quality), entry) for entry in entries if entry.best]
    if not best:
        return None
    ((data, quality), _count), *_rest = Counter(alike for alike, _entry in best).most_common(1)
    places = {place for alike, one in best if alike == (data, quality) for place in _places(one)}
    if len(places) < 2:
        return None
    ranked = sorted(places, key=lambda place: (place.size, place.quality))
    return TinyPareto(_drawn(ranked, quality), reading.data_title(data))


def _places(entry: MethodEntry) -> list[Place]:
    spec, quality = entry.spec, entry.spec.quality.slug
    values = {(result.role, result.metric): result.value for result in entry.best.results.all()}
    return [
        Place(values[role.slug, SIZE_BYTES], values[role.slug, quality], spec.family, role.kind)
        for role in spec.roles
        if values.get((role.slug, SIZE_BYTES)) and (role.slug, quality) in values
    ]


def _drawn(places: list[Place], quality: Metric) -> SafeString:
    """What is better lies higher."""
    front = sorted(pareto_front([(quality.sign * place.quality, place.size) for place in places]))
    levels = ticks(min(place.quality for place in places), max(place.quality for place in places))
    x = Log(*log_range([place.size for place in places]), EDGE, WIDTH - EDGE)
    y = Scale(*(levels[0], levels[-1])[:: quality.sign or 1], HEIGHT - EDGE, EDGE)
    steps = "".join(f"H{x(places[i].size):g}V{y(places[i].quality):g}" for i in front)
    marks = format_html_join(
        "",
        '<g class="{}"><path class="mark" d="M{} {}{}"/></g>',
        (
            (look(p.family, p.kind), x(p.size), y(p.quality), SHAPES[shape_of(p.family, p.kind)])
            for p in sorted(places, key=lambda place: place.kind == "method")  # the methods lie on top
        ),
    )
    return format_html(
        '<svg class="tiny-pareto" viewBox="0 0 {} {}" role="img" aria-label="{}">'
        '<path class="axis" d="M{} {}V{}H{}"/><path class="front" d="M{} {}{}H{}"/>{}</svg>',
        WIDTH, HEIGHT, _description(places, quality), EDGE, EDGE, HEIGHT - EDGE, WIDTH - EDGE,
        x(places[front[0]].size), HEIGHT - EDGE, steps, WIDTH - EDGE, marks,
    )  # fmt: skip


def _description(places: list[Place], quality: Metric) -> str:
    """Where it begins and ends, in words."""
    words = _("%(n)d networks, from %(small)s at %(worst)s to %(large)s at %(best)s.")
    smallest, largest = places[0], places[-1]
    return words % {
        "n": len(places),
        "small": formatting.quantity(SIZE_BYTES, smallest.size),
        "worst": formatting.quantity(quality.slug, smallest.quality),
        "large": formatting.quantity(SIZE_BYTES, largest.size),
        "best": formatting.quantity(quality.slug, largest.quality),
    }
