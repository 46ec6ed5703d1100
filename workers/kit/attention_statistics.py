"""Attention maps as numbers: how widely rows look, how differently two maps do, and many maps placed in the plane.

Symbols: B texts, S tokens of a text (n without padding), L layers, H heads, N things that have distances.
"""

from __future__ import annotations

import torch
from torch import Tensor


def smoothed(A: Tensor, real: Tensor, share: float) -> Tensor:
    """(1 - share) A + share / n between the n real tokens, 0 elsewhere: A (B, L, H, S, S), real (B, S)."""
    n = real.sum(1)[:, None, None, None, None]
    cells = (real[:, :, None] & real[:, None, :])[:, None, None]  # (B, 1, 1, S, S)
    return ((1 - share) * A + share / n) * cells


def entropies(P: Tensor, real: Tensor) -> tuple[Tensor, Tensor]:
    """-sum_j P[i, j] ln P[i, j] in nats, (B, L, H): the mean over the rows i, and the first token's row alone.

    P (B, L, H, S, S) is 0 where padding is; real (B, S).
    """
    rows = -torch.xlogy(P, P).sum(-1)  # (B, L, H, S)
    return rows.sum(-1) / real.sum(1)[:, None, None], rows[..., 0]


def jensen_shannon(a: Tensor, b: Tensor) -> Tensor:
    """sum_i (KL(a_i || m_i) + KL(b_i || m_i)) / 2 with m = (a + b) / 2, in nats; maps (..., S, S).

    Written as H(m) - (H(a) + H(b)) / 2, which is the same and has no 0 / 0 where padding is.
    """

    def entropy(p: Tensor) -> Tensor:
        return -torch.xlogy(p, p).sum((-1, -2))

    return entropy((a + b) / 2) - (entropy(a) + entropy(b)) / 2


def scaled(distances: Tensor) -> Tensor:
    """Classical scaling: distances (N, N) -> places in the plane (N, 2) whose distances come nearest to those."""
    n = len(distances)
    centre = torch.eye(n, dtype=distances.dtype) - 1 / n
    values, vectors = torch.linalg.eigh(-centre @ distances.square() @ centre / 2)  # ascending
    found = vectors[:, -2:].flip(1) * values[-2:].flip(0).clamp(min=0).sqrt()
    return found * torch.where(found[found.abs().argmax(0), [0, 1]] < 0, -1, 1)  # an axis has no sign of its own
