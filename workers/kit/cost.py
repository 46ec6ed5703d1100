"""What a forward pass costs, counted while it runs and never taken from a formula about the network as a whole."""

from __future__ import annotations

import weakref
from collections.abc import Sequence

import torch
from torch import nn
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves
from torch.utils.flop_counter import FlopCounterMode

from workers.kit.text import pad

BATCH = 32
COUNTED = 8  # texts: watching every operation takes a second for 32 texts of a BiLSTM


def nonzero_parameters(model: nn.Module) -> int:
    return sum(int(parameter.count_nonzero()) for parameter in model.parameters())


@torch.inference_mode()
def flops_per_token(model: nn.Module, rows: Sequence[Sequence[int]]) -> float:
    """Floating-point operations of the matrix products, a multiplication and an addition being two, a token.

    Of the first COUNTED texts, one by one, so that no padding is counted. What torch has no count for (looking up,
    normalising) counts nothing.
    """
    model.eval()
    device = next(model.parameters()).device
    some = rows[:COUNTED]
    with FlopCounterMode(display=False) as counter:
        for row in some:
            model(pad([row], device))
    return counter.get_total_flops() / sum(len(row) for row in some)


@torch.inference_mode()
def peak_memory(model: nn.Module, rows: Sequence[Sequence[int]]) -> int:
    """Bytes of the weights, and of the most that lived at once beside them, in a pass over a batch of 32 texts."""
    model.eval()
    device = next(model.parameters()).device
    ids = pad(rows[:BATCH], device)
    weights = sum(tensor.nbytes for tensor in (*model.parameters(), *model.buffers()))
    with LiveBytes() as live:
        model(ids)
    return weights + live.peak


class LiveBytes(TorchDispatchMode):
    """Within it, `peak` is the most bytes that tensors made here held at the same time, on any device."""

    def __init__(self):
        super().__init__()
        self.now = self.peak = 0
        self._alive: set[int] = set()

    def __torch_dispatch__(self, func, types, args=(), kwargs=None):
        output = func(*args, **(kwargs or {}))
        for made in tree_leaves(output):
            if isinstance(made, torch.Tensor):
                self._add(made.untyped_storage())
        return output

    def _add(self, storage: torch.UntypedStorage) -> None:
        key, size = storage._cdata, storage.nbytes()  # a view shares the storage of what it shows
        if key in self._alive:
            return
        self._alive.add(key)
        self.now += size
        self.peak = max(self.peak, self.now)
        weakref.finalize(storage, self._drop, key, size)

    def _drop(self, key: int, size: int) -> None:
        self._alive.discard(key)
        self.now -= size
