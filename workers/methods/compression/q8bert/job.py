"""Q8BERT: Quantized 8Bit BERT.

Ofir Zafrir, Guy Boudoukh, Peter Izsak, Moshe Wasserblat, EMC^2 workshop at NeurIPS 2019, arXiv:1910.06188.

A fine-tuned BERT goes on training while its weights and activations are rounded to 8 bits in every forward pass, so
that the rounding no longer hurts when it is real. Scales are symmetric and linear: a weight's from its largest entry,
an activation's from a running mean of its largest entry.

Here: the quantiser and its scales, training with the straight-through gradient, and the network of integers. The loss
is the task's cross-entropy alone: no teacher.

Shrunk: a BERT of 4 x 64, made in this run, for BERT-base; hundreds of steps, too few for a mean with decay 0.9999 to
forget its first batch, so ranges begin with a calibration (`calibration_texts` = 0: with the first batch, as in the
paper). Attention's own products, softmax, LayerNorm and GELU stay in floating point. Added: other widths than 8 bits.

Symbols: b bits, M = 2^(b-1) - 1 the largest integer, S a scale, q integers, x^ what they stand for; B batch, S padded
length, D width, I and O inputs and outputs of a linear layer.
"""

from __future__ import annotations

import copy
import time
from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import dataclass, replace

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from workers.kit import classification, evaluation, networks, teaching, training
from workers.kit.classification import Task
from workers.kit.data import Dataset
from workers.kit.encoders import EncoderClassifier, EncoderShape
from workers.kit.events import Report, Stages
from workers.kit.networks import Output
from workers.kit.teaching import Bench
from workers.kit.workspace import Workspace
from workers.methods.compression.q8bert import findings
from workers.methods.compression.q8bert.integers import HeldAsIntegers, IntegerEmbedding, integer_product
from workers.metrics import METRICS
from workers.spec import Text

NOTHING = 1e-12  # a tensor whose entries are all smaller is all zero
INT32 = 2**31 - 1
CALIBRATION_BATCH = 64
WIDTHS = (2, 3, 4, 6, 8)  # bits, of the curve

# --- The quantiser ------------------------------------------------------------------------------------------------


def largest_integer(b: int) -> int:
    """M = 2^(b-1) - 1: as many integers below 0 as above, so that 0 stays 0."""
    return 2 ** (b - 1) - 1


def scale_of(peak: Tensor, M: int) -> Tensor:
    """S = M / peak, of the largest absolute entry; 1 for a tensor of zeros, whose scale would be infinite. ()"""
    return torch.where(peak > NOTHING, M / peak, torch.ones_like(peak))


def quantise(x: Tensor, S: Tensor, M: int) -> Tensor:
    """q = clamp(round(x S), -M, M): whole numbers, still as floats; halves go to the even one. Shape of x."""
    return (x.float() * S).round_().clamp_(-M, M)


class FakeQuantise(torch.autograd.Function):
    """x^ = q / S. Its gradient is taken to be 1 (straight through), also where x was clamped, unless `clipped`."""

    @staticmethod
    def forward(ctx, x: Tensor, S: Tensor, M: int, clipped: bool) -> Tensor:
        ctx.inside = (x.float() * S).abs() <= M if clipped else None
        return (quantise(x, S, M) / S).to(x.dtype)

    @staticmethod
    def backward(ctx, gradient: Tensor) -> tuple:
        return (gradient if ctx.inside is None else gradient * ctx.inside), None, None, None


def fake_quantise(x: Tensor, S: Tensor, M: int, *, clipped: bool = False) -> Tensor:
    return FakeQuantise.apply(x, S, M, clipped)


def of_largest(W: Tensor, M: int) -> Tensor:
    """W^ with S_W = M / max |W|, of the whole tensor and of this step. Shape of W."""
    return fake_quantise(W, scale_of(W.detach().abs().max(), M), M)


# --- Networks: one that rounds while it trains, one of integers ----------------------------------------------------


@dataclass(frozen=True)
class QuantisedShape(EncoderShape):
    """An encoder, and how it is quantised. `dynamic`: an activation's scale is that of its own batch, not kept."""

    weight_bits: int = 8
    activation_bits: int = 8
    embeddings: bool = True
    requantise: bool = False
    dynamic: bool = False
    decay: float = 0.9999
    clipped: bool = False
    kind: str = "q8bert-simulated"


@dataclass(frozen=True)
class Pass:
    """What the layers must know of a forward pass: which positions hold a token (B, S), and whether they round."""

    real: Tensor
    rounds: bool


_pass: ContextVar[Pass] = ContextVar("pass")


def peak_of(x: Tensor) -> Tensor:
    """max |x| over the real positions of x (B, S, I), or over all of x (B, I), which has none but [CLS]. ()"""
    largest = x.detach().float().abs().amax(-1)  # (B, S) or (B,)
    return (largest * _pass.get().real).max() if x.dim() == 3 else largest.max()


class Activation(nn.Module):
    """Rounds an activation; `peak` is EMA(max |x|), which moves in training alone and begins with the first batch."""

    def __init__(self, shape: QuantisedShape):
        super().__init__()
        self.M, self.decay = largest_integer(shape.activation_bits), shape.decay
        self.dynamic, self.clipped = shape.dynamic, shape.clipped
        self.register_buffer("peak", torch.zeros(()))

    def forward(self, x: Tensor) -> Tensor:
        if self.training:
            now = peak_of(x)
            self.peak.copy_(torch.where(self.peak == 0, now, self.decay * self.peak + (1 - self.decay) * now))
        return fake_quantise(x, self.scale(x), self.M, clipped=self.clipped) if _pass.get().rounds else x

    def scale(self, x: Tensor) -> Tensor:
        """S_x = M / EMA(max |x|), or of this batch's own maximum. ()"""
        return scale_of(peak_of(x) if self.dynamic else self.peak, self.M)


class SimulatedLinear(nn.Linear):
    """y = x^ W^T + b."""

    def __init__(self, layer: nn.Linear, shape: QuantisedShape):
        super().__init__(layer.in_features, layer.out_features)
        self.M = largest_integer(shape.weight_bits)
        self.input = Activation(shape)
        self.output = Activation(shape) if shape.requantise else None

    def rounded_weight(self) -> Tensor:
        return of_largest(self.weight, self.M)  # (O, I)

    def forward(self, x: Tensor) -> Tensor:
        y = F.linear(self.input(x), self.rounded_weight() if _pass.get().rounds else self.weight, self.bias)  # (.., O)
        return self.output(y) if self.output else y


class SimulatedEmbedding(nn.Embedding):
    def __init__(self, table: nn.Embedding, shape: QuantisedShape):
        super().__init__(table.num_embeddings, table.embedding_dim, table.padding_idx)
        self.M = largest_integer(shape.weight_bits)

    def forward(self, ids: Tensor) -> Tensor:
        return F.embedding(ids, of_largest(self.weight, self.M) if _pass.get().rounds else self.weight)  # (B, S, D)


class IntegerLinear(HeldAsIntegers, nn.Linear):
    """y = (q_x q_W^T + q_b) / (S_x S_W): a product of integers, and the bias as int32 at the product's own scale."""

    def __init__(self, layer: nn.Linear, shape: QuantisedShape):
        super().__init__(layer.in_features, layer.out_features)
        self.hold(shape.weight_bits)
        self.input = Activation(shape)
        self.output = Activation(shape) if shape.requantise else None
        self._product: Callable[[Tensor], Tensor] | None = None  # made of the loaded weights, at the first use
        self._scales: tuple[Tensor, Tensor, Tensor] | None = None

    def forward(self, x: Tensor) -> Tensor:
        if self._product is None:
            self._product = integer_product(self.weight)
        if self._scales is None or self.input.dynamic:
            S_x = self.input.scale(x)
            S = S_x * self.weight_scale
            self._scales = S_x, S, (self.bias * S).round().clamp(-INT32, INT32)
        S_x, S, q_b = self._scales  # q_b: (O,)
        y = (self._product(quantise(x, S_x, self.input.M)) + q_b) / S  # (.., I) -> (.., O)
        return self.output(y) if self.output else y


class QuantisedClassifier(EncoderClassifier):
    """The kit's encoder with every linear layer and, where asked for, every embedding table replaced."""

    linear: type[nn.Module]
    embedding: type[nn.Module]

    def __init__(self, shape: QuantisedShape):
        super().__init__(shape)
        self.rounds = True
        for parent in list(self.modules()):
            for name, child in list(parent.named_children()):
                if isinstance(child, nn.Linear):
                    setattr(parent, name, self.linear(child, shape))
                elif isinstance(child, nn.Embedding) and shape.embeddings:
                    setattr(parent, name, self.embedding(child, shape))

    def forward(self, ids: Tensor, *, insides: bool = False) -> Output:
        token = _pass.set(Pass(ids != self.pad, self.rounds))
        try:
            return super().forward(ids, insides=insides)
        finally:
            _pass.reset(token)


class SimulatedClassifier(QuantisedClassifier):
    linear, embedding = SimulatedLinear, SimulatedEmbedding


class IntegerClassifier(QuantisedClassifier):
    linear, embedding = IntegerLinear, IntegerEmbedding


networks.register("q8bert-simulated", QuantisedShape, SimulatedClassifier)
networks.register("q8bert-integer", QuantisedShape, IntegerClassifier)


def simulated(net: EncoderClassifier, **how) -> SimulatedClassifier:
    """A network with these weights, and ranges where it has some, that rounds `how` a QuantisedShape says."""
    shape = QuantisedShape(**{**net.shape.as_dict(), **how, "kind": "q8bert-simulated"})
    new = networks.build(shape).to(next(net.parameters()).device)
    new.load_state_dict(net.state_dict(), strict=False)  # a network in floating point has no ranges
    return new.eval()


def of_integers(net: SimulatedClassifier) -> IntegerClassifier:
    """The network that the simulated one stands for, on the CPU."""
    new = networks.build(replace(net.shape, kind="q8bert-integer"))
    floats = {name: tensor for name, tensor in net.state_dict().items() if new.state_dict()[name].is_floating_point()}
    new.load_state_dict(floats, strict=False)
    sources = dict(net.named_modules())
    for name, module in new.named_modules():
        if isinstance(module, HeldAsIntegers):
            W, M = sources[name].weight.detach().cpu(), largest_integer(module.b)
            S_W = scale_of(W.abs().max(), M)
            module.take(quantise(W, S_W, M), S_W)
    return new.requires_grad_(False).eval()


# --- Stages -------------------------------------------------------------------------------------------------------


@torch.no_grad()
def calibrate(net: SimulatedClassifier, task: Task, texts: int) -> None:
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


def go_on(
    role: str,
    net: EncoderClassifier,
    *,
    task: Task,
    plan: list[list[training.Batch]],
    learning_rate: float,
    seed: int,
    report: Report,
    start_step: int = 0,
) -> EncoderClassifier:
    """Cross-entropy on the labels, mean over the batch; a network that rounds does so from `start_step` on.

    Every arm takes these steps, with these batches and the same dropout. Without a role nothing is drawn.
    """
    follow = classification.curves(role, net, task, report) if role else {"on_step": report.progress}
    peaks = [layer.input.peak for layer in _linear(net).values()]
    step = iter(range(sum(map(len, plan))))

    def loss_of(batch: training.Batch) -> tuple[Tensor, dict[str, Tensor]]:
        net.rounds = next(step) >= start_step
        ids, y = task.batch(batch[0])
        loss = F.cross_entropy(net(ids).logits, y)
        return loss, {"loss": loss, **({"range": torch.stack(peaks).mean()} if peaks else {})}

    torch.manual_seed(seed)
    began = time.perf_counter()
    training.fit(net.requires_grad_(True), plan, loss_of, learning_rate=learning_rate, **follow)
    if role:
        report.result(role, "train_s", time.perf_counter() - began, METRICS["train_s"].unit)
    net.rounds = True
    return net


def _linear(net: nn.Module) -> dict[str, SimulatedLinear]:
    return {name: module for name, module in net.named_modules() if isinstance(module, SimulatedLinear)}


# --- What it gave -------------------------------------------------------------------------------------------------


def draw_curve(
    z: dict[str, Tensor],
    task: Task,
    ranged: SimulatedClassifier,
    trained: Callable[[int], EncoderClassifier],
    report: Report,
) -> None:
    """Dev accuracy at every width of the weights: rounded after training, and trained with the rounding."""
    used = ranged.shape.weight_bits
    widths = sorted({*WIDTHS, used})
    series: dict[str, list[float]] = {"continued": [], "dynamic": [], "static": [], "student": []}
    for b in widths:
        logits = z
        if b != used:
            rounded = simulated(ranged, weight_bits=b)
            nets = {"dynamic": simulated(rounded, dynamic=True), "static": rounded, "student": trained(b)}
            logits = z | {role: evaluation.predict(net, task.dev_ids) for role, net in nets.items()}
        for role, values in series.items():
            values.append(evaluation.accuracy(logits[role], task.dev_y))
        gain = evaluation.gain_in_words(logits["student"], logits["static"], task.dev_y)
        report.log(f"{b} bits: trained with the rounding against rounded after calibration: {gain}.")
    report.figure("quality-bits", {"x": widths, "series": [{"name": n, "y": y} for n, y in series.items()]})


# --- The run ------------------------------------------------------------------------------------------------------


def run(
    *,
    weight_bits: int,
    activation_bits: int,
    embeddings: bool,
    requantise: bool,
    decay: float,
    calibration_texts: int,
    start_step: int,
    clipped: bool,
    curve: bool,
    teacher: str,
    ready_made: str,
    train_rows: int,
    vocabulary: int,
    pretraining_epochs: int,
    teacher_epochs: int,
    epochs: int,
    learning_rate: float,
    batch_size: int,
    data: Dataset,
    seed: int,
    device: torch.device,
    report: Report,
    workspace: Workspace,
) -> dict[str, float]:
    sizes = {"train_rows": train_rows, "labelled": train_rows, "vocabulary": vocabulary}
    source = {"ready_made": ready_made, "data_dir": workspace.data_dir}
    task = classification.prepare(data, **sizes, **source, seed=seed, device=device)
    stages = Stages(report, 4 + curve)
    bench = Bench(report, workspace, stages)
    fp32 = teaching.teacher(
        task, teacher, epochs=teacher_epochs, pretraining_epochs=pretraining_epochs, seed=seed, bench=bench
    )
    plan = training.plan(range(len(task.ids)), (), task.lengths, batch_size, epochs, seed)
    settings = {"task": task, "plan": plan, "learning_rate": learning_rate, "seed": seed, "report": report}
    how = {"weight_bits": weight_bits, "activation_bits": activation_bits, "embeddings": embeddings}
    how |= {"requantise": requantise, "decay": decay, "clipped": clipped}

    stages("continued", Text("Go on in floating point", "以浮点继续训练"))
    continued = go_on("continued", copy.deepcopy(fp32), **settings)
    ranged = simulated(continued, **how)  # what is rounded after training begins with the same number of steps
    calibrate(ranged, task, calibration_texts or CALIBRATION_BATCH)

    stages("student", Text("Go on with rounding simulated", "模拟舍入，继续训练"))
    start = simulated(fp32, **how)
    calibrate(start, task, calibration_texts)
    student = go_on("student", simulated(start), **settings, start_step=start_step).cpu()

    stages("measure", Text("Turn into integers and measure", "转为整数并测量"))
    nets = {"teacher": fp32, "continued": continued, "dynamic": of_integers(simulated(ranged, dynamic=True))}
    nets |= {"static": of_integers(ranged), "student": of_integers(student)}
    z: dict[str, Tensor] = {}
    for role, net in nets.items():
        z[role] = classification.measure(role, net, task, report, workspace, teacher=z.get("teacher"))
    findings.layers(student, nets["student"], task, report)
    findings.kernel({(layer.in_features, layer.out_features) for layer in _linear(student).values()}, report)
    if curve:
        stages("curve", Text("Other widths than this one", "其他位数"))
        draw_curve(z, task, ranged, lambda b: go_on("", simulated(start, weight_bits=b), **settings), report)
    findings.say(z, evaluation.predict(student, task.dev_ids), task, report)
    return {role: evaluation.accuracy(logits, task.dev_y) for role, logits in z.items()}
