"""Soft targets: Geoffrey Hinton, Oriol Vinyals, Jeff Dean, "Distilling the Knowledge in a Neural Network", 2015,
arXiv:1503.02531.

A large network's probabilities say which wrong answers are nearly right, so a small one that learns them gets more from
each text than its label holds. A temperature above 1, the same in both networks, brings small probabilities into view.

Here: section 2 (the weighted sum of hard and soft loss; the soft one, with its factor T^2, is `soft_target_loss` of
kit/losses.py, for most other methods are held against it), section 2.1 (logit matching as the hot limit).
Shrunk: one teacher, no ensemble; short texts; the transfer set is training text whose labels the student does not see.
Added: students that share first weights, batches, steps and learning rate with the distilled one, not its loss.

Symbols: B texts in a batch, C classes, z_t and z_s the teacher's and the student's logits (B, C), y labels,
T temperature, alpha the weight of the soft loss (1 - alpha that of the hard loss).
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from torch import Tensor, nn
from torch.nn import functional as F

from workers.kit import evaluation, figures, training
from workers.kit.lab import Lab, Terms
from workers.kit.losses import soft_target_loss
from workers.methods.distillation.hinton_kd import SPEC

SoftLoss = Callable[[Tensor, Tensor], Tensor]
TEMPERATURES = tuple(range(1, 21))


# --- losses -----------------------------------------------------------------------------------------------------------
def logit_matching_loss(z_s: Tensor, z_t: Tensor) -> Tensor:
    """||z_s - z_t||^2 / (2C) of zero-mean logits, mean over the batch: `soft_target_loss` at T to infinity. 2.1."""
    difference = z_s - z_t  # (B, C)
    return (difference - difference.mean(-1, keepdim=True)).square().sum(-1).mean() / (2 * z_s.shape[-1])


def teacher_label_loss(z_s: Tensor, z_t: Tensor) -> Tensor:
    """Cross-entropy with the teacher's own choice, mean over the batch: its knowledge without the probabilities."""
    return F.cross_entropy(z_s, z_t.argmax(-1))


def distillation_loss(hard: Tensor, soft: Tensor, alpha: float) -> Tensor:
    """(1 - alpha) hard + alpha soft. Section 2, which gives the hard loss the clearly smaller weight."""
    return (1 - alpha) * hard + alpha * soft


# --- students that differ in nothing but the loss ---------------------------------------------------------------------
def arms_of(p) -> dict[str, tuple[SoftLoss, float]]:
    """By role: the soft loss and how much it counts. With alpha 0 it is the baseline: labels only."""
    soft = partial(soft_target_loss, T=p.temperature)
    arms = {"baseline": (soft, 0.0), "student": (soft, p.alpha)}
    if p.extra_arms:
        arms |= {"teacher-labels": (teacher_label_loss, p.alpha), "logit-matching": (logit_matching_loss, p.alpha)}
    return arms


def stages_of(p) -> list[str]:
    return ["teacher", *arms_of(p), "figures"]


def learning(
    student: nn.Module, soft_loss: SoftLoss, alpha: float, z_t: Tensor, lab: Lab
) -> Callable[[training.Batch], Terms]:
    """z_t: the teacher's logits on all training texts (N, C)."""

    def loss_of(batch: training.Batch) -> Terms:
        labelled, others = batch
        rows = labelled + others if alpha else labelled
        z_s = student(lab.texts(rows)).logits  # (B, C)
        hard = F.cross_entropy(z_s[: len(labelled)], lab.labels(labelled))  # at T = 1, on the labelled rows
        if not alpha:
            return hard, {"hard_loss": hard}
        soft = soft_loss(z_s, z_t[rows])  # on all rows
        return distillation_loss(hard, soft, alpha), {"hard_loss": hard, "soft_loss": soft}

    return loss_of


# --- the method's own figures -----------------------------------------------------------------------------------------
def draw(z_t: Tensor, lab: Lab) -> None:
    """The teacher's mean highest probability at each T; accuracy against confidence for every network."""
    softness = [(z_t / T).softmax(-1).amax(-1).mean().item() for T in TEMPERATURES]
    lab.report.figure("softness", figures.lines(TEMPERATURES, {"teacher": softness}))
    tables = {role: evaluation.reliability(logits, lab.task.dev_y) for role, logits in lab.logits.items()}
    middles = [(index + 0.5) / evaluation.CONFIDENCE_BINS for index in range(evaluation.CONFIDENCE_BINS)]
    heights = {role: [right if n else None for n, _, right in bins] for role, bins in tables.items()}
    lab.report.figure("calibration", figures.lines(middles, heights))


def run(*, data, seed, device, report, workspace, **values) -> dict[str, float]:
    """Returns the dev accuracy of every network by role."""
    given = {"data": data, "seed": seed, "device": device, "report": report, "workspace": workspace}
    lab = Lab.open(SPEC, values, **given, stages_of=stages_of)
    z_t, plan = lab.scores(lab.teacher()), lab.plan()  # (N, C); the same batches in every arm
    for role, (soft_loss, alpha) in arms_of(lab.p).items():
        lab.stages(role)
        student = lab.student()
        lab.fit(role, student, learning(student, soft_loss, alpha, z_t, lab), plan)
        lab.measure(role, student)
    lab.stages("figures")
    draw(z_t.cpu(), lab)
    return lab.close()
