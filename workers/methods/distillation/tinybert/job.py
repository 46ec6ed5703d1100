"""TinyBERT: Xiaoqi Jiao, Yichun Yin, Lifeng Shang, Xin Jiang, Xiao Chen, Linlin Li, Fang Wang, Qun Liu, "TinyBERT:
Distilling BERT for Natural Language Understanding", Findings of EMNLP 2020, arXiv:1909.10351.

A thinner and shallower BERT copies its teacher from the inside: embeddings, hidden states and attention scores, layer
by layer. It does so twice, on general text from the pre-trained teacher and on the task's text from the fine-tuned one,
and learns the teacher's predictions last, on texts enlarged by a masked LM.

Here: "Transformer Distillation" (L_embd, L_hidn, L_attn, L_pred and their sum L_layer), "TinyBERT Learning" (general
stage; task stage in two steps), the appendix's augmentation (kit/augmentation.py). Form "paper" as published; "code"
as the authors' program differs: one projection with a bias for all states, means over padding, L_pred divided by C too.
Shrunk: the general corpus is the task's text without labels; a word is one token, and where a ready-made teacher splits
one into pieces it stays, so that no word vectors are needed; the masked LM sees the masked sentence alone and stop
words are replaced; all stages take warm-up and linear decay; a pass shows a text as itself or as one of its copies.

Symbols: B texts, S padded length, n true length, D_s and D_t widths, H heads, M and N layers of student and teacher, C
classes. h^0 embeddings, h^m states after layer m (B, S, D); A^m = Q K^T / sqrt(d) scores (B, H, S, S); g(m) the teacher
layer for student layer m, g(0) = 0; W_e, W_h projections D_s -> D_t; z logits (B, C); T temperature.
"""

from __future__ import annotations

import copy
import time
from dataclasses import dataclass, field

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from workers.kit import training
from workers.kit.architectures import sizes
from workers.kit.augmentation import Rows, varied, with_copies
from workers.kit.files import DataError
from workers.kit.lab import Lab, Plan, Terms
from workers.kit.layer_maps import layer_map
from workers.kit.networks import Output
from workers.kit.text import PAD
from workers.methods.distillation.tinybert import SPEC, drawing
from workers.methods.distillation.tinybert.arms import Arm, arms_of, stages_of

answer = drawing.answer  # for "try it"


# --- losses -----------------------------------------------------------------------------------------------------------
def attention_loss(A_s: Tensor, A_t: Tensor, real: Tensor, form: str = "paper") -> Tensor:
    """L_attn = (1/H) sum_i MSE(A_i^S, A_i^T), scores before the softmax; mean over the texts. real: (B, S).

    paper: a text's mean is over its own n x n cells. code: masked keys are 0 in both, the mean is over all B H S S.
    """
    square = (A_s - A_t).square()  # (B, H, S, S)
    if form == "code":
        return (square * real[:, None, None, :]).mean()
    pairs = real[:, None, :, None] & real[:, None, None, :]  # (B, 1, S, S)
    return ((square * pairs).sum((1, 2, 3)) / (square.shape[1] * real.sum(1).square())).mean()


def hidden_loss(h_s: Tensor, h_t: Tensor, real: Tensor, form: str = "paper") -> Tensor:
    """L_hidn and L_embd: MSE(h_s W, h_t), where h_s (B, S, D_t) is projected already; mean over the texts.

    paper: a text's mean is over its own n x D_t numbers. code: over all B S D_t, padding included.
    """
    square = (h_s - h_t).square()  # (B, S, D_t)
    if form == "code":
        return square.mean()
    return ((square * real.unsqueeze(-1)).sum((1, 2)) / (square.shape[2] * real.sum(1))).mean()


def prediction_loss(z_s: Tensor, z_t: Tensor, T: float, form: str = "paper") -> Tensor:
    """L_pred = CE(z_t / T, z_s / T), in nats, mean over the batch; code: over batch and classes. No T^2, no label.

    It is KL(p || q) + H(p): it falls to the entropy of the teacher's probabilities p and not to 0.
    """
    cross = -F.softmax(z_t / T, dim=-1) * F.log_softmax(z_s / T, dim=-1)  # (B, C)
    return cross.mean() if form == "code" else cross.sum(-1).mean()


class Projections(nn.Module):
    """Takes the student's states to the teacher's width: W_e and W_h, or the code's one with a bias. Thrown away."""

    def __init__(self, D_s: int, D_t: int, form: str):
        super().__init__()
        self.W_e = nn.Linear(D_s, D_t, bias=form == "code")
        self.W_h = self.W_e if form == "code" else nn.Linear(D_s, D_t, bias=False)

    def forward(self, m: int, h_s: Tensor) -> Tensor:
        return (self.W_h if m else self.W_e)(h_s)  # (B, S, D_s) -> (B, S, D_t)


def layer_losses(
    student: Output, teacher: Output, real: Tensor, project: Projections, g: tuple[int, ...], form: str
) -> dict[str, Tensor]:
    """L_layer's parts for m = 0..M: "embedding_0", then "hidden_m" and "attention_m". g: g(1), .., g(M)."""
    losses = {"embedding_0": hidden_loss(project(0, student.hidden[0]), teacher.hidden[0], real, form)}
    for m, n in enumerate(g, start=1):
        losses[f"hidden_{m}"] = hidden_loss(project(m, student.hidden[m]), teacher.hidden[n], real, form)
        A_s, A_t = student.attention[m - 1].scores, teacher.attention[n - 1].scores  # lists of layers begin at 1
        losses[f"attention_{m}"] = attention_loss(A_s, A_t, real, form)
    return losses


# --- stages -----------------------------------------------------------------------------------------------------------
@dataclass
class Lesson:
    """What the arms share. `rows`: the texts, then their copies. z_t (rows, C): the fine-tuned teacher's logits."""

    rows: Rows
    z_t: Tensor
    pretrained: nn.Module
    teacher: nn.Module  # fine-tuned
    g: tuple[int, ...]
    general: dict[tuple[str, ...], tuple] = field(default_factory=dict)  # by losses: students, what they cost
    teacher_s: float = 0.0  # spent in the teachers' passes of the general stage and step 1


def copy_insides(stage: str, arm: Arm, pair: nn.ModuleList, plan: Plan, lesson: Lesson, lab: Lab) -> None:
    """The stages "general" and "step_1": lowers the sum of the arm's layer losses, each with weight 1, by no label."""
    (student, project), teacher = pair, lesson.pretrained if stage == "general" else lesson.teacher

    def loss_of(batch: training.Batch) -> Terms:
        ids = lab.texts([*batch[0], *batch[1]], lesson.rows)  # (B, S)
        began = time.perf_counter()
        target = teacher(ids, insides=True)  # frozen
        lesson.teacher_s += time.perf_counter() - began
        losses = layer_losses(student(ids, insides=True), target, ids != PAD, project, lesson.g, lab.p.form)
        summed = {name: loss for name, loss in losses.items() if name.partition("_")[0] in arm.kinds}
        total = torch.stack(list(summed.values())).sum()
        # Curves: the method's every loss; another arm's only where it leaves one out, and sees what becomes of it.
        shown = {name: loss for name, loss in losses.items() if arm.role == "student" or name not in summed}
        return total, {f"{stage}_loss": total} | (shown if stage == "step_1" else {})

    follow = lab.curves(arm.role, student, accuracy=stage == "step_1")
    lab.fit(arm.role, pair, loss_of, plan, rate=lab.p.intermediate_rate, follow=follow)


def general_stage(arm: Arm, pair: nn.ModuleList, lesson: Lesson, lab: Lab) -> nn.ModuleList:
    """Copies the pre-trained teacher on the texts alone: once for all arms of equal losses, counted in each of them."""
    if arm.kinds in lesson.general:
        pair, seconds, counts = copy.deepcopy(lesson.general[arm.kinds])
        lab.spent[arm.role] += seconds
        lab.counts[arm.role] += counts
        return pair
    p, rows = lab.p, range(len(lab.task.ids))
    plan = training.plan(rows, (), lab.task.lengths, p.batch_size, p.general_epochs, lab.seed + 1)
    copy_insides("general", arm, pair, plan, lesson, lab)
    lesson.general[arm.kinds] = copy.deepcopy((pair, lab.spent[arm.role], lab.counts[arm.role]))
    return pair


def learn_predictions(arm: Arm, student: nn.Module, plan: Plan, done: int, lesson: Lesson, lab: Lab) -> None:
    """Step 2: L_pred, no label; the baseline learns the labels of the labelled rows. `done`: steps taken before."""
    T, form, z_t = lab.p.temperature, lab.p.form, lesson.z_t

    def loss_of(batch: training.Batch) -> Terms:
        rows = batch[0] if arm.labels else [*batch[0], *batch[1]]
        z_s = student(lab.texts(rows, lesson.rows)).logits  # (B, C)
        loss = F.cross_entropy(z_s, lab.labels(rows)) if arm.labels else prediction_loss(z_s, z_t[rows], T, form)
        return loss, {"hard_loss" if arm.labels else "prediction_loss": loss}

    lab.fit(arm.role, student, loss_of, plan, follow=lab.curves(arm.role, student, after=done))


def taught(arm: Arm, lesson: Lesson, lab: Lab) -> nn.Module:
    """TinyBERT Learning: the general stage, then the task stage in two steps, as far as the arm goes through them."""
    student, p, texts = lab.student(), lab.p, len(lab.task.ids)
    D_s, D_t = (net.body.config.hidden_size for net in (student, lesson.teacher))
    pair = nn.ModuleList([student, Projections(D_s, D_t, p.form)]).to(lab.task.device)
    pair = general_stage(arm, pair, lesson, lab) if arm.general else pair
    plan = lab.plan(epochs=p.intermediate_epochs + p.prediction_epochs)  # the same batches in every arm
    split = p.intermediate_epochs if arm.step_1 else 0  # without step 1, step 2 has its steps as well
    variants = len(lesson.rows) // texts if arm.augmented else 1
    step_1, step_2 = (varied(part, texts, variants) for part in (plan[:split], plan[split:]))
    if step_1:
        copy_insides("step_1", arm, pair, step_1, lesson, lab)
    learn_predictions(arm, pair[0], step_2, sum(map(len, step_1)), lesson, lab)
    return pair[0]


# --- the whole run ----------------------------------------------------------------------------------------------------
def run(*, data, seed, device, report, workspace, **values) -> dict[str, float]:
    """Returns the dev accuracy of every network by role."""
    given = {"data": data, "seed": seed, "device": device, "report": report, "workspace": workspace}
    lab = Lab.open(SPEC, values, **given, stages_of=stages_of)
    p, task = lab.p, lab.task
    if p.copies and task.ready_made and task.ready_made.guess is None:
        raise DataError(report.words("checks.no-masked-lm").en)
    (encoder, guess), teacher = lab.pretrained(), lab.teacher()  # in this order
    lab.stages("augmentation")
    lm, how = (encoder.eval().requires_grad_(False), guess and guess.eval()), {"p": p.replaced, "K": p.candidates}
    rows = with_copies(task.ids, task.tokenizer, lm, copies=p.copies, **how, seed=seed, progress=report.progress)
    g = layer_map(p.layer_map, sizes(p.student).layers, teacher.body.config.num_hidden_layers, p.layers)
    lesson = Lesson(rows, lab.scores(teacher, rows), encoder, teacher, g)
    students = {}
    for arm in arms_of(p):
        lab.stages(arm.role)
        students[arm.role] = taught(arm, lesson, lab)
        lab.measure(arm.role, students[arm.role])
    lab.stages("figures")
    drawing.draw_attention(teacher, students["student"], g, lab)
    report.log("insides", seconds=lesson.teacher_s)
    return lab.close()
