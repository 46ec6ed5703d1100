"""The data of figures that several methods draw, as kit/events.py describes them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from workers.pages import Words

Label = str | dict[str, str]


def bars(categories: Sequence[Label], heights: Mapping[str, Sequence[float | None]]) -> dict[str, Any]:
    """`heights`: by role, a value a category."""
    series = [{"name": name, "y": list(values)} for name, values in heights.items()]
    return {"kind": "bars", "categories": list(categories), "series": series}


def lines(x: Sequence[float], heights: Mapping[str, Sequence[float | None]]) -> dict[str, Any]:
    """`heights`: by role, a value a number of x."""
    return {"x": list(x), "series": [{"name": name, "y": list(values)} for name, values in heights.items()]}


def points(heights: Mapping[str, Iterable[tuple[float, float | None]]]) -> dict[str, Any]:
    """Lines of points (x, y), `heights` by role: all x in order, a gap where a line has no point."""
    at = {name: {round(x, 6): y for x, y in line} for name, line in heights.items()}
    xs = sorted({x for line in at.values() for x in line})
    return lines(xs, {name: [line.get(x) for x in xs] for name, line in at.items()})


def layer_names(count: int, words: Words) -> list[Label]:
    return [words("labels.layer", number=number).as_dict() for number in range(1, count + 1)]


def tree(words: Sequence[Label], gold: Sequence[Sequence[int]], predicted: Sequence[Sequence[int]]) -> dict[str, Any]:
    """Edges as pairs of places, from 0; no `gold` where nobody knows it."""
    return {"kind": "tree", "words": list(words), "gold": list(gold), "predicted": list(predicted)}


def heat_map(
    rows: Sequence[Label], columns: Sequence[Label], values: Sequence[Sequence[float | None]], **ends: float
) -> dict[str, Any]:
    """`values`: a row a row, a value a column. `ends`: low and high of the colour scale, where they are fixed."""
    return {"kind": "heatmap", "rows": list(rows), "columns": list(columns), "values": list(values), **ends}
