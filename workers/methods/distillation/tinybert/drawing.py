"""Attention maps as figures: the mean of each layer's heads, and what [CLS] sees head by head."""

from __future__ import annotations

import math
from collections.abc import Mapping

import torch
from torch import Tensor

from workers.kit.attention_maps import TOKENS_DRAWN, heat_map
from workers.spec import Text

NAMES = {"teacher": Text("Teacher", "教师"), "student": Text("Student", "学生")}


def attention_figures(maps: Mapping[tuple[str, int], Tensor], tokens: list[str]) -> list[dict]:
    """A heat map for each (role, layer), the mean of its heads (S, S); and one of what [CLS] sees, head by head."""
    high = math.ceil(10 * max(P.mean(0).max().item() for P in maps.values())) / 10  # one colour scale for all maps
    shown, figures = tokens[:TOKENS_DRAWN], []
    for (role, layer), P in maps.items():
        title = {"en": f"{NAMES[role].en}, layer {layer}", "zh": f"{NAMES[role].zh}第 {layer} 层"}
        data = heat_map(P.mean(0)[: len(shown)], shown, tokens, low=0, high=high)
        figures.append({"slug": f"attention-{role}", "title": title, "data": data})
    heads = [(NAMES[role], f"{layer}.{head}") for (role, layer), P in maps.items() for head in range(1, len(P) + 1)]
    rows = [{"en": f"{name.en} {head}", "zh": f"{name.zh} {head}"} for name, head in heads]
    first = torch.cat([P[:, 0] for P in maps.values()])  # (heads of all layers, S)
    return [*figures, {"slug": "attention-heads", "data": heat_map(first, rows, tokens, low=0, high=1)}]
