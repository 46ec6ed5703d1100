"""Attention heads under gates, and heads cut out: the same function, the second time with smaller matrices.

A method that cuts registers its networks under a kind of its own, with `CutShape` and `CutClassifier`: so a saved one
leads to the method that made it (`registry.load_owner`). Symbols: N texts, B of them in a batch, S padded length, D
width, L layers, H heads a layer, d width of a head, xi_h the gate of head h.
"""

from __future__ import annotations

import copy
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor, nn

from workers.kit import evaluation, networks
from workers.kit.encoders import EncoderClassifier, EncoderShape, gated

Head = tuple[int, int]  # its layer and its number there, both from 0


# --- gates: MHAtt(x) = sum_h xi_h Att_h(x) ----------------------------------------------------------------------------
def all_heads(net: EncoderClassifier) -> list[Head]:
    return [(layer, head) for layer in range(len(net.layers)) for head in range(net.body.config.num_attention_heads)]


def gates_without(net: EncoderClassifier, removed: Sequence[Head]) -> list[Tensor]:
    """xi of every layer, (H,) each: 0 for the heads removed, 1 for the others."""
    xi = torch.ones(len(net.layers), net.body.config.num_attention_heads)  # (L, H)
    for layer, head in removed:
        xi[layer, head] = 0
    return list(xi.to(next(net.parameters()).device))


def logits_without(net: EncoderClassifier, rows: evaluation.Rows, removed: Sequence[Head]) -> Tensor:
    """(N, C) with some heads' gates closed: what they say is lost, and the network is as large as before."""
    with gated(gates_without(net, removed)):
        return evaluation.predict(net, rows)


# --- cutting: the same function with smaller matrices -----------------------------------------------------------------
@dataclass(frozen=True)
class CutShape(EncoderShape):
    """An encoder whose layers keep some of their heads. `body` still says how many there were, and so their width."""

    kept: list[list[int]] = field(default_factory=list)


class NoHeads(nn.Module):
    """What is left of an attention without heads: it says nothing, and the bias after W_o alone goes on."""

    def forward(self, hidden_states: Tensor, **_: Any) -> tuple[Tensor, None]:
        return hidden_states[..., :0], None  # (B, S, 0)


def cut(attention: nn.Module, kept: Sequence[int]) -> None:
    """Deletes all heads but `kept`: d rows a head of W_q, W_k, W_v and their biases, d columns a head of W_o."""
    heads, out = attention.self, attention.output.dense
    d = heads.attention_head_size
    stay = torch.tensor([head * d + i for head in kept for i in range(d)], dtype=torch.long, device=out.weight.device)
    for linear in (heads.query, heads.key, heads.value):
        linear.weight = nn.Parameter(linear.weight.detach()[stay])  # (d kept, D) of (d H, D)
        linear.bias = nn.Parameter(linear.bias.detach()[stay])
        linear.out_features = len(stay)
    out.weight = nn.Parameter(out.weight.detach()[:, stay])  # (D, d kept) of (D, d H)
    out.in_features = len(stay)
    if not kept:
        attention.self = NoHeads()


class CutClassifier(EncoderClassifier):
    def __init__(self, shape: CutShape):
        super().__init__(shape)
        for layer, kept in zip(self.layers, shape.kept, strict=True):
            cut(layer.attention, kept)


def cut_out(net: EncoderClassifier, removed: Sequence[Head], kind: str) -> CutClassifier:
    """A new network of that kind without these heads; its logits are those of `net` with their gates closed."""
    kept: list[list[int]] = [[] for _ in net.layers]
    for layer, head in all_heads(net):
        if (layer, head) not in removed:
            kept[layer].append(head)
    whole = copy.deepcopy(net)
    for layer, heads in zip(whole.layers, kept, strict=True):
        cut(layer.attention, heads)
    small = networks.build(CutShape(**{**net.shape.as_dict(), "kept": kept, "kind": kind}))
    small.load_state_dict(whole.state_dict())
    return small.to(next(net.parameters()).device).eval()
