"""The figures and last words: scores by layer, and a sentence with its gold tree and the one that was found."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import torch
from torch import Tensor

from workers.kit import figures
from workers.kit.events import Report
from workers.kit.tree_tokens import Read
from workers.methods.probing.structural_probe.trees import SIGNS, Trees, spanning_trees

LENGTHS = range(7, 13)  # of the sentence that is drawn
WORDS_DRAWN = 16  # of anybody's own


def draw(scored: Mapping, found: Mapping, at: Mapping, report: Report) -> None:
    """`scored`: by role and task; `found`: by encoder; `at`: role to encoder's findings and layer."""
    layers = range(len(found["probe"].dev["probe"]))
    for slug, task, name in (
        ("uuas-by-layer", "probe", "uuas"),
        ("spearman-by-layer", "probe", "spearman"),
        ("control-by-layer", "control", "uuas"),
    ):
        level = {role: [getattr(scored[role][task], name)] * len(layers) for role in ("chain", "layer-0")}
        heights = {role: [getattr(one, name) for one in found[role].dev[task]] for role in ("random", "probe")}
        report.figure(slug, figures.lines(layers, level | heights))
    for role, (one, layer) in at.items():
        for task, curve in one.curves.items():
            for step, losses in curve.items():
                report.scalar(f"{role}/{task}_loss", step, losses[layer])


# --- trees ------------------------------------------------------------------------------------------------------------
def example(rows: Sequence[Read]) -> Read:
    """The first sentence that is neither short nor long, else the first."""

    def counted(read: Read) -> int:
        return sum(tag != SIGNS for tag in read.sentence.upos)

    return next((read for read in rows if counted(read) in LENGTHS), rows[0])


def edges_of(joined: Tensor, kept: Sequence[int]) -> list[list[int]]:
    """(W, W), both ways -> the edges once, between the words that are kept, numbered as they are."""
    number = {place: index for index, place in enumerate(kept)}
    return [[number[i], number[j]] for i, j in joined.triu().nonzero().tolist() if i in number and j in number]


def draw_tree(words: Sequence[str], d: Tensor, trees: Trees, report: Report) -> None:
    """Of one sentence; signs are left out."""
    kept = trees.counted[0].nonzero().flatten().tolist()
    found = edges_of(spanning_trees(d, trees.counted)[0], kept)
    report.figure("tree", figures.tree([words[place] for place in kept], edges_of(trees.edges[0], kept), found))


def found_tree(words: Sequence[str], d: Tensor) -> list[dict[str, Any]]:
    """The figure of a sentence whose gold tree nobody knows; d (1, W, W)."""
    kept = [place for place, word in enumerate(words) if any(letter.isalnum() for letter in word)][:WORDS_DRAWN]
    if len(kept) < 2:
        return []
    among = torch.zeros(1, len(words), dtype=torch.bool)
    among[0, kept] = True
    found = edges_of(spanning_trees(d, among)[0], kept)
    return [{"slug": "tree", "data": figures.tree([words[place] for place in kept], [], found)}]


# --- words ------------------------------------------------------------------------------------------------------------
def say(scored: Mapping, found: Mapping, held: int, taught: Sequence[Read], report: Report) -> None:
    uuas = {role: 100 * by_task["probe"].uuas for role, by_task in scored.items()}
    for role in ("probe", "random"):
        layers = len(found[role].dev["probe"]) - 1
        name = report.words(f"roles.{role}")
        report.log("chosen", role=name, layer=found[role].layer, layers=layers, held=held)
    own = uuas.pop("probe")
    for role, other in uuas.items():
        report.log("gap", share=own, other=report.words(f"roles.{role}"), others=other, gap=own - other)
    types = {word.lower() for read in taught for word in read.sentence.words}
    rank, width = found["probe"].B.shape[1:]
    control = 100 * scored["probe"]["control"].uuas
    report.log("control", share=control, selectivity=own - control, types=len(types), rank=rank, width=width)
