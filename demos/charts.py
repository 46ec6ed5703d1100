"""Series as SVG: pure functions, no script, no inline style.

Colour comes by class, so both themes fit; the marker's shape and a label at the line's end say it without colour.
"""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

Point = tuple[float, float]

WIDTH, HEIGHT = 440, 270
LEFT, RIGHT, TOP, BOTTOM = 46, 132, 24, 40
MAX_POINTS = 200
TABLE_ROWS = 20
LOOKS = ("teacher", "method", "baseline-1", "baseline-2", "baseline-3", "baseline-4")  # each with its colour and marker
MARKER_EVERY_PX = 90
LABEL_GAP_PX = 30  # two lines of a label
LABEL_COLUMNS = 18
LINE_PX = 13


@dataclass(frozen=True)
class Series:
    """A line. `look`, one of LOOKS, gives its colour and its marker; `dashed` tells two of one look apart."""

    label: str
    points: Sequence[Point]
    look: str = "baseline-1"
    dashed: bool = False


@dataclass(frozen=True)
class Chart:
    """An SVG with the same numbers as a table beside it."""

    slug: str
    title: str
    svg: SafeString
    header: list[str]
    rows: list[list[str]] = field(default_factory=list)


@dataclass(frozen=True)
class Scale:
    """Maps a value to a place in pixels."""

    low: float
    high: float
    start: float
    end: float

    def __call__(self, value: float) -> float:
        share = (value - self.low) / (self.high - self.low)
        return round(self.start + share * (self.end - self.start), 1)


def ticks(low: float, high: float, about: int = 5) -> list[float]:
    """Round values (1, 2 or 5 times a power of ten) that cover low..high; the ends lie at or outside them."""
    low, high = ends(low, high)
    rough = (high - low) / about
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(power * factor for factor in (1, 2, 5, 10) if power * factor >= rough * (1 - 1e-9))
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    return [round(i * step, 12) for i in range(first, last + 1)]


def ends(low: float, high: float) -> tuple[float, float]:
    """A range with some width, even about a single value."""
    pad = 0.0 if low < high else abs(low) * 0.1 or 1.0
    return low - pad, high + pad


def downsample(points: Sequence[Point], most: int = MAX_POINTS) -> list[Point]:
    """At most `most` of the points themselves, evenly spaced, the first and the last among them."""
    if len(points) <= most:
        return list(points)
    return [points[round(i * (len(points) - 1) / (most - 1))] for i in range(most)]


def line_chart(slug: str, title: str, x_label: str, y_label: str, series: Sequence[Series]) -> Chart | None:
    """None where no series has a point."""
    series = [replace(line, points=downsample(line.points)) for line in series if line.points]
    if not series:
        return None
    xs, ys = _values(series, 0), _values(series, 1)
    y_ticks = ticks(min(ys), max(ys))
    x_ticks = [tick for tick in ticks(min(xs), max(xs)) if min(xs) <= tick <= max(xs)]
    x = Scale(*ends(min(xs), max(xs)), LEFT, WIDTH - RIGHT)
    y = Scale(y_ticks[0], y_ticks[-1], HEIGHT - BOTTOM, TOP)
    body = [_axes(x, y, x_ticks, y_ticks, x_label, y_label), _lines(series, x, y), _labels(series, y)]
    return Chart(slug, title, _svg(slug, title, _description(series, x_label, y_label), body), *_table(series, x_label))


def _values(series: Sequence[Series], axis: int) -> list[float]:
    return [point[axis] for line in series for point in line.points]


def _description(series: Sequence[Series], x_label: str, y_label: str) -> str:
    ends = "; ".join(f"{s.label}: {tick_text(s.points[0][1])} → {tick_text(s.points[-1][1])}" for s in series)
    return f"{y_label} / {x_label}. {ends}."


def _svg(slug: str, title: str, description: str, body: Sequence[SafeString]) -> SafeString:
    return format_html(
        '<svg class="chart" viewBox="0 0 {} {}" role="img" aria-labelledby="{}-title {}-desc">'
        '<title id="{}-title">{}</title><desc id="{}-desc">{}</desc>{}</svg>',
        WIDTH, HEIGHT, slug, slug, slug, title, slug, description,
        format_html_join("", "{}", ((part,) for part in body)),
    )  # fmt: skip


def tick_text(value: float) -> str:
    return f"{value:.4g}".replace("-", "\u2212")


def _axes(x: Scale, y: Scale, x_ticks: list[float], y_ticks: list[float], x_label: str, y_label: str) -> SafeString:
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
    base = HEIGHT - BOTTOM
    names = format_html(
        '<path class="axis" d="M{} {}H{}"/><text class="axis-name" x="{}" y="{}" text-anchor="end">{}</text>'
        '<text class="axis-name" x="{}" y="{}">{}</text>',
        LEFT, base, WIDTH - RIGHT, WIDTH - RIGHT, HEIGHT - 5, x_label, 4, TOP - 12, y_label,
    )  # fmt: skip
    return across + down + names


def _lines(series: Sequence[Series], x: Scale, y: Scale) -> SafeString:
    return format_html_join("", "{}", ((_line(line, x, y),) for line in series))


def _line(line: Series, x: Scale, y: Scale) -> SafeString:
    places = [(x(step), y(value)) for step, value in line.points]
    path = "M" + "L".join(f"{px:g} {py:g}" for px, py in places)
    marks = "".join(marker(line.look, *place) for place in _apart(places))
    return format_html(
        '<g class="series look-{}{}"><path class="line" d="{}"/><path class="mark" d="{}"/></g>',
        line.look, " dashed" if line.dashed else "", path, marks,
    )  # fmt: skip


def _apart(places: Sequence[Point]) -> list[Point]:
    """The places that get a marker: the last, and before it those at least MARKER_EVERY_PX away from the next."""
    kept = [places[-1]]
    for place in reversed(places[:-1]):
        if kept[-1][0] - place[0] >= MARKER_EVERY_PX:
            kept.append(place)
    return kept


def marker(look: str, cx: float, cy: float) -> str:
    """Path data of a look's shape about a centre: circle, triangle, square, diamond, cross, plus."""
    shapes = (
        "m-3.5 0a3.5 3.5 0 1 0 7 0a3.5 3.5 0 1 0 -7 0z",
        "m0 -4l3.8 6.8h-7.6z",
        "m-3.2 -3.2h6.4v6.4h-6.4z",
        "m0 -4.5l4.5 4.5l-4.5 4.5l-4.5 -4.5z",
        "m-3 -3l6 6m-6 0l6 -6",
        "m-4 0h8m-4 -4v8",
    )
    return f"M{cx:g} {cy:g}{shapes[LOOKS.index(look)]}"


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
    return format_html_join("", "{}", ((_label(*each),) for each in zip(series, heights, strict=True)))


def _label(line: Series, height: float) -> SafeString:
    left, lines = WIDTH - RIGHT + 20, wrap(line.label)
    first = height + 4 - (len(lines) - 1) * LINE_PX / 2
    words = format_html_join(
        "", '<tspan x="{}" y="{}">{}</tspan>', ((left, first + i * LINE_PX, text) for i, text in enumerate(lines))
    )
    return format_html(
        '<g class="series look-{}"><path class="mark" d="{}"/><text class="label">{}</text></g>',
        line.look, marker(line.look, left - 9, height), words,
    )  # fmt: skip


def width_of(text: str) -> int:
    """In columns: a Chinese character takes two."""
    return sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in text)


def wrap(label: str, columns: int = LABEL_COLUMNS) -> list[str]:
    """One or two lines of at most `columns`, broken at a space where there is one; the rest is an ellipsis."""
    if width_of(label) <= columns:
        return [label]
    fits = next(i for i in range(len(label), -1, -1) if width_of(label[:i]) <= columns)
    space = label.rfind(" ", 0, fits + 1)
    at = space if space > 0 else fits
    rest = label[at:].strip()
    if width_of(rest) > columns:
        rest = rest[: next(i for i in range(len(rest), -1, -1) if width_of(rest[:i]) < columns)] + "…"
    return [label[:at], rest]


def _table(series: Sequence[Series], x_label: str) -> tuple[list[str], list[list[str]]]:
    """The drawn numbers, thinned to TABLE_ROWS steps."""
    steps = sorted({step for line in series for step, _ in line.points})
    steps = [step for step, _ in downsample([(step, 0.0) for step in steps], TABLE_ROWS)]
    values = [dict(line.points) for line in series]
    rows = [[f"{step:g}", *(f"{column[step]:.4g}" if step in column else "" for column in values)] for step in steps]
    return [x_label, *(line.label for line in series)], rows
