"""TinyBERT: Xiaoqi Jiao, Yichun Yin, Lifeng Shang, Xin Jiang, Xiao Chen, Linlin Li, Fang Wang, Qun Liu, "TinyBERT:
Distilling BERT for Natural Language Understanding", Findings of EMNLP 2020, arXiv:1909.10351.

A thinner and shallower BERT copies its teacher from the inside: embeddings, hidden states and attention scores, layer
by layer. It does so twice, on general text from the pre-trained teacher and on the task's text from the fine-tuned one,
and learns the teacher's predictions last, on texts enlarged by a masked LM.

Here: "Transformer Distillation" (L_embd, L_hidn, L_attn, L_pred and their sum L_layer), "TinyBERT Learning" (general
stage; task stage in two steps), the appendix's data augmentation. Form "paper" as published; "code" as the authors'
program differs: one projection with a bias for all states, means over padding, L_pred divided by C as well.
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
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from workers.kit import answering, classification, evaluation, networks, teaching, text, training
from workers.kit.architectures import sizes
from workers.kit.attention_maps import attention_maps
from workers.kit.checkpoints import Checkpoint
from workers.kit.classification import Task
from workers.kit.data import DataError, Dataset
from workers.kit.encoders import EncoderClassifier
from workers.kit.events import Report, Stages
from workers.kit.layer_maps import layer_map as map_of_layers
from workers.kit.networks import Output
from workers.kit.pretraining import WordGuess
from workers.kit.teaching import Bench
from workers.kit.text import MASK, PAD
from workers.kit.workspace import Workspace
from workers.methods.distillation.tinybert import layers_fit, same_heads
from workers.methods.distillation.tinybert.drawing import NAMES, attention_figures
from workers.methods.distillation.tinybert.words import Places, Rows, pieces, places_of, replaceable
from workers.metrics import METRICS
from workers.spec import Text

BATCH = 256  # masked sentences that the language model sees at once
KINDS = {"embedding": "嵌入", "hidden": "隐藏状态", "attention": "注意力"}
Plan = list[list[training.Batch]]
MaskedLM = tuple[EncoderClassifier, WordGuess | None]  # None where no text is copied
Start = tuple[nn.Module, "Projections"]  # a student and what takes its states to the teacher's width


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


# --- augmentation -----------------------------------------------------------------------------------------------------
def augmented(task: Task, lm: MaskedLM, *, copies: int, p: float, K: int, seed: int, report: Report) -> Rows:
    """The texts, then their first copies, then their second, ..; `copies` is N_a."""
    words, rows = replaceable(task.tokenizer), list(task.ids)
    places = places_of(rows, words, pieces(task.tokenizer))
    for turn in range(copies):
        rows += one_copy(task.ids, places, lm, words, p, K, torch.Generator().manual_seed(seed + turn), report)
    return rows


@torch.inference_mode()
def one_copy(
    rows: Rows, places: Places, lm: MaskedLM, words: Tensor, p: float, K: int, draw: torch.Generator, report: Report
) -> Rows:
    """Each word is replaced with probability p by one of the K likeliest there, itself among them, drawn evenly.

    The masked LM sees the row with this one word hidden. `words` (V,) is true of what may stand in.
    """
    encoder, guess = lm
    chances = torch.rand(len(places), generator=draw).tolist()
    chosen = [place for place, chance in zip(places, chances, strict=True) if chance < p]
    chosen.sort(key=lambda place: len(rows[place[0]]))
    copies = [list(row) for row in rows]
    for start in range(0, len(chosen), BATCH):
        i, j = zip(*chosen[start : start + BATCH], strict=True)
        ids, at = text.pad([rows[row] for row in i], guess.bias.device), (torch.arange(len(i)), torch.tensor(j))
        ids[at] = MASK  # (P, S): P places, one hidden in each row
        (states,), _ = encoder.encode(ids)
        scores = guess(states[at], encoder).masked_fill(~words.to(ids.device), -torch.inf)  # (P, V)
        best = scores.topk(min(K, int(words.sum()))).indices.cpu()  # (P, K)
        picks = torch.randint(best.shape[1], (len(i), 1), generator=draw)
        for row, place, word in zip(i, j, best.gather(1, picks).flatten().tolist(), strict=True):
            copies[row][place] = word
        report.progress(start + len(i), len(chosen))
    return copies


def varied(plan: Plan, texts: int, variants: int) -> Plan:
    """The plan on rows that hold all texts, then their first copies, ..: `variants` passes show every one of them."""
    return [
        [tuple([i + texts * ((i + turn) % variants) for i in part] for part in batch) for batch in epoch]
        for turn, epoch in enumerate(plan)
    ]


# --- students ---------------------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Arm:
    """One student: the stages it goes through, and the losses that its general stage and step 1 sum up."""

    role: str
    title: Text
    general: bool = False
    step_1: bool = False
    augmented: bool = False
    kinds: tuple[str, ...] = ()
    labels: bool = False


def arms_of(kinds: tuple[str, ...], ablations: bool) -> list[Arm]:
    whole = Arm("student", Text("Train the student in every stage", "经全部阶段训练学生"), True, True, True, kinds)
    arms = [
        Arm("baseline", Text("Train a student on labels only", "仅用标签训练学生"), labels=True),
        Arm("soft-targets", Text("Train a student on predictions only", "仅用教师预测训练学生")),
        replace(whole, role="step-2", title=Text("Train it without step 1", "不经第一步训练学生"), step_1=False),
        whole,
    ]
    if ablations:
        for kind in [kind for kind in kinds if len(kinds) > 1]:
            title, rest = (
                Text(f"Without the {kind} loss", f"去掉{KINDS[kind]}损失"),
                tuple(k for k in kinds if k != kind),
            )
            arms.append(replace(whole, role=f"no-{kind}", title=title, kinds=rest))
        title = Text("Without augmentation", "去掉数据增强")
        arms.append(replace(whole, role="no-augmented", title=title, augmented=False))
        title = Text("Without the general stage", "去掉通用阶段")
        arms.append(replace(whole, role="no-general", title=title, general=False))
    return arms


@dataclass
class Lesson:
    """What all arms share. `rows` are the texts and then their copies, z_t (rows, C) the teacher's logits on them."""

    task: Task
    rows: Rows
    z_t: Tensor
    general_teacher: nn.Module  # pre-trained
    teacher: nn.Module  # fine-tuned
    g: tuple[int, ...]
    T: float
    form: str
    intermediate_rate: float
    learning_rate: float
    report: Report
    general_plan: Plan
    plan: Plan  # of the task stage
    step_1_epochs: int  # of those; the rest is step 2
    general: dict[tuple[str, ...], tuple[Start, float]] = field(default_factory=dict)  # by losses; what it took, in s
    teacher_s: float = 0.0  # spent in the teachers' passes of the general stage and step 1


def first_weights(shape: networks.Shape, lesson: Lesson, seed: int) -> Start:
    """The same in every arm."""
    student = networks.build(shape, seed=seed).to(lesson.task.device)
    width_s, width_t = (net.body.config.hidden_size for net in (student, lesson.teacher))
    return student, Projections(width_s, width_t, lesson.form).to(lesson.task.device)


def copy_insides(
    student: nn.Module, project: Projections, teacher: nn.Module, plan: Plan, arm: Arm, lesson: Lesson, stage: str
) -> None:
    """The general stage and step 1: lowers the sum of the arm's layer losses, each with weight 1. No label is read."""

    def loss_of(batch: training.Batch) -> tuple[Tensor, dict[str, Tensor]]:
        ids = text.pad([lesson.rows[i] for part in batch for i in part], lesson.task.device)  # (B, S)
        began = time.perf_counter()
        with torch.no_grad():
            target = teacher(ids, insides=True)
        lesson.teacher_s += time.perf_counter() - began
        losses = layer_losses(student(ids, insides=True), target, ids != PAD, project, lesson.g, lesson.form)
        summed = {name: loss for name, loss in losses.items() if name.partition("_")[0] in arm.kinds}
        total = torch.stack(list(summed.values())).sum()
        # Curves: the method's every loss; another arm's only where it leaves one out, and sees what becomes of it.
        shown = {name: loss for name, loss in losses.items() if arm.role == "student" or name not in summed}
        return total, {f"{stage}_loss": total} | (shown if stage == "step_1" else {})

    follow = curves(arm, student, lesson, 0, stage)
    training.fit(nn.ModuleList([student, project]), plan, loss_of, learning_rate=lesson.intermediate_rate, **follow)


def learn_predictions(student: nn.Module, plan: Plan, arm: Arm, lesson: Lesson, done: int) -> None:
    """Step 2: L_pred, no label; the baseline learns the labels of the labelled rows. `done`: steps taken before."""

    def loss_of(batch: training.Batch) -> tuple[Tensor, dict[str, Tensor]]:
        rows = batch[0] if arm.labels else [*batch[0], *batch[1]]
        z_s = student(text.pad([lesson.rows[i] for i in rows], lesson.task.device)).logits  # (B, C)
        if arm.labels:
            loss = F.cross_entropy(z_s, lesson.task.y[rows].to(z_s.device))
            return loss, {"hard_loss": loss}
        loss = prediction_loss(z_s, lesson.z_t[rows], lesson.T, lesson.form)
        return loss, {"prediction_loss": loss}

    training.fit(student, plan, loss_of, learning_rate=lesson.learning_rate, **curves(arm, student, lesson, done))


def curves(arm: Arm, student: nn.Module, lesson: Lesson, done: int, stage: str = "") -> dict:
    """As the kit's own, with steps counted on from `done`; the general stage has steps of its own and no accuracy."""
    found = classification.curves(arm.role, student, lesson.task, lesson.report)
    on_terms, on_epoch = found["on_terms"], found["on_epoch"]
    found["on_terms"] = lambda step, terms: on_terms(done + step, terms)
    found["on_epoch"] = (lambda step: None) if stage == "general" else lambda step: on_epoch(done + step)
    return found


def general_stage(arm: Arm, start: Start, lesson: Lesson) -> tuple[Start, float]:
    """A student that has copied the pre-trained teacher, and the seconds; trained once for all arms of equal losses."""
    if arm.kinds not in lesson.general:
        began = time.perf_counter()
        copy_insides(*start, lesson.general_teacher, lesson.general_plan, arm, lesson, "general")
        lesson.general[arm.kinds] = (start, time.perf_counter() - began)
    return copy.deepcopy(lesson.general[arm.kinds])


def train_student(arm: Arm, start: Start, lesson: Lesson) -> nn.Module:
    """TinyBERT Learning: the general stage, then the task stage in two steps, as far as the arm goes through them."""
    (student, project), train_s = general_stage(arm, start, lesson) if arm.general else (start, 0.0)
    began = time.perf_counter()
    texts = len(lesson.task.ids)
    variants = len(lesson.rows) // texts if arm.augmented else 1
    split = lesson.step_1_epochs if arm.step_1 else 0  # without step 1, step 2 has its steps as well
    step_1, step_2 = lesson.plan[:split], lesson.plan[split:]
    if step_1:
        copy_insides(student, project, lesson.teacher, varied(step_1, texts, variants), arm, lesson, "step_1")
    done = sum(len(epoch) for epoch in step_1)
    learn_predictions(student, varied(step_2, texts, variants), arm, lesson, done)
    lesson.report.result(arm.role, "train_s", train_s + time.perf_counter() - began, METRICS["train_s"].unit)
    return student


# --- the method's own figures -----------------------------------------------------------------------------------------
def draw_attention(teacher: nn.Module, student: nn.Module, lesson: Lesson) -> None:
    """Of the first dev sentence of a handy length: the student's last layer and the teacher's that it learnt from."""
    task, n = lesson.task, lesson.g[-1]
    ids = next((ids for ids in task.dev_ids if 8 <= len(ids) <= 14), task.dev_ids[0])
    tokens = [task.tokenizer.id_to_token(token) for token in ids]
    mapped = attention_maps(teacher, ids)[n - 1], attention_maps(student, ids)[-1]
    maps = {("teacher", n): mapped[0], ("student", len(lesson.g)): mapped[1]}
    for figure in attention_figures(maps, tokens):
        lesson.report.figure(figure["slug"], figure["data"])
    lesson.report.log(f"The attention maps are of the dev sentence “{' '.join(tokens[1:-1])}”.")


def answer(checkpoints: Mapping[str, Checkpoint], text: str) -> dict:
    """For "try it": what the networks say, and the attention maps of every layer of teacher and student."""
    tokenizer = checkpoints["teacher"].tokenizer
    ids = answering.token_ids(checkpoints["teacher"], text)[0].tolist()
    found = {role: attention_maps(checkpoints[role].model, ids) for role in NAMES}
    maps = {(role, layer): P for role in found for layer, P in enumerate(found[role], start=1)}
    tokens = [tokenizer.id_to_token(token) for token in ids]
    return answering.answer(checkpoints, text) | {"figures": attention_figures(maps, tokens)}


# --- the whole run ----------------------------------------------------------------------------------------------------
def teach(
    arms: list[Arm], lesson: Lesson, shape: networks.Shape, seed: int, bench: Bench
) -> tuple[dict[str, nn.Module], dict[str, Tensor]]:
    """Every arm's student and its dev logits, by role; the teacher's logits among them."""
    students, about = {}, (lesson.task, bench.report, bench.workspace)
    logits = {"teacher": classification.measure("teacher", lesson.teacher, *about)}
    for arm in arms:
        bench.stages(arm.role, arm.title)
        students[arm.role] = train_student(arm, first_weights(shape, lesson, seed), lesson)
        logits[arm.role] = classification.measure(arm.role, students[arm.role], *about, teacher=logits["teacher"])
    return students, logits


def say_what_it_gave(dev_logits: Mapping[str, Tensor], lesson: Lesson) -> None:
    """The method's gain over each other student."""
    lesson.report.log(f"Copying the insides spent {lesson.teacher_s:.1f} s in passes of the teachers.")
    for role in [role for role in dev_logits if role not in NAMES]:
        gain = evaluation.gain_in_words(dev_logits["student"], dev_logits[role], lesson.task.dev_y)
        lesson.report.log(f"TinyBERT against {role}, on dev: {gain}.")


def refuse_what_does_not_fit(task: Task, teacher: str, student: str, kind: str, listed: str, copies: int) -> None:
    """What only the loaded teacher tells. Raises DataError with what to change."""
    fits = {"teacher": teacher, "student": student, "layer_map": kind, "layers": listed}
    teaching.refuse_misfits(task, (same_heads, layers_fit), **fits)
    if copies and task.ready_made and task.ready_made.guess is None:
        raise DataError("copies: no masked-LM head came with the ready-made teacher, so set this to 0")


def run(
    *, temperature: float, layer_map: str, layers: str, attention_loss: bool, hidden_loss: bool, embedding_loss: bool,
    general_epochs: int, intermediate_epochs: int, prediction_epochs: int, copies: int, replaced: float,
    candidates: int, form: str, labelled: int, train_rows: int, teacher: str, student: str, ready_made: str,
    vocabulary: int, pretraining_epochs: int, teacher_epochs: int, intermediate_rate: float, learning_rate: float,
    batch_size: int, ablations: bool, data: Dataset, seed: int, device: torch.device, report: Report,
    workspace: Workspace,
) -> dict[str, float]:  # fmt: skip
    """Returns the dev accuracy of every network by role."""
    kinds = tuple(k for k, on in zip(KINDS, (embedding_loss, hidden_loss, attention_loss), strict=True) if on)
    arms = arms_of(kinds, ablations)
    bench = Bench(report, workspace, Stages(report, count=len(arms) + 5 - bool(ready_made)))
    bench.stages("data", Text("Read the texts", "读取文本"))
    drawn = {"train_rows": train_rows, "labelled": labelled, "vocabulary": vocabulary, "seed": seed}
    brought = {"ready_made": ready_made, "data_dir": workspace.data_dir}
    task = classification.prepare(data, **drawn, **brought, device=device)
    refuse_what_does_not_fit(task, teacher, student, layer_map, layers, copies)
    encoder, guess = teaching.pretrained(task, teacher, epochs=pretraining_epochs, seed=seed, bench=bench)
    trained = {"epochs": teacher_epochs, "pretraining_epochs": pretraining_epochs, "seed": seed}
    teacher_net = teaching.teacher(task, teacher, **trained, bench=bench)

    bench.stages("augmentation", Text("Enlarge the texts by the masked LM", "用掩码语言模型扩充文本"))
    lm = (encoder.eval().requires_grad_(False), guess and guess.eval())
    rows = augmented(task, lm, copies=copies, p=replaced, K=candidates, seed=seed, report=report)
    z_t = evaluation.predict(teacher_net, rows, on_batch=report.progress).to(device)  # (rows, C), once for all arms
    g = map_of_layers(layer_map, sizes(student).layers, sizes(teaching.named(task, teacher)).layers, layers)
    general_plan = training.plan(range(len(task.ids)), (), task.lengths, batch_size, general_epochs, seed + 1)
    epochs = intermediate_epochs + prediction_epochs
    plan = training.plan(task.labelled, task.unlabelled, task.lengths, batch_size, epochs, seed)
    lesson = Lesson(
        task, rows, z_t, encoder, teacher_net, g, temperature, form, intermediate_rate, learning_rate, report,
        general_plan, plan, intermediate_epochs,
    )  # fmt: skip
    shape = networks.shape_named(student, vocabulary=task.vocabulary, classes=task.classes)
    students, dev_logits = teach(arms, lesson, shape, seed + 1, bench)

    bench.stages("figures", Text("Draw the figures", "绘制图表"))
    draw_attention(teacher_net, students["student"], lesson)
    say_what_it_gave(dev_logits, lesson)
    report.artifact("student.zip", workspace.pack("student"))
    return {role: evaluation.accuracy(logits, task.dev_y) for role, logits in dev_logits.items()}
