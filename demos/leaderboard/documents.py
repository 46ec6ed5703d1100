"""A leaderboard as a document: rows as CSV, the papers on its front in every form that papers have."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator

from catalog.exporters import Format
from catalog.models import Paper
from demos.leaderboard.board import Board, papers_of
from demos.leaderboard.measurements import COSTS
from demos.leaderboard.networks import Network

HEAD = (
    "method", "role", "kind", "on_front", "data", "teacher", "device_class", "preset", "metric", "mean", "deviation",
    "interval_low", "interval_high", "seeds", "runs", *COSTS, "last_measured", "configuration", "settings",
)  # fmt: skip


def csv_of(board: Board) -> str:
    """A line a network, in the board's order; means over seeds, as they are stored: shares 0 to 1, bytes, ms."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(HEAD)
    writer.writerows(_line(network, board) for network in board.networks)
    return text.getvalue()


def _line(network: Network, board: Board) -> Iterator:
    quality = network.summary(board.choices.quality)
    yield from (network.spec.slug, network.role.slug, network.kind, "yes" if network.key in board.front else "no")
    yield from (board.choices.data, network.teacher, network.device_class, network.preset, board.choices.quality)
    yield from (quality.mean, quality.deviation, quality.low, quality.high, quality.n, network.runs)
    yield from (found.mean if (found := network.summary(metric)) else None for metric in COSTS)
    yield network.last_measured.isoformat(timespec="seconds")
    yield " ".join(network.configurations)
    yield json.dumps(network.settings, ensure_ascii=False)


def front_document(board: Board, format: Format) -> str:
    """The papers of the methods whose own networks stand on the front, the cheapest first."""
    specs = [network.spec for network in board.on_front if network.kind == "method"]
    wanted = list(dict.fromkeys(paper.pk for paper in papers_of(specs).values()))
    rows = Paper.objects.for_export().in_bulk(wanted)
    return "".join(format.document_for(rows[pk] for pk in wanted))
