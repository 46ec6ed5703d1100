"""Probes that read a tree off attention maps: section 5 of the paper. Symbols as in job.py; N words of one sentence."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from workers.kit.events import Report
from workers.kit.tree_tokens import Batch, averaging

PROBE_RATE = 2e-3  # of Adam, a sentence a step
POINTS = 60  # of the curve


class Sample(NamedTuple):
    """One sentence of N words."""

    maps: Tensor  # (LH, N + 2, N + 2), between units
    vectors: Tensor  # (N, D), of the words alone, whatever stands beside them
    heads: Tensor  # (N,), 0 for the root


def samples(maps: Iterable[tuple[Batch, Tensor]], vectors: Tensor) -> Iterator[Sample]:
    """From maps between units (B, L, H, U, U), batch by batch; `vectors` (V, D) are the words' own.

    A split word has the mean of its pieces' vectors.
    """
    for batch, A in maps:
        of_units = averaging(batch.pieces) @ vectors[batch.ids]  # (B, U, D)
        for row, read in enumerate(batch.rows):
            N = len(read.sentence.words)
            seen = A[row].flatten(0, 1)[:, : N + 2, : N + 2]  # (LH, N + 2, N + 2)
            yield Sample(seen, of_units[row, 1 : N + 1], batch.heads[row, 1 : N + 1])


class Probe(nn.Module):
    """score(i, j) = sum_k w_k A_k[i, j] + u_k A_k[j, i]; w and u are learnt, or with words an affine map of [v_i; v_j].

    The root's score is made in the same way of attention to [CLS] and [SEP], weighed by two learnt numbers.
    """

    def __init__(self, heads: int, width: int = 0):
        super().__init__()
        self.start, self.end = nn.Parameter(torch.ones(())), nn.Parameter(torch.ones(()))
        self.weights = nn.Parameter(torch.zeros(2 * heads))  # (2LH,): w, then u
        self.of_dependent, self.of_head = (
            (nn.Linear(width, 2 * heads, bias=False) for _ in range(2)) if width else (None, None)
        )

    def forward(self, sample: Sample) -> Tensor:
        """Logits (N, N + 1): column j is head j, column 0 the root."""
        both = torch.cat([sample.maps, sample.maps.transpose(-1, -2)])[:, 1:-1]  # (2LH, N, N + 2)
        root = self.start * both[..., :1] + self.end * both[..., -1:]  # (2LH, N, 1)
        features = torch.cat([root, both[..., 1:-1]], dim=-1)  # (2LH, N, N + 1)
        if self.of_head is None:
            return torch.einsum("k,kij->ij", self.weights, features)
        to = F.pad(self.of_head(sample.vectors), (0, 0, 1, 0))  # (N + 1, 2LH), of the root nothing
        pairs = self.of_dependent(sample.vectors)[:, None] + to  # (N, N + 1, 2LH)
        pairs = torch.cat([torch.zeros_like(pairs[:, :1]), pairs[:, 1:]], dim=1) + self.weights
        return torch.einsum("ijk,kij->ij", pairs, features)


def train_probe(role: str, probe: Probe, taught: Sequence[Sample], seed: int, report: Report) -> None:
    """One pass, a sentence a step: cross-entropy in nats, the sum over its words."""
    adam = torch.optim.Adam(probe.parameters(), lr=PROBE_RATE)
    order = torch.randperm(len(taught), generator=torch.Generator().manual_seed(seed)).tolist()
    every, total, words = -(-len(order) // POINTS), 0.0, 0
    for step, row in enumerate(order, start=1):
        loss = F.cross_entropy(probe(taught[row]), taught[row].heads, reduction="sum")
        adam.zero_grad()
        loss.backward()
        adam.step()
        total, words = total + loss.item(), words + len(taught[row].heads)
        report.progress(step, len(order))
        if step % every == 0:
            report.scalar(f"{role}/probe_loss", step, total / words)
            total, words = 0.0, 0


@torch.inference_mode()
def right_of_probe(probe: Probe, asked: Iterable[Sample]) -> Tensor:
    """(1, W)."""
    return torch.cat([probe(sample).argmax(-1) == sample.heads for sample in asked])[None].float().cpu()


def learn(
    role: str, taught: Sequence[Sample], asked: Iterable[Sample], with_words: bool, seed: int, report: Report
) -> Tensor:
    """Trains a probe on some sentences; (1, W), 1 where it finds the head of a word of the others."""
    torch.manual_seed(seed)
    heads, width = len(taught[0].maps), taught[0].vectors.shape[1]
    probe = Probe(heads, width if with_words else 0).to(taught[0].maps.device)
    train_probe(role, probe, taught, seed, report)
    return right_of_probe(probe, asked)
