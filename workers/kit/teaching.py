"""Large networks that a method starts from: pre-trained on the task's text, fine-tuned on its labels, and kept.

What was trained once with the same settings, texts, code and machine is read from the cache by the next run.
"""

from __future__ import annotations

import time
from dataclasses import dataclass

from torch import nn

from workers.kit import classification, encoders, networks, pretraining, text, training
from workers.kit.architectures import sizes
from workers.kit.classification import Task
from workers.kit.encoders import EncoderClassifier
from workers.kit.events import Report, Stages
from workers.kit.pretraining import WordGuess
from workers.kit.workspace import Workspace, numbers_depend_on
from workers.metrics import METRICS
from workers.spec import Text

BATCH = 64
CODE = (networks, training, classification, text)
ENCODER_CODE = (*CODE, encoders, pretraining)
WITHOUT_TRAINING = Text("Take the teacher from the cache", "从缓存读取教师")


@dataclass(frozen=True)
class Bench:
    """Where a job works: what its stages, numbers, logs and files go to."""

    report: Report
    workspace: Workspace
    stages: Stages


def teacher(task: Task, name: str, *, epochs: int, pretraining_epochs: int, seed: int, bench: Bench) -> nn.Module:
    """A network trained on every label, an encoder after its pre-training; frozen, in evaluation mode.

    The run's facts say whether it came from the cache. Pre-training, where it happens, is a stage more.
    """
    net = _new(name, task, seed)
    is_encoder = isinstance(net, EncoderClassifier)
    settings = {"epochs": epochs, "batch_size": BATCH, "learning_rate": fine_tuning_rate(name), "seed": seed}
    code = ENCODER_CODE if is_encoder else CODE
    key = _key("teacher", net, task, code, pretraining=pretraining_epochs if is_encoder else 0, **settings)
    kept = bench.workspace.teachers.fetch(key, net, bench.report.log)
    bench.workspace.facts["teacher"] = {"cached": kept is not None, **(kept or {})}
    if kept is not None:
        bench.stages("teacher", WITHOUT_TRAINING)
        bench.report.log(
            f"An earlier run trained this teacher in {kept['train_s']:.1f} s; none is trained in this one."
        )
        return net.eval().requires_grad_(False)
    if is_encoder and pretraining_epochs:
        bench.stages.count += 1
        start, _guess = pretrained(task, name, epochs=pretraining_epochs, seed=seed, bench=bench)
        net.load_state_dict(start.state_dict())
    bench.stages("teacher", Text("Train the teacher on all labels", "用全部标签训练教师"))
    began = time.perf_counter()
    classification.train_on_labels("teacher", net, task, **settings, report=bench.report)
    train_s = time.perf_counter() - began
    bench.report.result("teacher", "train_s", train_s, METRICS["train_s"].unit)
    bench.workspace.teachers.store(key, net, {"train_s": round(train_s, 3)})
    return net.eval().requires_grad_(False)


def pretrained(task: Task, name: str, *, epochs: int, seed: int, bench: Bench) -> tuple[EncoderClassifier, WordGuess]:
    """An encoder that has guessed hidden words of all training texts, and what it guessed with; its head is new."""
    encoder = _new(name, task, seed)
    guess = WordGuess(encoder).to(task.device)
    kept = nn.ModuleDict({"body": encoder.body, "guess": guess})
    rate = 0.128 / sizes(name).width  # 1e-3 at a width of 128
    settings = {"epochs": epochs, "batch_size": BATCH, "learning_rate": rate, "seed": seed}
    key = _key("pretraining", encoder, task, ENCODER_CODE, **settings)
    if (notes := bench.workspace.teachers.fetch(key, kept, bench.report.log)) is not None:
        bench.stages("pretraining", Text("Take the pre-trained encoder from the cache", "从缓存读取预训练编码器"))
        bench.report.log(f"This encoder was pre-trained before, in {notes['train_s']:.1f} s.")  # by this run, perhaps
        return encoder, guess
    bench.stages("pretraining", Text("Pre-train an encoder on hidden words", "用遮蔽词预训练编码器"))
    began = time.perf_counter()
    follow = {"on_step": bench.report.progress, "on_terms": classification.terms_of("pretraining", bench.report)}
    pretraining.pretrain(encoder, guess, task.ids, **settings, device=task.device, **follow)
    bench.workspace.teachers.store(key, kept, {"train_s": round(time.perf_counter() - began, 3)})
    return encoder, guess


def fine_tuning_rate(name: str) -> float:
    """Of AdamW on labels: a BiLSTM's own; an encoder's falls with its width (5e-4 at 128)."""
    size = sizes(name)
    return 2e-3 if size.kind == "bilstm" else 0.064 / size.width


def _new(name: str, task: Task, seed: int) -> nn.Module:
    shape = networks.shape_named(name, vocabulary=task.vocabulary, classes=task.classes)
    return networks.build(shape, seed=seed).to(task.device)


def _key(role: str, net: nn.Module, task: Task, code: tuple, **settings) -> dict:
    """Everything that settles the weights."""
    known = {"role": role, "shape": net.shape.as_dict(), "texts": task.fingerprint(), **settings}
    return {**known, **numbers_depend_on(code, task.device.type)}
