"""BERT-of-Theseus: Canwen Xu, Wangchunshu Zhou, Tao Ge, Furu Wei, Ming Zhou, "BERT-of-Theseus: Compressing BERT by
Progressive Module Replacing", EMNLP 2020, arXiv:2002.02925.

A fine-tuned network, the predecessor, is cut into modules of a few layers, and each gets one layer as its substitute.
In training modules are swapped for their substitutes at random, ever more often, until the substitutes stand alone: the
successor. They learn from the labels only, by working inside the large network; there is no distillation loss.

Here: module replacing (section 3.1, equations 1 to 4), successor fine-tuning (3.2, equation 5), the replacement
schedule (3.3, equations 6 and 7), one module replaced at a time (5.1), constant and reversed schedules (5.3).
Paper and official code part in one place: section 4.3 starts the successor from the first layers of the pre-trained
network (`start` "pretrained", the default), the code from those of the fine-tuned predecessor ("predecessor").
One draw a module and batch (4.3). The frozen predecessor's dropout is on as in the code (`predecessor_dropout`).
Shrunk: small networks, pre-trained on the task's own text; the successor may have fewer labels than the predecessor; no
search over rates and no early stopping on dev. Equation 4 sums over the texts; here and in the code it is their mean.
The truncated baseline has the predecessor's word vectors and classifier, as the successor does, not new ones.

Symbols: N layers of the predecessor, M modules and successor layers, prd_i the i-th module (N / M layers), scc_i its
substitute (one layer), h_i the states (B, S, D) that module i gives and h_0 those of the embeddings (the paper's y),
r_i whether module i is replaced, p_t the rate at step t, b the rate at step 0, k its slope, z and z_t the successor's
and the predecessor's logits (B, C), y the labels (B,).
"""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from workers.kit import classification, evaluation, networks, teaching, training
from workers.kit.classification import Task
from workers.kit.data import Dataset
from workers.kit.encoders import EncoderClassifier
from workers.kit.events import Report, Stages
from workers.kit.networks import Output
from workers.kit.teaching import Bench
from workers.kit.workspace import Workspace
from workers.methods.compression.theseus import layers_make_modules
from workers.metrics import METRICS
from workers.spec import Text

Rate = Callable[[int], float]  # p_t, the rate of replacement at step t = 0, 1, ..
Terms = tuple[Tensor, dict[str, Tensor]]  # a loss and what is drawn of it
LOOKS, LEAST_STEPS = 12, 10  # looks at the successor on dev in training; the steps between two
TEMPERATURE, SOFT_WEIGHT = 2.0, 0.5  # of the soft-target baseline, both usual for few classes


# --- how often modules are replaced -----------------------------------------------------------------------------------
def slope(b: float, steps: float) -> float:
    """k such that k t + b = 1 at t = `steps`. Section 4.3 names the schedule by that step."""
    return (1 - b) / max(1.0, steps)


def curriculum_rate(t: int, k: float, b: float) -> float:
    """p_t = min(1, k t + b), equation 6. Once it is 1, training is the successor fine-tuning of section 3.2.

    The mean learning rate of the substitutes is p_t times that of the optimiser (equation 7): a warm-up comes with it.
    """
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


def soft_target_loss(z: Tensor, z_t: Tensor, y: Tensor) -> Tensor:
    """The distillation baseline: (1 - w) task loss + w T^2 KL(softmax(z_t / T) || softmax(z / T)), mean over B."""
    log_p, log_q = F.log_softmax(z_t / TEMPERATURE, -1), F.log_softmax(z / TEMPERATURE, -1)  # (B, C)
    soft = TEMPERATURE**2 * F.kl_div(log_q, log_p, reduction="batchmean", log_target=True)
    return (1 - SOFT_WEIGHT) * task_loss(z, y) + SOFT_WEIGHT * soft


# --- modules ----------------------------------------------------------------------------------------------------------
def successor_of(predecessor: EncoderClassifier, start: EncoderClassifier, layers: int, seed: int) -> EncoderClassifier:
    """A plain encoder with the predecessor's embeddings and classifier and the first M layers of `start`."""
    body = {**predecessor.shape.body, "num_hidden_layers": layers}
    successor = networks.build(replace(predecessor.shape, body=body), seed=seed).to(predecessor.head.weight.device)
    wanted = successor.state_dict()
    successor.load_state_dict({name: t for name, t in predecessor.state_dict().items() if name in wanted})
    for scc, first in zip(successor.layers, start.layers, strict=False):  # the first M of them
        scc.load_state_dict(first.state_dict())
    return successor


class Hybrid(nn.Module):
    """The predecessor, with module i replaced by its substitute where r[i] is true. Equations 1 and 3.

    Only the substitutes are trained: embeddings, predecessor layers and classifier are frozen (section 3.1).
    """

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


# --- stages -----------------------------------------------------------------------------------------------------------
TITLES = {
    "baseline": Text("Fine-tune the first layers on labels", "用标签微调前几层"),
    "frozen": Text("The same with embeddings and classifier frozen", "同上，但冻结嵌入层与分类器"),
    "soft-targets": Text("Fine-tune the first layers on soft targets", "用软目标微调前几层"),
    "constant-rate": Text("Replace modules at a constant rate", "以固定概率替换模块"),
    "reversed-rate": Text("Replace modules ever less often", "替换模块，由多到少"),
    "student": Text("Replace modules ever more often", "替换模块，由少到多"),
}


@dataclass(frozen=True)
class Arm:
    """One successor. With a rate it is trained by replacement; without one, alone and with nothing frozen."""

    role: str
    rate: Rate | None = None
    is_soft: bool = False


def arms_of(
    steps: int, base_rate: float, full_share: float, constant: float, soft_targets: bool, extra_schedules: bool
) -> list[Arm]:
    """All schedules change at the same step, `full_share` of the way through `steps`."""
    full = full_share * steps
    line = {"k": slope(base_rate, full), "b": base_rate}
    arms = [Arm("baseline"), Arm("frozen", lambda t: 1.0)]  # always replaced: only what is frozen is left of the method
    if soft_targets:
        arms.append(Arm("soft-targets", is_soft=True))
    if extra_schedules:
        arms.append(Arm("constant-rate", partial(two_stage_rate, p=constant, steps=full)))
        arms.append(Arm("reversed-rate", partial(anti_curriculum_rate, **line)))
    return [*arms, Arm("student", partial(curriculum_rate, **line))]


def replacing_loss(hybrid: Hybrid, rate: Rate, task: Task, seed: int) -> Callable[[training.Batch], Terms]:
    """For `training.fit`: draws r anew for every batch, by a generator of its own, so that nothing else shifts it."""
    steps, draws = itertools.count(), torch.Generator().manual_seed(seed)

    def loss_of(batch: training.Batch) -> Terms:
        p = rate(next(steps))
        hybrid.r = draw(p, len(hybrid.r), draws)
        ids, y = task.batch(batch[0])
        loss = task_loss(hybrid(ids).logits, y)
        if not any(hybrid.r):  # the predecessor alone: nobody learns from this batch
            loss = loss.detach().requires_grad_()
        shares = torch.tensor([p, sum(hybrid.r) / len(hybrid.r)])
        return loss, {"loss": loss, "replacement_rate": shares[0], "replaced_share": shares[1]}

    return loss_of


def fine_tuning_loss(successor: nn.Module, task: Task, z_t: Tensor | None) -> Callable[[training.Batch], Terms]:
    """On labels; where z_t, the predecessor's logits on all training texts (N, C), are given, on soft targets too."""

    def loss_of(batch: training.Batch) -> Terms:
        ids, y = task.batch(batch[0])
        z = successor(ids).logits  # (B, C)
        loss = task_loss(z, y) if z_t is None else soft_target_loss(z, z_t[batch[0]], y)
        return loss, {"loss": loss}

    return loss_of


def train_arm(
    arm: Arm, hybrid: Hybrid, task: Task, z_t: Tensor, plan: list[list[training.Batch]], learning_rate: float,
    seed: int, report: Report,
) -> None:  # fmt: skip
    """Every arm takes the same steps on the same batches. What is looked at on dev is always the successor alone."""
    if arm.rate:
        trained, loss_of = hybrid, replacing_loss(hybrid, arm.rate, task, seed)
        parameters = hybrid.successor.layers.parameters()
    else:
        trained = hybrid.successor.requires_grad_(True)
        loss_of = fine_tuning_loss(trained, task, z_t if arm.is_soft else None)
        parameters = trained.parameters()
    began = time.perf_counter()
    follow = classification.curves(arm.role, hybrid.successor, task, report)
    training.fit(trained, plan, loss_of, learning_rate=learning_rate, parameters=parameters, **follow)
    report.result(arm.role, "train_s", time.perf_counter() - began, METRICS["train_s"].unit)


def in_parts(plan: list[list[training.Batch]]) -> list[list[training.Batch]]:
    """The same batches in the same order, cut where there is a look at dev."""
    batches = [batch for epoch in plan for batch in epoch]
    size = max(LEAST_STEPS, -(-len(batches) // LOOKS))
    return [batches[start : start + size] for start in range(0, len(batches), size)]


# --- the method's own figures -----------------------------------------------------------------------------------------
def draw_one_module_at_a_time(hybrid: Hybrid, task: Task, report: Report) -> None:
    """Section 5.1: dev accuracy of the predecessor with none, one or all of its modules replaced."""

    def accuracy(replaced: list[bool]) -> float:
        hybrid.r = replaced
        return evaluation.accuracy(evaluation.predict(hybrid, task.dev_ids), task.dev_y)

    modules = range(len(hybrid.r))
    ways = [[False for _ in modules], *([i == j for j in modules] for i in modules), [True for _ in modules]]
    names = [{"en": "none", "zh": "无"}, *(str(i + 1) for i in modules), {"en": "all", "zh": "全部"}]
    heights = {"name": "student", "y": [accuracy(way) for way in ways]}
    report.figure("one-module", {"kind": "bars", "categories": names, "series": [heights]})


def say_what_it_gave(dev_logits: dict[str, Tensor], y: Tensor, report: Report) -> None:
    """The gain over every other successor in points of dev accuracy, with the standard error of a paired difference."""
    right = {role: (logits.argmax(1) == y).float() for role, logits in dev_logits.items() if role != "teacher"}
    for role in [role for role in right if role != "student"]:
        gained = right["student"] - right[role]  # (N,): -1, 0 or 1
        gain, error = 100 * gained.mean().item(), 100 * gained.std().item() / len(y) ** 0.5
        verdict = "more than two standard errors" if abs(gain) > 2 * error else "not told apart from chance"
        report.log(f"A rising rate gave {gain:+.1f} points of dev accuracy over {role} (error {error:.1f}): {verdict}.")


def run(
    *, base_rate: float, full_share: float, constant_rate: float, start: str, predecessor_dropout: bool,
    student_layers: int, labelled: int, train_rows: int, teacher: str, ready_made: str, vocabulary: int,
    pretraining_epochs: int, teacher_epochs: int, epochs: int, learning_rate: float, batch_size: int,
    soft_targets: bool, extra_schedules: bool, data: Dataset, seed: int, device: torch.device, report: Report,
    workspace: Workspace,
) -> dict[str, float]:  # fmt: skip
    """Returns the dev accuracy of every network by role."""
    stages = Stages(report, count=0)
    stages.count = 5 + (start == "pretrained" and not ready_made) + soft_targets + 2 * extra_schedules
    stages("data", Text("Read the texts", "读取文本"))
    drawn = {"train_rows": train_rows, "labelled": labelled, "vocabulary": vocabulary, "seed": seed}
    brought = {"ready_made": ready_made, "data_dir": workspace.data_dir}
    task = classification.prepare(data, **drawn, **brought, device=device)
    teaching.refuse_unlike_bert(task)
    teaching.refuse_misfits(task, (layers_make_modules,), teacher=teacher, student_layers=student_layers)

    bench = Bench(report, workspace, stages)
    predecessor = teaching.teacher(
        task, teacher, epochs=teacher_epochs, pretraining_epochs=pretraining_epochs, seed=seed, bench=bench
    )
    first = predecessor
    if start == "pretrained":
        first, _ = teaching.pretrained(task, teacher, epochs=pretraining_epochs, seed=seed, bench=bench)
    z_dev = classification.measure("teacher", predecessor, task, report, workspace)
    z_t = evaluation.predict(predecessor, task.ids).to(device) if soft_targets else None  # (N, C), once
    dev_logits = {"teacher": z_dev}

    plan = training.plan(task.labelled, (), task.lengths, batch_size, epochs, seed)
    steps = sum(len(epoch) for epoch in plan)
    for arm in arms_of(steps, base_rate, full_share, constant_rate, soft_targets, extra_schedules):
        stages(arm.role, TITLES[arm.role])
        successor = successor_of(predecessor, first, student_layers, seed + 1)  # the same first weights in every arm
        hybrid = Hybrid(predecessor, successor, predecessor_dropout)
        train_arm(arm, hybrid, task, z_t, in_parts(plan), learning_rate, seed, report)
        dev_logits[arm.role] = classification.measure(arm.role, successor, task, report, workspace, teacher=z_dev)
        if arm.role == "student":
            draw_one_module_at_a_time(hybrid, task, report)

    say_what_it_gave(dev_logits, task.dev_y, report)
    report.artifact("student.zip", workspace.pack("student"))
    return {role: evaluation.accuracy(logits, task.dev_y) for role, logits in dev_logits.items()}
