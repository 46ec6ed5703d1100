"""Who looks at whom: attention probabilities of one text, and tensors as heat maps of a size that a page can draw."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from workers.kit import text
from workers.kit.encoders import EncoderClassifier

TOKENS_DRAWN = 24  # of a text; more make cells too small to see
DECIMALS = 3


@torch.inference_mode()
def attention_maps(net: EncoderClassifier, ids: Sequence[int]) -> list[Tensor]:
    """P of each layer for one text, (H, S, S) on the CPU; row i says how much token i takes from each token."""
    row = text.pad([ids], next(net.parameters()).device)
    return [layer.probabilities[0].float().cpu() for layer in net.eval()(row, insides=True).attention]


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
