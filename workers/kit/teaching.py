"""Large networks that a method starts from: pre-trained on the task's text, fine-tuned on its labels, and kept.

What was trained once with the same settings, texts, code and machine is read from the cache by the next run. Where the
task brings a ready-made encoder, that is the start, whatever network is named, and nothing is pre-trained.
"""

from __future__ import annotations

import copy
import hashlib
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from torch import nn

from workers.kit import classification, encoders, networks, pretraining, text, training
from workers.kit.architectures import Sizes, name_of, sizes
from workers.kit.classification import Task
from workers.kit.encoders import EncoderClassifier
from workers.kit.events import Report, Stages
from workers.kit.files import DataError
from workers.kit.params import READY_MADE
from workers.kit.pretraining import WordGuess
from workers.kit.ready_made import ReadyMade
from workers.kit.workspace import Workspace, numbers_depend_on
from workers.metrics import METRICS
from workers.pages import Words
from workers.spec import Check, Said, Value

BATCH = 64
READY_MADE_RATE = 5e-5  # usual for encoders that were pre-trained at length
CODE = (networks, training, classification, text)
ENCODER_CODE = (*CODE, encoders, pretraining)


@dataclass
class Bench:
    """Where a job works: what its stages, numbers, logs and files go to."""

    report: Report
    workspace: Workspace
    stages: Stages


def teacher(task: Task, name: str, *, epochs: int, pretraining_epochs: int, seed: int, bench: Bench) -> nn.Module:
    """A network trained on every label, an encoder after its pre-training; frozen, in evaluation mode.

    It is the named one, unless the task brings a ready-made encoder. The run's facts say whether it came from the
    cache. Pre-training, where it happens, is a stage more.
    """
    net = _new(name, task, seed)
    is_encoder = isinstance(net, EncoderClassifier)
    settings = {"epochs": epochs, "batch_size": BATCH, "learning_rate": fine_tuning_rate(name, task), "seed": seed}
    pretraining_epochs = 0 if ready_made_of(task) or not is_encoder else pretraining_epochs
    code = ENCODER_CODE if is_encoder else CODE
    key = _key("teacher", net, task, code, pretraining=pretraining_epochs, **settings)
    kept = bench.workspace.teachers.fetch(key, net, bench.report.log)
    bench.workspace.facts["teacher"] = {"cached": kept is not None, **(kept or {})}
    if kept is not None:
        bench.stages("teacher", title="teacher-cached")
        bench.report.log("teacher-cached", seconds=kept["train_s"])
        return net.eval().requires_grad_(False)
    if pretraining_epochs:
        bench.stages.count += 1
        start, _guess = pretrained(task, name, epochs=pretraining_epochs, seed=seed, bench=bench)
        net.load_state_dict(start.state_dict())
    bench.stages("teacher")
    began = time.perf_counter()
    classification.train_on_labels("teacher", net, task, **settings, report=bench.report)
    train_s = time.perf_counter() - began
    bench.report.result("teacher", "train_s", train_s, METRICS["train_s"].unit)
    bench.workspace.teachers.store(key, net, {"train_s": round(train_s, 3)})
    return net.eval().requires_grad_(False)


def pretrained(
    task: Task, name: str, *, epochs: int, seed: int, bench: Bench
) -> tuple[EncoderClassifier, WordGuess | None]:
    """An encoder that has guessed hidden words of all training texts, and what it guessed with; its head is new.

    A ready-made one did so elsewhere: it takes no stage here, and may have come without what it guessed with.
    """
    if found := ready_made_of(task):
        guess = copy.deepcopy(found.guess)
        return _new(name, task, seed), guess and guess.to(task.device)
    encoder = _new(name, task, seed)
    guess = WordGuess(encoder).to(task.device)
    kept = nn.ModuleDict({"body": encoder.body, "guess": guess})
    rate = 0.128 / sizes(name).width  # 1e-3 at a width of 128
    settings = {"epochs": epochs, "batch_size": BATCH, "learning_rate": rate, "seed": seed}
    key = _key("pretraining", encoder, task, ENCODER_CODE, **settings)
    if (notes := bench.workspace.teachers.fetch(key, kept, bench.report.log)) is not None:
        bench.stages("pretraining", title="pretraining-cached")
        bench.report.log("pretraining-cached", seconds=notes["train_s"])  # by this run, perhaps
        return encoder, guess
    bench.stages("pretraining")
    began = time.perf_counter()
    follow = {"on_step": bench.report.progress, "on_terms": classification.terms_of("pretraining", bench.report)}
    pretraining.pretrain(encoder, guess, task.ids, **settings, device=task.device, **follow)
    bench.workspace.teachers.store(key, kept, {"train_s": round(time.perf_counter() - began, 3)})
    return encoder, guess


def fine_tuning_rate(name: str, task: Task | None = None) -> float:
    """Of AdamW on labels: a BiLSTM's own; an encoder's falls with its width (5e-4 at 128); a ready-made one's."""
    if task is not None and ready_made_of(task):
        return READY_MADE_RATE
    size = sizes(name)
    return 2e-3 if size.kind == "bilstm" else 0.064 / size.width


def ready_made_of(task: Task) -> ReadyMade | None:
    return getattr(task, "ready_made", None)  # sentences with trees have none


def named(task: Task, name: str) -> str:
    """The name of the network that `teacher` gives: as asked, or one that says a ready-made encoder's sizes."""
    if not (found := ready_made_of(task)):
        return name
    config = found.net.body.config
    return name_of(Sizes("bert", config.num_hidden_layers, config.hidden_size, config.num_attention_heads))


def refuse_misfits(task: Task, checks: Iterable[Check], words: Words, values: Mapping[str, Value]) -> None:
    """The spec's `of_named_teachers` checks, of the ready-made teacher that there is.

    Raises DataError with what to change.
    """
    if not ready_made_of(task):
        return
    there_is = {**values, READY_MADE.name: "", "teacher": named(task, str(values["teacher"]))}
    for check in checks:
        for name, wrong in check(there_is).items():
            said = words(f"checks.{wrong.key}", **wrong.values) if isinstance(wrong, Said) else wrong
            raise DataError(f"{name}: {said.en}")


def refuse_unlike_bert(task: Task) -> None:
    """For methods that open layers up: embeddings, then layers alone, with BERT's matrices. Raises DataError."""
    if not (found := ready_made_of(task)):
        return
    first = getattr(getattr(found.net.body, "encoder", None), "layer", [None])[0]
    heads = getattr(getattr(first, "attention", None), "self", None)
    parts = {name for name, _ in found.net.body.named_children()}
    if parts != {"embeddings", "encoder"} or not isinstance(getattr(heads, "query", None), nn.Linear):
        kind = found.net.body.config.model_type
        raise DataError(f"ready_made: {found.name!r} is of type {kind}; this method takes those built like BERT")


def _new(name: str, task: Task, seed: int) -> nn.Module:
    if found := ready_made_of(task):
        return copy.deepcopy(found.net).to(task.device)
    shape = networks.shape_named(name, vocabulary=task.vocabulary, classes=task.classes)
    return networks.build(shape, seed=seed).to(task.device)


def _key(role: str, net: nn.Module, task: Task, code: tuple, **settings) -> dict:
    """Everything that settles the weights."""
    known = {"role": role, "shape": net.shape.as_dict(), "texts": task.fingerprint(), **settings}
    if ready_made_of(task):
        known["start"] = _digest(net)
    return {**known, **numbers_depend_on(code, task.device.type)}


def _digest(net: nn.Module) -> str:
    digest = hashlib.sha256()
    for tensor in net.state_dict().values():
        digest.update(tensor.detach().cpu().contiguous().numpy().tobytes())
    return digest.hexdigest()
