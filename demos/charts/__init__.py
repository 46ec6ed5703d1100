"""Numbers as SVG, drawn on the server, each with the same numbers as a table: lines, bars, heat maps, trees."""

from demos.charts.bars import Bars, bar_chart
from demos.charts.drawing import LOOKS, Chart, marker, ticks, wrap
from demos.charts.heatmaps import heatmap
from demos.charts.lines import Series, line_chart, spread
from demos.charts.sampling import MAX_POINTS, Point, downsample
from demos.charts.trees import tree

__all__ = [
    "LOOKS", "MAX_POINTS", "Bars", "Chart", "Point", "Series",
    "bar_chart", "downsample", "heatmap", "line_chart", "marker", "spread", "ticks", "tree",
    "wrap",
]  # fmt: skip
