"""Heat maps: a value a cell, as one hue from pale to strong, so that lightness alone tells it; the numbers beside.

Steps of one hue stay in order for every kind of colour vision and in grey. In the dark theme the stylesheet turns the
scale round: strong is what stands out from the page.
"""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from demos.charts.drawing import TOP, WIDTH, Chart, number_text, svg, tick_text, width_of, words

STEPS = 9  # the classes heat-0 to heat-8
LEFT, RIGHT = 96, 64
FOOT_PX = 40
CELL_PX = (14, 34)  # a cell's height, at least and at most
HEIGHT_PX = 300  # of all rows together, as long as CELL_PX allows it
DIGIT_PX = 6.2
KEY_PX = 12
Values = Sequence[Sequence[float | None]]


def heatmap(
    slug: str, title: str, x_label: str, y_label: str, rows: Sequence[str], columns: Sequence[str], values: Values,
    low: float | None = None, high: float | None = None,
) -> Chart | None:  # fmt: skip
    """`low` and `high` are the ends of the colour scale; the lowest and the highest value where they are not given.

    None where no cell has a value.
    """
    present = [value for row in values for value in row if value is not None]
    if not present:
        return None
    low, high = (min(present) if low is None else low), (max(present) if high is None else high)
    wide = (WIDTH - LEFT - RIGHT) / len(columns)
    tall = min(CELL_PX[1], max(CELL_PX[0], HEIGHT_PX / len(rows)))
    base = TOP + tall * len(rows)
    said = [cell_text(value, high - low) for value in present]
    has_room = wide >= DIGIT_PX * max(map(len, said)) + 4  # for the longest: a part of the numbers says less than none
    cells = [
        _cell(
            LEFT + column * wide,
            TOP + row * tall,
            wide,
            tall,
            step_of(value, low, high),
            cell_text(value, high - low) if has_room else "",
        )
        for row, line in enumerate(values[: len(rows)])
        for column, value in enumerate(line[: len(columns)])
        if value is not None
    ]
    body = [*cells, _row_names(rows, tall), _column_names(columns, wide, base), _key(low, high)]
    body.append(_axis_names(x_label, y_label, base))
    description = f"{y_label} / {x_label}. {tick_text(min(present))} – {tick_text(max(present))}."
    drawn = svg(slug, title, description, body, height=max(base + FOOT_PX, TOP + STEPS * KEY_PX + 48))
    table = [
        [name, *("" if v is None else number_text(v) for v in line)] for name, line in zip(rows, values, strict=False)
    ]
    return Chart(slug, title, drawn, [f"{y_label} / {x_label}", *columns], table)


def step_of(value: float, low: float, high: float) -> int:
    """Which of the STEPS colours; what lies outside the scale takes its end."""
    share = (value - low) / (high - low) if high > low else 0.5
    return min(STEPS - 1, max(0, int(share * STEPS)))


def cell_text(value: float, span: float) -> str:
    """Equally many decimals in every cell, as fine as two steps of the scale need."""
    text = f"{value:.2g}" if not 0.5 <= span < 1000 else f"{value:.2f}" if span < 10 else f"{value:.0f}"
    return text.replace("-", "\u2212")


def _cell(x: float, y: float, wide: float, tall: float, step: int, text: str) -> SafeString:
    number = SafeString("")
    if text:
        number = format_html(
            '<text class="cell-value" x="{}" y="{}" text-anchor="middle">{}</text>',
            round(x + wide / 2, 1), round(y + tall / 2 + 4, 1), text,
        )  # fmt: skip
    return format_html(
        '<g class="heat-{}"><rect x="{}" y="{}" width="{}" height="{}"/>{}</g>',
        step, round(x, 1), round(y, 1), round(wide, 1), round(tall, 1), number,
    )  # fmt: skip


def _row_names(rows: Sequence[str], tall: float) -> SafeString:
    return format_html_join(
        "",
        "{}",
        (
            (words(name, LEFT - 6, TOP + (place + 0.5) * tall, columns=14, kind="tick", anchor="end"),)
            for place, name in enumerate(rows)
        ),
    )


def _column_names(columns: Sequence[str], wide: float, base: float) -> SafeString:
    """As many as fit beside each other without touching."""
    widest_px = 6.5 * max(min(width_of(name), 10) for name in columns) + 8
    every = max(1, -(-int(widest_px) // max(1, int(wide))))
    return format_html_join(
        "",
        "{}",
        (
            (words(name, round(LEFT + (place + 0.5) * wide, 1), base + 12, columns=10, kind="tick", anchor="middle"),)
            for place, name in enumerate(columns)
            if place % every == 0
        ),
    )


def _key(low: float, high: float) -> SafeString:
    """The scale, its highest value on top."""
    left = WIDTH - RIGHT + 14
    boxes = format_html_join(
        "",
        '<g class="heat-{}"><rect x="{}" y="{}" width="14" height="{}"/></g>',
        ((step, left, TOP + (STEPS - 1 - step) * KEY_PX, KEY_PX) for step in range(STEPS)),
    )
    ends = ((high, TOP + 10), (low, TOP + STEPS * KEY_PX))
    numbers = format_html_join(
        "", '<text class="tick" x="{}" y="{}">{}</text>', ((left + 18, y, _short(value)) for value, y in ends)
    )
    return boxes + numbers


def _short(value: float) -> str:
    """At most five characters wherever one digit can be said in them: more would leave the drawing."""
    return text if len(text := f"{value:.2g}") <= 5 else f"{value:.1g}"


def _axis_names(x_label: str, y_label: str, base: float) -> SafeString:
    return format_html(
        '<text class="axis-name" x="{}" y="{}" text-anchor="end">{}</text>'
        '<text class="axis-name" x="4" y="{}">{}</text>',
        WIDTH - RIGHT, base + FOOT_PX - 6, x_label, TOP - 12, y_label,
    )  # fmt: skip
