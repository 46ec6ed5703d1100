"""Two trees of one sentence: arcs above its words for the one, below for the other.

An arc that both have is a heavy line, one that only one has a thin dashed one: colour tells nothing alone. Neighbouring
words stand on two lines, so that a dozen fit on a phone.
"""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from demos.charts.drawing import TOP, WIDTH, Chart, clip, svg

SIDE, WORD_PX, COLUMN_PX = 10, 16, 7
ARC_PX = 84  # the highest arc, with the place for its name
LOW_PX, WIDE_PX = 28, 72  # how far the handles of an arc lie from its ends: least, and what the widest has more
Edges = Sequence[Sequence[int]]


def tree(
    slug: str, title: str, above: str, below: str, key: str, joined: str, words: Sequence[str], gold: Edges,
    predicted: Edges,
) -> Chart | None:  # fmt: skip
    """`above` and `below` name the two trees, `key` says what heavy and dashed mean, `joined` heads the table.

    None where there are no words. Without a gold tree all arcs are heavy and there is no key.
    """
    if not words:
        return None
    slot = (WIDTH - 2 * SIDE) / len(words)
    places = [round(SIDE + (number + 0.5) * slot, 1) for number in range(len(words))]
    upper, lower = {frozenset(edge) for edge in gold}, {frozenset(edge) for edge in predicted}
    both = upper & lower if upper else lower
    first = TOP + (ARC_PX if upper else 0)  # where the arcs above stand
    last = first + 2 * WORD_PX + 8
    base = last + ARC_PX
    body = [_arcs(upper, both, places, first, up=True), _arcs(lower, both, places, last, up=False)]
    body.append(_words(words, places, first, int(2 * slot / COLUMN_PX) - 1))
    names = [(SIDE, base + 14, below), *([(SIDE, 12, above), (SIDE, base + 32, key)] if upper else [])]
    body.append(format_html_join("", '<text class="axis-name" x="{}" y="{}">{}</text>', names))
    described = [f"{above}: {_listed(upper, words)}."] if upper else []
    description = " ".join([*described, f"{below}: {_listed(lower, words)}."])
    drawn = svg(slug, title, description, body, height=base + (40 if upper else 22))
    columns = [(above, upper), (below, lower)] if upper else [(below, lower)]
    table = [[_named(edge, words), *("✓" if edge in found else "–" for _, found in columns)]
             for edge in _ordered(upper | lower)]  # fmt: skip
    return Chart(slug, title, drawn, [joined, *(name for name, _ in columns)], table)


def _ordered(edges: set[frozenset[int]]) -> list[frozenset[int]]:
    return sorted(edges, key=sorted)


def _named(edge: frozenset[int], words: Sequence[str]) -> str:
    return " – ".join(words[place] for place in sorted(edge))


def _listed(edges: set[frozenset[int]], words: Sequence[str]) -> str:
    return ", ".join(_named(edge, words) for edge in _ordered(edges))


def _arcs(edges: set, both: set, places: Sequence[float], base: float, *, up: bool) -> SafeString:
    """In the colour of a teacher above, of a method below."""
    paths = []
    for edge in _ordered(edges):
        start, end = (places[place] for place in sorted(edge))
        away = LOW_PX + WIDE_PX * (end - start) / max(1, places[-1] - places[0])
        handle = round(base - away if up else base + away, 1)
        path = f"M{start} {base}C{start} {handle} {end} {handle} {end} {base}"
        paths.append(("shared" if edge in both else "alone", path))
    look = "teacher" if up else "method"
    drawn = format_html_join("", '<path class="line {}" d="{}"/>', paths)
    return format_html('<g class="series look-{}">{}</g>', look, drawn)


def _words(words: Sequence[str], places: Sequence[float], top: float, columns: int) -> SafeString:
    rows = (
        (x, top + WORD_PX * (1 + number % 2), clip(word, columns))
        for number, (word, x) in enumerate(zip(words, places, strict=True))
    )
    return format_html_join("", '<text class="value" x="{}" y="{}" text-anchor="middle">{}</text>', rows)
