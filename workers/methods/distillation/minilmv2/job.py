"""MiniLMv2: Wenhui Wang, Hangbo Bao, Shaohan Huang, Li Dong, Furu Wei, "MiniLMv2: Multi-Head Self-Attention Relation
Distillation for Compressing Pretrained Transformers", Findings of ACL 2021, arXiv:2012.15828.

A student copies, from one layer of a pre-trained teacher, how alike the queries of any two words are, and their keys,
and their values. These tables are as wide as the text, whatever the networks' widths; and since the vectors of all
heads are laid side by side and cut anew into relation heads, both may have as many attention heads as they like. No
label and no task is needed: the student is fine-tuned afterwards, as any pre-trained encoder is.

Here: the loss (equation 5), its divergence (6) and the relations of teacher and student (7, 8). `alpha` is equation 5's
weight of each relation: 1, or 1/3 as in an independent reimplementation; the authors published models, no training
code. Beside it MiniLM (Wang et al. 2020, arXiv:2002.10957): attention and value relation of the last layers, by the
networks' own heads.
Shrunk: the general corpus is the task's text without labels, and a quarter of each batch are texts that fine-tuning
labels later; teacher and student are small; a few hundred steps; the teacher's layer is its last one unless said.
The student's inner dropout is on as in any training; Q, K, V and the softmax stand before any dropout of their own.

Symbols: B texts, S padded length, n true length, D_t and D_s widths; Q, K, V of one layer, the heads side by side,
after bias (B, S, D); A_r relation heads, d_r = D / A_r each network's own; R_t, R_s relations (B, A_r, S, S).
"""

from __future__ import annotations

import copy
import math
from collections.abc import Callable, Mapping, Sequence
from functools import partial

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from workers.kit import answering, pretraining, teaching, text, training
from workers.kit.architectures import sizes
from workers.kit.checkpoints import Checkpoint
from workers.kit.encoders import EncoderClassifier
from workers.kit.lab import Lab, Plan, Terms
from workers.kit.networks import MASKED
from workers.kit.pretraining import WordGuess
from workers.kit.text import PAD
from workers.methods.distillation.minilmv2 import KINDS, SPEC
from workers.methods.distillation.minilmv2.arms import Arm, arms_of
from workers.methods.distillation.minilmv2.figures import GENERAL, draw_relations, relation_figures
from workers.methods.distillation.minilmv2.kept import Kept
from workers.pages import Words

LossOf = Callable[[training.Batch], Terms]
LOOK = 256  # texts of dev that are looked at after each epoch
RELATIONS = {"query": (0, 0), "key": (1, 1), "value": (2, 2), "attention": (0, 1)}  # which of Q, K, V meet
ALPHA = {"sum": 1.0, "mean": 1 / 3}


# --- relations and their loss -----------------------------------------------------------------------------------------
def projections(net: EncoderClassifier, ids: Tensor, layer: int) -> Tensor:
    """Q, K, V of layer 1, 2, .. (it reads h^(layer - 1)), the heads side by side: (B, S, 3, D)."""
    seen = net.encode(ids, insides=True)[1][layer - 1]
    by_head = (seen.query, seen.key, seen.value)  # (B, H, S, d_k) each
    return torch.stack([x.transpose(1, 2).flatten(2) for x in by_head], dim=2)


def log_relation(X: Tensor, Y: Tensor, real: Tensor, heads: int) -> Tensor:
    """log R = log softmax(X Y^T / sqrt(d_r)): (B, A_r, S, S). Equations 7 and 8, where Y = X.

    X, Y (B, S, D) are cut anew into A_r = `heads` pieces of d_r. real (B, S): padded columns get probability 0, as if
    each text were cropped to its length before the softmax.
    """
    X, Y = (x.unflatten(-1, (heads, -1)).transpose(1, 2) for x in (X, Y))  # (B, A_r, S, d_r)
    scores = X @ Y.transpose(-1, -2) / math.sqrt(X.shape[-1])  # (B, A_r, S, S)
    return scores.masked_fill(~real[:, None, None, :], MASKED).log_softmax(-1)


def relation_loss(log_R_t: Tensor, log_R_s: Tensor, real: Tensor) -> Tensor:
    """KL(R_t || R_s) in nats: mean over the A_r heads and n rows of each text, then over the texts. Equation 6."""
    kl = F.kl_div(log_R_s, log_R_t, reduction="none", log_target=True).sum(-1)  # (B, A_r, S)
    return ((kl * real[:, None]).sum((1, 2)) / (kl.shape[1] * real.sum(1))).mean()


def relation_losses(X_t: Tensor, X_s: Tensor, real: Tensor, kinds: Sequence[str], heads: int) -> dict[str, Tensor]:
    """The divergence of each kind of relation. X_t (B, S, 3, D_t), X_s (B, S, 3, D_s): Q, K, V of both."""
    losses = {}
    for kind in kinds:
        x, y = RELATIONS[kind]
        log_R_t, log_R_s = (log_relation(X[:, :, x], X[:, :, y], real, heads) for X in (X_t, X_s))
        losses[kind] = relation_loss(log_R_t, log_R_s, real)
    return losses


@torch.inference_mode()
def distances(student: EncoderClassifier, ids: Tensor, X_t: Tensor, heads: int) -> dict[str, float]:
    """KL(R_t || R_s) of Q-Q, K-K and V-V on texts ids (B, S), of which the teacher's Q, K, V are X_t (B, S, 3, D_t)."""
    X_s = projections(student, ids, len(student.layers))  # (B, S, 3, D_s)
    return {kind: loss.item() for kind, loss in relation_losses(X_t, X_s, ids != PAD, KINDS, heads).items()}


# --- students: a general stage without labels, then fine-tuning -------------------------------------------------------
def copying(student: EncoderClassifier, arm: Arm, taught: Kept, lab: Lab) -> LossOf:
    """L = alpha * sum of the relations' losses, equation 5."""

    def loss_of(batch: training.Batch) -> Terms:
        rows = [*batch[0], *batch[1]]
        ids = lab.texts(rows)  # (B, S)
        X_t, X_s = taught(rows, ids.shape[1]), projections(student, ids, len(student.layers))
        losses = relation_losses(X_t, X_s, ids != PAD, arm.kinds, arm.A_r)
        return ALPHA[lab.p.alpha] * sum(losses.values()), {f"kl_{kind}": loss for kind, loss in losses.items()}

    return loss_of


def guessing(student: EncoderClassifier, guess: WordGuess, lab: Lab) -> LossOf:
    """What stands in for the general stage without a teacher: naming hidden words, mean over them, in nats."""
    draw = torch.Generator().manual_seed(lab.seed + 1)

    def loss_of(batch: training.Batch) -> Terms:
        loss = pretraining.word_loss(student, guess, lab.texts([*batch[0], *batch[1]]), draw)
        return loss, {"word_loss": loss}

    return loss_of


def fine_tuning(student: nn.Module, lab: Lab) -> LossOf:
    """Cross-entropy on the labelled texts of a batch, mean over them; the others are not read."""

    def loss_of(batch: training.Batch) -> Terms:
        loss = F.cross_entropy(student(lab.texts(batch[0])).logits, lab.labels(batch[0]))
        return loss, {"hard_loss": loss}

    return loss_of


def train(
    arm: Arm, student: EncoderClassifier, taught: Mapping[int, Kept], apart: Callable, plan: Plan, lab: Lab
) -> EncoderClassifier:
    """Returns the student as it was before its first label. taught: by layer; apart: `distances` on dev."""

    def draw(step: int) -> None:
        for kind, nats in apart(student).items():
            lab.report.scalar(f"{arm.role}/dev_{kind}", step, nats)

    split = lab.p.general_epochs if arm.stage else 0  # on labels alone, fine-tuning has all the steps
    general, tuning = plan[:split], plan[split:]
    follow = partial(lab.curves, arm.role, student, at_epoch=draw)
    if arm.stage:
        guess = WordGuess(student).to(lab.task.device) if arm.stage == "words" else None
        trained = nn.ModuleList([student.body, guess]) if guess else student.body
        loss_of = guessing(student, guess, lab) if guess else copying(student, arm, taught[arm.layer], lab)
        lab.fit(arm.role, trained, loss_of, general, rate=lab.p.general_rate, follow=follow(accuracy=False))
    before = copy.deepcopy(student).eval()
    lab.fit(arm.role, student, fine_tuning(student, lab), tuning, follow=follow(after=sum(map(len, general))))
    return before


# --- the relations of one text ----------------------------------------------------------------------------------------
@torch.inference_mode()
def relation_maps(net: EncoderClassifier, ids: Sequence[int], *, layer: int, relation_heads: int) -> dict[str, Tensor]:
    """R of each kind, mean of the relation heads, (S, S): row i says how like token i each token is."""
    row = text.pad([ids], next(net.parameters()).device)  # (1, S)
    X = projections(net.eval(), row, layer)  # (1, S, 3, D)
    log_R = {kind: log_relation(X[:, :, x], X[:, :, x], row != PAD, relation_heads)[0] for x, kind in enumerate(KINDS)}
    return {kind: found.exp().mean(0).float().cpu() for kind, found in log_R.items()}


def answer(checkpoints: Mapping[str, Checkpoint], line: str, words: Words) -> dict:
    """What the fine-tuned networks say, and the relations of those before their first label."""
    tuned = {role: kept for role, kept in checkpoints.items() if not role.startswith(GENERAL)}
    encoding, maps = text.read(checkpoints["teacher"].tokenizer, line), {}
    for role in ("teacher", "student"):
        kept = checkpoints[GENERAL + role]
        maps[role] = relation_maps(kept.model, encoding.ids, **kept.config["notes"])
    return answering.answer(tuned, line) | {"figures": relation_figures(maps, encoding.tokens)}


def run(*, data, seed, device, report, workspace, **values) -> dict[str, float]:
    """Returns the dev accuracy of every network by role."""
    lab = Lab.open(SPEC, values, data=data, seed=seed, device=device, report=report, workspace=workspace)
    p, task, before = lab.p, lab.task, {}
    large = sizes(teaching.named(task, p.teacher))  # its heads tell how many arms there are
    kinds = tuple(kind for kind in KINDS if values[f"{kind}_relation"])
    method = Arm("student", p.student, "relations", kinds, p.relation_heads, p.teacher_layer or large.layers)
    arms = arms_of(method, large, further=p.ablations)
    lab.expect(*([] if p.ready_made else ["pretraining"]), "teacher", "relations", *arms, "figures")
    teacher = lab.pretrained()[0].eval().requires_grad_(False)
    lab.teacher()  # fine-tuned, for the tables: no student hears it
    lab.stages("relations")
    if "minilm" not in arms:
        report.log("no-minilm")
    layers = {arm.layer for arm in arms.values() if arm.layer}
    taught = {layer: Kept(partial(projections, teacher, layer=layer), task.ids, device) for layer in layers}
    ids = text.pad(task.dev_ids[:LOOK], device)  # (B, S)
    apart = partial(distances, ids=ids, X_t=projections(teacher, ids, method.layer), heads=method.A_r)
    plan = lab.plan(epochs=p.general_epochs + p.fine_tuning_epochs)
    for role, arm in arms.items():
        lab.stages(role)
        student = lab.student(arm.student)
        before[role] = train(arm, student, taught, apart, plan, lab)
        lab.measure(role, student)
    lab.stages("figures")
    drawn = {"teacher": (teacher, method.layer), "student": (before["student"], sizes(p.student).layers)}
    draw_relations(drawn, relation_maps, method.A_r, lab)
    for role, net in before.items():
        report.log("apart", role=report.words(f"roles.{role}"), **apart(net))
    return lab.close()
