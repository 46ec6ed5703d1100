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
from demos.models import Result
from demos.reading import MethodEntry
from workers import metrics
from workers.spec import MethodSpec

WIDTH, HEIGHT, EDGE = 300, 120, 10
QUALITY, SIZE = metrics.QUALITY[0], metrics.SIZE[0]


@dataclass(frozen=True)
class Place:
    """A network by its size in bytes and its quality as a share."""

    size: float
    quality: float
    family: str
    kind: str


@dataclass(frozen=True)
class TinyPareto:
    svg: SafeString
    data: str


def tiny_pareto(entries: Iterable[MethodEntry]) -> TinyPareto | None:
    """No query: from the best runs that the entries hold. None where fewer than two networks can be placed."""
    best = [(entry.spec, entry.best) for entry in entries if entry.best]
    data = next(iter(Counter(run.data for _spec, run in best).most_common(1)), ("", 0))[0]
    places = {place for spec, run in best if run.data == data for place in _places(spec, run.results.all())}
    if len(places) < 2:
        return None
    return TinyPareto(_drawn(sorted(places, key=lambda place: (place.size, place.quality))), reading.data_title(data))


def _places(spec: MethodSpec, results: Iterable[Result]) -> list[Place]:
    values = {(result.role, result.metric): result.value for result in results}
    return [
        Place(values[role.slug, SIZE], values[role.slug, QUALITY], spec.family, role.kind)
        for role in spec.roles
        if values.get((role.slug, SIZE)) and (role.slug, QUALITY) in values
    ]


def _drawn(places: list[Place]) -> SafeString:
    front = sorted(pareto_front([(place.quality, place.size) for place in places]))
    levels = ticks(min(place.quality for place in places), max(place.quality for place in places))
    x = Log(*log_range([place.size for place in places]), EDGE, WIDTH - EDGE)
    y = Scale(levels[0], levels[-1], HEIGHT - EDGE, EDGE)
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
        WIDTH, HEIGHT, _description(places), EDGE, EDGE, HEIGHT - EDGE, WIDTH - EDGE,
        x(places[front[0]].size), HEIGHT - EDGE, steps, WIDTH - EDGE, marks,
    )  # fmt: skip


def _description(places: list[Place]) -> str:
    """Where it begins and ends, in words."""
    words = _("%(n)d networks, from %(small)s at %(worst)s to %(large)s at %(best)s.")
    smallest, largest = places[0], places[-1]
    return words % {
        "n": len(places),
        "small": formatting.quantity(SIZE, smallest.size),
        "worst": formatting.quantity(QUALITY, smallest.quality),
        "large": formatting.quantity(SIZE, largest.size),
        "best": formatting.quantity(QUALITY, largest.quality),
    }
