"""Soft targets: Geoffrey Hinton, Oriol Vinyals, Jeff Dean, "Distilling the Knowledge in a Neural Network", 2015,
arXiv:1503.02531.

A large network's probabilities say which wrong answers are nearly right, so a small one that learns them gets more from
each text than its label holds. A temperature above 1, the same in both networks, brings small probabilities into view.

Here: section 2 (the weighted sum of hard and soft loss, the factor T^2), section 2.1 (logit matching as the hot limit).
Shrunk: one teacher, no ensemble; short texts; the transfer set is training text whose labels the student does not see.
Added: students that share first weights, batches, steps and learning rate with the distilled one, not its loss.

Symbols: B texts in a batch, C classes, z_t and z_s the teacher's and the student's logits (B, C), y labels,
T temperature, alpha the weight of the soft loss (1 - alpha that of the hard loss).
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from workers.kit import classification, evaluation, networks, teaching, training
from workers.kit.classification import Task
from workers.kit.data import Dataset
from workers.kit.events import Report, Stages
from workers.kit.teaching import Bench
from workers.kit.workspace import Workspace
from workers.metrics import METRICS
from workers.spec import Text

SoftLoss = Callable[[Tensor, Tensor], Tensor]


# --- losses -----------------------------------------------------------------------------------------------------------
def soft_target_loss(z_s: Tensor, z_t: Tensor, T: float) -> Tensor:
    """T^2 KL(p || q), mean over the batch, in nats, with p = softmax(z_t / T) and q = softmax(z_s / T). Section 2.

    Without T^2 the gradient would shrink with 1 / T^2, and alpha would mean something else at every temperature.
    """
    log_p = F.log_softmax(z_t / T, dim=-1)  # (B, C)
    log_q = F.log_softmax(z_s / T, dim=-1)  # (B, C)
    return T**2 * F.kl_div(log_q, log_p, reduction="batchmean", log_target=True)


def logit_matching_loss(z_s: Tensor, z_t: Tensor) -> Tensor:
    """||z_s - z_t||^2 / (2C) of zero-mean logits, mean over the batch: the above as T goes to infinity. Section 2.1."""
    difference = z_s - z_t  # (B, C)
    return (difference - difference.mean(-1, keepdim=True)).square().sum(-1).mean() / (2 * z_s.shape[-1])


def teacher_label_loss(z_s: Tensor, z_t: Tensor) -> Tensor:
    """Cross-entropy with the teacher's own choice, mean over the batch: its knowledge without the probabilities."""
    return F.cross_entropy(z_s, z_t.argmax(-1))


def distillation_loss(hard: Tensor, soft: Tensor, alpha: float) -> Tensor:
    """(1 - alpha) hard + alpha soft. Section 2, which gives the hard loss the clearly smaller weight."""
    return (1 - alpha) * hard + alpha * soft


# --- students that differ in nothing but the loss ---------------------------------------------------------------------
@dataclass(frozen=True)
class Arm:
    """One student: its soft loss and how much that counts. With alpha 0 it is the baseline: labels only."""

    role: str
    title: Text
    soft: SoftLoss
    alpha: float


def arms_of(temperature: float, alpha: float, extra_arms: bool) -> list[Arm]:
    soft = partial(soft_target_loss, T=temperature)
    arms = [
        Arm("baseline", Text("Train a student on labels only", "仅用标签训练学生"), soft, 0.0),
        Arm("student", Text("Train the student on soft targets", "用软目标训练学生"), soft, alpha),
    ]
    if extra_arms:
        hard_labels = Text("Train a student on the teacher's hard labels", "用教师硬标签训练学生")
        logits = Text("Train a student to match the logits", "训练学生匹配 logits")
        arms.append(Arm("teacher-labels", hard_labels, teacher_label_loss, alpha))
        arms.append(Arm("logit-matching", logits, logit_matching_loss, alpha))
    return arms


def train_student(
    arm: Arm, student: nn.Module, task: Task, z_t: Tensor, plan: list[list[training.Batch]], rate: float, report: Report
) -> None:
    """z_t: the teacher's logits on all training texts (N, C)."""

    def loss_of(batch: training.Batch) -> tuple[Tensor, dict[str, Tensor]]:
        labelled, others = batch
        rows = labelled + others if arm.alpha else labelled
        ids, y = task.batch(rows)
        z_s = student(ids).logits  # (B, C)
        hard = F.cross_entropy(z_s[: len(labelled)], y[: len(labelled)])  # at T = 1, on the labelled rows
        if not arm.alpha:
            return hard, {"hard_loss": hard}
        soft = arm.soft(z_s, z_t[rows])  # on all rows
        return distillation_loss(hard, soft, arm.alpha), {"hard_loss": hard, "soft_loss": soft}

    began = time.perf_counter()
    follow = classification.curves(arm.role, student, task, report)
    training.fit(student, plan, loss_of, learning_rate=rate, **follow)
    report.result(arm.role, "train_s", time.perf_counter() - began, METRICS["train_s"].unit)


# --- the method's own figures -----------------------------------------------------------------------------------------
def draw_figures(z_t: Tensor, dev_logits: dict[str, Tensor], dev_y: Tensor, report: Report) -> None:
    """The teacher's mean highest probability at each T; accuracy against confidence for every network."""
    temperatures = list(range(1, 21))
    softness = [(z_t / T).softmax(-1).amax(-1).mean().item() for T in temperatures]
    report.figure("softness", {"x": temperatures, "series": [{"name": "teacher", "y": softness}]})
    tables = {role: evaluation.reliability(logits, dev_y) for role, logits in dev_logits.items()}
    middles = [(index + 0.5) / evaluation.CONFIDENCE_BINS for index in range(evaluation.CONFIDENCE_BINS)]
    lines = [{"name": role, "y": [right if n else None for n, _, right in bins]} for role, bins in tables.items()]
    report.figure("calibration", {"x": middles, "series": lines})


def say_what_it_gave(student: Tensor, baseline: Tensor, y: Tensor, report: Report) -> None:
    """The gain in points of dev accuracy with the standard error of a paired difference."""
    gained = (student.argmax(1) == y).float() - (baseline.argmax(1) == y).float()  # (N,): -1, 0 or 1
    gain, error = 100 * gained.mean().item(), 100 * gained.std().item() / len(y) ** 0.5
    verdict = "more than two standard errors" if gain > 2 * error else "not told apart from chance on this dev set"
    report.log(f"Soft targets gave {gain:+.1f} points of dev accuracy over labels only (error {error:.1f}): {verdict}.")


def run(
    *, temperature: float, alpha: float, labelled: int, train_rows: int, teacher: str, student: str, ready_made: str,
    vocabulary: int, pretraining_epochs: int, teacher_epochs: int, epochs: int, learning_rate: float, batch_size: int,
    extra_arms: bool, data: Dataset, seed: int, device: torch.device, report: Report, workspace: Workspace,
) -> dict[str, float]:  # fmt: skip
    """Returns the dev accuracy of every network by role."""
    arms = arms_of(temperature, alpha, extra_arms)
    stages = Stages(report, count=len(arms) + 3)
    stages("data", Text("Read the texts", "读取文本"))
    drawn = {"train_rows": train_rows, "labelled": labelled, "vocabulary": vocabulary, "seed": seed}
    brought = {"ready_made": ready_made, "data_dir": workspace.data_dir}
    task = classification.prepare(data, **drawn, **brought, device=device)

    trained = {"epochs": teacher_epochs, "pretraining_epochs": pretraining_epochs, "seed": seed}
    teacher_net = teaching.teacher(task, teacher, **trained, bench=Bench(report, workspace, stages))
    z_t = evaluation.predict(teacher_net, task.ids, on_batch=report.progress).to(device)  # (N, C), once for all arms
    z_dev = classification.measure("teacher", teacher_net, task, report, workspace)
    dev_logits = {"teacher": z_dev}

    shape = networks.shape_named(student, vocabulary=task.vocabulary, classes=task.classes)
    plan = training.plan(task.labelled, task.unlabelled, task.lengths, batch_size, epochs, seed)
    for arm in arms:
        stages(arm.role, arm.title)
        net = networks.build(shape, seed=seed + 1).to(device)  # the same first weights in every arm
        train_student(arm, net, task, z_t, plan, learning_rate, report)
        dev_logits[arm.role] = classification.measure(arm.role, net, task, report, workspace, teacher=z_dev)

    stages("figures", Text("Draw the figures", "绘制图表"))
    draw_figures(z_t.cpu(), dev_logits, task.dev_y, report)
    say_what_it_gave(dev_logits["student"], dev_logits["baseline"], task.dev_y, report)
    report.artifact("student.zip", workspace.pack("student"))
    return {role: evaluation.accuracy(logits, task.dev_y) for role, logits in dev_logits.items()}
