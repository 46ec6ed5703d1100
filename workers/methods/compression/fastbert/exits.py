"""Which text leaves where at every Speed, what that costs and how right it is: FastBERT's own figures.

All of it is read off what every classifier said to every dev text, so that eleven Speeds take one pass.
Symbols: N texts, L layers; a depth is a number of layers, 1 .. L.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.utils.flop_counter import FlopCounterMode

from workers.kit import evaluation
from workers.kit.evaluation import Rows
from workers.kit.events import Report
from workers.kit.text import pad

SPEEDS = [step / 10 for step in range(11)]
LENGTHS = 6  # of texts whose operations are counted
TIMED = 20  # texts that are timed one by one at each Speed
BINS = 10  # of uncertainty


@dataclass(frozen=True)
class Seen:
    """After every layer of one branched network: the uncertainty (N, L), and whether the classifier there is right."""

    u: Tensor
    right: Tensor

    def accuracy(self, left: Tensor) -> float:
        return evaluation.share(self.right[torch.arange(len(left)), left - 1])


def exits(u: Tensor, speed: float) -> Tensor:
    """Where each text leaves, 1 .. L (N,): at the first classifier that is sure enough, else at the last."""
    sure = u < speed  # (N, L)
    sure[:, -1] = True
    return sure.int().argmax(1) + 1  # the first of the largest


def at_random(left: Tensor, seed: int = 0) -> Tensor:
    """The same exits dealt out by chance: as many texts leave after each layer, but not because they are easy."""
    return left[torch.tensor(random.Random(seed).sample(range(len(left)), len(left)))]  # noqa: S311


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
@dataclass
class Curve:
    """Points of one role on dev: mean layers, mean operations, accuracy."""

    layers: list[float] = field(default_factory=list)
    operations: list[float] = field(default_factory=list)
    accuracy: list[float] = field(default_factory=list)

    def add(self, layers: float, spent: Tensor, accuracy: float) -> None:
        self.layers.append(layers)
        self.operations.append(spent.mean().item())
        self.accuracy.append(accuracy)


def curve_of(seen: Seen, spent: Tensor, deal: Callable[[Tensor], Tensor] = lambda left: left) -> Curve:
    """Over the eleven Speeds. spent (N, L): operations until each exit; `deal` may move the exits."""
    found = Curve()
    for speed in SPEEDS:
        left = deal(exits(seen.u, speed))
        found.add(left.double().mean().item(), spent[torch.arange(len(left)), left - 1], seen.accuracy(left))
    return found


def against(lines: Mapping[str, tuple[list[float], list[float | None]]]) -> dict[str, Any]:
    """Lines of accuracy whose points have x values of their own: all of these in order, a gap where a line has none."""
    at = {role: {round(x, 6): y for x, y in zip(*both, strict=True)} for role, both in lines.items()}
    xs = sorted({x for line in at.values() for x in line})
    return {
        "x": xs,
        "series": [{"name": f"{role}/accuracy", "y": [line.get(x) for x in xs]} for role, line in at.items()],
    }


def draw_curves(curves: Mapping[str, Curve], report: Report) -> None:
    report.figure("layers-quality", against({role: (c.layers, c.accuracy) for role, c in curves.items()}))
    mega = {role: ([x / 1e6 for x in c.operations], c.accuracy) for role, c in curves.items()}
    report.figure("operations-quality", against(mega))


def draw_times(net: nn.Module, full: nn.Module, curves: Mapping[str, Curve], rows: Rows, device: torch.device,
               report: Report) -> None:  # fmt: skip
    """Measured at each Speed of `net`, which is set back at the end; the full model is a single point."""
    usual, times = net.speed, []
    for place, net.speed in enumerate(SPEEDS, start=1):
        times.append(milliseconds(net, rows, device))
        report.progress(place, len(SPEEDS))
    net.speed = usual
    alone = milliseconds(full, rows, device)
    lines = {"teacher": ([alone], curves["teacher"].accuracy), "student": (times, curves["student"].accuracy)}
    report.figure("time-quality", against(lines))
    report.log(
        f"Alone in its batch a text takes {alone:.2f} ms in the full model; with branches {times[0]:.2f} ms at Speed 0 "
        f"and {times[-1]:.2f} ms at Speed 1."
    )


# --- layer by layer ---------------------------------------------------------------------------------------------------
def layer_name(depth: int) -> dict[str, str]:
    return {"en": f"layer {depth}", "zh": f"第 {depth} 层"}


def by_layer(values: Mapping[str, list[float | None]]) -> dict[str, Any]:
    """Bars, one value a layer and role."""
    names = [layer_name(depth) for depth in range(1, len(next(iter(values.values()))) + 1)]
    return {"kind": "bars", "categories": names, "series": [{"name": role, "y": y} for role, y in values.items()]}


def draw_layers(seen: Mapping[str, Seen], speed: float, shallows: Curve, report: Report) -> None:
    depths = range(1, next(iter(seen.values())).u.shape[1] + 1)
    left = {role: exits(one.u, speed) for role, one in seen.items()}
    shares = {role: [evaluation.share(at == depth) for depth in depths] for role, at in left.items()}
    report.figure("exit-histogram", by_layer(shares))
    report.figure("uncertainty", by_layer({role: one.u.mean(0).tolist() for role, one in seen.items()}))
    right = {role: [evaluation.share(at) for at in one.right.unbind(1)] for role, one in seen.items()}
    lines = {role: ([float(depth) for depth in depths], values) for role, values in right.items()}
    report.figure("exit-accuracy", against({**lines, "shallow": (shallows.layers, shallows.accuracy)}))
    middles = [(place + 0.5) / BINS for place in range(BINS)]
    report.figure("sure-and-right", against({role: (middles, by_uncertainty(one)) for role, one in seen.items()}))


def by_uncertainty(seen: Seen) -> list[float | None]:
    """Accuracy of all that the branches say to all texts, by bins of its uncertainty; None for an empty bin."""
    bins = (seen.u[:, :-1] * BINS).long().clamp(max=BINS - 1)  # (N, L - 1): without the teacher classifier
    inside = [seen.right[:, :-1][bins == place] for place in range(BINS)]
    return [evaluation.share(right) if len(right) else None for right in inside]
