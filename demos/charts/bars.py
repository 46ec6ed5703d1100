"""Bars: one row a category, a bar a series, each with its number and, where there are several, its name."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from demos.charts.drawing import TOP, WIDTH, Chart, Scale, clip, ends, number_text, svg, tick_text, ticks, words

LEFT, RIGHT = 116, 132
BAR_PX, GAP_PX = 15, 8
FOOT_PX = 38
NAME_COLUMNS = 16
VALUE_COLUMNS = 20  # a bar's number and name stand in one line


@dataclass(frozen=True)
class Bars:
    """One value a category, None where there is none. `look` as of a line."""

    label: str
    values: Sequence[float | None]
    look: str = "method"


def bar_chart(
    slug: str, title: str, x_label: str, y_label: str, categories: Sequence[str], series: Sequence[Bars]
) -> Chart | None:
    """`x_label` names what the categories are, `y_label` what the bars measure. None where there is no value."""
    values = [value for bars in series for value in bars.values if value is not None]
    if not values:
        return None
    marks = ticks(min(0.0, *values), max(0.0, *values), about=4)
    x = Scale(*ends(marks[0], marks[-1]), LEFT, WIDTH - RIGHT)
    row_px = len(series) * BAR_PX + GAP_PX
    base = TOP + len(categories) * row_px
    body = [_axis(x, marks, base, x_label, y_label)]
    for place, category in enumerate(categories):
        top = TOP + place * row_px + GAP_PX / 2
        body.append(words(category, LEFT - 8, top + len(series) * BAR_PX / 2, columns=NAME_COLUMNS, kind="tick",
                          anchor="end"))  # fmt: skip
        body += [_bar(bars, place, top + i * BAR_PX, x, len(series) > 1) for i, bars in enumerate(series)]
    said = f"{y_label} / {x_label}. {tick_text(min(values))} – {tick_text(max(values))}."
    drawn = svg(slug, title, said, body, height=base + FOOT_PX)
    return Chart(slug, title, drawn, [x_label, *(bars.label for bars in series)], _rows(categories, series))


def _axis(x: Scale, marks: list[float], base: float, x_label: str, y_label: str) -> SafeString:
    lines = format_html_join(
        "",
        '<path class="grid" d="M{} {}V{}"/><text class="tick" x="{}" y="{}" text-anchor="middle">{}</text>',
        ((x(v), TOP, base, x(v), base + 15, tick_text(v)) for v in marks),
    )
    return lines + format_html(
        '<path class="axis" d="M{} {}V{}"/><text class="axis-name" x="{}" y="{}" text-anchor="end">{}</text>'
        '<text class="axis-name" x="4" y="{}">{}</text>',
        x(0), TOP, base, WIDTH - RIGHT, base + FOOT_PX - 6, y_label, TOP - 12, x_label,
    )  # fmt: skip


def _bar(bars: Bars, place: int, top: float, x: Scale, is_named: bool) -> SafeString:
    value = bars.values[place] if place < len(bars.values) else None
    if value is None:
        return SafeString("")
    left, right = sorted((x(0), x(value)))
    said = clip(f"{tick_text(value)} {bars.label}" if is_named else tick_text(value), VALUE_COLUMNS)
    return format_html(
        '<g class="series look-{}"><rect class="bar" x="{}" y="{}" width="{}" height="{}"/>{}</g>',
        bars.look, left, top + 1, round(max(right - left, 0.5), 1), BAR_PX - 2,
        words(said, right + 5, top + BAR_PX / 2, columns=VALUE_COLUMNS, kind="value"),
    )  # fmt: skip


def _rows(categories: Sequence[str], series: Sequence[Bars]) -> list[list[str]]:
    columns = [dict(enumerate(bars.values)) for bars in series]
    return [
        [category, *("" if (value := column.get(place)) is None else number_text(value) for column in columns)]
        for place, category in enumerate(categories)
    ]
