"""What every chart is drawn with: the frame, scales, ticks, words that fit. Pure functions, no script, no inline style.

Colour comes by class, so both themes fit; a marker's shape and a label beside each line say it without colour.
"""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

WIDTH, HEIGHT = 440, 270
LEFT, RIGHT, TOP, BOTTOM = 46, 148, 24, 40
LOOKS = ("teacher", "method", "baseline-1", "baseline-2", "baseline-3", "baseline-4")  # each with its colour and marker
LABEL_COLUMNS = 18  # of 7 px in the widest of the faces: they fit right of the plot
LINE_PX = 13


@dataclass(frozen=True)
class Chart:
    """An SVG with the same numbers as a table beside it. `zooms`: whether static/chart-tools.js can work on it."""

    slug: str
    title: str
    svg: SafeString
    header: list[str]
    rows: list[list[str]] = field(default_factory=list)
    zooms: bool = False


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


def svg(
    slug: str, title: str, description: str, body: Sequence[SafeString], *, height: float = HEIGHT, domain: str = ""
) -> SafeString:
    """`domain`: "x0 x1 y0 y1", the values at the edges of the plot, for a script that draws them anew."""
    place = f"{LEFT} {TOP} {WIDTH - RIGHT} {HEIGHT - BOTTOM}"
    zoom = format_html(' data-domain="{}" data-plot="{}"', domain, place) if domain else ""
    return format_html(
        '<svg class="chart" viewBox="0 0 {} {}" role="img" aria-labelledby="{}-title {}-desc"{}>'
        '<title id="{}-title">{}</title><desc id="{}-desc">{}</desc>{}</svg>',
        WIDTH, f"{height:g}", slug, slug, zoom, slug, title, slug, description,
        format_html_join("", "{}", ((part,) for part in body)),
    )  # fmt: skip


def number_text(value: float) -> str:
    """Four digits that tell; a large number whole, its thousands apart, where `g` would write a power of ten."""
    return f"{value:,.0f}".replace(",", "\u202f") if 1e4 <= abs(value) < 1e9 else f"{value:.4g}"


def tick_text(value: float) -> str:
    return number_text(value).replace("-", "\u2212")


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
    return [label[:at], clip(label[at:].strip(), columns)]


def clip(text: str, columns: int) -> str:
    """The text where it fits, else as much of it as leaves room for an ellipsis."""
    if width_of(text) <= columns:
        return text
    return text[: next(i for i in range(len(text), -1, -1) if width_of(text[:i]) < columns)] + "…"


def words(
    text: str, x: float, y: float, *, columns: int = LABEL_COLUMNS, kind: str = "label", anchor: str = "start"
) -> SafeString:
    """A label of one or two lines, centred about a height."""
    lines = wrap(text, columns)
    first = y + 4 - (len(lines) - 1) * LINE_PX / 2
    spans = format_html_join(
        "", '<tspan x="{}" y="{}">{}</tspan>', ((x, first + i * LINE_PX, line) for i, line in enumerate(lines))
    )
    return format_html('<text class="{}" text-anchor="{}">{}</text>', kind, anchor, spans)
