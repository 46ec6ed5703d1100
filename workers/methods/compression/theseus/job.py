"""BERT-of-Theseus: Canwen Xu, Wangchunshu Zhou, Tao Ge, Furu Wei, Ming Zhou, "BERT-of-Theseus: Compressing BERT by
Progressive Module Replacing", EMNLP 2020, arXiv:2002.02925.

A fine-tuned network, the predecessor, is cut into modules of a few layers, and each gets one layer as its substitute.
In training modules are swapped for their substitutes at random, ever more often, until the substitutes stand alone: the
successor. They learn from the labels only, by working inside the large network; there is no distillation loss.

Here: module replacing (section 3.1, equations 1 to 4), successor fine-tuning (3.2, equation 5), the replacement
schedule (3.3, equations 6 and 7), one module replaced at a time (5.1), constant and reversed schedules (5.3).
Section 4.3 starts the successor from the first layers of the pre-trained network (`start` "pretrained"), the official
code from those of the fine-tuned predecessor. One draw a module and batch (4.3). The frozen predecessor drops values.
Shrunk: small networks, pre-trained on the task's own text; the successor may have fewer labels than the predecessor; no
search over rates and no early stopping on dev. Equation 4 sums over the texts; here and in the code it is their mean.

Symbols: N layers of the predecessor, M modules and successor layers, prd_i the i-th module (N / M layers), scc_i its
substitute (one layer), h_i the states (B, S, D) of module i, h_0 of the embeddings, r_i whether module i is replaced,
p_t the rate at step t, b at step 0, k its slope, z and z_t successor's and predecessor's logits (B, C), y labels (B,).
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from functools import partial

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from workers.kit import evaluation, figures, training
from workers.kit.encoders import EncoderClassifier, shallower
from workers.kit.lab import Lab, Terms
from workers.kit.losses import soft_target_loss
from workers.kit.networks import Output
from workers.methods.compression.theseus import SPEC

Rate = Callable[[int], float]  # p_t at step t = 0, 1, ..
TEMPERATURE, SOFT_WEIGHT = 2.0, 0.5  # of the soft-target baseline, both usual for few classes


# --- how often modules are replaced -----------------------------------------------------------------------------------
def slope(b: float, steps: float) -> float:
    """k such that k t + b = 1 at t = `steps`. Section 4.3 names the schedule by that step."""
    return (1 - b) / max(1.0, steps)


def curriculum_rate(t: int, k: float, b: float) -> float:
    """p_t = min(1, k t + b), equation 6; once 1, successor fine-tuning (3.2). By equation 7 a warm-up comes with it."""
    return min(1.0, k * t + b)


def two_stage_rate(t: int, p: float, steps: float) -> float:
    """p in the first stage, then 1: sections 3.1 and 3.2 as two stages."""
    return p if t < steps else 1.0


def anti_curriculum_rate(t: int, k: float, b: float) -> float:
    """1 - p_t, from hard to easy: the "anti-curriculum" of section 5.3, which names no fine-tuning after it."""
    return 1 - curriculum_rate(t, k, b)


def draw(p: float, modules: int, draws: torch.Generator) -> list[bool]:
    """r_1 .. r_M ~ Bernoulli(p), independent; one a module for the whole batch. Equation 2."""
    return (torch.rand(modules, generator=draws) < p).tolist()


# --- the loss: of the task, and no other ------------------------------------------------------------------------------
def task_loss(z: Tensor, y: Tensor) -> Tensor:
    """-log P(y | x), mean over the batch, in nats. Equation 4."""
    return F.cross_entropy(z, y)


def softened_loss(z: Tensor, z_t: Tensor, y: Tensor) -> Tensor:
    """The distillation baseline: (1 - w) task loss + w T^2 KL(softmax(z_t / T) || softmax(z / T)), mean over B."""
    return (1 - SOFT_WEIGHT) * task_loss(z, y) + SOFT_WEIGHT * soft_target_loss(z, z_t, TEMPERATURE)


# --- modules ----------------------------------------------------------------------------------------------------------
def successor_of(predecessor: EncoderClassifier, start: EncoderClassifier, layers: int, seed: int) -> EncoderClassifier:
    """A plain encoder with the predecessor's embeddings and classifier and the first M layers of `start`."""
    successor = shallower(predecessor, layers, seed=seed)
    for scc, first in zip(successor.layers, start.layers, strict=False):  # the first M of them
        scc.load_state_dict(first.state_dict())
    return successor


class Hybrid(nn.Module):
    """The predecessor, with module i replaced where r[i] is true (equations 1, 3). Substitutes alone learn (3.1)."""

    def __init__(self, predecessor: EncoderClassifier, successor: EncoderClassifier, predecessor_dropout: bool = True):
        super().__init__()
        self.predecessor = predecessor.requires_grad_(False)
        self.successor = successor.requires_grad_(False)
        self.successor.layers.requires_grad_(True)
        self.predecessor_dropout = predecessor_dropout
        self.size = len(predecessor.layers) // len(successor.layers)  # N / M layers a module
        self.r = [True] * len(successor.layers)

    def train(self, mode: bool = True) -> Hybrid:
        super().train(mode)
        self.predecessor.train(mode and self.predecessor_dropout)
        return self

    def path(self) -> Iterator[nn.Module]:
        """The layers that the states go through: scc_i where r_i = 1, else all of prd_i."""
        for i, (replaced, scc) in enumerate(zip(self.r, self.successor.layers, strict=True)):
            prd = self.predecessor.layers[i * self.size : (i + 1) * self.size]
            yield from [scc] if replaced else prd  # h_i = r_i scc_i(h_{i-1}) + (1 - r_i) prd_i(h_{i-1})

    def forward(self, ids: Tensor) -> Output:
        """ids (B, S) -> logits (B, C), between the embeddings and the classifier that both networks share."""
        encoder = self.successor.body.encoder
        own, encoder.layer = encoder.layer, nn.ModuleList(self.path())
        try:
            return self.successor(ids)
        finally:
            encoder.layer = own


# --- training: every arm takes the same steps on the same batches -----------------------------------------------------
def arms_of(p, steps: int = 0) -> dict[str, Rate | None]:
    """By role: how often modules are replaced, or None where the successor is trained alone. "frozen" always replaces.

    All schedules change at the same step, `full_share` of the way.
    """
    full = p.full_share * steps
    line = {"k": slope(p.base_rate, full), "b": p.base_rate}
    arms: dict[str, Rate | None] = {"baseline": None, "frozen": lambda t: 1.0}
    if p.soft_targets:
        arms["soft-targets"] = None
    if p.extra_schedules:
        arms["constant-rate"] = partial(two_stage_rate, p=p.constant_rate, steps=full)
        arms["reversed-rate"] = partial(anti_curriculum_rate, **line)
    return arms | {"student": partial(curriculum_rate, **line)}


def stages_of(p) -> list[str]:
    before = ["pretraining"] if p.start == "pretrained" and not p.ready_made else []
    return ["teacher", *before, *arms_of(p)]


def replacing(hybrid: Hybrid, rate: Rate, lab: Lab) -> Callable[[training.Batch], Terms]:
    """Draws r anew for every batch, by a generator of its own, so that nothing else shifts it."""
    steps, draws = itertools.count(), torch.Generator().manual_seed(lab.seed)

    def loss_of(batch: training.Batch) -> Terms:
        p = rate(next(steps))
        hybrid.r = draw(p, len(hybrid.r), draws)
        loss = task_loss(hybrid(lab.texts(batch[0])).logits, lab.labels(batch[0]))
        if not any(hybrid.r):  # the predecessor alone: nobody learns from this batch
            loss = loss.detach().requires_grad_()
        shares = torch.tensor([p, sum(hybrid.r) / len(hybrid.r)])
        return loss, {"loss": loss, "replacement_rate": shares[0], "replaced_share": shares[1]}

    return loss_of


def fine_tuning(successor: nn.Module, z_t: Tensor | None, lab: Lab) -> Callable[[training.Batch], Terms]:
    """On labels; where z_t, the predecessor's logits on all training texts (N, C), are given, on soft targets too."""

    def loss_of(batch: training.Batch) -> Terms:
        z, y = successor(lab.texts(batch[0])).logits, lab.labels(batch[0])  # (B, C), (B,)
        loss = task_loss(z, y) if z_t is None else softened_loss(z, z_t[batch[0]], y)
        return loss, {"loss": loss}

    return loss_of


# --- the method's own figure ------------------------------------------------------------------------------------------
def draw_one_module_at_a_time(hybrid: Hybrid, lab: Lab) -> None:
    """Section 5.1: dev accuracy of the predecessor with none, one or all of its modules replaced."""
    modules, heights = range(len(hybrid.r)), []
    for replaced in ([False for _ in modules], *([i == j for j in modules] for i in modules), [True for _ in modules]):
        hybrid.r = replaced
        heights.append(evaluation.accuracy(evaluation.predict(hybrid, lab.task.dev_ids), lab.task.dev_y))
    names = [lab.report.label("none"), *(str(i + 1) for i in modules), lab.report.label("all")]
    lab.report.figure("one-module", figures.bars(names, {"student": heights}))


def run(*, data, seed, device, report, workspace, **values) -> dict[str, float]:
    """Returns the dev accuracy of every network by role."""
    given = {"data": data, "seed": seed, "device": device, "report": report, "workspace": workspace}
    lab = Lab.open(SPEC, values, **given, stages_of=stages_of, is_like_bert=True)
    p, predecessor = lab.p, lab.teacher()
    first = lab.pretrained()[0] if p.start == "pretrained" else predecessor
    z_t = lab.scores(predecessor) if p.soft_targets else None  # (N, C)
    plan = training.in_parts(lab.plan(unlabelled=False))
    for role, rate in arms_of(p, sum(map(len, plan))).items():
        lab.stages(role)
        successor = successor_of(predecessor, first, p.student_layers, seed + 1)  # the same first weights in every arm
        hybrid = Hybrid(predecessor, successor, p.predecessor_dropout)
        if rate:
            trained = successor.layers.parameters()
            lab.fit(role, hybrid, replacing(hybrid, rate, lab), plan, watch=successor, parameters=trained)
        else:
            successor.requires_grad_(True)
            lab.fit(role, successor, fine_tuning(successor, z_t if role == "soft-targets" else None, lab), plan)
        lab.measure(role, successor)
    draw_one_module_at_a_time(hybrid, lab)
    return lab.close()
