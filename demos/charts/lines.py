"""Curves: a line a series, its name at its end."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from demos.charts.drawing import (
    BOTTOM,
    HEIGHT,
    LEFT,
    RIGHT,
    TOP,
    WIDTH,
    Chart,
    Scale,
    ends,
    marker,
    svg,
    tick_text,
    ticks,
    words,
)  # fmt: skip
from demos.charts.sampling import Point, downsample, evenly

TABLE_ROWS = 20
MARKER_EVERY_PX = 90
BAR_PX = 4  # half of an error bar's end
LABEL_GAP_PX = 30  # two lines of a label


@dataclass(frozen=True)
class Series:
    """A line. `look`, one of LOOKS, gives its colour and its marker; `dashed` tells two of one look apart.

    `bars` reach from a low to a high value at some of the points: an interval, a spread. A `band` has both at every
    point, for lines of so many points that bars would hide them.
    `source` is an address that gives all its points by `name`, as /api/v1/runs/<id>/series/ does, for a reader who
    zooms in; `factor` is what they were multiplied by to be drawn.
    """

    label: str
    points: Sequence[Point]
    look: str = "baseline-1"
    dashed: bool = False
    source: str = ""
    name: str = ""
    factor: float = 1.0
    bars: Mapping[float, Point] = field(default_factory=dict)
    band: Mapping[float, Point] = field(default_factory=dict)


def line_chart(slug: str, title: str, x_label: str, y_label: str, series: Sequence[Series]) -> Chart | None:
    """None where no series has a point."""
    whole = [line for line in series if line.points]
    if not whole:
        return None
    series = [replace(line, points=downsample(line.points)) for line in whole]
    xs = _values(series, 0)
    reach = [pair for line in series for pair in (*line.bars.values(), *line.band.values())]
    ys = _values(series, 1) + [value for pair in reach for value in pair]
    y_ticks = ticks(min(ys), max(ys))
    x_ticks = [tick for tick in ticks(min(xs), max(xs)) if min(xs) <= tick <= max(xs)]
    x = Scale(*ends(min(xs), max(xs)), LEFT, WIDTH - RIGHT)
    y = Scale(y_ticks[0], y_ticks[-1], HEIGHT - BOTTOM, TOP)
    body = [
        _axes(x, y, x_ticks, y_ticks), _names(x_label, y_label),
        format_html('<g class="lines">{}{}</g>', _bands(series, x, y), _lines(series, x, y)), _labels(series, y),
    ]  # fmt: skip
    zooms = max(len(line.points) for line in series) > 2 and not reach  # a script knows neither
    domain = f"{x.low:.10g} {x.high:.10g} {y.low:.10g} {y.high:.10g}" if zooms else ""
    drawn = svg(slug, title, _description(series, x_label, y_label), body, domain=domain)
    return Chart(slug, title, drawn, *_table(whole, x_label), zooms=zooms)


def _values(series: Sequence[Series], axis: int) -> list[float]:
    return [point[axis] for line in series for point in line.points]


def _description(series: Sequence[Series], x_label: str, y_label: str) -> str:
    ends = "; ".join(f"{s.label}: {tick_text(s.points[0][1])} → {tick_text(s.points[-1][1])}" for s in series)
    return f"{y_label} / {x_label}. {ends}."


def _axes(x: Scale, y: Scale, x_ticks: list[float], y_ticks: list[float]) -> SafeString:
    across = format_html_join(
        "",
        '<path class="grid" d="M{} {}H{}"/><text class="tick" x="{}" y="{}" text-anchor="end">{}</text>',
        ((LEFT, y(v), WIDTH - RIGHT, LEFT - 6, y(v) + 4, tick_text(v)) for v in y_ticks),
    )
    down = format_html_join(
        "",
        '<text class="tick" x="{}" y="{}" text-anchor="middle">{}</text>',
        ((x(v), HEIGHT - BOTTOM + 17, tick_text(v)) for v in x_ticks),
    )
    return format_html('<g class="ticks">{}{}</g>', across, down)


def _names(x_label: str, y_label: str) -> SafeString:
    base = HEIGHT - BOTTOM
    return format_html(
        '<path class="axis" d="M{} {}H{}"/><text class="axis-name" x="{}" y="{}" text-anchor="end">{}</text>'
        '<text class="axis-name" x="{}" y="{}">{}</text>',
        LEFT, base, WIDTH - RIGHT, WIDTH - RIGHT, HEIGHT - 5, x_label, 4, TOP - 12, y_label,
    )  # fmt: skip


def _lines(series: Sequence[Series], x: Scale, y: Scale) -> SafeString:
    return format_html_join("", "{}", ((_line(line, x, y),) for line in series))


def _line(line: Series, x: Scale, y: Scale) -> SafeString:
    places = [(x(step), y(value)) for step, value in line.points]
    path = "M" + "L".join(f"{px:g} {py:g}" for px, py in places)
    marked = places if line.bars else _apart(places)  # a bar needs its middle
    marks = "".join(marker(line.look, *place) for place in marked)
    origin = (
        format_html(' data-source="{}" data-name="{}" data-factor="{}"', line.source, line.name, f"{line.factor:g}")
        if line.source
        else ""
    )
    return format_html(
        '<g class="series look-{}{}"{}>{}<path class="line" d="{}"/><path class="mark" d="{}"/></g>',
        line.look, " dashed" if line.dashed else "", origin, _bars(line, x, y), path, marks,
    )  # fmt: skip


def _bands(series: Sequence[Series], x: Scale, y: Scale) -> SafeString:
    """Beneath all lines: along the upper ends, and back along the lower ones."""
    rows = []
    for line in series:
        places = [(x(at), *map(y, line.band[at])) for at, _value in line.points if at in line.band]
        upper = "L".join(f"{px:g} {high:g}" for px, _low, high in places)
        lower = "L".join(f"{px:g} {low:g}" for px, low, _high in reversed(places))
        rows += [(line.look, f"M{upper}L{lower}z")] if places else []
    return format_html_join("", '<g class="look-{}"><path class="band" d="{}"/></g>', rows)


def _bars(line: Series, x: Scale, y: Scale) -> SafeString:
    """One path of I shapes; nothing for a line without."""
    shapes = (
        f"M{x(at) - BAR_PX:g} {y(low):g}h{2 * BAR_PX}M{x(at):g} {y(low):g}V{y(high):g}m{-BAR_PX} 0h{2 * BAR_PX}"
        for at, (low, high) in line.bars.items()
    )
    path = "".join(shapes)
    return format_html('<path class="error-bar" d="{}"/>', path) if path else SafeString("")


def _apart(places: Sequence[Point]) -> list[Point]:
    """The places that get a marker: the last, and before it those at least MARKER_EVERY_PX away from the next."""
    kept = [places[-1]]
    for place in reversed(places[:-1]):
        if kept[-1][0] - place[0] >= MARKER_EVERY_PX:
            kept.append(place)
    return kept


def spread(
    wanted: Sequence[float], gap: float = LABEL_GAP_PX, low: float = TOP + 4, high: float = HEIGHT - BOTTOM
) -> list[float]:
    """Heights near the wanted ones, in the same order, at least `gap` apart and inside low..high where that fits."""
    order = sorted(range(len(wanted)), key=wanted.__getitem__)
    placed: list[float] = []
    for i in order:
        placed.append(max(wanted[i], placed[-1] + gap if placed else low))
    overflow = high
    for k in range(len(placed) - 1, -1, -1):
        placed[k] = min(placed[k], overflow)
        overflow = placed[k] - gap
    heights = [0.0] * len(wanted)
    for place, i in zip(placed, order, strict=True):
        heights[i] = round(place, 1)
    return heights


def _labels(series: Sequence[Series], y: Scale) -> SafeString:
    """Names beside the ends of the lines, moved apart where the ends are close."""
    wanted = [y(line.points[-1][1]) for line in series]
    heights = spread(wanted, gap=LABEL_GAP_PX, low=TOP + 8, high=HEIGHT - BOTTOM - 8)
    names = format_html_join("", "{}", ((_label(*each),) for each in zip(series, heights, strict=True)))
    return format_html('<g class="line-labels">{}</g>', names)


def _label(line: Series, height: float) -> SafeString:
    left = WIDTH - RIGHT + 20
    return format_html(
        '<g class="series look-{}" data-height="{}"><path class="mark" d="{}"/>{}</g>',
        line.look, height, marker(line.look, left - 9, height), words(line.label, left, height),
    )  # fmt: skip


def _table(series: Sequence[Series], x_label: str) -> tuple[list[str], list[list[str]]]:
    """The numbers themselves at TABLE_ROWS of the steps."""
    steps = evenly(sorted({step for line in series for step, _ in line.points}), TABLE_ROWS)
    values = [dict(line.points) for line in series]
    rows = [
        [f"{step:g}", *(_number(line, step, column) for line, column in zip(series, values, strict=True))]
        for step in steps
    ]
    return [x_label, *(line.label for line in series)], rows


def _number(line: Series, step: float, values: Mapping[float, float]) -> str:
    """With the ends of its band, where it has one."""
    if step not in values:
        return ""
    low, high = line.band.get(step, (None, None))
    return f"{values[step]:.4g}" if low is None else f"{values[step]:.4g} ({low:.4g} – {high:.4g})"
