"""Attention maps as figures: the mean of each layer's heads, and what [CLS] sees head by head."""

from __future__ import annotations

import math
from collections.abc import Mapping

import torch
from torch import Tensor, nn

from workers.kit import answering
from workers.kit.attention_maps import TOKENS_DRAWN, attention_maps, heat_map
from workers.kit.checkpoints import Checkpoint
from workers.kit.lab import Lab
from workers.pages import Words

HANDY = range(8, 15)  # tokens of a dev sentence whose map can be read


def attention_figures(maps: Mapping[tuple[str, int], Tensor], tokens: list[str], words: Words) -> list[dict]:
    """A heat map for each (role, layer), the mean of its heads (S, S); and one of what [CLS] sees, head by head."""
    names = {"teacher": words("labels.teacher"), "student": words("labels.student")}
    high = math.ceil(10 * max(P.mean(0).max().item() for P in maps.values())) / 10  # one colour scale for all maps
    shown, figures, heads = tokens[:TOKENS_DRAWN], [], []
    for (role, layer), P in maps.items():
        title = words("labels.map", network=names[role], layer=layer).as_dict()
        data = heat_map(P.mean(0)[: len(shown)], shown, tokens, low=0, high=high)
        figures.append({"slug": f"attention-{role}", "title": title, "data": data})
        own = [words("labels.head", network=names[role], layer=layer, head=head + 1) for head in range(len(P))]
        heads += [label.as_dict() for label in own]
    first = torch.cat([P[:, 0] for P in maps.values()])  # (heads of all layers, S)
    return [*figures, {"slug": "attention-heads", "data": heat_map(first, heads, tokens, low=0, high=1)}]


def answer(checkpoints: Mapping[str, Checkpoint], sentence: str, words: Words) -> dict:
    """For "try it": what the networks say, and the attention maps of every layer of teacher and student."""
    ids = answering.token_ids(checkpoints["teacher"], sentence)[0].tolist()
    found = {role: attention_maps(checkpoints[role].model, ids) for role in ("teacher", "student")}
    maps = {(role, layer): P for role in found for layer, P in enumerate(found[role], start=1)}
    tokens = [checkpoints["teacher"].tokenizer.id_to_token(token) for token in ids]
    return answering.answer(checkpoints, sentence) | {"figures": attention_figures(maps, tokens, words)}


def draw_attention(teacher: nn.Module, student: nn.Module, g: tuple[int, ...], lab: Lab) -> None:
    """Of the first dev sentence of a handy length: the student's last layer and the teacher's that it learnt from."""
    rows, last = lab.task.dev_ids, g[-1]
    ids = next((ids for ids in rows if len(ids) in HANDY), rows[0])
    tokens = [lab.task.tokenizer.id_to_token(token) for token in ids]
    mapped = attention_maps(teacher, ids)[last - 1], attention_maps(student, ids)[-1]
    maps = {("teacher", last): mapped[0], ("student", len(g)): mapped[1]}
    for figure in attention_figures(maps, tokens, lab.report.words):
        lab.report.figure(figure["slug"], figure["data"])
    lab.report.log("sentence", sentence=" ".join(tokens[1:-1]))
