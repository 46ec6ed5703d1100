"""Networks trained and measured on one task in one run: what such methods do, said once. Knows no paper.

A method opens the lab with its spec and values, asks it for a teacher, fits and measures a network a role, and closes
it. Stages, curves, counts and times of training, files and the gain over each other role follow from the spec's roles.
A hand of tools: a method that needs none of them writes its own loop.
"""

from __future__ import annotations

import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, make_dataclass
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from workers.kit import classification, evaluation, networks, teaching, text, training
from workers.kit.classification import Task
from workers.kit.encoders import EncoderClassifier
from workers.kit.events import Report, Stages
from workers.kit.pretraining import WordGuess
from workers.kit.teaching import Bench
from workers.kit.workspace import Workspace
from workers.metrics import METRICS
from workers.spec import MethodSpec, Value

Terms = tuple[Tensor, Mapping[str, Tensor]]  # a loss, and what is drawn of it
Plan = list[list[training.Batch]]
COUNTED = ("steps", "examples", "labelled_examples")
PYTHON = {"int": int, "float": float, "bool": bool, "choice": str, "text": str}


def record(spec: MethodSpec, values: Mapping[str, Value]) -> Any:
    """The values as a frozen record with a typed field a parameter."""
    fields = [(param.name, PYTHON[param.type]) for param in spec.params]
    return make_dataclass("Values", fields, frozen=True)(**values)


@dataclass
class Lab(Bench):
    """`p`: the run's values by name. `logits`: on dev (N, C), of every network measured so far, by role."""

    spec: MethodSpec
    p: Any
    task: Task
    seed: int
    logits: dict[str, Tensor] = field(default_factory=dict)
    spent: Counter[str] = field(default_factory=Counter)  # seconds of training, by role
    counts: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))  # COUNTED, by role
    at_work: str = ""  # the role that is being trained

    @classmethod
    def open(
        cls,
        spec: MethodSpec,
        values: Mapping[str, Value],
        *,
        data: Any,
        seed: int,
        device: torch.device,
        report: Report,
        workspace: Workspace,
        stages_of: Callable[[Any], Iterable[str]] = lambda p: (),
        is_like_bert: bool = False,
    ) -> Lab:
        """Reads the data, and refuses values that do not fit a ready-made teacher. Raises DataError.

        `stages_of` says which stages come after reading, by the values. A method that opens layers up wants a network
        that `is_like_bert`; one without `labelled` gives its student every label.
        """
        p = record(spec, values)
        stages = Stages(report, count=1 + len(tuple(stages_of(p))))
        stages("data")
        drawn = {name: values[name] for name in ("train_rows", "vocabulary", "ready_made") if name in values}
        labelled = values.get("labelled", values["train_rows"])
        drawn |= {"labelled": labelled, "data_dir": workspace.data_dir}
        task = classification.prepare(data, **drawn, seed=seed, device=device)
        if is_like_bert:
            teaching.refuse_unlike_bert(task)
        teaching.refuse_misfits(task, spec.checks, report.words, values)
        return cls(report, workspace, stages, spec, p, task, seed)

    # --- networks -----------------------------------------------------------------------------------------------------
    def teacher(self) -> nn.Module:
        """Trained on every label, frozen and measured."""
        how = {"epochs": self.p.teacher_epochs, "pretraining_epochs": self.p.pretraining_epochs, "seed": self.seed}
        net = teaching.teacher(self.task, self.p.teacher, **how, bench=self)
        self.measure("teacher", net)
        return net

    def pretrained(self) -> tuple[EncoderClassifier, WordGuess | None]:
        """What the teacher was before its first label, and what guesses hidden words with it."""
        how = {"epochs": self.p.pretraining_epochs, "seed": self.seed}
        return teaching.pretrained(self.task, self.p.teacher, **how, bench=self)

    def student(self, name: str = "") -> nn.Module:
        """A new network, `p.student` unless named; the same first weights in every arm."""
        shape = networks.shape_named(name or self.p.student, vocabulary=self.task.vocabulary, classes=self.task.classes)
        return networks.build(shape, seed=self.seed + 1).to(self.task.device)

    def scores(self, net: nn.Module, rows: Sequence[Sequence[int]] | None = None) -> Tensor:
        """Its logits (N, C) on all training texts, or on `rows` of token ids: once for all arms, on the device."""
        rows = self.task.ids if rows is None else rows
        return evaluation.predict(net, rows, on_batch=self.report.progress).to(self.task.device)

    # --- texts as an arm reads them, counted as it does ---------------------------------------------------------------
    def texts(self, rows: Iterable[int], among: Sequence[Sequence[int]] | None = None) -> Tensor:
        """Padded ids (B, S) of training texts, or of rows `among` others."""
        chosen = [(self.task.ids if among is None else among)[row] for row in rows]
        self.counts[self.at_work]["examples"] += len(chosen)
        return text.pad(chosen, self.task.device)

    def labels(self, rows: Sequence[int]) -> Tensor:
        """(B,)."""
        self.counts[self.at_work]["labelled_examples"] += len(rows)
        return self.task.y[list(rows)].to(self.task.device)

    # --- arms ---------------------------------------------------------------------------------------------------------
    def expect(self, *stages: str) -> None:
        """The stages still to come, where only the data told; a teacher's pre-training adds itself."""
        self.stages.count = self.stages.index + len(stages)

    def plan(self, *, unlabelled: bool = True, epochs: int | None = None, seed: int | None = None) -> Plan:
        """The batches of every epoch: a quarter of each has labels where there are `unlabelled` texts."""
        task, rest = self.task, self.task.unlabelled if unlabelled else ()
        epochs, seed = self.p.epochs if epochs is None else epochs, self.seed if seed is None else seed
        return training.plan(task.labelled, rest, task.lengths, self.p.batch_size, epochs, seed)

    def fit(
        self,
        role: str,
        net: nn.Module,
        loss_of: Callable[[training.Batch], Terms],
        plan: Plan,
        *,
        rate: float | None = None,
        parameters: Iterable[nn.Parameter] | None = None,
        watch: nn.Module | None = None,
        follow: Mapping[str, Callable] | None = None,
    ) -> None:
        """Lowers the loss over the plan's batches.

        `watch`: whose dev accuracy is drawn, where that is not `net`. `follow`: other curves than `lab.curves` gives.
        """
        self.at_work, began = role, time.perf_counter()
        follow = self.curves(role, watch or net) if follow is None else follow
        rate = self.p.learning_rate if rate is None else rate
        training.fit(net, plan, loss_of, learning_rate=rate, parameters=parameters, **follow)
        self.spent[role] += time.perf_counter() - began
        self.counts[role]["steps"] += sum(map(len, plan))
        self.at_work = ""

    def fine_tune(self, role: str, net: nn.Module, *, epochs: int, seed: int | None = None) -> None:
        """On every label, at the teacher's rate and in its batches; by the run's seed, unless another is given."""

        def loss_of(batch: training.Batch) -> Terms:
            loss = F.cross_entropy(net(self.texts(batch[0])).logits, self.labels(batch[0]))
            return loss, {"loss": loss}

        seed = self.seed if seed is None else seed
        plan = training.plan(range(len(self.task.ids)), (), self.task.lengths, teaching.BATCH, epochs, seed)
        self.fit(role, net, loss_of, plan, rate=teaching.fine_tuning_rate(self.p.teacher, self.task))

    def curves(
        self, role: str, net: nn.Module, *, after: int = 0, accuracy: bool = True, at_epoch: Callable | None = None
    ) -> dict[str, Callable]:
        """What `training.fit` reports as it goes: each loss term, and after an epoch dev accuracy and `at_epoch`.

        Steps are counted on from `after`.
        """
        found = classification.curves(role, net, self.task, self.report)
        on_terms, on_epoch = found["on_terms"], found["on_epoch"]

        def epoch(step: int) -> None:
            if accuracy:
                on_epoch(after + step)
            if at_epoch:
                at_epoch(after + step)

        return found | {"on_terms": lambda step, terms: on_terms(after + step, terms), "on_epoch": epoch}

    def measure(self, role: str, net: nn.Module) -> Tensor:
        """Its dev logits (N, C). Reports every metric, the network's training and its cost, and saves it."""
        if role in self.spent:
            self.report.result(role, "train_s", self.spent[role], METRICS["train_s"].unit)
        for name in COUNTED if role in self.counts else ():
            self.report.result(role, name, self.counts[role][name], METRICS[name].unit)
        about = (self.task, self.report, self.workspace)
        self.logits[role] = classification.measure(role, net, *about, teacher=self.logits.get("teacher"))
        return self.logits[role]

    # --- the end ------------------------------------------------------------------------------------------------------
    def say_gains(self, own: str, *others: str) -> None:
        """By how much `own` is right more often on dev than each of these, all but the teacher unless named."""
        for other in others or [role for role in self.logits if role not in (own, "teacher")]:
            gain = evaluation.gain_in_words(self.logits[own], self.logits[other], self.task.dev_y)
            labels = {"own": self.report.words(f"roles.{own}"), "other": self.report.words(f"roles.{other}")}
            self.report.log("gain", **labels, gain=gain)

    def close(self) -> dict[str, float]:
        """Says what the method gained over each other role, packs its network; the dev accuracy by role."""
        own = next(role.slug for role in self.spec.roles if role.kind == "method" and role.slug in self.logits)
        self.say_gains(own)
        self.report.artifact(f"{own}.zip", self.workspace.pack(own))
        return {role: evaluation.accuracy(logits, self.task.dev_y) for role, logits in self.logits.items()}
