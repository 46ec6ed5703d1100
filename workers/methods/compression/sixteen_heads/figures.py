"""Dev accuracy without one head, with one head, and with ever fewer heads in every order: the method's own figures.

A head is (layer, number); what is removed here is removed by its gate. Symbols: L layers, H heads a layer.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional as F

from workers.kit import evaluation
from workers.kit.classification import Task
from workers.kit.encoders import EncoderClassifier
from workers.kit.events import Report
from workers.kit.figures import heat_map, layer_names, lines
from workers.kit.masks import Head, all_heads, logits_without
from workers.pages import Words

FEW_POINTS = 0.5  # a head that costs more than so many is counted


@dataclass
class Dev:
    """Dev accuracy without some heads. What was asked before is known: all orders begin and end alike."""

    net: EncoderClassifier
    task: Task
    known: dict[frozenset[Head], float] = field(default_factory=dict)

    def accuracy(self, removed: Sequence[Head] = ()) -> float:
        key = frozenset(removed)
        if key not in self.known:
            logits = logits_without(self.net, self.task.dev_ids, removed)
            self.known[key] = evaluation.accuracy(logits, self.task.dev_y)
        return self.known[key]

    def change(self, removed: Sequence[Head]) -> float:
        """In points, against the whole network."""
        return 100 * (self.accuracy(removed) - self.accuracy())


def grid(values: Tensor, words: Words) -> dict[str, Any]:
    """A heat map of one value a head; values (L, H)."""
    columns = list(map(str, range(1, values.shape[1] + 1)))
    return heat_map(layer_names(len(values), words), columns, values.tolist())


def ablate_each(dev: Dev, report: Report) -> None:
    """Points of dev accuracy won or lost when one head is removed and no other."""
    heads, changes = all_heads(dev.net), []
    for number, head in enumerate(heads, start=1):
        changes.append(dev.change([head]))
        report.progress(number, len(heads))
    values = torch.tensor(changes, dtype=torch.float64).view(len(dev.net.layers), -1)
    report.figure("one-head-less", grid(values, report.words))
    report.log("single-heads", costly=sum(change < -FEW_POINTS for change in changes), heads=len(heads))


def best_heads(net: EncoderClassifier, task: Task, rows: Sequence[int], report: Report) -> list[Head]:
    """Of each layer the head that, alone there, leaves the lowest cross-entropy on these training texts."""
    ids, y = [task.ids[row] for row in rows], task.y[list(rows)]
    best = []
    for layer in range(len(net.layers)):
        mine = [head for head in all_heads(net) if head[0] == layer]
        losses = [F.cross_entropy(logits_without(net, ids, [h for h in mine if h != one]), y).item() for one in mine]
        best.append(mine[losses.index(min(losses))])
        report.progress(layer + 1, len(net.layers))
    return best


def leave_one(dev: Dev, rows: Sequence[int], report: Report) -> None:
    """Points of dev accuracy won or lost when a layer keeps its best head alone, or none. The dev set chooses none."""
    best, heads, layers = best_heads(dev.net, dev.task, rows, report), all_heads(dev.net), len(dev.net.layers)
    places = [[head for head in heads if head[0] == layer] for layer in range(layers)] + [heads]  # last: all at once
    values = [[dev.change([head for head in place if head not in best]), dev.change(place)] for place in places]
    rows = [*layer_names(layers, report.words), report.label("every-layer")]
    report.figure("one-head-left", heat_map(rows, [report.label("best-left"), report.label("none-left")], values))


def draw_curves(dev: Dev, orders: Mapping[str, list[Head]], counts: Sequence[int], report: Report) -> None:
    """Dev accuracy after each step of every order; of the random ones their mean, and the lowest and highest."""
    found: dict[str, list[float]] = {}
    for number, (name, order) in enumerate(orders.items(), start=1):
        found[name] = [dev.accuracy(order[:count]) for count in counts]
        report.progress(number, len(orders))
    chances = list(zip(*(found[name] for name in orders if name.startswith("random/")), strict=True))
    found |= {"random": [sum(values) / len(values) for values in chances]}
    found |= {"random/min": [min(values) for values in chances], "random/max": [max(values) for values in chances]}
    shown = ("pruned", "rescored", "random", "random/min", "random/max", "reversed")
    report.figure("heads-removed", lines(counts, {name: found[name] for name in shown}))
    left = [set(all_heads(dev.net)) - set(orders["pruned"][:count]) for count in counts]
    kept = [[sum(head[0] == layer for head in heads) for heads in left] for layer in range(len(dev.net.layers))]
    report.figure("heads-kept", heat_map(layer_names(len(kept), report.words), list(map(str, counts)), kept, low=0))
