"""Classifying short texts: the texts as a network sees them, training on labels, and what every job measures."""

from __future__ import annotations

import hashlib
import json
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from tokenizers import Tokenizer
from torch import Tensor, nn
from torch.nn import functional as F

from workers.kit import cost, evaluation, networks, text, training
from workers.kit.data import Dataset, Example
from workers.kit.events import Report
from workers.kit.ready_made import ReadyMade
from workers.kit.ready_made import load as load_ready_made
from workers.kit.workspace import Workspace
from workers.metrics import METRICS


@dataclass(frozen=True)
class Task:
    """Texts as token ids, rows numbered within the drawn texts; a student may see the labels of `labelled` alone.

    `ready_made`: the encoder that `teaching` begins with, and whose tokenizer this is, where one was asked for.
    """

    data: Dataset
    tokenizer: Tokenizer
    ids: list[list[int]]
    y: Tensor  # (N,)
    dev_ids: list[list[int]]
    dev_y: Tensor
    labelled: list[int]
    unlabelled: list[int]
    device: torch.device
    ready_made: ReadyMade | None = None

    @property
    def classes(self) -> int:
        return len(self.data.classes)

    @property
    def vocabulary(self) -> int:
        return self.tokenizer.get_vocab_size()

    @property
    def lengths(self) -> list[int]:
        return [len(row) for row in self.ids]

    def fingerprint(self) -> str:
        """A hash of what a network trained on all labels sees: vocabulary, ids, labels and classes."""
        digest = hashlib.sha256(self.tokenizer.to_str().encode())
        digest.update(json.dumps([self.ids, self.y.tolist(), self.data.classes]).encode())
        return digest.hexdigest()

    def batch(self, rows: Sequence[int]) -> tuple[Tensor, Tensor]:
        """Padded ids (B, S) and labels (B,) of these rows, on the device."""
        return text.pad([self.ids[i] for i in rows], self.device), self.y[rows].to(self.device)


def prepare(
    data: Dataset,
    *,
    train_rows: int,
    labelled: int,
    vocabulary: int,
    seed: int,
    device: torch.device,
    ready_made: str = "",
    data_dir: Path | str | None = None,
) -> Task:
    """Draws `train_rows` training texts by the seed; the first `labelled` of them keep their label for the student.

    The tokenizer is that of the encoder named `ready_made`, for every network, or else has the `vocabulary` most
    frequent words. Raises DataError where no such encoder can be had.
    """
    train = random.Random(seed).sample(data.train, min(train_rows, len(data.train)))  # noqa: S311
    encoder = None
    if ready_made:
        encoder = load_ready_made(ready_made, data_dir, classes=len(data.classes), seed=seed)
        tokenizer = encoder.tokenizer
        tokenizer.enable_truncation(min(text.MAX_LENGTH, encoder.net.body.config.max_position_embeddings))
    else:
        words = (part for example in train for part in (example.text, example.second))
        tokenizer = text.train_tokenizer(words, vocabulary)
    return Task(
        data=data,
        tokenizer=tokenizer,
        ids=_encode(tokenizer, train),
        y=torch.tensor([example.label for example in train]),
        dev_ids=_encode(tokenizer, data.dev),
        dev_y=torch.tensor([example.label for example in data.dev]),
        labelled=list(range(min(labelled, len(train)))),
        unlabelled=list(range(labelled, len(train))),
        device=device,
        ready_made=encoder,
    )


def _encode(tokenizer: Tokenizer, examples: Sequence[Example]) -> list[list[int]]:
    seconds = [example.second for example in examples] if examples and examples[0].second else ()
    return text.encode(tokenizer, [example.text for example in examples], seconds)


def train_on_labels(
    role: str,
    model: nn.Module,
    task: Task,
    *,
    epochs: int,
    batch_size: int,
    learning_rate: float,
    seed: int,
    report: Report,
) -> None:
    """Cross-entropy on every training label."""

    def loss_of(batch: training.Batch) -> tuple[Tensor, dict[str, Tensor]]:
        ids, y = task.batch(batch[0])
        loss = F.cross_entropy(model(ids).logits, y)
        return loss, {"loss": loss}

    plan = training.plan(range(len(task.ids)), (), task.lengths, batch_size, epochs, seed)
    training.fit(model, plan, loss_of, learning_rate=learning_rate, **curves(role, model, task, report))


def curves(role: str, model: nn.Module, task: Task, report: Report) -> dict[str, Callable]:
    """What `training.fit` reports as it goes: progress, each loss term, dev accuracy after each epoch."""

    def on_epoch(step: int) -> None:
        logits = evaluation.predict(model, task.dev_ids)
        report.scalar(f"{role}/dev_accuracy", step, evaluation.accuracy(logits, task.dev_y))

    return {"on_step": report.progress, "on_terms": terms_of(role, report), "on_epoch": on_epoch}


def terms_of(role: str, report: Report) -> Callable[[int, dict[str, float]], None]:
    """For `training.fit`: each term of the loss becomes a curve."""

    def on_terms(step: int, terms: dict[str, float]) -> None:
        for name, value in terms.items():
            report.scalar(f"{role}/{name}", step, value)

    return on_terms


def measure(
    role: str, model: nn.Module, task: Task, report: Report, workspace: Workspace, *, teacher: Tensor | None = None
) -> Tensor:
    """Reports every metric on dev and saves the network; returns its dev logits (N, C). `teacher`: the teacher's."""
    logits = evaluation.predict(model, task.dev_ids)
    found = evaluation.quality(logits, task.dev_y, teacher)
    found["parameters"], found["parameters_body"] = networks.parameter_counts(model)
    found["parameters_nonzero"] = cost.nonzero_parameters(model)
    found["size_bytes"] = workspace.save(role, model, task.tokenizer, task.data)
    found["bits_per_weight"] = 8 * found["size_bytes"] / found["parameters"]
    found["flops_per_token"] = cost.flops_per_token(model, task.dev_ids)
    found |= evaluation.speed(model, task.dev_ids)
    found["peak_memory"] = cost.peak_memory(model, task.dev_ids)
    for metric, value in found.items():
        report.result(role, metric, value, METRICS[metric].unit)
    return logits
