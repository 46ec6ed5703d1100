"""DistilLSTM: Raphael Tang, Yao Lu, Linqing Liu, Lili Mou, Olga Vechtomova, Jimmy Lin, "Distilling Task-Specific
Knowledge from BERT into Simple Neural Networks", 2019, arXiv:1903.12136.

A BiLSTM of one layer, no transformer, learns the logits of a fine-tuned BERT by squared distance. The task's own texts
are too few to show it all that the teacher knows, so three simple rules make many more, and the teacher scores them.

Here: the network for single texts; the distillation objective; the rules (masking, words of the same part of speech,
n-grams). Form "paper": squared norm, mean over the batch; "code": the mean over classes too, as the
authors' program has it. That program leaves n-grams out unless asked; the paper has them, and so has the default.
Shrunk: a small BERT pre-trained on the task's own text; the student is narrower, in the paper's proportions; its word
vectors begin at random, not as word2vec's; tags come from a lexicon with endings; AdamW with warm-up and linear decay
in place of Adadelta; no early stopping on dev. The siamese network for pairs of texts is left out.
Added: students that differ in their texts or in what they learn of them, among them one with real unlabelled texts.

Symbols: B texts, S padded length, E width of a word vector, H units a direction, C classes, h_f the last forward and
h_b the first backward state (B, H), z_t and z_s the teacher's and the student's logits (B, C), y labels (B,), alpha
the weight of the labels; p_mask, p_pos, p_ng and n_iter of the rules.
"""

from __future__ import annotations

import itertools
import random
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Literal

import torch
from torch import Tensor, nn
from torch.nn import functional as F
from torch.nn.utils.rnn import pack_padded_sequence

from workers.kit import classification, evaluation, networks, teaching, training
from workers.kit.architectures import sizes
from workers.kit.classification import Task
from workers.kit.data import Dataset
from workers.kit.events import Report, Stages
from workers.kit.networks import Output
from workers.kit.teaching import Bench
from workers.kit.text import FIRST, MASK, PAD, SEPARATOR, pad
from workers.kit.workspace import Workspace
from workers.methods.distillation.distil_lstm.figures import draw_transfer_set, show_examples
from workers.methods.distillation.distil_lstm.tags import Tags, Word, pieces, tags_of, words_of
from workers.metrics import METRICS
from workers.spec import Text

LONGEST_NGRAM = 5
HIDDEN = (MASK,)  # in place of a word, of however many pieces
Kind = Literal["", "masked", "replaced", "both", "n-gram"]  # what the rules did to a text
Plan = list[list[training.Batch]]


# --- losses -----------------------------------------------------------------------------------------------------------
def logit_distance(z_s: Tensor, z_t: Tensor, form: str = "paper") -> Tensor:
    """L_distill = ||z_t - z_s||^2: summed over the classes, mean over the batch; code: mean over both. No temperature.

    Unlike probabilities, logits are compared with what all of them share: a shift by a constant costs.
    """
    square = (z_t - z_s).square()  # (B, C)
    return square.mean() if form == "code" else square.sum(-1).mean()


def distillation_loss(hard: Tensor, distance: Tensor, alpha: float) -> Tensor:
    """L = alpha L_CE + (1 - alpha) L_distill; the paper's alpha is 0. L_CE is in nats, mean over the batch."""
    return alpha * hard + (1 - alpha) * distance


# --- the student ------------------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class StudentShape:
    width: int  # H
    embedding: int  # E
    fc: int
    vocabulary: int
    classes: int
    dropout: float = 0.1
    kind: str = "distil-lstm-student"

    def as_dict(self) -> dict:
        return asdict(self)


def student_shape(name: str, *, vocabulary: int, classes: int) -> StudentShape:
    """The paper's proportions: for 150 units a direction, word vectors of 300 and a hidden layer of 200."""
    H = sizes(name).width
    return StudentShape(H, 2 * H, round(4 * H / 3), vocabulary, classes)


class Student(nn.Module):
    """Word vectors, one BiLSTM, the two states in which it has read all of the text, one hidden layer."""

    def __init__(self, shape: StudentShape):
        super().__init__()
        self.shape = shape
        self.tokens = nn.Embedding(shape.vocabulary, shape.embedding, padding_idx=PAD)
        nn.init.normal_(self.tokens.weight, std=0.1)
        self.lstm = nn.LSTM(shape.embedding, shape.width, batch_first=True, bidirectional=True)
        self.fc = nn.Linear(2 * shape.width, shape.fc)
        self.dropout = nn.Dropout(shape.dropout)
        self.head = nn.Linear(shape.fc, shape.classes)

    def forward(self, ids: Tensor) -> Output:
        x = self.tokens(ids)  # (B, S, E)
        # Packed: the forward direction ends, and the backward one begins, at the text's own last token.
        packed = pack_padded_sequence(x, (ids != PAD).sum(1).cpu(), batch_first=True, enforce_sorted=False)
        h_f, h_b = self.lstm(packed)[1][0]  # (B, H) each
        hidden = self.dropout(F.relu(self.fc(torch.cat([h_f, h_b], -1))))  # (B, 2H) -> (B, fc)
        return Output(self.head(hidden))  # (B, C)


networks.register(StudentShape.kind, StudentShape, Student)


# --- augmentation -----------------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Rules:
    """p_mask and p_pos are a word's chances, p_ng is a text's; each text is gone through n_iter times."""

    p_mask: float
    p_pos: float
    p_ng: float
    n_iter: int


@dataclass(frozen=True)
class Made:
    source: int  # the row it was made of
    ids: tuple[int, ...]
    kind: Kind


def one_text(words: Sequence[Word], rules: Rules, tags: Tags, draw: random.Random) -> tuple[list[Word], Kind]:
    """A text's words after one turn through all rules, and what they did to it.

    A word that is replaced may be drawn again; one that has no tag stays.
    """
    new = list(words)
    for place, word in enumerate(words):
        u = draw.random()
        if u < rules.p_mask:
            new[place] = HIDDEN
        elif u < rules.p_mask + rules.p_pos and word in tags.of:
            new[place] = draw.choice(tags.words[tags.of[word]])
    masked = HIDDEN in new
    replaced = any(after not in (before, HIDDEN) for before, after in zip(words, new, strict=True))
    kind: Kind = "both" if masked and replaced else "masked" if masked else "replaced" if replaced else ""
    if draw.random() < rules.p_ng:
        n = draw.randint(1, LONGEST_NGRAM)
        if n < len(new):
            start = draw.randrange(len(new) - n + 1)
            new, kind = new[start : start + n], "n-gram"
    return new, kind


def ids_of(words: Sequence[Word], longest: int) -> tuple[int, ...]:
    """With [CLS] and [SEP]; cut where words of more pieces have come in and it is longer than networks read."""
    return (FIRST, *[token for word in words for token in word][: longest - 2], SEPARATOR)


def enlarge(
    texts: Mapping[int, Sequence[Word]], rules: Rules, tags: Tags, *, longest: int, most: int, seed: int
) -> tuple[list[Made], int]:
    """What the rules make of texts, by row: n_iter turns each, in rounds over all of them.

    A text that is there already, as it was or made, is dropped; how many were is returned as well. Ends early where
    `most` have been made.
    """
    draw = random.Random(seed)  # noqa: S311  # not a secret
    known = {ids_of(words, longest) for words in texts.values()}
    made: list[Made] = []
    dropped = 0
    for i in (i for _ in range(rules.n_iter) for i in texts):
        if len(made) >= most:
            break
        words, kind = one_text(texts[i], rules, tags, draw)
        if (ids := ids_of(words, longest)) in known:
            dropped += 1
            continue
        known.add(ids)
        made.append(Made(i, ids, kind))
    return made, dropped


# --- the transfer set -------------------------------------------------------------------------------------------------
@dataclass
class Lesson:
    """What all arms share. Rows are all drawn texts, then those that were made of `sources`."""

    task: Task
    sources: list[int]
    made: list[Made]
    dropped: int  # made, but known already
    rows: list[Sequence[int]]
    z_t: Tensor  # (rows, C): the teacher scores each text once
    y: Tensor  # (rows,): the label where the student may see it, else the teacher's choice
    form: str
    report: Report

    @property
    def transfer_set(self) -> list[int]:
        return [*self.sources, *range(len(self.task.ids), len(self.rows))]


def prepare_lesson(
    task: Task, teacher: nn.Module, rules: Rules, source: str, form: str, *, most: int, seed: int, bench: Bench
) -> Lesson:
    """Makes the transfer set and has the teacher score it. `most`: texts that the steps can show."""
    report = bench.report
    sources = task.labelled if source == "labelled" else list(range(len(task.ids)))
    tokens = [task.tokenizer.id_to_token(token) for token in range(task.vocabulary)]
    goes_on = pieces(tokens)
    texts = {i: words_of(task.ids[i], goes_on) for i in sources}
    tags = tags_of([*texts.values()], tokens, task.data.name, bench.workspace.data_dir, report.log)
    longest = task.tokenizer.truncation["max_length"]
    made, dropped = enlarge(texts, rules, tags, longest=longest, most=most, seed=seed)
    rows = [*task.ids, *(text.ids for text in made)]
    z_t = evaluation.predict(teacher, rows, on_batch=report.progress).to(task.device)  # (rows, C), once for all arms
    y = z_t.argmax(-1)  # a made text keeps no label of its source: its meaning may have turned
    y[task.labelled] = task.y[task.labelled].to(task.device)
    return Lesson(task, sources, made, dropped, rows, z_t, y, form, report)


# --- students ---------------------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Arm:
    """One student: the rows it reads, and how much labels count against logits."""

    role: str
    title: Text
    rows: Sequence[int]
    alpha: float


def arms_of(lesson: Lesson, alpha: float) -> list[Arm]:
    task, everything = lesson.task, lesson.transfer_set
    hard_labels = Text("Train a student on hard labels of the transfer set", "用迁移集的硬标签训练学生")
    real = Text("Train a student on the logits of real texts", "用真实文本的 logits 训练学生")
    arms = [
        Arm("baseline", Text("Train a student on labels only", "仅用标签训练学生"), task.labelled, 1.0),
        Arm("logits", Text("Train a student without augmentation", "不做增强训练学生"), lesson.sources, alpha),
        Arm("hard-labels", hard_labels, everything, 1.0),
        Arm("student", Text("Train the student on the transfer set", "用迁移集训练学生"), everything, alpha),
    ]
    if len(lesson.sources) < len(task.ids):  # there are real texts beside those that the rules began with
        arms.append(Arm("real-texts", real, range(len(task.ids)), alpha))
    return arms


def batches(rows: Sequence[int], lengths: Sequence[int], size: int, steps: Sequence[int], seed: int) -> Plan:
    """As many batches as `steps` says for each epoch, over the rows again and again."""
    draw = random.Random(seed)  # noqa: S311  # not a secret
    endless = (batch for _ in itertools.count() for batch in training.mixed_batches(rows, (), lengths, size, draw))
    return [list(itertools.islice(endless, count)) for count in steps]


def train_student(arm: Arm, student: nn.Module, lesson: Lesson, plan: Plan, rate: float) -> None:
    def loss_of(batch: training.Batch) -> tuple[Tensor, dict[str, Tensor]]:
        rows = batch[0]
        z_s = student(pad([lesson.rows[i] for i in rows], lesson.task.device)).logits  # (B, C)
        hard, distance = F.cross_entropy(z_s, lesson.y[rows]), logit_distance(z_s, lesson.z_t[rows], lesson.form)
        terms = {"hard_loss": hard} if arm.alpha else {}
        terms |= {"logit_distance": distance} if arm.alpha < 1 else {}
        return distillation_loss(hard, distance, arm.alpha), terms

    began = time.perf_counter()
    follow = classification.curves(arm.role, student, lesson.task, lesson.report)
    training.fit(student, plan, loss_of, learning_rate=rate, **follow)
    lesson.report.result(arm.role, "train_s", time.perf_counter() - began, METRICS["train_s"].unit)


# --- the whole run ----------------------------------------------------------------------------------------------------
def say_what_it_gave(dev_logits: Mapping[str, Tensor], lesson: Lesson) -> None:
    """The method's gain over each other student."""
    for role in [role for role in dev_logits if role not in ("teacher", "student")]:
        gain = evaluation.gain_in_words(dev_logits["student"], dev_logits[role], lesson.task.dev_y)
        lesson.report.log(f"DistilLSTM against {role}, on dev: {gain}.")


def run(
    *, rounds: int, masked: float, replaced: float, ngrams: float, source: str, alpha: float, form: str, labelled: int,
    train_rows: int, teacher: str, student: str, ready_made: str, vocabulary: int, pretraining_epochs: int,
    teacher_epochs: int, epochs: int, learning_rate: float, batch_size: int, data: Dataset, seed: int,
    device: torch.device, report: Report, workspace: Workspace,
) -> dict[str, float]:  # fmt: skip
    """Returns the dev accuracy of every network by role."""
    bench = Bench(report, workspace, Stages(report, count=7))
    bench.stages("data", Text("Read the texts", "读取文本"))
    drawn = {"train_rows": train_rows, "labelled": labelled, "vocabulary": vocabulary, "seed": seed}
    brought = {"ready_made": ready_made, "data_dir": workspace.data_dir}
    task = classification.prepare(data, **drawn, **brought, device=device)
    trained = {"epochs": teacher_epochs, "pretraining_epochs": pretraining_epochs, "seed": seed}
    teacher_net = teaching.teacher(task, teacher, **trained, bench=bench)
    dev_logits = {"teacher": classification.measure("teacher", teacher_net, task, report, workspace)}

    bench.stages("augmentation", Text("Enlarge the texts by rules and score them", "按规则扩充文本并由教师打分"))
    plan = training.plan(task.labelled, task.unlabelled, task.lengths, batch_size, epochs, seed)
    steps = [len(epoch) for epoch in plan]  # as many as other methods of this family take, whatever the transfer set
    rules = Rules(masked, replaced, ngrams, rounds)
    lesson = prepare_lesson(
        task, teacher_net, rules, source, form, most=sum(steps) * batch_size, seed=seed, bench=bench
    )
    draw_transfer_set(lesson)
    show_examples(lesson)

    shape = student_shape(student, vocabulary=task.vocabulary, classes=task.classes)
    lengths = [len(row) for row in lesson.rows]
    arms = arms_of(lesson, alpha)
    bench.stages.count += len(arms) - 4
    for arm in arms:
        bench.stages(arm.role, arm.title)
        net = networks.build(shape, seed=seed + 1).to(device)  # the same first weights in every arm
        train_student(arm, net, lesson, batches(arm.rows, lengths, batch_size, steps, seed), learning_rate)
        about = (task, report, workspace)
        dev_logits[arm.role] = classification.measure(arm.role, net, *about, teacher=dev_logits["teacher"])

    say_what_it_gave(dev_logits, lesson)
    report.artifact("student.zip", workspace.pack("student"))
    return {role: evaluation.accuracy(logits, task.dev_y) for role, logits in dev_logits.items()}
