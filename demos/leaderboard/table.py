"""The leaderboard's table: columns that sort, a row a network."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from catalog.models import Paper
from demos import formatting, reading
from demos.leaderboard import labels
from demos.leaderboard.addresses import runs_url
from demos.leaderboard.board import Board, device_of
from demos.leaderboard.choices import ANY
from demos.leaderboard.networks import Network
from demos.leaderboard.plot import axis_name, family_of
from demos.leaderboard.scatter import key_mark
from workers import registry

# Costs that share a column.
STACKED = (("size_bytes", "parameters"), ("latency_p50_ms", "latency_p95_ms", "throughput"))


@dataclass(frozen=True)
class SortLink:
    """`order` as aria-sort has it; empty where the table is not sorted by it."""

    label: str
    unit: str
    url: str
    order: str = ""


@dataclass(frozen=True)
class Line:
    label: str
    words: str


@dataclass(frozen=True)
class Row:
    """`costs`: the lines of each column after the quality's. `paper`: of a method's own network alone."""

    network: Network
    name: str
    mark: SafeString
    method: str
    method_url: str
    paper: Paper | None
    kind: str
    settings: str
    on_front: bool
    quality: str
    interval: str
    costs: list[list[Line]]
    runs: str
    runs_url: str
    origin: str


def columns(board: Board, asked: Mapping[str, str]) -> list[list[SortLink]]:
    """Each column's metrics, one under the other, as links that sort by them."""
    return [[_sort_link(board, asked, metric) for metric in column] for column in _metrics(board)]


def _metrics(board: Board) -> list[list[str]]:
    """The quality, then the costs that were measured; the chosen cost among them whichever it is."""
    chosen, measured = board.choices.cost, board.options.costs
    stacked = [[metric for metric in group if metric in measured] for group in STACKED]
    if chosen and not any(chosen in group for group in stacked):
        stacked.insert(0, [chosen])
    return [[board.choices.quality], *(group for group in stacked if group)] if board.choices.quality else []


def _sort_link(board: Board, asked: Mapping[str, str], metric: str) -> SortLink:
    """A second press turns the order round."""
    column = "quality" if metric == board.choices.quality else metric
    is_best_first = board.choices.sort == column
    order = ""
    if board.choices.sort.removeprefix("-") == column:
        highest_first = is_best_first == (registry.metric(metric).better == "higher")
        order = "descending" if highest_first else "ascending"
    url = "?" + board.choices.query(asked, sort=f"-{column}" if is_best_first else column)
    return SortLink(formatting.metric_label(metric), formatting.quantity(metric, 0).unit, url, order)


def rows_of(
    networks: Iterable[Network], board: Board, told_apart: Mapping[str, list], papers: Mapping[str, Paper]
) -> list[Row]:
    return [_row(one, board, told_apart[one.key], papers.get(one.spec.slug)) for one in networks]


def _row(network: Network, board: Board, settings: list, paper: Paper | None) -> Row:
    quality = board.choices.quality
    return Row(
        network=network,
        name=labels.role_label(network),
        mark=key_mark(family_of(network), network.kind),
        method=labels.method_title(network.spec),
        method_url=reverse("demos:method", args=[network.spec.slug]),
        paper=paper if network.kind == "method" else None,
        kind=labels.kind_word(network.kind),
        settings=labels.in_words(settings),
        on_front=network.key in board.front,
        quality=formatting.spread_number(quality, network.summary(quality)),
        interval=formatting.interval(quality, network.summary(quality)),
        costs=[[_line(network, metric) for metric in column] for column in _metrics(board)[1:]],
        runs=_measured_in(network),
        runs_url=runs_url(network),
        origin=_origin(network, board),
    )


def _origin(network: Network, board: Board) -> str:
    """The preset; the device too, where there is more than one."""
    preset = reading.preset_label(network.latest.run)
    device = labels.device_label(device_of(network.latest.run))
    return f"{preset} · {device}" if board.choices.device == ANY else preset


def _measured_in(network: Network) -> str:
    """3 seeds, or 3 seeds, 5 runs where a seed ran more than once."""
    seeds, runs = len(network.seeds), network.runs
    words = ngettext("%(count)d seed", "%(count)d seeds", seeds) % {"count": seeds}
    if runs == seeds:
        return words
    return words + _(", ") + ngettext("%(count)d run", "%(count)d runs", runs) % {"count": runs}


def _line(network: Network, metric: str) -> Line:
    return Line(axis_name(metric), cost_words(network, metric))


def cost_words(network: Network, metric: str) -> str:
    """4.10 ± 0.20, or 4.10."""
    found = network.summary(metric)
    if found is None:
        return "–"
    if formatting.spread_shows(metric, found):
        return formatting.spread_number(metric, found)
    return formatting.quantity(metric, found.mean).number
