"""Quality against cost as SVG: what stands there before the interactive plot arrives, and where it never does.

Colour comes by class. A family has its shape too; a method's mark is full, a baseline's hollow, a teacher's a star.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from demos.charts import spread, ticks
from demos.charts.drawing import Scale, tick_text, width_of
from demos.formatting import THIN_SPACE
from workers.registry import FAMILIES

WIDTH, HEIGHT = 560, 430
LEFT, RIGHT, TOP, BOTTOM = 44, 12, 30, 44
MARGIN = 0.08  # of the plot's width, on either side of the outermost marks
NARROWEST_SPAN = 1.5  # the dearest costs at least so many times the cheapest, on the axis
LETTER_PX, LABEL_GAP_PX, MOST_LABELS = 6.4, 15, 8
SHAPES = {
    "circle": "m-4.5 0a4.5 4.5 0 1 0 9 0a4.5 4.5 0 1 0 -9 0z",
    "square": "m-4 -4h8v8h-8z",
    "diamond": "m0 -5.5l5.5 5.5l-5.5 5.5l-5.5 -5.5z",
    "triangle-up": "m0 -5.2l5 8.8h-10z",
    "cross": "m-1.7 -5h3.4v3.3h3.3v3.4h-3.3v3.3h-3.4v-3.3h-3.3v-3.4h3.3z",
    "star": "m0 -6.5l1.9 4.4l4.8 0.4l-3.6 3.1l1.1 4.7l-4.2 -2.5l-4.2 2.5l1.1 -4.7l-3.6 -3.1l4.8 -0.4z",
}  # also names of Plotly's symbols


@dataclass(frozen=True)
class Mark:
    """A network in the plot. `x`, `y` and `deviation` in printed units; `label` is empty where none is drawn."""

    key: str
    x: float
    y: float
    deviation: float | None
    label: str
    words: str
    family: str
    kind: str
    on_front: bool
    url: str

    @property
    def shape(self) -> str:
        return shape_of(self.family, self.kind)


@dataclass(frozen=True)
class Axis:
    name: str
    lower_is_better: bool = False


def shape_of(family: str, kind: str) -> str:
    if kind == "teacher":
        return "star"
    place = next((place for place, known in enumerate(FAMILIES) if known.slug == family), 0)
    return list(SHAPES)[place % (len(SHAPES) - 1)]


def key_mark(family: str, kind: str) -> SafeString:
    """One mark alone, for the words that explain the plot."""
    return format_html(
        '<svg class="scatter-key" viewBox="-8 -8 16 16" aria-hidden="true">'
        '<g class="{}"><path class="mark" d="M0 0{}"/></g></svg>',
        look(family, kind), SHAPES[shape_of(family, kind)],
    )  # fmt: skip


def look(family: str, kind: str) -> str:
    return f"kind-{kind}" if kind == "teacher" else f"family-{family} kind-{kind}"


class Log:
    """Maps a positive value to a place in pixels, by its logarithm."""

    def __init__(self, low: float, high: float, start: float, end: float):
        self.scale = Scale(math.log(low), math.log(high), start, end)

    def __call__(self, value: float) -> float:
        return self.scale(math.log(value))


def log_range(values: Sequence[float]) -> tuple[float, float]:
    """From a little below the least to a little above the greatest, and never too narrow to be read."""
    low, high = min(values), max(values)
    if high / low < NARROWEST_SPAN:
        middle = math.sqrt(low * high)
        low, high = middle / math.sqrt(NARROWEST_SPAN), middle * math.sqrt(NARROWEST_SPAN)
    pad = (high / low) ** MARGIN
    return low / pad, high * pad


def log_ticks(low: float, high: float) -> list[float]:
    """1, 2 and 5 times powers of ten within; where too few of them are, round values in equal steps."""
    powers = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
    found = [round(factor * 10.0**power, 12) for power in powers for factor in (1, 2, 5)]
    found = [tick for tick in found if low <= tick <= high]
    if len(found) > 8:
        found = [tick for tick in found if f"{tick:e}".startswith("1")]
    return found if len(found) >= 3 else [tick for tick in ticks(low, high) if low <= tick <= high and tick > 0]


def y_ticks(marks: Sequence[Mark]) -> list[float]:
    """Round values from below the lowest spread to above the highest."""
    reach = [mark.y + sign * (mark.deviation or 0) for mark in marks for sign in (-1, 1)]
    return ticks(min(reach), max(reach))


def number_text(value: float) -> str:
    """A tick's number, in full: 14 000 and not 1.4e+04."""
    return f"{value:,.0f}".replace(",", THIN_SPACE) if value >= 10_000 else tick_text(value)


def scatter(title: str, description: str, marks: Sequence[Mark], x_axis: Axis, y_axis: Axis) -> SafeString:
    """Every mark leads to its runs. The front is a line of steps: what lies beneath it is beaten."""
    heights = y_ticks(marks)
    low, high = log_range([mark.x for mark in marks])
    x = Log(low, high, LEFT, WIDTH - RIGHT)
    worst, best = (heights[-1], heights[0]) if y_axis.lower_is_better else (heights[0], heights[-1])
    y = Scale(worst, best, HEIGHT - BOTTOM, TOP)  # what is better lies higher, whichever way its numbers run
    front = cheapest_first([mark for mark in marks if mark.on_front], x_axis)
    drawn = [mark for mark in marks if not mark.on_front] + front  # the front lies on top
    return format_html(
        '<svg class="chart scatter" viewBox="0 0 {} {}" role="group" aria-labelledby="scatter-title scatter-desc">'
        '<title id="scatter-title">{}</title><desc id="scatter-desc">{}</desc>{}{}{}{}</svg>',
        WIDTH, HEIGHT, title, description,
        _axes(x, y, log_ticks(low, high), heights, x_axis, y_axis),
        _front(front, x, y, x_axis),
        format_html_join("", "{}", ((_mark(mark, x, y),) for mark in drawn)),
        _labels(front, x, y, x_axis),
    )  # fmt: skip


def cheapest_first(marks: Sequence[Mark], axis: Axis) -> list[Mark]:
    return sorted(marks, key=lambda mark: mark.x if axis.lower_is_better else -mark.x)


def _axes(x: Log, y: Scale, x_ticks: list[float], heights: list[float], x_axis: Axis, y_axis: Axis) -> SafeString:
    base, right = HEIGHT - BOTTOM, WIDTH - RIGHT
    across = format_html_join(
        "",
        '<path class="grid" d="M{} {}H{}"/><text class="tick" x="{}" y="{}" text-anchor="end">{}</text>',
        ((LEFT, y(v), right, LEFT - 6, y(v) + 4, tick_text(v)) for v in heights),
    )
    down = format_html_join(
        "",
        '<path class="grid" d="M{} {}V{}"/><text class="tick" x="{}" y="{}" text-anchor="middle">{}</text>',
        ((x(v), TOP, base, x(v), base + 17, number_text(v)) for v in x_ticks),
    )
    return across + down + format_html(
        '<path class="axis" d="M{} {}H{}"/><text class="axis-name" x="{}" y="{}" text-anchor="end">{}</text>'
        '<text class="axis-name" x="4" y="14">{}</text>',
        LEFT, base, right, right, HEIGHT - 6, x_axis.name, y_axis.name,
    )  # fmt: skip


def _front(front: Sequence[Mark], x: Log, y: Scale, axis: Axis) -> SafeString:
    if not front:
        return mark_safe("")
    steps = "".join(f"H{x(mark.x):g}V{y(mark.y):g}" for mark in front)
    end = WIDTH - RIGHT if axis.lower_is_better else LEFT
    return format_html('<path class="front" d="M{} {}{}H{}"/>', x(front[0].x), HEIGHT - BOTTOM, steps, end)


def _mark(mark: Mark, x: Log, y: Scale) -> SafeString:
    place_x, place_y = x(mark.x), y(mark.y)
    bar = ""
    if mark.deviation:
        bar = f"M{place_x:g} {y(mark.y - mark.deviation):g}V{y(mark.y + mark.deviation):g}"
    return format_html(
        '<a href="{}" tabindex="-1" aria-hidden="true"><g id="mark-{}" class="{}{}"><title>{}</title>'
        '<path class="spread" d="{}"/><path class="mark" d="M{} {}{}"/></g></a>',
        mark.url, mark.key, look(mark.family, mark.kind), " on-front" if mark.on_front else "", mark.words,
        bar, place_x, place_y, SHAPES[mark.shape],
    )  # fmt: skip


def labelled(front: Sequence[Mark]) -> list[Mark]:
    """Of a long front the first, the last, and some between them: more labels would hide the marks."""
    if len(front) <= MOST_LABELS:
        return list(front)
    return [front[round(place * (len(front) - 1) / (MOST_LABELS - 1))] for place in range(MOST_LABELS)]


def _labels(front: Sequence[Mark], x: Log, y: Scale, axis: Axis) -> SafeString:
    """On the side where nothing can lie: above the front, towards the cheap end."""
    named = labelled(front)
    heights = spread([y(mark.y) - 9 for mark in named], gap=LABEL_GAP_PX, low=TOP - 4, high=HEIGHT - BOTTOM - 4)
    rows = []
    for mark, height in zip(named, heights, strict=True):
        left, right = x(mark.x) - 7 - width_of(mark.label) * LETTER_PX, x(mark.x) + 7
        fits_left, fits_right = left > LEFT, right + width_of(mark.label) * LETTER_PX < WIDTH
        is_left = fits_left if axis.lower_is_better else not fits_right
        rows.append((look(mark.family, mark.kind), round(left if is_left else right, 1), height, mark.label))
    return format_html_join("", '<g class="{}"><text class="label" x="{}" y="{}">{}</text></g>', rows)
