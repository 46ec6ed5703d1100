"""Networks with a classifier after every layer: which text leaves where, what that costs and how right it is.

A text leaves at the first classifier whose uncertainty is below a threshold. Where, is read off what every classifier
said to every text, so that eleven thresholds take one pass. Symbols: N texts, B of them in a batch, S padded length, D
width, L layers, C classes, K classifiers, h states, z logits, u uncertainty, from 0 to 1.
"""

from __future__ import annotations

import math
import random
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F
from torch.utils.flop_counter import FlopCounterMode

from workers.kit import evaluation
from workers.kit.evaluation import Rows
from workers.kit.networks import Output
from workers.kit.text import pad

THRESHOLDS = [step / 10 for step in range(11)]
LENGTHS = 6  # of texts whose operations are counted
TIMED = 20  # texts that are timed one by one
BINS = 10  # of uncertainty


# --- a pass that ends early -------------------------------------------------------------------------------------------
def uncertainty(z: Tensor) -> Tensor:
    """u = -sum_c p_c log p_c / log C: entropy as a share of the highest there can be. (..., C) -> (...), in [0, 1]."""
    log_p = F.log_softmax(z, dim=-1)
    return -(log_p.exp() * log_p).sum(-1) / math.log(z.shape[-1])


@dataclass
class Left(Output):
    """Also where each text left, 1 .. L (B,), and its uncertainty after each layer (B, L), NaN where none was asked."""

    layer: Tensor | None = None
    uncertainty: Tensor | None = None


def leave_early(
    h: Tensor,
    mask: Tensor,
    layers: Sequence[nn.Module],
    classify: Callable[[int, Tensor, Tensor], Tensor],
    threshold: float,
) -> Left:
    """Runs layer by layer; texts that leave are taken out of the batch, and with the last of them the pass ends.

    h^0 (B, S, D) and a mask (B, 1, 1, S), which every layer takes; `classify` gives the logits (b, C) at a place, from
    0 to L - 1, of the states and the mask of the b texts that are still there.
    """
    depth, inside = len(layers), torch.arange(len(h), device=h.device)  # the texts that are still computed
    logits, left = None, torch.full_like(inside, depth)
    u = h.new_full((len(h), depth), math.nan)
    for place, layer in enumerate(layers):
        h = layer(h, mask)  # (b, S, D), b <= B
        z = classify(place, h, mask)  # (b, C)
        logits = z.new_zeros(len(left), z.shape[1]) if logits is None else logits
        now = u[inside, place] = uncertainty(z)  # (b,)
        sure = (now < threshold) | (place == depth - 1)
        if not sure.any():
            continue
        logits[inside[sure]], left[inside[sure]] = z[sure], place + 1
        if sure.all():
            break
        h, mask, inside = h[~sure], mask[~sure], inside[~sure]
    return Left(logits, layer=left, uncertainty=u)


# --- where texts leave ------------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Seen:
    """After every layer of one branched network: the uncertainty (N, L), and whether the classifier there is right."""

    u: Tensor
    right: Tensor


def exit_layers(u: Tensor, threshold: float) -> Tensor:
    """Where each text leaves, 1 .. L (N,): at the first classifier that is sure enough, else at the last."""
    sure = u < threshold  # (N, L)
    sure[:, -1] = True
    return sure.int().argmax(1) + 1  # the first of the largest


def at_random(left: Tensor, seed: int = 0) -> Tensor:
    """The same exits dealt out by chance: as many texts leave after each layer, but not because they are easy."""
    return left[torch.tensor(random.Random(seed).sample(range(len(left)), len(left)))]  # noqa: S311


def chosen(z: Tensor, left: Tensor) -> Tensor:
    """What each text left with, such as logits (N, C), of what there was after every layer, (N, L, C)."""
    return z[torch.arange(len(z)), left - 1]


# --- what an exit costs -----------------------------------------------------------------------------------------------
@torch.inference_mode()
def operations(classifiers: Callable[[Tensor], Iterable[Tensor]], rows: Rows, device: torch.device) -> Tensor:
    """Floating-point operations until each of K classifiers has spoken, branches on the way included: (N, K).

    Counted while a pass runs, once for each of up to LENGTHS lengths: texts of one length take the same operations,
    and in between a straight line is drawn, as watching every operation takes long.
    """
    by_length = {len(row): row for row in rows}
    known = sorted(by_length)
    some = sorted({known[round(share)] for share in np.linspace(0, len(known) - 1, min(LENGTHS, len(known)))})
    counted = []
    for length in some:
        with FlopCounterMode(display=False) as counter:
            counted.append([counter.get_total_flops() for _ in classifiers(pad([by_length[length]], device))])
    asked = [len(row) for row in rows]
    return torch.tensor(np.array([np.interp(asked, some, each) for each in zip(*counted, strict=True)])).T


@torch.inference_mode()
def milliseconds(net: nn.Module, rows: Rows, device: torch.device) -> float:
    """Mean time of a text that is alone in its batch: the first TIMED texts, after one that is not counted."""
    times = []
    for row in (rows[0], *rows[:TIMED]):
        ids, began = pad([row], device), time.perf_counter()
        net(ids)
        if device.type == "cuda":
            torch.cuda.synchronize()
        times.append(1000 * (time.perf_counter() - began))
    return sum(times[1:]) / len(times[1:])


# --- quality against cost ---------------------------------------------------------------------------------------------
class Point(NamedTuple):
    """Of a curve: mean layers and mean operations of a text, and accuracy."""

    layers: float
    operations: float
    accuracy: float


def curve_of(seen: Seen, spent: Tensor, deal: Callable[[Tensor], Tensor] = lambda left: left) -> list[Point]:
    """Over the eleven thresholds. spent (N, L): operations until each exit; `deal` may move the exits."""
    exits = [deal(exit_layers(seen.u, threshold)) for threshold in THRESHOLDS]
    means = [(left.double().mean().item(), chosen(spent, left).mean().item()) for left in exits]
    return [Point(*mean, evaluation.share(chosen(seen.right, left))) for mean, left in zip(means, exits, strict=True)]


def by_uncertainty(seen: Seen) -> list[tuple[float, float | None]]:
    """Of all classifiers but the last on all texts: the middle of each bin of uncertainty, and the accuracy in it.

    None for an empty bin.
    """
    bins = (seen.u[:, :-1] * BINS).long().clamp(max=BINS - 1)  # (N, L - 1)
    inside = [seen.right[:, :-1][bins == place] for place in range(BINS)]
    return [((place + 0.5) / BINS, evaluation.share(one) if len(one) else None) for place, one in enumerate(inside)]
