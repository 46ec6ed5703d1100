"""FastBERT: Weijie Liu, Peng Zhou, Zhiruo Wang, Zhe Zhao, Haotang Deng, Qi Ju, "FastBERT: a Self-distilling BERT with
Adaptive Inference Time", ACL 2020, arXiv:2004.02178.

Every layer of a fine-tuned encoder gets a small classifier, a branch, that learns to say what the last classifier says:
the model is its own teacher. A text leaves at the first branch that is sure enough, so easy texts cost few layers.

Here: the branch classifier; stage 1, fine-tuning of backbone and teacher classifier; stage 2, self-distillation of the
branches with both frozen, in either direction of the divergence; adaptive inference by normalised entropy and Speed.
Shrunk: a small encoder pre-trained on the task's own text, branches 32 wide and not 128. The teacher classifier is the
encoder's linear one on [CLS]; the paper gives it the branches' form. The backbone is in evaluation mode in stage 2.
Added: branches that learn labels instead, shallow models, exits drawn at random; numbers after every layer.

Symbols: B texts, S padded length, D width, W width of a branch, L layers, C classes, h^l states after layer l
(B, S, D), z_s a branch's and z_t the teacher classifier's logits (B, C), p_s and p_t their softmax, u uncertainty.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from functools import partial
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from workers.kit import answering, classification, evaluation, networks, teaching, training
from workers.kit.checkpoints import Checkpoint
from workers.kit.classification import Task
from workers.kit.data import Dataset
from workers.kit.encoders import EncoderClassifier, EncoderShape
from workers.kit.events import Report, Stages
from workers.kit.networks import Output
from workers.kit.teaching import Bench
from workers.kit.workspace import Workspace
from workers.methods.compression.fastbert import ROLES
from workers.methods.compression.fastbert.exits import (
    Curve,
    Seen,
    at_random,
    by_layer,
    curve_of,
    draw_curves,
    draw_layers,
    draw_times,
    exits,
    operations,
)
from workers.metrics import METRICS
from workers.spec import Text

HEADS = 2  # of a branch's self-attention
BranchLoss = Callable[[Tensor, Tensor, Tensor], Tensor]  # of z_s, z_t and the labels


# --- uncertainty and losses -------------------------------------------------------------------------------------------
def uncertainty(z: Tensor) -> Tensor:
    """u = -sum_c p_c log p_c / log C: entropy as a share of the highest there can be. (..., C) -> (...), in [0, 1]."""
    log_p = F.log_softmax(z, dim=-1)
    return -(log_p.exp() * log_p).sum(-1) / math.log(z.shape[-1])


def self_distillation_loss(z_s: Tensor, z_t: Tensor) -> Tensor:
    """KL(p_s || p_t) = sum_c p_s log(p_s / p_t), at T = 1, in nats, mean over the batch: the paper's direction."""
    log_p_s, log_p_t = F.log_softmax(z_s, dim=-1), F.log_softmax(z_t, dim=-1)  # (B, C)
    return (log_p_s.exp() * (log_p_s - log_p_t)).sum(-1).mean()


def usual_distillation_loss(z_s: Tensor, z_t: Tensor) -> Tensor:
    """KL(p_t || p_s), at T = 1, in nats, mean over the batch: the direction of the authors' code."""
    return self_distillation_loss(z_t, z_s)


BRANCH_LOSSES: dict[str, BranchLoss] = {
    "student-teacher": lambda z_s, z_t, y: self_distillation_loss(z_s, z_t),
    "teacher-student": lambda z_s, z_t, y: usual_distillation_loss(z_s, z_t),
    "labels": lambda z_s, z_t, y: F.cross_entropy(z_s, y),  # no self-distillation
}


# --- the network: a backbone with a branch after every layer but the last ---------------------------------------------
class Branch(nn.Module):
    """A student classifier: narrower, tanh, self-attention, [CLS], a hidden layer, classes. No dropout."""

    def __init__(self, width: int, narrow: int, classes: int):
        super().__init__()
        self.narrow = nn.Linear(width, narrow)
        self.query, self.key, self.value, self.mix = (nn.Linear(narrow, narrow) for _ in range(4))
        self.hidden = nn.Linear(narrow, narrow)
        self.classes = nn.Linear(narrow, classes)

    def forward(self, h: Tensor, mask: Tensor) -> Tensor:
        """h (B, S, D), mask (B, 1, 1, S) added to the scores -> z_s (B, C)."""
        x = self.narrow(h).tanh()  # (B, S, W)
        q, k, v = self.query(x[:, :1]), self.key(x), self.value(x)  # only [CLS] asks: nobody reads the other answers
        q, k, v = (part.unflatten(-1, (HEADS, -1)).transpose(1, 2) for part in (q, k, v))  # (B, 2, 1 or S, W / 2)
        scores = q @ k.transpose(-1, -2) / math.sqrt(q.shape[-1]) + mask  # (B, 2, 1, S)
        context = (scores.softmax(-1) @ v).transpose(1, 2).flatten(2)  # (B, 1, W)
        return self.classes(self.hidden(self.mix(context[:, 0])).tanh())


@dataclass(frozen=True)
class BranchedShape:
    """`backbone`: an EncoderShape as a dict; a text leaves where its uncertainty is below `speed`."""

    backbone: dict
    branch_width: int
    speed: float
    kind: str = "fastbert-branched"

    def as_dict(self) -> dict:
        return asdict(self)


@dataclass
class Left(Output):
    """Also where each text left, 1 .. L (B,), and its uncertainty after each layer (B, L), NaN where none was asked."""

    layer: Tensor | None = None
    uncertainty: Tensor | None = None


class Branched(nn.Module):
    """Runs layer by layer; texts that leave are taken out of the batch, and with the last of them the pass ends."""

    def __init__(self, shape: BranchedShape):
        super().__init__()
        self.shape, self.speed = shape, shape.speed
        self.backbone = EncoderClassifier(EncoderShape(**shape.backbone)).requires_grad_(False)
        width = self.backbone.body.config.hidden_size
        depth, classes = len(self.backbone.layers), self.backbone.shape.classes
        self.branches = nn.ModuleList(Branch(width, shape.branch_width, classes) for _ in range(depth - 1))

    def train(self, mode: bool = True) -> Branched:
        """The backbone stays as it is and without dropout, whatever happens to the branches."""
        super().train(mode)
        self.backbone.eval()
        return self

    def embed(self, ids: Tensor) -> tuple[Tensor, Tensor]:
        """h^0 (B, S, D), and what is added to attention scores (B, 1, 1, S): the least there is at padded keys."""
        h = self.backbone.body.embeddings(input_ids=ids, **self.backbone.texts_apart(ids))
        padded = (ids == self.backbone.pad)[:, None, None]
        return h, h.new_zeros(padded.shape).masked_fill(padded, torch.finfo(h.dtype).min)

    def classify(self, place: int, h: Tensor, mask: Tensor) -> Tensor:
        """Logits (B, C) of the branch at `place`, counted from 0, or of the teacher classifier at the last."""
        return self.branches[place](h, mask) if place < len(self.branches) else self.backbone.head(h[:, 0])

    def every_classifier(self, ids: Tensor) -> Iterator[Tensor]:
        """Logits (B, C) after layer 1, 2, .., L; a layer is computed when it is asked for. Nobody leaves."""
        h, mask = self.embed(ids)
        for place, layer in enumerate(self.backbone.layers):
            h = layer(h, mask)
            yield self.classify(place, h, mask)

    def forward(self, ids: Tensor, *, insides: bool = False) -> Left:
        h, mask = self.embed(ids)
        depth = len(self.backbone.layers)
        inside = torch.arange(len(ids), device=ids.device)  # the texts that are still computed
        logits = h.new_zeros(len(ids), self.backbone.shape.classes)
        u = h.new_full((len(ids), depth), math.nan)
        left = torch.full_like(inside, depth)
        for place, layer in enumerate(self.backbone.layers):
            h = layer(h, mask)  # (b, S, D), b <= B
            z = self.classify(place, h, mask)  # (b, C)
            now = u[inside, place] = uncertainty(z)  # (b,)
            sure = now < self.speed if place < depth - 1 else torch.ones_like(now, dtype=torch.bool)
            if not sure.any():
                continue
            logits[inside[sure]], left[inside[sure]] = z[sure], place + 1
            if sure.all():
                break
            h, mask, inside = h[~sure], mask[~sure], inside[~sure]
        return Left(logits, layer=left, uncertainty=u)


networks.register("fastbert-branched", BranchedShape, Branched)


class EveryClassifier(nn.Module):
    """All L classifiers on every text, logits (B, L, C): to look at, never to be timed."""

    def __init__(self, net: Branched):
        super().__init__()
        self.net = net

    def forward(self, ids: Tensor) -> Output:
        return Output(torch.stack(list(self.net.every_classifier(ids)), dim=1))


# --- stage 2: self-distillation ---------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Arm:
    """One set of branches: what they learn from, and whether a text without a label is a lesson."""

    role: str
    title: Text
    loss: BranchLoss
    labelled_only: bool


def arms_of(branch_loss: str) -> list[Arm]:
    own = Text("Teach the branches", "训练分支分类器")
    theirs = Text("Train branches on labels", "用标签训练分支分类器")
    return [
        Arm("label-branches", theirs, BRANCH_LOSSES["labels"], True),
        Arm("student", own, BRANCH_LOSSES[branch_loss], branch_loss == "labels"),
    ]


def with_branches(teacher: EncoderClassifier, branch_width: int, speed: float, seed: int) -> Branched:
    """The teacher's weights, frozen, and new branches."""
    net = networks.build(BranchedShape(teacher.shape.as_dict(), branch_width, speed), seed=seed)
    net.backbone.load_state_dict(teacher.state_dict())
    return net.to(next(teacher.parameters()).device)


def branch_losses(net: Branched, ids: Tensor, y: Tensor, loss: BranchLoss) -> list[Tensor]:
    """What each of the L - 1 branches loses. One pass of the frozen backbone gives z_t and serves them all."""
    with torch.no_grad():
        h, mask = net.embed(ids)
        states = [h := layer(h, mask) for layer in net.backbone.layers]  # h^1 .. h^L, each (B, S, D)
        z_t = net.backbone.head(h[:, 0])  # (B, C)
    return [loss(branch(h, mask), z_t, y) for branch, h in zip(net.branches, states[:-1], strict=True)]


def train_branches(
    arm: Arm, net: Branched, task: Task, plan: list[list[training.Batch]], rate: float, report: Report
) -> None:
    """Lowers the sum of the branches' losses: each branch has weights of its own, and the backbone hears of none."""

    def loss_of(batch: training.Batch) -> tuple[Tensor, dict[str, Tensor]]:
        labelled, others = batch
        losses = branch_losses(net, *task.batch(labelled if arm.labelled_only else labelled + others), arm.loss)
        total = torch.stack(losses).sum()
        return total, {"branch_loss": total, **{f"branch_{place}": one for place, one in enumerate(losses, start=1)}}

    began = time.perf_counter()
    follow = classification.curves(arm.role, net, task, report)
    training.fit(net, plan, loss_of, learning_rate=rate, parameters=net.branches.parameters(), **follow)
    report.result(arm.role, "train_s", time.perf_counter() - began, METRICS["train_s"].unit)


# --- what the exits are held against ----------------------------------------------------------------------------------
def shallow(start: EncoderClassifier, depth: int) -> EncoderClassifier:
    """The first `depth` layers of a pre-trained encoder under its untrained classifier."""
    kept = start.state_dict()
    body = {**start.shape.body, "num_hidden_layers": depth}
    net = networks.build(replace(start.shape, body=body))
    net.load_state_dict({name: kept[name] for name in net.state_dict()})
    return net.to(next(start.parameters()).device)


def depths_of(left: Tensor, depth: int, every: bool) -> list[int]:
    """As deep as a text goes on average, and the full model's last layer never; then, if wanted, all other depths."""
    same = min(max(1, round(left.double().mean().item())), depth - 1)
    return [same, *(other for other in range(1, depth) if every and other != same)]


def train_shallows(
    start: EncoderClassifier, depths: list[int], task: Task, settings: dict[str, Any], report: Report
) -> dict[int, EncoderClassifier]:
    """Static models by depth, each from the start that the full model had and fine-tuned in as many steps."""
    nets = {}
    for depth in depths:
        nets[depth] = shallow(start, depth)
        role = "shallow" if depth == depths[0] else f"shallow-{depth}"
        settings = {**settings, "batch_size": teaching.BATCH, "report": report}
        classification.train_on_labels(role, nets[depth], task, **settings)
    return nets


def chosen(z: Tensor, left: Tensor) -> Tensor:
    """With what each text left: logits (N, C), of those after every layer (N, L, C)."""
    return z[torch.arange(len(z)), left - 1]


def measure_random(z: Tensor, left: Tensor, y: Tensor, z_dev: Tensor, report: Report) -> Tensor:
    """Reports the quality of the exits dealt out by chance, which no network has; returns the logits (N, C)."""
    logits = chosen(z, at_random(left))
    for metric, value in evaluation.quality(logits, y, z_dev).items():
        report.result("random-exits", metric, value, METRICS[metric].unit)
    return logits


# --- what it gave -----------------------------------------------------------------------------------------------------
def draw(
    full: EncoderClassifier,
    net: Branched,
    shallows: Mapping[int, EncoderClassifier],
    z: Mapping[str, Tensor],
    task: Task,
    report: Report,
) -> None:
    """z: logits after every layer on dev (N, L, C), of both branched networks; `net` is the student."""
    rows, y, device = task.dev_ids, task.dev_y, task.device
    seen = {role: Seen(uncertainty(logits), logits.argmax(-1) == y[:, None]) for role, logits in z.items()}
    spent = operations(net.every_classifier, rows, device)  # of both: they differ in their weights alone
    curves = {role: curve_of(one, spent) for role, one in seen.items()}
    curves["random-exits"] = curve_of(seen["student"], spent, at_random)
    for role, models in {"shallow": shallows, "teacher": {len(full.layers): full}}.items():
        curves[role] = Curve()
        for depth, model in sorted(models.items()):
            found = evaluation.accuracy(evaluation.predict(model, rows), y)
            curves[role].add(depth, operations(lambda ids, model=model: [model(ids).logits], rows, device), found)
    draw_curves(curves, report)
    draw_layers(seen, net.speed, curves["shallow"], report)
    draw_times(net, full, curves, rows, device, report)


def say_what_it_gave(said: Mapping[str, Tensor], left: Tensor, y: Tensor, report: Report) -> None:
    """Points of dev accuracy over every other role, each with the standard error of a paired difference.

    said: logits (N, C) by role at the run's Speed; left: where the student's texts left (N,).
    """
    report.log(f"At this Speed a text leaves after {left.double().mean():.2f} layers on average.")
    right = {role: (logits.argmax(1) == y).double() for role, logits in said.items()}
    own = right.pop("student")
    for role, theirs in right.items():
        difference = own - theirs  # (N,): -1, 0 or 1
        gain, error = 100 * difference.mean().item(), 100 * difference.std().item() / len(y) ** 0.5
        verdict = "more than two standard errors" if abs(gain) > 2 * error else "not told apart from chance"
        report.log(f"FastBERT against {role}: {gain:+.1f} points of dev accuracy (error {error:.1f}), {verdict}.")


# --- a text of one's own ----------------------------------------------------------------------------------------------
@torch.inference_mode()
def answer(checkpoints: Mapping[str, Checkpoint], text: str) -> dict[str, Any]:
    """As every method answers, and for each branched network the uncertainty after every layer that really ran."""
    figures = []
    for role, checkpoint in checkpoints.items():
        if isinstance(checkpoint.model, Branched):
            found = checkpoint.model(answering.token_ids(checkpoint, text))
            figures.append(path_of(role, found, checkpoint.model))
    return answering.answer(checkpoints, text) | {"figures": figures}


def path_of(role: str, found: Left, net: Branched) -> dict[str, Any]:
    """The figure "uncertainty" for one text; nothing is drawn for a layer that was not computed."""
    left, depth = int(found.layer), found.uncertainty.shape[1]
    label = next(one.label for one in ROLES if one.slug == role)
    title = {
        "en": f"{label.en}: out after layer {left} of {depth} (Speed {net.speed:g})",
        "zh": f"{label.zh}：在第 {left} 层离开，共 {depth} 层（速度 {net.speed:g}）",
    }
    values = [None if math.isnan(u) else u for u in found.uncertainty[0].tolist()]
    return {"slug": "uncertainty", "title": title, "data": by_layer({role: values})}


def run(
    *, speed: float, branch_loss: str, branch_width: int, labelled: int, train_rows: int, teacher: str,
    ready_made: str, vocabulary: int, pretraining_epochs: int, teacher_epochs: int, epochs: int, learning_rate: float,
    batch_size: int, every_depth: bool, data: Dataset, seed: int, device: torch.device, report: Report,
    workspace: Workspace,
) -> dict[str, float]:  # fmt: skip
    """Returns the dev accuracy of every role."""
    arms = arms_of(branch_loss)
    stages = Stages(report, count=len(arms) + 5 - bool(ready_made))
    stages("data", Text("Read the texts", "读取文本"))
    drawn = {"train_rows": train_rows, "labelled": labelled, "vocabulary": vocabulary, "seed": seed}
    brought = {"ready_made": ready_made, "data_dir": workspace.data_dir}
    task = classification.prepare(data, **drawn, **brought, device=device)
    teaching.refuse_unlike_bert(task)

    trained = {"epochs": teacher_epochs, "pretraining_epochs": pretraining_epochs, "seed": seed}  # stage 1
    bench = Bench(report, workspace, stages)
    full = teaching.teacher(task, teacher, **trained, bench=bench)
    measure = partial(classification.measure, task=task, report=report, workspace=workspace)
    z_dev = measure("teacher", full)
    said, z, branched = {"teacher": z_dev}, {}, {}  # said (N, C): each role's answers; z (N, L, C): after every layer

    plan = training.plan(task.labelled, task.unlabelled, task.lengths, batch_size, epochs, seed)
    for arm in arms:  # stage 2
        stages(arm.role, arm.title)
        net = branched[arm.role] = with_branches(full, branch_width, speed, seed + 1)  # the same first branches
        train_branches(arm, net, task, plan, learning_rate, report)
        said[arm.role] = measure(arm.role, net, teacher=z_dev)
        z[arm.role] = evaluation.predict(EveryClassifier(net), task.dev_ids)

    left = exits(uncertainty(z["student"]), speed)
    said["random-exits"] = measure_random(z["student"], left, task.dev_y, z_dev, report)

    start, _guess = teaching.pretrained(task, teacher, epochs=pretraining_epochs, seed=seed, bench=bench)
    stages("shallow", Text("Train shallow models", "训练浅层模型"))
    settings = {"epochs": teacher_epochs, "learning_rate": teaching.fine_tuning_rate(teacher, task), "seed": seed}
    shallows = train_shallows(start, depths_of(left, len(full.layers), every_depth), task, settings, report)
    said["shallow"] = measure("shallow", next(iter(shallows.values())), teacher=z_dev)

    stages("figures", Text("Draw the figures", "绘制图表"))
    draw(full, branched["student"], shallows, z, task, report)
    say_what_it_gave(said, left, task.dev_y, report)
    report.artifact("student.zip", workspace.pack("student"))
    return {role: evaluation.accuracy(logits, task.dev_y) for role, logits in said.items()}
