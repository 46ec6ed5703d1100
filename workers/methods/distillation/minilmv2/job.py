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
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from workers.kit import answering, classification, evaluation, networks, pretraining, teaching, text, training
from workers.kit.architectures import Sizes, sizes
from workers.kit.attention_maps import TOKENS_DRAWN, heat_map
from workers.kit.checkpoints import Checkpoint
from workers.kit.classification import Task
from workers.kit.data import Dataset
from workers.kit.encoders import EncoderClassifier
from workers.kit.events import Report, Stages
from workers.kit.networks import MASKED
from workers.kit.pretraining import WordGuess
from workers.kit.teaching import Bench
from workers.kit.text import PAD, read
from workers.kit.workspace import Workspace
from workers.methods.distillation.minilmv2 import heads_divide_widths, layer_is_there
from workers.metrics import METRICS
from workers.spec import Text

Rows = Sequence[Sequence[int]]
Plan = list[list[training.Batch]]
Loss = tuple[Tensor, dict[str, Tensor]]  # a loss and what is drawn of it
BATCH = 256  # texts of a pass without gradients; as many of dev are looked at after each epoch
RELATIONS = {"query": (0, 0), "key": (1, 1), "value": (2, 2), "attention": (0, 1)}  # which of Q, K, V meet
KINDS = ("query", "key", "value")  # MiniLMv2's; MiniLM has "attention" and "value"
NAMES = {"query": "查询", "key": "键", "value": "值"}
SHORT = {"query": "Q-Q", "key": "K-K", "value": "V-V"}
GENERAL = "general-"  # the networks as they were before their first label, kept beside the measured ones
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


class Taught:
    """Q, K, V of one teacher layer for all texts, computed once: 12 D_t bytes a token. No gradient, no dropout."""

    @torch.no_grad()
    def __init__(self, teacher: EncoderClassifier, rows: Rows, layer: int):
        self.starts = torch.tensor([0, *accumulate(len(row) for row in rows)])
        device, width = next(teacher.parameters()).device, teacher.body.config.hidden_size
        self.flat = torch.empty(int(self.starts[-1]), 3, width, device=device)  # token after token, text after text
        order = sorted(range(len(rows)), key=lambda i: len(rows[i]))
        for start in range(0, len(order), BATCH):
            part = order[start : start + BATCH]
            X = projections(teacher.eval(), text.pad([rows[i] for i in part], device), layer)  # (B, S, 3, D_t)
            for i, found in zip(part, X, strict=True):
                self.flat[self.starts[i] : self.starts[i + 1]] = found[: len(rows[i])]

    def __call__(self, rows: Sequence[int], length: int) -> Tensor:
        """(B, S, 3, D_t) for S = `length`; where a text has ended, whatever comes next: no loss looks there."""
        at = self.starts[list(rows)][:, None] + torch.arange(length)  # (B, S)
        return self.flat[at.clamp(max=len(self.flat) - 1).to(self.flat.device)]


# --- students ---------------------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Arm:
    """One student: what its general stage copies, by how many relation heads, from which layer of the teacher."""

    role: str
    title: Text
    student: str  # the network's name
    stage: str = "relations"  # or "words", a masked LM; or "", no general stage
    kinds: tuple[str, ...] = ()
    A_r: int = 0
    layer: int = 0


def arms_of(whole: Arm, teacher: str, ablations: bool) -> list[Arm]:
    """`whole` is the method. MiniLM compares head by head: it is left out where the networks' heads differ."""
    large, small = sizes(teacher), sizes(whole.student)
    arms = [
        Arm("baseline", Text("Train a student on labels only", "仅用标签训练学生"), whole.student, ""),
        Arm("masked-lm", Text("Guess hidden words, then fine-tune", "先猜遮蔽词，再微调"), whole.student, "words"),
    ]
    if whole.kinds != ("value",):
        title = Text("Copy value relations alone, then fine-tune", "先只模仿值关系，再微调")
        arms.append(replace(whole, role="value-only", title=title, kinds=("value",)))
    if large.heads == small.heads:
        title = Text("Copy as MiniLM does, then fine-tune", "先按 MiniLM 模仿，再微调")
        first = {"kinds": ("attention", "value"), "A_r": large.heads, "layer": large.layers}
        arms.append(replace(whole, role="minilm", title=title, **first))
    return [*arms, whole, *(further_arms(whole, large.width, small) if ablations else ())]


def further_arms(whole: Arm, width: int, small: Sizes) -> list[Arm]:
    """Each relation left out; half and twice the relation heads; a student with half the attention heads."""
    arms = []
    for kind in whole.kinds:
        rest = tuple(other for other in whole.kinds if other != kind)
        if rest and rest != ("value",):  # that one is there already
            title = Text(f"Without the {kind} relation", f"去掉{NAMES[kind]}关系")
            arms.append(replace(whole, role=f"no-{kind}", title=title, kinds=rest))
    if whole.A_r % 2 == 0:
        title = Text("With half the relation heads", "关系头数减半")
        arms.append(replace(whole, role="fewer-relation-heads", title=title, A_r=whole.A_r // 2))
    if width % (2 * whole.A_r) == small.width % (2 * whole.A_r) == 0:
        title = Text("With twice the relation heads", "关系头数加倍")
        arms.append(replace(whole, role="more-relation-heads", title=title, A_r=2 * whole.A_r))
    if small.heads % 2 == 0:
        title = Text("A student with half the attention heads", "注意力头数减半的学生")
        name = f"bert-{small.layers}x{small.width}h{small.heads // 2}"
        arms.append(replace(whole, role="half-heads", title=title, student=name))
    return arms


@dataclass(frozen=True)
class Lesson:
    """What all arms share. taught: the teacher's Q, K, V by its layer; dev: ids (B, S), X_t (B, S, 3, D_t) of dev."""

    task: Task
    method: Arm
    taught: Mapping[int, Taught]
    dev: tuple[Tensor, Tensor]
    alpha: float
    general_rate: float
    learning_rate: float
    report: Report
    plan: Plan
    general_epochs: int  # of the plan; the rest is fine-tuning
    seed: int


def new_student(arm: Arm, lesson: Lesson) -> EncoderClassifier:
    """First weights are the same in every arm: the number of attention heads changes no tensor."""
    task = lesson.task
    shape = networks.shape_named(arm.student, vocabulary=task.vocabulary, classes=task.classes)
    return networks.build(shape, seed=lesson.seed).to(task.device)


def copying(student: EncoderClassifier, arm: Arm, lesson: Lesson) -> Callable[[training.Batch], Loss]:
    """The general stage: L = alpha * sum of the relations' losses, equation 5. No label is read."""
    last = len(student.layers)

    def loss_of(batch: training.Batch) -> Loss:
        rows = [*batch[0], *batch[1]]
        ids = text.pad([lesson.task.ids[i] for i in rows], lesson.task.device)  # (B, S)
        X_t, X_s = lesson.taught[arm.layer](rows, ids.shape[1]), projections(student, ids, last)
        losses = relation_losses(X_t, X_s, ids != PAD, arm.kinds, arm.A_r)
        return lesson.alpha * sum(losses.values()), {f"kl_{kind}": loss for kind, loss in losses.items()}

    return loss_of


def guessing(student: EncoderClassifier, guess: WordGuess, lesson: Lesson) -> Callable[[training.Batch], Loss]:
    """What stands in for the general stage without a teacher: naming hidden words, mean over them, in nats."""
    draw = torch.Generator().manual_seed(lesson.seed)

    def loss_of(batch: training.Batch) -> Loss:
        ids = text.pad([lesson.task.ids[i] for part in batch for i in part], lesson.task.device)  # (B, S)
        shown, hidden = pretraining.hide(ids, lesson.task.vocabulary, draw)
        (states,), _ = student.encode(shown)
        scores = guess(states[hidden], student).float()  # (hidden words, V)
        loss = F.cross_entropy(scores, ids[hidden], reduction="sum") / hidden.sum().clamp(min=1)
        return loss, {"word_loss": loss}

    return loss_of


def fine_tuning(student: nn.Module, task: Task) -> Callable[[training.Batch], Loss]:
    """Cross-entropy on the labelled texts of a batch, mean over them; the others are not read."""

    def loss_of(batch: training.Batch) -> Loss:
        ids, y = task.batch(batch[0])
        loss = F.cross_entropy(student(ids).logits, y)
        return loss, {"hard_loss": loss}

    return loss_of


def train_student(arm: Arm, lesson: Lesson) -> tuple[EncoderClassifier, EncoderClassifier]:
    """The student, and as it was before its first label."""
    began = time.perf_counter()
    student = new_student(arm, lesson)
    split = lesson.general_epochs if arm.stage else 0  # on labels alone, fine-tuning has all the steps
    general, tuning = lesson.plan[:split], lesson.plan[split:]
    if general:
        guess = WordGuess(student).to(lesson.task.device) if arm.stage == "words" else None
        trained = nn.ModuleList([student.body, guess]) if guess else student.body
        loss_of = guessing(student, guess, lesson) if guess else copying(student, arm, lesson)
        follow = curves(arm, student, lesson, 0, labels=False)
        training.fit(trained, general, loss_of, learning_rate=lesson.general_rate, **follow)
    before = copy.deepcopy(student).eval()
    follow = curves(arm, student, lesson, sum(map(len, general)), labels=True)
    training.fit(student, tuning, fine_tuning(student, lesson.task), learning_rate=lesson.learning_rate, **follow)
    lesson.report.result(arm.role, "train_s", time.perf_counter() - began, METRICS["train_s"].unit)
    return student, before


def curves(arm: Arm, student: nn.Module, lesson: Lesson, done: int, *, labels: bool) -> dict:
    """As the kit's own, with steps counted on from `done`, and after each epoch how far the relations are on dev.

    Before the first label there is no accuracy to speak of.
    """
    found = classification.curves(arm.role, student, lesson.task, lesson.report)
    on_terms, accuracy = found["on_terms"], found["on_epoch"]

    def on_epoch(step: int) -> None:
        if labels:
            accuracy(done + step)
        for kind, distance in distances(student, lesson).items():
            lesson.report.scalar(f"{arm.role}/dev_{kind}", done + step, distance)

    return found | {"on_terms": lambda step, terms: on_terms(done + step, terms), "on_epoch": on_epoch}


@torch.inference_mode()
def distances(student: EncoderClassifier, lesson: Lesson) -> dict[str, float]:
    """KL(R_t || R_s) of Q-Q, K-K and V-V on texts of dev, by the method's relation heads and layer."""
    ids, X_t = lesson.dev
    X_s = projections(student, ids, len(student.layers))  # (B, S, 3, D_s)
    losses = relation_losses(X_t, X_s, ids != PAD, KINDS, lesson.method.A_r)
    return {kind: loss.item() for kind, loss in losses.items()}


# --- the method's own figures -----------------------------------------------------------------------------------------
@torch.inference_mode()
def relation_maps(net: EncoderClassifier, ids: Sequence[int], layer: int, heads: int) -> dict[str, Tensor]:
    """R of each kind for one text, mean of the relation heads, (S, S): row i says how like token i each token is."""
    row = text.pad([ids], next(net.parameters()).device)  # (1, S)
    X = projections(net.eval(), row, layer)  # (1, S, 3, D)
    log_R = {kind: log_relation(X[:, :, x], X[:, :, x], row != PAD, heads)[0] for x, kind in enumerate(KINDS)}
    return {kind: found.exp().mean(0).float().cpu() for kind, found in log_R.items()}


def relation_figures(maps: Mapping[str, Mapping[str, Tensor]], tokens: list[str]) -> list[dict]:
    """A heat map for each kind and role; those of a kind lie beside each other and have one colour scale."""
    shown, figures = tokens[:TOKENS_DRAWN], []
    for kind in KINDS:
        high = max(of_role[kind].max().item() for of_role in maps.values())
        for role, of_role in maps.items():
            data = heat_map(of_role[kind][: len(shown)], shown, tokens, low=0, high=high)
            figures.append({"slug": f"{kind}-{role}", "data": data})
    return figures


def draw_relations(nets: Mapping[str, EncoderClassifier], lesson: Lesson, workspace: Workspace) -> None:
    """Of the first dev sentence of a handy length. The networks are kept: fine-tuning pulls the relations apart."""
    task, method, maps = lesson.task, lesson.method, {}
    ids = next((ids for ids in task.dev_ids if 8 <= len(ids) <= 14), task.dev_ids[0])
    for role, net in nets.items():
        layer = method.layer if role == "teacher" else len(net.layers)
        maps[role] = relation_maps(net, ids, layer, method.A_r)
        notes = {"layer": layer, "relation_heads": method.A_r}
        workspace.save(GENERAL + role, net, task.tokenizer, task.data, notes=notes)
    tokens = [task.tokenizer.id_to_token(token) for token in ids]
    for figure in relation_figures(maps, tokens):
        lesson.report.figure(figure["slug"], figure["data"])
    lesson.report.log(f"The relation maps are of the dev sentence “{' '.join(tokens[1:-1])}”, before any label.")


def answer(checkpoints: Mapping[str, Checkpoint], line: str) -> dict:
    """For "try it": what the fine-tuned networks say, and the relations of those before their first label."""
    tuned = {role: kept for role, kept in checkpoints.items() if not role.startswith(GENERAL)}
    encoding, maps = read(checkpoints["teacher"].tokenizer, line), {}
    for role in ("teacher", "student"):
        kept = checkpoints[GENERAL + role]
        notes = kept.config["notes"]
        maps[role] = relation_maps(kept.model, encoding.ids, notes["layer"], notes["relation_heads"])
    return answering.answer(tuned, line) | {"figures": relation_figures(maps, encoding.tokens)}


# --- the whole run ----------------------------------------------------------------------------------------------------
def say_what_it_gave(dev_logits: Mapping[str, Tensor], apart: Mapping[str, dict[str, float]], lesson: Lesson) -> None:
    """The method's gain over each other student; apart: distances before the first label, by role and kind."""
    for role, found in apart.items():
        said = ", ".join(f"{SHORT[kind]} {nats:.4f}" for kind, nats in found.items())
        lesson.report.log(f"From the teacher's relations on dev, before its first label, {role} is {said} nats away.")
    for role in [role for role in dev_logits if role not in ("teacher", "student")]:
        gain = evaluation.gain_in_words(dev_logits["student"], dev_logits[role], lesson.task.dev_y)
        lesson.report.log(f"MiniLMv2 against {role}, on dev: {gain}.")


def teach(arms: list[Arm], lesson: Lesson, teacher: nn.Module, encoder: EncoderClassifier, bench: Bench) -> dict:
    """Trains and measures every arm's student; returns the dev logits by role, the teacher's among them."""
    about = (lesson.task, bench.report, bench.workspace)
    dev_logits, apart = {"teacher": classification.measure("teacher", teacher, *about)}, {}
    for arm in arms:
        bench.stages(arm.role, arm.title)
        student, before = train_student(arm, lesson)
        dev_logits[arm.role] = classification.measure(arm.role, student, *about, teacher=dev_logits["teacher"])
        apart[arm.role] = distances(before, lesson)
        if arm.role == "student":
            copied = before
    bench.stages("figures", Text("Draw the figures", "绘制图表"))
    draw_relations({"teacher": encoder, "student": copied}, lesson, bench.workspace)
    say_what_it_gave(dev_logits, apart, lesson)
    return dev_logits


def lesson_of(task: Task, encoder: EncoderClassifier, method: Arm, arms: list[Arm], **settings) -> Lesson:
    """Takes from the frozen, pre-trained teacher what the arms will ask for."""
    encoder.eval().requires_grad_(False)
    ids = text.pad(task.dev_ids[:BATCH], task.device)
    with torch.no_grad():
        dev = ids, projections(encoder, ids, method.layer)
    taught = {layer: Taught(encoder, task.ids, layer) for layer in {arm.layer for arm in arms if arm.layer}}
    return Lesson(task, method, taught, dev, **settings)


def run(
    *, query_relation: bool, key_relation: bool, value_relation: bool, relation_heads: int, teacher_layer: int,
    alpha: str, general_epochs: int, fine_tuning_epochs: int, labelled: int, train_rows: int, teacher: str,
    student: str, ready_made: str, vocabulary: int, pretraining_epochs: int, teacher_epochs: int,
    general_rate: float, learning_rate: float, batch_size: int, ablations: bool, data: Dataset, seed: int,
    device: torch.device, report: Report, workspace: Workspace,
) -> dict[str, float]:  # fmt: skip
    """Returns the dev accuracy of every network by role."""
    kinds = tuple(k for k, on in zip(KINDS, (query_relation, key_relation, value_relation), strict=True) if on)
    drawn = {"train_rows": train_rows, "labelled": labelled, "vocabulary": vocabulary, "seed": seed}
    brought = {"ready_made": ready_made, "data_dir": workspace.data_dir}
    task = classification.prepare(data, **drawn, **brought, device=device)
    fits = {"student": student, "relation_heads": relation_heads, "teacher_layer": teacher_layer}
    teaching.refuse_misfits(task, (heads_divide_widths, layer_is_there), teacher=teacher, **fits)
    layer = teacher_layer or sizes(teaching.named(task, teacher)).layers
    title = Text("Copy the relations, then fine-tune", "先模仿关系，再微调")
    method = Arm("student", title, student, "relations", kinds, relation_heads, layer)
    arms = arms_of(method, teaching.named(task, teacher), ablations)
    # Only now: how many arms there are, the heads of a ready-made teacher tell.
    bench = Bench(report, workspace, Stages(report, count=len(arms) + 5 - bool(ready_made)))
    bench.stages("data", Text("Read the texts", "读取文本"))
    encoder, _guess = teaching.pretrained(task, teacher, epochs=pretraining_epochs, seed=seed, bench=bench)
    trained = {"epochs": teacher_epochs, "pretraining_epochs": pretraining_epochs, "seed": seed}
    tuned = teaching.teacher(task, teacher, **trained, bench=bench)  # for the tables: no student hears it

    bench.stages("relations", Text("Take queries, keys and values from the teacher", "取出教师的查询、键和值"))
    if all(arm.role != "minilm" for arm in arms):
        report.log("MiniLM is left out: it compares head by head, and these networks have unequally many.")
    epochs = general_epochs + fine_tuning_epochs
    plan = training.plan(task.labelled, task.unlabelled, task.lengths, batch_size, epochs, seed)
    rates = {"general_rate": general_rate, "learning_rate": learning_rate}
    stages = {"plan": plan, "general_epochs": general_epochs, "seed": seed + 1}
    lesson = lesson_of(task, encoder, method, arms, alpha=ALPHA[alpha], report=report, **rates, **stages)
    dev_logits = teach(arms, lesson, tuned, encoder, bench)
    report.artifact("student.zip", workspace.pack("student"))
    return {role: evaluation.accuracy(logits, task.dev_y) for role, logits in dev_logits.items()}
