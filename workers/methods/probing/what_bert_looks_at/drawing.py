"""The figures and last words: what was measured, as people see it. They count layers and heads from 1."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import torch
from torch import Tensor

from workers.kit import evaluation, figures
from workers.kit.attention_maps import TOKENS_DRAWN, attention_maps, heat_map
from workers.kit.attention_statistics import scaled
from workers.kit.encoders import EncoderClassifier
from workers.kit.events import Report
from workers.kit.tree_parsers import Contest
from workers.kit.tree_tokens import TreeTask
from workers.pages import Words

RELATIONS_DRAWN = 12  # the most frequent ones
TOLD_HEADS = 4  # whose attention a person's own sentence shows
WAYS = ("dependent-to-head", "head-to-dependent")
NO_SHARES = ("entropy", "first_entropy", "distances", "uniform")
Looks = Mapping[str, Tensor]  # means over documents by name: (L, H) each, distances of heads (LH, LH), ln n


def draw(
    looks: Mapping[str, Looks], contest: Contest, encoder: EncoderClassifier, task: TreeTask, report: Report
) -> list[dict[str, Any]]:
    """All figures and last words. Returns the heads that one sentence of anybody's is shown by, the clearest first."""
    shape = looks["heads"]["entropy"].shape  # (L, H)
    told = told_heads(contest.scores["heads"].best, contest.gain_on("heads", "offset"), contest.relations, shape)
    won = told[0]["relation"]
    draw_looks(looks, report)
    draw_parsers(contest, won, shape, report)
    example = next(read for read in task.dev if won in read.sentence.relations)
    tokens = [task.tokenizer.id_to_token(i) for i in example.ids]
    report.figure("attention", attention_figures(encoder, example.ids, tokens, told[:1], report.words)[0]["data"])
    say_what_it_gave(contest, shape, report)
    return told


def table(values: Tensor, rows: Sequence, columns: Sequence, **ends: float) -> dict[str, Any]:
    shown = [[round(value, 4) for value in row] for row in values.tolist()]
    return figures.heat_map(rows, columns, shown, **ends)


def by_head(values: Tensor, relation: str = "", **ends: float) -> dict[str, Any]:
    """values (L, H); the relation stands before each layer's number."""
    layers, heads = ([str(n) for n in range(1, count + 1)] for count in values.shape)
    return table(values, [f"{relation} {layer}".strip() for layer in layers], heads, **ends)


def head_names(layers: int, heads: int) -> list[str]:
    """ "2-3" is head 3 of layer 2."""
    return [f"{layer}-{head}" for layer in range(1, layers + 1) for head in range(1, heads + 1)]


# --- what heads look at -----------------------------------------------------------------------------------------------
def draw_looks(looks: Mapping[str, Looks], report: Report) -> None:
    own = looks["heads"]
    (L, H), uniform = own["entropy"].shape, own["uniform"].item()
    layers = range(1, L + 1)
    report.figure("entropy", by_head(own["entropy"], low=0.0, high=uniform))
    report.figure("separator", by_head(own["separator"], low=0.0))
    kinds = [name for name in own if name not in NO_SHARES]
    by_layer = torch.stack([own[kind].mean(1) for kind in kinds])  # (kinds, L)
    names = [report.label(kind) for kind in kinds]
    report.figure("looked-at", table(by_layer, names, [str(layer) for layer in layers], low=0.0))
    for slug, name in (("entropy-by-layer", "entropy"), ("first-entropy", "first_entropy")):
        lines = {role: one[name].mean(1).tolist() for role, one in looks.items()}
        report.figure(slug, figures.lines(layers, lines | {"uniform": [uniform] * L}))
    report.figure("head-places", places(scaled(own["distances"]), L, H))


def places(found: Tensor, layers: int, heads: int) -> dict[str, Any]:
    """A line a layer, through its heads from left to right: the kinds of figure know no loose points."""
    order = found[:, 0].argsort(stable=True).tolist()
    x, y = found[order].T.tolist()
    lines = {
        f"L{layer + 1}": [y[at] if i // heads == layer else None for at, i in enumerate(order)]
        for layer in range(layers)
    }
    return figures.lines(x, lines)


# --- heads as parsers -------------------------------------------------------------------------------------------------
def draw_parsers(contest: Contest, best: str, shape: tuple[int, int], report: Report) -> None:
    """`best`: the relation that is drawn head by head; `shape`: layers, and heads of each."""
    drawn, names, own = slice(1, 1 + RELATIONS_DRAWN), contest.relations[:RELATIONS_DRAWN], contest.scores["heads"]
    roles = ("heads", "offset", "random")
    bars = {role: [round(share, 3) for share in contest.scores[role].accuracy[drawn].tolist()] for role in roles}
    report.figure("relations", figures.bars(names, bars))
    way = own.chosen.unflatten(0, (2, -1)).argmax(0, keepdim=True)  # (1, LH, 1 + R): each head's better direction
    heads = own.counted.unflatten(0, (2, -1)).gather(0, way)[0]  # (LH, 1 + R)
    ends = {"low": 0.0, "high": 1.0}
    report.figure("relations-by-head", table(heads[:, drawn].T, names, head_names(*shape), **ends))
    one = heads[:, 1 + contest.relations.index(best)].unflatten(0, shape)  # (L, H)
    report.figure("best-relation", by_head(one, best, **ends))


# --- one sentence -----------------------------------------------------------------------------------------------------
def told_heads(
    best: Tensor, gain: tuple[Tensor, Tensor], relations: Sequence[str], shape: tuple[int, int]
) -> list[dict[str, Any]]:
    """The heads that gain most clearly on the offsets, in standard errors, each once: what is shown of a sentence."""
    clearness = (gain[0] / gain[1].clamp(min=1e-3))[1:]
    told: dict[int, dict[str, Any]] = {}
    for column in clearness.argsort(descending=True, stable=True).tolist():
        direction, place = divmod(int(best[1 + column]), shape[0] * shape[1])
        layer, head = divmod(place, shape[1])
        facts = {"relation": relations[column], "layer": layer, "head": head, "direction": direction}
        told.setdefault(place, facts)
    return list(told.values())[:TOLD_HEADS]


def attention_figures(
    encoder: EncoderClassifier, ids: Sequence[int], tokens: Sequence[str], told: Sequence[Mapping], words: Words
) -> list[dict[str, Any]]:
    """The attention of each told head between a sentence's first TOKENS_DRAWN tokens, with the relation."""
    maps, drawn = attention_maps(encoder, ids), []  # (L, H, S, S)
    for facts in told:
        A = maps[facts["layer"], facts["head"]]
        name, way = f"{facts['layer'] + 1}-{facts['head'] + 1}", words(f"labels.{WAYS[facts['direction']]}")
        title = words("labels.told-head", name=name, relation=facts["relation"], way=way).as_dict()
        data = heat_map(A[:TOKENS_DRAWN], tokens[:TOKENS_DRAWN], tokens, low=0.0, high=A.max().item())
        drawn.append({"slug": "attention", "title": title, "data": data})
    return drawn


# --- words ------------------------------------------------------------------------------------------------------------
def say_what_it_gave(contest: Contest, shape: tuple[int, int], report: Report) -> None:
    found = {role: 100 * score.accuracy[1:].mean().item() for role, score in contest.scores.items()}
    report.log("found", share=found["heads"], relations=len(contest.relations))
    for role in ("offset", "random"):
        gain, error = (100 * each[1:] for each in contest.gain_on("heads", role))
        gained = evaluation.in_words(gain.mean().item(), error.norm().item() / len(gain))
        report.log("gain-on", other=report.words(f"roles.{role}"), share=found[role], gain=gained)
    parsers, best = 2 * head_names(*shape), contest.scores["heads"].best[1:].tolist()
    gain, error = (each[1:].tolist() for each in contest.gain_on("heads", "offset"))
    rows = zip(contest.relations, best, gain, error, strict=True)
    clear = [f"{name} {100 * by:+.0f} ({parsers[one]})" for name, one, by, e in rows if abs(by) > 2 * e]
    if clear:
        report.log("clear-relations", relations=", ".join(clear))
    else:
        report.log("no-clear-relation")
