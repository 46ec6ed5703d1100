"""Who looks at whom: attention probabilities, between tokens or words, and heat maps of a size that a page can draw."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from workers.kit import text
from workers.kit.encoders import EncoderClassifier
from workers.kit.tree_tokens import averaging

TOKENS_DRAWN = 24  # of a text; more make cells too small to see
DECIMALS = 3


@torch.no_grad()
def batch_maps(net: EncoderClassifier, ids: Tensor) -> Tensor:
    """ids (B, S) -> A (B, L, H, S, S), in evaluation mode; A[.., i, j] is how much token i takes from token j.

    Rows sum to 1 over the tokens that are no padding.
    """
    _, layers = net.eval().encode(ids, insides=True)
    return torch.stack([layer.probabilities for layer in layers], dim=1).float()


def attention_maps(net: EncoderClassifier, ids: Sequence[int]) -> Tensor:
    """(L, H, S, S) of one text, on the CPU."""
    return batch_maps(net, text.pad([ids], next(net.parameters()).device))[0].cpu()


def between_units(A: Tensor, pieces: Tensor, split_from: str) -> Tensor:
    """A (B, L, H, S, S) and pieces (B, U, S), 1 where a token is a piece of a unit -> (B, L, H, U, U).

    Attention to a word is the sum over its pieces; from it the mean ("mean"), or the first piece's ("first").
    """
    rows = pieces * (pieces.cumsum(-1) == 1) if split_from == "first" else averaging(pieces)
    return rows[:, None, None] @ A @ pieces[:, None, None].transpose(-1, -2)


def heat_map(values: Tensor, rows: Sequence[object], columns: Sequence[object], *, low: float, high: float) -> dict:
    """The data of a figure (kit/events.py) from values (rows, columns); no column after the TOKENS_DRAWN-th.

    Rows of shares then add up to less than 1.
    """
    drawn = [[round(value, DECIMALS) for value in line] for line in values[:, :TOKENS_DRAWN].tolist()]
    columns = list(columns)[:TOKENS_DRAWN]
    return {
        "kind": "heatmap", "rows": list(rows), "columns": columns, "values": drawn,
        "low": round(low, DECIMALS), "high": round(high, DECIMALS),
    }  # fmt: skip
