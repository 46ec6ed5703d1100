"""What a frozen network says of every token of every text, computed once for all epochs and arms."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import accumulate

import torch
from torch import Tensor

from workers.kit import text

BATCH = 256  # texts of a pass


class Kept:
    """`of`: from padded ids (B, S) to (B, S, ..). No gradient."""

    @torch.no_grad()
    def __init__(self, of: Callable[[Tensor], Tensor], rows: Sequence[Sequence[int]], device: torch.device):
        self.starts = torch.tensor([0, *accumulate(len(row) for row in rows)])
        order = sorted(range(len(rows)), key=lambda i: len(rows[i]))
        for start in range(0, len(order), BATCH):
            part = order[start : start + BATCH]
            said = of(text.pad([rows[i] for i in part], device))  # (B, S, ..)
            if not start:
                self.flat = said.new_empty(int(self.starts[-1]), *said.shape[2:])  # token by token, text by text
            for i, found in zip(part, said, strict=True):
                self.flat[self.starts[i] : self.starts[i + 1]] = found[: len(rows[i])]

    def __call__(self, rows: Sequence[int], length: int) -> Tensor:
        """(B, S, ..) for S = `length`; where a text has ended, whatever comes next: no loss looks there."""
        at = self.starts[list(rows)][:, None] + torch.arange(length)  # (B, S)
        return self.flat[at.clamp(max=len(self.flat) - 1).to(self.flat.device)]
