"""The figures and last words: what job.py has measured, as people see it. They count layers and heads from 1."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor

from workers.kit.attention_maps import TOKENS_DRAWN, attention_maps, heat_map
from workers.kit.encoders import EncoderClassifier
from workers.kit.events import Report

if TYPE_CHECKING:
    from workers.methods.probing.what_bert_looks_at.job import Looks, Score

RELATIONS_DRAWN = 12  # the most frequent ones
TOLD_HEADS = 4  # whose attention a person's own sentence shows
WAYS = (("dependent to head", "从属词看中心词"), ("head to dependent", "中心词看从属词"))
LOOKED_AT = {
    "first": {"en": "[CLS]", "zh": "[CLS]"},
    "separator": {"en": "[SEP]", "zh": "[SEP]"},
    "separator_from_others": {"en": "[SEP], by others", "zh": "[SEP]（其他词元看）"},
    "separator_from_itself": {"en": "[SEP], by [SEP]", "zh": "[SEP]（[SEP] 自己看）"},
    "signs": {"en": "signs", "zh": "标点"},
    "previous": {"en": "token before", "zh": "前一词元"},
    "itself": {"en": "itself", "zh": "自身"},
    "next": {"en": "token after", "zh": "后一词元"},
}


def head_names(layers: int, heads: int) -> list[str]:
    """ "2-3" is head 3 of layer 2."""
    return [f"{layer}-{head}" for layer in range(1, layers + 1) for head in range(1, heads + 1)]


def rounded(values: Tensor) -> list:
    return [[round(value, 4) for value in row] for row in values.tolist()]


# --- what heads look at -----------------------------------------------------------------------------------------------
def draw_looks(looks: Mapping[str, Looks], report: Report) -> None:
    own = looks["heads"]
    report.figure("entropy", by_head(own.entropy) | {"low": 0.0, "high": own.uniform})
    report.figure("separator", by_head(own.shares["separator"]) | {"low": 0.0})
    by_layer = torch.stack([own.shares[name].mean(1) for name in LOOKED_AT])  # (kinds, L)
    rows, columns = list(LOOKED_AT.values()), [str(layer) for layer in range(1, by_layer.shape[1] + 1)]
    table = {"rows": rows, "columns": columns, "values": rounded(by_layer)}
    report.figure("looked-at", {"kind": "heatmap", **table, "low": 0.0})
    for slug, entropy in (("entropy-by-layer", "entropy"), ("first-entropy", "first_entropy")):
        lines = [{"name": role, "y": getattr(one, entropy).mean(1).tolist()} for role, one in looks.items()]
        lines.append({"name": "uniform", "y": [own.uniform] * len(columns)})
        report.figure(slug, {"x": list(range(1, len(columns) + 1)), "series": lines})
    report.figure("head-places", places(scaled(own.distances), *own.entropy.shape))


def by_head(values: Tensor, prefix: str = "") -> dict[str, Any]:
    """values (L, H); the prefix stands before each layer's number."""
    rows = [f"{prefix}{layer}" for layer in range(1, values.shape[0] + 1)]
    columns = [str(head) for head in range(1, values.shape[1] + 1)]
    return {"kind": "heatmap", "rows": rows, "columns": columns, "values": rounded(values)}


def scaled(distances: Tensor) -> Tensor:
    """Classical scaling: distances (N, N) -> places in the plane (N, 2) whose distances come nearest to those."""
    n = len(distances)
    centre = torch.eye(n, dtype=distances.dtype) - 1 / n
    values, vectors = torch.linalg.eigh(-centre @ distances.square() @ centre / 2)  # ascending
    found = vectors[:, -2:].flip(1) * values[-2:].flip(0).clamp(min=0).sqrt()
    return found * torch.where(found[found.abs().argmax(0), [0, 1]] < 0, -1, 1)  # an axis has no sign of its own


def places(found: Tensor, layers: int, heads: int) -> dict[str, Any]:
    """A line a layer, through its heads from left to right: the kinds of figure know no loose points."""
    order = found[:, 0].argsort(stable=True).tolist()
    lines = [
        {"name": f"L{layer + 1}", "y": [found[i, 1].item() if i // heads == layer else None for i in order]}
        for layer in range(layers)
    ]
    return {"x": found[order, 0].tolist(), "series": lines}


# --- heads as parsers -------------------------------------------------------------------------------------------------
def draw_parsers(
    scores: Mapping[str, Score], relations: Sequence[str], chosen: Tensor, counted: Tensor, best: str,
    shape: tuple[int, int], report: Report,
) -> None:  # fmt: skip
    """chosen and counted (K, 1 + R): every parser's accuracy where it is chosen, and where it is counted."""
    drawn = slice(1, 1 + RELATIONS_DRAWN)
    bars = [
        {"name": role, "y": [round(share, 3) for share in scores[role].accuracy[drawn].tolist()]}
        for role in ("heads", "offset", "random")
    ]
    report.figure("relations", {"kind": "bars", "categories": list(relations[:RELATIONS_DRAWN]), "series": bars})
    way = chosen.unflatten(0, (2, -1)).argmax(0, keepdim=True)  # (1, LH, 1 + R): each head's better direction
    heads = counted.unflatten(0, (2, -1)).gather(0, way)[0]  # (LH, 1 + R)
    ends = {"low": 0.0, "high": 1.0}
    table = {
        "rows": list(relations[:RELATIONS_DRAWN]),
        "columns": head_names(*shape),
        "values": rounded(heads[:, drawn].T),
    }
    report.figure("relations-by-head", {"kind": "heatmap", **table, **ends})
    one = heads[:, 1 + list(relations).index(best)].unflatten(0, shape)  # (L, H)
    report.figure("best-relation", by_head(one, prefix=f"{best} ") | ends)


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
    encoder: EncoderClassifier, ids: Sequence[int], tokens: Sequence[str], told: Sequence[Mapping[str, Any]]
) -> list[dict[str, Any]]:
    """The attention of each head between a sentence's tokens, with the relation that it is told for. The first
    TOKENS_DRAWN alone."""
    maps = attention_maps(encoder, ids)  # by layer, (H, S, S)
    return [_attention(maps[facts["layer"]][facts["head"]], tokens, facts) for facts in told]


def _attention(A: Tensor, names: Sequence[str], told: Mapping[str, Any]) -> dict[str, Any]:
    name, (way, way_zh) = f"{told['layer'] + 1}-{told['head'] + 1}", WAYS[told["direction"]]
    title = {"en": f"Head {name}: {told['relation']}, {way}", "zh": f"注意力头 {name}：{told['relation']}，{way_zh}"}
    data = heat_map(A[:TOKENS_DRAWN], names[:TOKENS_DRAWN], names, low=0.0, high=A.max().item())
    return {"slug": "attention", "title": title, "data": data}


# --- words ------------------------------------------------------------------------------------------------------------
def say_what_it_gave(
    scores: Mapping[str, Score], gains: Mapping[str, tuple[Tensor, Tensor]], relations: Sequence[str],
    parsers: Sequence[str], report: Report,
) -> None:  # fmt: skip
    """`gains`, by the role over which heads gain: the mean and its standard error, of all words and each relation."""
    found = {role: 100 * score.accuracy[1:].mean().item() for role, score in scores.items()}
    report.log(f"The best heads find {found['heads']:.1f} % of the heads, mean over {len(relations)} relations.")
    for role, words in (("offset", "The best fixed offsets"), ("random", "The best heads of random weights")):
        gain, error = (100 * each[1:] for each in gains[role])
        mean, of_mean = gain.mean().item(), error.norm().item() / len(gain)
        verdict = "more than two standard errors" if abs(mean) > 2 * of_mean else "not told apart from chance"
        report.log(f"{words}: {found[role]:.1f} %, a gain of {mean:+.1f} points (error {of_mean:.1f}), {verdict}.")
    gain, error = (each[1:].tolist() for each in gains["offset"])
    rows = zip(relations, scores["heads"].best[1:].tolist(), gain, error, strict=True)
    clear = [f"{name} {100 * by:+.0f} (head {parsers[best]})" for name, best, by, e in rows if abs(by) > 2 * e]
    told = ", ".join(clear) or "none"
    report.log(f"Relations in which head and offset differ by more than two standard errors: {told}.")
