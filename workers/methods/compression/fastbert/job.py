"""FastBERT: Weijie Liu, Peng Zhou, Zhiruo Wang, Zhe Zhao, Haotang Deng, Qi Ju, "FastBERT: a Self-distilling BERT with
Adaptive Inference Time", ACL 2020, arXiv:2004.02178.

Every layer of a fine-tuned encoder gets a small classifier, a branch, that learns to say what the last classifier says:
the model is its own teacher. A text leaves at the first branch that is sure enough, so easy texts cost few layers.

Here: the branch classifier (network.py); stage 1, fine-tuning of backbone and teacher classifier; stage 2,
self-distillation of the branches with both frozen, in either direction of the divergence. Adaptive inference by
normalised entropy, with Speed as its threshold, and what exits cost: kit/exits.py; the figures: figures.py.
Shrunk: a small encoder pre-trained on the task's own text, branches 32 wide and not 128. The teacher classifier is the
encoder's linear one on [CLS]; the paper gives it the branches' form. The backbone is in evaluation mode in stage 2.
Added: branches that learn labels instead, shallow models, exits drawn at random; numbers after every layer.

Symbols: B texts, S padded length, D width, W width of a branch (narrow in network.py), L layers, C classes, h^l states
after layer l (B, S, D), z_s a branch's and z_t the teacher classifier's logits (B, C), p_s and p_t their softmax, u
uncertainty.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional as F

from workers.kit import answering, evaluation, training
from workers.kit.checkpoints import Checkpoint
from workers.kit.encoders import EncoderClassifier, shallower
from workers.kit.exits import at_random, chosen, exit_layers, uncertainty
from workers.kit.lab import Lab, Terms
from workers.methods.compression.fastbert import SPEC
from workers.methods.compression.fastbert.figures import by_layer, draw
from workers.methods.compression.fastbert.network import Branched, EveryClassifier, with_branches
from workers.metrics import METRICS
from workers.pages import Words

BranchLoss = Callable[[Tensor, Tensor], Tensor]  # of z_s and z_t
LABELS = "labels"  # what branches learn from without self-distillation


# --- losses -----------------------------------------------------------------------------------------------------------
def self_distillation_loss(z_s: Tensor, z_t: Tensor) -> Tensor:
    """KL(p_s || p_t) = sum_c p_s log(p_s / p_t), at T = 1, in nats, mean over the batch: the paper's direction."""
    log_p_s, log_p_t = F.log_softmax(z_s, dim=-1), F.log_softmax(z_t, dim=-1)  # (B, C)
    return (log_p_s.exp() * (log_p_s - log_p_t)).sum(-1).mean()


def usual_distillation_loss(z_s: Tensor, z_t: Tensor) -> Tensor:
    """KL(p_t || p_s), at T = 1, in nats, mean over the batch: the direction of the authors' code."""
    return self_distillation_loss(z_t, z_s)


DIRECTIONS = {"student-teacher": self_distillation_loss, "teacher-student": usual_distillation_loss}


def branch_losses(net: Branched, ids: Tensor, loss: BranchLoss) -> list[Tensor]:
    """What each of the L - 1 branches loses. One pass of the frozen backbone gives z_t and serves them all."""
    with torch.no_grad():
        h, mask = net.embed(ids)
        states = [h := layer(h, mask) for layer in net.backbone.layers]  # h^1 .. h^L, each (B, S, D)
        z_t = net.backbone.head(h[:, 0])  # (B, C)
    return [loss(branch(h, mask), z_t) for branch, h in zip(net.branches, states[:-1], strict=True)]


# --- stage 2: self-distillation ---------------------------------------------------------------------------------------
def arms_of(p) -> dict[str, str]:
    """By role: what its branches learn from. Both begin with the same branches and take the same steps."""
    return {"label-branches": LABELS, "student": p.branch_loss}


def stages_of(p) -> list[str]:
    return ["teacher", *arms_of(p), *([] if p.ready_made else ["pretraining"]), "shallow", "figures"]


def learning(net: Branched, source: str, lab: Lab) -> Callable[[training.Batch], Terms]:
    """The sum of the branches' losses: each has weights of its own, and the backbone hears of none."""

    def loss_of(batch: training.Batch) -> Terms:
        labelled, others = batch
        if source == LABELS:
            ids, y = lab.texts(labelled), lab.labels(labelled)  # a text without a label is no lesson
            losses = branch_losses(net, ids, lambda z_s, z_t: F.cross_entropy(z_s, y))
        else:
            losses = branch_losses(net, lab.texts(labelled + others), DIRECTIONS[source])
        total = torch.stack(losses).sum()
        return total, {"branch_loss": total, **{f"branch_{place}": one for place, one in enumerate(losses, start=1)}}

    return loss_of


# --- what the exits are held against ----------------------------------------------------------------------------------
def measure_random(z: Tensor, left: Tensor, lab: Lab) -> None:
    """The quality of the student's exits dealt out by chance, which no network has. z: after every layer (N, L, C)."""
    lab.logits["random-exits"] = chosen(z, at_random(left))  # (N, C)
    found = evaluation.quality(lab.logits["random-exits"], lab.task.dev_y, lab.logits["teacher"])
    for metric, value in found.items():
        lab.report.result("random-exits", metric, value, METRICS[metric].unit)


def depths_of(left: Tensor, depth: int, every: bool) -> list[int]:
    """As deep as a text goes on average, and the full model's last layer never; then, if wanted, all other depths."""
    same = min(max(1, round(left.double().mean().item())), depth - 1)
    return [same, *(other for other in range(1, depth) if every and other != same)]


def train_shallows(start: EncoderClassifier, depths: list[int], lab: Lab) -> dict[int, EncoderClassifier]:
    """Static models by depth: first layers of the start that the full model had, fine-tuned in as many steps."""
    nets = {}
    for depth in depths:
        nets[depth] = shallower(start, depth)
        lab.fine_tune("shallow" if depth == depths[0] else f"shallow-{depth}", nets[depth], epochs=lab.p.teacher_epochs)
    return nets


# --- a text of one's own ----------------------------------------------------------------------------------------------
@torch.inference_mode()
def answer(checkpoints: Mapping[str, Checkpoint], text: str, words: Words) -> dict[str, Any]:
    """As every method answers, and for each branched network the figure "uncertainty" of this one text.

    Nothing is drawn for a layer that was not computed.
    """
    figures = []
    for role, checkpoint in checkpoints.items():
        if isinstance(net := checkpoint.model, Branched):
            found = net(answering.token_ids(checkpoint, text))
            u = [None if math.isnan(value) else value for value in found.uncertainty[0].tolist()]
            where = {"layer": int(found.layer), "layers": len(u), "speed": net.speed}
            title = words("labels.path", role=words(f"roles.{role}"), **where).as_dict()
            figures.append({"slug": "uncertainty", "title": title, "data": by_layer({role: u}, words)})
    return answering.answer(checkpoints, text) | {"figures": figures}


def run(*, data, seed, device, report, workspace, **values) -> dict[str, float]:
    """Returns the dev accuracy of every role."""
    given = {"data": data, "seed": seed, "device": device, "report": report, "workspace": workspace}
    lab = Lab.open(SPEC, values, **given, stages_of=stages_of, is_like_bert=True)
    p, full = lab.p, lab.teacher()  # stage 1
    plan, nets, z = lab.plan(), {}, {}  # z: on dev, after every layer (N, L, C)
    for role, source in arms_of(p).items():  # stage 2
        lab.stages(role)
        net = nets[role] = with_branches(full, p.branch_width, p.speed, seed + 1)
        lab.fit(role, net, learning(net, source, lab), plan, parameters=net.branches.parameters())
        lab.measure(role, net)
        z[role] = evaluation.predict(EveryClassifier(net), lab.task.dev_ids)
    left = exit_layers(uncertainty(z["student"]), p.speed)  # (N,)
    measure_random(z["student"], left, lab)
    start, _guess = lab.pretrained()
    lab.stages("shallow")
    shallows = train_shallows(start, depths_of(left, len(full.layers), p.every_depth), lab)
    lab.measure("shallow", next(iter(shallows.values())))
    lab.stages("figures")
    draw(full, nets["student"], shallows, z, lab)
    report.log("mean-layers", layers=left.double().mean().item())
    lab.say_gains("student", "teacher")
    return lab.close()
