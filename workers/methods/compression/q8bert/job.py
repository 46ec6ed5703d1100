"""Q8BERT: Ofir Zafrir, Guy Boudoukh, Peter Izsak, Moshe Wasserblat, "Q8BERT: Quantized 8Bit BERT", EMC^2 workshop at
NeurIPS 2019, arXiv:1910.06188.

A fine-tuned BERT goes on training while its weights and activations are rounded to 8 bits in every forward pass, so
that the rounding no longer hurts when it is real. Scales are symmetric and linear: a weight's from its largest entry,
an activation's from a running mean of its largest entry. The loss is the task's cross-entropy alone: no teacher.

Here: the layers that round while they train, and the layer of integers that they stand for. The quantiser with its
straight-through gradient, how integers lie in a file and are multiplied: kit/packing.py. What encoders are made of such
layers: network.py.
Shrunk: a BERT of 4 x 64, made in this run, for BERT-base; hundreds of steps, too few for a mean with decay 0.9999 to
forget its first batch, so ranges begin with a calibration (`calibration_texts` = 0: with the first batch, as in the
paper). Attention's own products, softmax, LayerNorm and GELU stay in floating point. Added: other widths than 8 bits.

Symbols: b bits, M = 2^(b-1) - 1 the largest integer, S_x and S_W scales, q_x, q_W and q_b integers of an activation, of
weights and of a bias, x^ and W^ what they stand for, z logits (B, C), y labels (B,); B batch, S padded length, D width,
I and O inputs and outputs of a linear layer.
"""

from __future__ import annotations

import copy
import itertools
from collections.abc import Callable, Mapping
from functools import partial

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from workers.kit import networks, packing, training
from workers.kit.classification import Task
from workers.kit.encoders import EncoderClassifier
from workers.kit.lab import Lab, Plan, Terms
from workers.kit.packing import IntegerEmbedding
from workers.methods.compression.q8bert import SPEC, findings, network
from workers.methods.compression.q8bert.network import QuantisedClassifier, QuantisedShape, of_integers, simulated

INT32 = 2**31 - 1
CALIBRATION_BATCH = 64
ROUNDED = ("weight_bits", "activation_bits", "embeddings", "requantise", "decay", "clipped")  # how, of a QuantisedShape


# --- layers that round while they train -------------------------------------------------------------------------------
class Activation(nn.Module):
    """Rounds an activation; `peak` is EMA(max |x|), which moves in training alone and begins with the first batch."""

    def __init__(self, shape: QuantisedShape):
        super().__init__()
        self.M, self.decay = packing.largest_integer(shape.activation_bits), shape.decay
        self.dynamic, self.clipped = shape.dynamic, shape.clipped
        self.register_buffer("peak", torch.zeros(()))

    def forward(self, x: Tensor) -> Tensor:
        if self.training:
            now = network.peak_of(x)
            self.peak.copy_(torch.where(self.peak == 0, now, self.decay * self.peak + (1 - self.decay) * now))
        return packing.fake_quantise(x, self.scale(x), self.M, self.clipped) if network.rounding() else x

    def scale(self, x: Tensor) -> Tensor:
        """S_x = M / EMA(max |x|), or of this batch's own maximum. ()"""
        return packing.scale_of(network.peak_of(x) if self.dynamic else self.peak, self.M)


class QuantisedLinear(nn.Linear):
    def __init__(self, layer: nn.Linear, shape: QuantisedShape):
        super().__init__(layer.in_features, layer.out_features)
        self.M = packing.largest_integer(shape.weight_bits)
        self.input = Activation(shape)
        self.output = Activation(shape) if shape.requantise else nn.Identity()


class SimulatedLinear(QuantisedLinear):
    """y = x^ W^T + b, where W^ has S_W = M / max |W|, anew at every step."""

    def rounded_weight(self) -> Tensor:
        return packing.of_largest(self.weight, self.M)  # (O, I)

    def forward(self, x: Tensor) -> Tensor:
        weight = self.rounded_weight() if network.rounding() else self.weight
        return self.output(F.linear(self.input(x), weight, self.bias))  # (.., O)


class SimulatedEmbedding(nn.Embedding):
    def __init__(self, table: nn.Embedding, b: int):
        super().__init__(table.num_embeddings, table.embedding_dim, table.padding_idx)
        self.M = packing.largest_integer(b)

    def forward(self, ids: Tensor) -> Tensor:
        weight = packing.of_largest(self.weight, self.M) if network.rounding() else self.weight
        return F.embedding(ids, weight)  # (B, S, D)


# --- the layer of integers --------------------------------------------------------------------------------------------
class IntegerLinear(packing.HeldAsIntegers, QuantisedLinear):
    """y = (q_x q_W^T + q_b) / (S_x S_W): a product of integers, and the bias as int32 at the product's own scale."""

    def __init__(self, layer: nn.Linear, shape: QuantisedShape):
        super().__init__(layer, shape)
        self.hold(shape.weight_bits)
        self._product: Callable[[Tensor], Tensor] | None = None  # made of the loaded weights, at the first use
        self._scales: tuple[Tensor, Tensor, Tensor] | None = None

    def forward(self, x: Tensor) -> Tensor:
        if self._product is None:
            self._product = packing.integer_product(self.weight)  # of q_W
        if self._scales is None or self.input.dynamic:
            S_x = self.input.scale(x)
            S = S_x * self.weight_scale
            self._scales = S_x, S, (self.bias * S).round().clamp(-INT32, INT32)
        S_x, S, q_b = self._scales  # S = S_x S_W; q_b (O,)
        q_x = packing.quantise(x, S_x, self.input.M)  # (.., I)
        return self.output((self._product(q_x) + q_b) / S)  # (.., O)


networks.register(network.SIMULATED, QuantisedShape, partial(QuantisedClassifier, SimulatedLinear, SimulatedEmbedding))
networks.register(network.INTEGER, QuantisedShape, partial(QuantisedClassifier, IntegerLinear, IntegerEmbedding))


# --- stages -----------------------------------------------------------------------------------------------------------
def stages_of(p) -> list[str]:
    return ["teacher", "continued", "student", "measure", *(["curve"] if p.curve else [])]


@torch.no_grad()
def calibrate(net: QuantisedClassifier, task: Task, texts: int) -> None:
    """Ranges for activations that are not trained: the mean over batches of max |x|, to which the EMA tends."""
    ranges = [module for module in net.eval().modules() if isinstance(module, Activation)]
    rows = range(min(texts, len(task.ids)))
    net.rounds = False
    for number, start in enumerate(rows[::CALIBRATION_BATCH]):
        for module in ranges:
            module.train()
            module.decay = number / (number + 1)  # of a mean over the batches so far
        net(task.batch(rows[start : start + CALIBRATION_BATCH])[0])
    for module in ranges:
        module.eval()
        module.decay = net.shape.decay
    net.rounds = True


def go_on(role: str, net: EncoderClassifier, plan: Plan, lab: Lab, follow: Mapping | None = None) -> EncoderClassifier:
    """Cross-entropy of z and y, mean over the batch; a network that rounds does so from `start_step` on.

    Every arm takes these steps, with these batches and the same dropout.
    """
    peaks = [layer.input.peak for layer in net.modules() if isinstance(layer, SimulatedLinear)]
    steps = itertools.count()

    def loss_of(batch: training.Batch) -> Terms:
        net.rounds = next(steps) >= lab.p.start_step
        z, y = net(lab.texts(batch[0])).logits, lab.labels(batch[0])  # (B, C), (B,)
        loss = F.cross_entropy(z, y)
        return loss, {"loss": loss, **({"range": torch.stack(peaks).mean()} if peaks else {})}

    torch.manual_seed(lab.seed)
    lab.fit(role, net.requires_grad_(True), loss_of, plan, follow=follow)
    net.rounds = True
    return net


def run(*, data, seed, device, report, workspace, **values) -> dict[str, float]:
    """Returns the dev accuracy of every network by role."""
    given = {"data": data, "seed": seed, "device": device, "report": report, "workspace": workspace}
    lab = Lab.open(SPEC, values, **given, stages_of=stages_of)
    p, fp32, plan = lab.p, lab.teacher(), lab.plan(unlabelled=False)
    how = {name: getattr(p, name) for name in ROUNDED}

    lab.stages("continued")
    continued = go_on("continued", copy.deepcopy(fp32), plan, lab)
    ranged = simulated(continued, **how)  # what is rounded after training begins with the same number of steps
    calibrate(ranged, lab.task, p.calibration_texts or CALIBRATION_BATCH)

    lab.stages("student")
    start = simulated(fp32, **how)
    calibrate(start, lab.task, p.calibration_texts)
    student = go_on("student", simulated(start), plan, lab).cpu()

    lab.stages("measure")
    nets = {"continued": continued, "dynamic": of_integers(simulated(ranged, dynamic=True))}
    nets |= {"static": of_integers(ranged), "student": of_integers(student)}
    for role, net in nets.items():
        lab.measure(role, net)
    findings.compare_with_integers(student, nets["student"], lab)
    findings.time_kernel(student, report)
    if p.curve:
        lab.stages("curve")
        unseen = {"on_step": report.progress}  # no curves of other widths
        findings.draw_curve(ranged, lambda b: go_on("curve", simulated(start, weight_bits=b), plan, lab, unseen), lab)
    return lab.close()
