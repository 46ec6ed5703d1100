"""The plot of a leaderboard: marks in printed units, as SVG for everyone and as data for the interactive one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from demos import formatting
from demos.leaderboard import labels, scatter
from demos.leaderboard.addresses import runs_url
from demos.leaderboard.board import Board
from demos.leaderboard.measurements import cheaper_is_lower
from demos.leaderboard.networks import Network
from demos.leaderboard.scatter import Axis, Mark, key_mark
from workers import registry

MOST_MARKS = 60  # the front and the best of the rest; the page must stay light
PRINTED = {"share": 100.0, "points": 100.0, "parameters": 1e-6, "bytes": 1e-6}  # as formatting.quantity() prints them


@dataclass(frozen=True)
class Plot:
    """`left_out`: networks that were measured but not drawn. `legend`: a mark and what it stands for."""

    svg: SafeString
    data: dict
    legend: list[tuple[SafeString, str]]
    left_out: int


def plot_of(board: Board, told_apart: Mapping[str, list]) -> Plot | None:
    """None where no network has both a quality and the cost."""
    choices = board.choices
    plotted = [network for network in board.plotted if network.summary(choices.cost).mean > 0] if choices.cost else []
    if not plotted:
        return None
    drawn = _drawn(plotted, board)
    x_axis = Axis(axis_name(choices.cost), cheaper_is_lower(choices.cost))
    y_axis = Axis(axis_name(choices.quality), registry.metric(choices.quality).better == "lower")
    many = len({network.spec.slug for network in drawn}) > 1
    names = {one.key: labels.in_plot(one, told_apart[one.key], names_method=many) for one in drawn}
    marks = [
        _mark(network, board, names[network.key], labels.in_plot(network, told_apart[network.key])) for network in drawn
    ]
    svg = scatter.scatter(f"{y_axis.name} / {x_axis.name}", _description(board), marks, x_axis, y_axis)
    return Plot(svg, _data(marks, x_axis, y_axis), _legend(drawn), len(plotted) - len(drawn))


def _drawn(plotted: list[Network], board: Board) -> list[Network]:
    front = [network for network in plotted if network.key in board.front]
    others = [network for network in plotted if network.key not in board.front]
    quality = registry.metric(board.choices.quality)
    others.sort(key=lambda network: -quality.sign * network.summary(quality.slug).mean)
    return front + others[: max(0, MOST_MARKS - len(front))]


def axis_name(metric: str) -> str:
    """Size on disk (MB)."""
    unit = formatting.quantity(metric, 0).unit
    return f"{formatting.metric_label(metric)} ({unit})" if unit else formatting.metric_label(metric)


def _mark(network: Network, board: Board, label: str, name: str) -> Mark:
    quality, cost = board.choices.quality, board.choices.cost
    found = network.summary(quality)
    factor = PRINTED.get(formatting.unit_of(quality), 1.0)
    words = f"{name}: {formatting.spread(quality, found)}, {formatting.quantity(cost, network.summary(cost).mean)}"
    return Mark(
        key=network.key,
        x=network.summary(cost).mean * PRINTED.get(formatting.unit_of(cost), 1.0),
        y=found.mean * factor,
        deviation=found.deviation * factor if found.deviation else None,
        label=label,
        words=words,
        family=family_of(network),
        kind=network.kind,
        on_front=network.key in board.front,
        url=runs_url(network),
    )


def family_of(network: Network) -> str:
    """Its hue and shape. A teacher may be several families': it has a look of its own."""
    return "" if network.kind == "teacher" else network.spec.family


def _description(board: Board) -> str:
    names = "; ".join(labels.role_label(network) for network in board.on_front)
    return _("%(count)d networks. On the front, the cheapest first: %(names)s.") % {
        "count": len(board.plotted),
        "names": names,
    }


def _data(marks: list[Mark], x_axis: Axis, y_axis: Axis) -> dict:
    """For static/leaderboard.js: one trace a look, and the front as a line from the cheapest on.

    What a mark is called and where it leads stands in the drawing, and is not sent twice.
    """
    front = scatter.cheapest_first([mark for mark in marks if mark.on_front], x_axis)
    low, high = scatter.log_range([mark.x for mark in marks])
    ticks = scatter.log_ticks(low, high)
    words = [scatter.number_text(tick) for tick in ticks]
    named = [_label(mark) for mark in scatter.labelled(front)]
    traces: dict[tuple[str, str], list[Mark]] = {}
    for mark in marks:
        traces.setdefault((mark.family, mark.kind), []).append(mark)
    return {
        "x": {"title": x_axis.name, "range": [low, high], "ticks": ticks, "words": words},
        "y": {"title": y_axis.name, "ticks": scatter.y_ticks(marks), "falls": y_axis.lower_is_better},
        "front": _points(front) | {"rises": x_axis.lower_is_better, "labels": named},
        "traces": [_trace(family, kind, found) for (family, kind), found in traces.items()],
    }  # fmt: skip


def _points(marks: list[Mark]) -> dict[str, list[float]]:
    return {"x": [short(mark.x) for mark in marks], "y": [short(mark.y) for mark in marks]}


def _label(mark: Mark) -> dict:
    return {"x": short(mark.x), "y": short(mark.y), "text": mark.label, "look": scatter.look(mark.family, mark.kind)}


def short(value: float) -> float:
    """As exact as a pixel can show."""
    return float(f"{value:.6g}")


def _trace(family: str, kind: str, marks: list[Mark]) -> dict:
    return {
        "look": scatter.look(family, kind),
        "symbol": scatter.shape_of(family, kind) + ("-open" if kind == "baseline" else ""),
        "points": [
            {
                "x": short(mark.x), "y": short(mark.y), "deviation": short(mark.deviation or 0),
                "key": mark.key, "front": mark.on_front,
            }
            for mark in marks
        ],
    }  # fmt: skip


def _legend(networks: list[Network]) -> list[tuple[SafeString, str]]:
    """A mark a look, families in the registry's order; what they are called."""
    looks = {(family_of(network), network.kind) for network in networks}
    rows = []
    for family in registry.FAMILIES:
        title = formatting.local(family.title)
        if (family.slug, "method") in looks:
            rows.append((key_mark(family.slug, "method"), title))
        if (family.slug, "baseline") in looks:
            rows.append((key_mark(family.slug, "baseline"), _("%(family)s: baseline") % {"family": title}))
    if ("", "teacher") in looks:
        rows.append((key_mark("", "teacher"), _("teacher")))
    return rows
