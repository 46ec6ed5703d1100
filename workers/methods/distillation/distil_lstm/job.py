"""DistilLSTM: Raphael Tang, Yao Lu, Linqing Liu, Lili Mou, Olga Vechtomova, Jimmy Lin, "Distilling Task-Specific
Knowledge from BERT into Simple Neural Networks", 2019, arXiv:1903.12136.

A BiLSTM of one layer, no transformer, learns the logits of a fine-tuned BERT by squared distance. The task's own texts
are too few to show it all that the teacher knows, so three simple rules make many more, and the teacher scores them.

Here: the network for single texts; the distillation objective; in rules.py the rules (masking, words of the same part
of speech, n-grams). Form "paper": squared norm, mean over the batch; "code": the mean over classes too, as the
authors' program has it. That program leaves n-grams out unless asked; the paper has them, and so has the default.
Shrunk: a small BERT pre-trained on the task's own text; the student is narrower, in the paper's proportions; its word
vectors begin at random, not as word2vec's; tags come from a lexicon with endings; AdamW with warm-up and linear decay
in place of Adadelta; no early stopping on dev. The siamese network for pairs of texts is left out.
Added: students that differ in their texts or in what they learn of them, among them one with real unlabelled texts.

Symbols: B texts, S padded length, E width of a word vector, H units a direction, C classes, h_f the last forward and
h_b the first backward state (B, H), z_t and z_s the teacher's and the student's logits (B, C), y labels (B,), alpha
the weight of the labels. Of the rules: p_mask and p_pos a word's chances of being masked or replaced, p_ng a text's of
being cut to n words, n_iter the turns on each text. N drawn texts; rows above N are made ones.
"""

from __future__ import annotations

import itertools
import random
from collections.abc import Callable, Sequence, Set
from dataclasses import asdict, dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional as F
from torch.nn.utils.rnn import pack_padded_sequence

from workers.kit import networks, pieces, training
from workers.kit.architectures import sizes
from workers.kit.evaluation import Rows
from workers.kit.lab import Lab, Plan, Terms
from workers.kit.networks import Output
from workers.kit.tags import UNTAGGED, tags_of
from workers.kit.text import PAD
from workers.methods.distillation.distil_lstm import SPEC, figures
from workers.methods.distillation.distil_lstm.rules import TransferSet, enlarge


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


# --- the transfer set -------------------------------------------------------------------------------------------------
def grow(lab: Lab, most: int) -> TransferSet:
    """What the rules make of the texts to begin with. `most`: texts that the steps can show."""
    p, task = lab.p, lab.task
    sources = task.labelled if p.source == "labelled" else range(len(task.ids))
    tokens = [task.tokenizer.id_to_token(token) for token in range(task.vocabulary)]
    goes_on = pieces.going_on(tokens)
    texts = {row: pieces.words_of(task.ids[row], goes_on) for row in sources}
    tags = tags_of([*texts.values()], tokens, task.data.name, lab.workspace.data_dir, lab.report.log)
    if tags is UNTAGGED:
        lab.report.log("untagged")
    how = {"longest": task.tokenizer.truncation["max_length"], "most": most, "seed": lab.seed}
    return TransferSet(task.ids, sources, *enlarge(texts, (p.masked, p.replaced, p.ngrams), p.rounds, tags, **how))


# --- students that differ in the texts they read and in how much labels count -----------------------------------------
def stages_of(p) -> list[str]:
    real_texts = ["real-texts"] if p.source == "labelled" and p.labelled < p.train_rows else []
    return ["teacher", "augmentation", "baseline", "logits", "hard-labels", "student", *real_texts]


def arms_of(p, labelled: Sequence[int], grown: TransferSet) -> dict[str, tuple[Sequence[int], float]]:
    """By role: the rows that the student reads, and alpha."""
    arms = {"baseline": (labelled, 1.0), "logits": (grown.sources, p.alpha)}
    arms |= {"hard-labels": (grown.rows, 1.0), "student": (grown.rows, p.alpha)}
    if len(grown.sources) < len(grown.drawn):  # there are real texts beside those that the rules began with
        arms["real-texts"] = (range(len(grown.drawn)), p.alpha)
    return arms


def batches(rows: Sequence[int], lengths: Sequence[int], size: int, steps: Sequence[int], seed: int) -> Plan:
    """As many batches as `steps` says for each epoch, over the rows again and again."""
    draw = random.Random(seed)  # noqa: S311  # not a secret
    endless = (batch for _ in itertools.count() for batch in training.mixed_batches(rows, (), lengths, size, draw))
    return [list(itertools.islice(endless, count)) for count in steps]


def labels_of(rows: Sequence[int], choice: Tensor, labelled: Set[int], lab: Lab) -> Tensor:
    """y (B,): the label of a row that is labelled for the student, else the teacher's choice.

    A made text keeps no label of its source: its meaning may have turned.
    """
    y = choice[rows]  # (B,), a copy
    places = [place for place, row in enumerate(rows) if row in labelled]
    y[places] = lab.labels([rows[place] for place in places])
    return y


def learning(student: nn.Module, alpha: float, texts: Rows, z_t: Tensor, lab: Lab) -> Callable[[training.Batch], Terms]:
    """z_t: the teacher's logits on all texts (rows, C). No label is read where alpha is 0."""
    choice, labelled, zero = z_t.argmax(-1), set(lab.task.labelled), z_t.new_zeros(())

    def loss_of(batch: training.Batch) -> Terms:
        rows = batch[0]
        z_s = student(lab.texts(rows, texts)).logits  # (B, C)
        terms = {"hard_loss": F.cross_entropy(z_s, labels_of(rows, choice, labelled, lab))} if alpha else {}
        terms |= {"logit_distance": logit_distance(z_s, z_t[rows], lab.p.form)} if alpha < 1 else {}
        return distillation_loss(terms.get("hard_loss", zero), terms.get("logit_distance", zero), alpha), terms

    return loss_of


def run(*, data, seed, device, report, workspace, **values) -> dict[str, float]:
    """Returns the dev accuracy of every network by role."""
    given = {"data": data, "seed": seed, "device": device, "report": report, "workspace": workspace}
    lab = Lab.open(SPEC, values, **given, stages_of=stages_of)
    p, task, teacher = lab.p, lab.task, lab.teacher()
    lab.stages("augmentation")
    steps = [len(epoch) for epoch in lab.plan()]  # as many as other methods of this family take, whatever is made
    grown = grow(lab, most=sum(steps) * p.batch_size)
    texts, lengths = grown.texts, [len(row) for row in grown.texts]
    z_t = lab.scores(teacher, texts)  # (rows, C): each text once, for all arms
    figures.draw_transfer_set(grown, z_t, report)
    figures.show_examples(grown, z_t, task.tokenizer, task.data.classes, report)
    shape = student_shape(p.student, vocabulary=task.vocabulary, classes=task.classes)
    arms = arms_of(p, task.labelled, grown)
    lab.expect(*arms)  # where there are fewer texts than asked for, no real ones may be left
    for role, (rows, alpha) in arms.items():
        lab.stages(role)
        student = networks.build(shape, seed=seed + 1).to(device)  # the same first weights in every arm
        plan = batches(rows, lengths, p.batch_size, steps, seed)
        lab.fit(role, student, learning(student, alpha, texts, z_t, lab), plan)
        lab.measure(role, student)
    return lab.close()
