"""A metric against the parameter that was varied: a line a role, bars for the 95 % interval."""

from __future__ import annotations

from demos import charts, formatting
from demos.charts import Chart, Series
from demos.curves import looks_of
from demos.groups import tables
from demos.groups.reading import GroupRuns, PointRuns

SCALES = {"share": 100, "parameters": 1e-6, "bytes": 1e-6}  # from what is stored to what formatting.quantity prints


def against_parameter(found: GroupRuns, metric: str) -> Chart | None:
    """None unless one parameter varies, in numbers, and something was measured at two of its values."""
    names = list(found.grid.varied)
    if len(names) != 1 or not all(_is_number(value) for value in found.grid.varied[names[0]]):
        return None
    points = sorted(found.points, key=lambda point: point.values[names[0]])
    looks = {slug: look for slug, _label, look in looks_of(found.spec)}
    scale = SCALES.get(formatting.unit_of(metric, found.unit(metric)), 1)
    lines = [
        _line(points, names[0], slug, label, looks.get(slug, "baseline-1"), metric, scale)
        for slug, label, _kind in found.roles()
    ]
    lines = [line for line in lines if len(line.points) > 1]
    label = tables.param_label(found.spec, names[0])
    unit = tables.unit_words(metric, found.unit(metric))
    y_label = f"{formatting.metric_label(metric)} ({unit})" if unit else formatting.metric_label(metric)
    return charts.line_chart("against", formatting.metric_label(metric), label, y_label, lines)


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _line(points: list[PointRuns], name: str, role: str, label: str, look: str, metric: str, scale: float) -> Series:
    summed = [(point.values[name], found) for point in points if (found := point.summary(role, metric))]
    bars = {x: (scale * found.low, scale * found.high) for x, found in summed if found.low is not None}
    return Series(label, [(x, scale * found.mean) for x, found in summed], look, bars=bars)
