"""The same distillation by our job, by the Hugging Face Trainer and by TextBrewer: processor time and quality on dev.

    python3 -m venv var/benchmarks/venv
    var/benchmarks/venv/bin/pip install -r benchmarks/requirements.txt
    var/benchmarks/venv/bin/python -m benchmarks.distilling [--student bilstm-32] [--data sst2 --data-dir DATA_DIR]

The same in all: the teacher's weights, the networks' code, the student's first weights, texts as token ids, each text
once an epoch, size of a batch, steps, fused AdamW with its weight decay, schedule and clipping, the loss of the job
(T^2 KL and cross-entropy on every row), threads. Timed is everything from there to the trained student.

Each one's own:
ours               the job's functions as a run calls them: the teacher is asked once about all texts, its answers are
                   looked up by row; batches of similar length. Also dev accuracy after each epoch and curves, which
                   the others are spared.
trainer            Trainer with `compute_loss` overridden: the teacher in each step, random batches, padded by its
                   collator. Its defaults, but no saving, no evaluation, no progress bar.
textbrewer         GeneralDistiller: the teacher in each step, random batches, padded by our function; every loss is
                   read in each step. It saves the student once, at the end, for that cannot be turned off.
textbrewer-cached  BasicDistiller with `is_caching_logits`: the teacher is asked once, so batches are drawn once too.

Every measurement is a process of its own, and the four take turns: on a busy machine compare processor time. The soft
loss of TextBrewer is the cross-entropy with the teacher's probabilities: the KL and a constant, here weighed by T^2.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import torch
from textbrewer import BasicDistiller, DistillationConfig, GeneralDistiller, TrainingConfig
from torch import Tensor, nn
from torch.nn import functional as F
from torch.utils.data import DataLoader
from transformers import DataCollatorWithPadding, PreTrainedTokenizerFast, Trainer, TrainingArguments, set_seed

from workers.kit import classification, data, evaluation, networks, teaching, text, training
from workers.kit.classification import Task
from workers.kit.events import Report, Stages
from workers.kit.teachers import Teachers
from workers.kit.teaching import Bench
from workers.kit.workspace import Workspace
from workers.methods.distillation.hinton_kd import job

TEMPERATURE, ALPHA = 2.0, 0.9
TRAIN_ROWS, VOCABULARY = 6_000, 8_000
BATCH, EPOCHS, LEARNING_RATE = 64, 6, 2e-3
TEACHER_EPOCHS, PRETRAINING_EPOCHS = 4, 8
KEPT = Path("var/benchmarks/distilling")  # the teacher, which is trained once for all measurements
SILENT = Report(lambda event: None)


@dataclass(frozen=True)
class Lesson:
    """What everyone is given."""

    task: Task
    teacher: nn.Module
    student: nn.Module
    seed: int

    @property
    def steps(self) -> int:
        return EPOCHS * -(-len(self.task.ids) // BATCH)

    def optimizer(self) -> torch.optim.Optimizer:
        decay = training.WEIGHT_DECAY
        return torch.optim.AdamW(self.student.parameters(), lr=LEARNING_RATE, weight_decay=decay, fused=True)


def prepare(student: str, teacher: str, data_set: str, data_dir: str | None, seed: int) -> Lesson:
    """The teacher and its texts are those of seed 0: the seed draws first weights, order of texts and dropout."""
    drawn = {"train_rows": TRAIN_ROWS, "labelled": TRAIN_ROWS, "vocabulary": VOCABULARY, "seed": 0}
    task = classification.prepare(data.load(data_set, data_dir), **drawn, device=torch.device("cpu"))
    bench = Bench(SILENT, Workspace(KEPT, Teachers(KEPT / "teachers")), Stages(SILENT, count=2))
    trained = {"epochs": TEACHER_EPOCHS, "pretraining_epochs": PRETRAINING_EPOCHS, "seed": 0}
    teacher_net = teaching.teacher(task, teacher, **trained, bench=bench)
    shape = networks.shape_named(student, vocabulary=task.vocabulary, classes=task.classes)
    return Lesson(task, teacher_net, networks.build(shape, seed=seed + 1), seed)


# --- the ways ---------------------------------------------------------------------------------------------------------
def ours(lesson: Lesson) -> None:
    task = lesson.task
    z_t = evaluation.predict(lesson.teacher, task.ids)  # (N, C)
    plan = training.plan(task.labelled, task.unlabelled, task.lengths, BATCH, EPOCHS, lesson.seed)
    [arm] = (arm for arm in job.arms_of(TEMPERATURE, ALPHA, extra_arms=False) if arm.role == "student")
    job.train_student(arm, lesson.student, task, z_t, plan, LEARNING_RATE, SILENT)


class TaughtTrainer(Trainer):
    def __init__(self, *arguments, teacher: nn.Module, **settings):
        super().__init__(*arguments, **settings)
        self.teacher = teacher

    def compute_loss(self, model, inputs, return_outputs=False, num_items_in_batch=None) -> Tensor:
        ids = inputs["input_ids"]  # (B, S)
        z_s = model(ids).logits  # (B, C)
        with torch.no_grad():
            z_t = self.teacher(ids).logits
        soft = job.soft_target_loss(z_s, z_t, TEMPERATURE)
        return job.distillation_loss(F.cross_entropy(z_s, inputs["labels"]), soft, ALPHA)


def trainer(lesson: Lesson) -> None:
    rows = [{"input_ids": ids, "label": y} for ids, y in zip(lesson.task.ids, lesson.task.y.tolist(), strict=True)]
    tokenizer = PreTrainedTokenizerFast(tokenizer_object=lesson.task.tokenizer, pad_token=text.PAD_TOKEN)
    optimizer = lesson.optimizer()
    with tempfile.TemporaryDirectory() as folder:
        settings = TrainingArguments(
            folder,
            num_train_epochs=EPOCHS,
            per_device_train_batch_size=BATCH,
            max_grad_norm=training.CLIP,
            seed=lesson.seed,
            save_strategy="no",
            report_to="none",
            disable_tqdm=True,
            use_cpu=True,
            remove_unused_columns=False,  # it would drop the ids: our networks call them `ids`
        )
        TaughtTrainer(
            lesson.student,
            settings,
            teacher=lesson.teacher,
            train_dataset=rows,
            data_collator=DataCollatorWithPadding(tokenizer),
            optimizers=(optimizer, training.rise_and_fall(optimizer, lesson.steps)),
        ).train()


class Pair(nn.Module):
    """TextBrewer hands a model all that a batch holds."""

    def __init__(self, net: nn.Module):
        super().__init__()
        self.net = net

    def forward(self, ids: Tensor, y: Tensor) -> Tensor:
        return self.net(ids).logits


def textbrewer(lesson: Lesson, *, cached: bool = False) -> None:
    def collate(rows: list[tuple[list[int], int]]) -> tuple[Tensor, Tensor]:
        ids, y = zip(*rows, strict=True)
        return text.pad(ids), torch.tensor(y)

    set_seed(lesson.seed)  # of Python's generator too, by which it shuffles what it has cached
    rows = list(zip(lesson.task.ids, lesson.task.y.tolist(), strict=True))
    distillation = DistillationConfig(
        temperature=TEMPERATURE,
        kd_loss_weight=ALPHA * TEMPERATURE**2,
        hard_label_weight=1 - ALPHA,
        is_caching_logits=cached,
    )
    with tempfile.TemporaryDirectory() as folder:
        distiller = (BasicDistiller if cached else GeneralDistiller)(
            TrainingConfig(output_dir=folder, device="cpu", ckpt_epoch_frequency=EPOCHS),
            distillation,
            Pair(lesson.teacher),
            Pair(lesson.student),
            adaptor_T=lambda batch, z_t: {"logits": z_t},
            adaptor_S=lambda batch, z_s: {"logits": z_s, "losses": F.cross_entropy(z_s, batch[1])},
        )
        with distiller:  # teacher in evaluation mode, student in training mode
            distiller.train(
                lesson.optimizer(),
                DataLoader(rows, batch_size=BATCH, shuffle=True, collate_fn=collate),
                num_epochs=EPOCHS,
                scheduler_class=training.rise_and_fall,
                scheduler_args={"total": lesson.steps},
                max_grad_norm=training.CLIP,
            )


WAYS: dict[str, Callable[[Lesson], None]] = {
    "ours": ours,
    "trainer": trainer,
    "textbrewer": textbrewer,
    "textbrewer-cached": partial(textbrewer, cached=True),
}


# --- measuring --------------------------------------------------------------------------------------------------------
def measure(way: str, lesson: Lesson) -> dict[str, float]:
    began, began_cpu = time.perf_counter(), time.process_time()
    WAYS[way](lesson)
    found = {"cpu_s": time.process_time() - began_cpu, "wall_s": time.perf_counter() - began}
    task = lesson.task
    logits, z_dev = (evaluation.predict(net, task.dev_ids) for net in (lesson.student, lesson.teacher))
    return found | evaluation.quality(logits, task.dev_y, z_dev)


def in_a_process_of_its_own(way: str, seed: int, arguments: list[str]) -> dict[str, float]:
    command = [sys.executable, "-W", "ignore", "-m", "benchmarks.distilling", *arguments, "--one", way, str(seed)]
    ended = subprocess.run(command, capture_output=True, text=True)
    if ended.returncode:
        sys.exit(ended.stderr)
    return json.loads(ended.stdout.splitlines()[-1])  # Trainer prints, too


COLUMNS = {"cpu_s": 2, "wall_s": 2, "accuracy": 4, "agreement": 4, "kl_to_teacher": 4}  # with their decimals


def show(found: dict[str, list[dict[str, float]]]) -> None:
    """Mean and standard deviation over the seeds; `ours / it` is of mean processor times."""
    print(f"{'':17}" + "".join(f"{name:>18}" for name in COLUMNS) + "  ours / it")
    means = {way: statistics.mean(one["cpu_s"] for one in many) for way, many in found.items()}
    for way, many in found.items():
        line = f"{way:17}"
        for name, digits in COLUMNS.items():
            values = [one[name] for one in many]
            deviation = statistics.stdev(values) if len(values) > 1 else 0
            line += f"{statistics.mean(values):9.{digits}f} ± {deviation:.{digits}f}"
        print(f"{line}{means['ours'] / means[way]:11.2f}")


def arguments_of() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--student", default="bert-2x32")
    parser.add_argument("--teacher", default="bert-4x64")
    parser.add_argument("--data", default=data.BUILT_IN)
    parser.add_argument("--data-dir")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--one", nargs=2, metavar=("WAY", "SEED"), help=argparse.SUPPRESS)
    return parser.parse_args()


def main() -> None:
    args = arguments_of()
    torch.set_num_threads(args.threads)
    given = (args.student, args.teacher, args.data, args.data_dir)
    if args.one:
        way, seed = args.one
        print(json.dumps(measure(way, prepare(*given, int(seed)))))
        return
    lesson = prepare(*given, 0)  # the teacher is in the cache from here on
    right = evaluation.accuracy(evaluation.predict(lesson.teacher, lesson.task.dev_ids), lesson.task.dev_y)
    print(
        f"{args.teacher} (accuracy {right:.4f}) teaches {args.student} on {args.data}: {lesson.steps} steps of {BATCH}"
    )
    found: dict[str, list[dict[str, float]]] = {way: [] for way in WAYS}
    loads = []
    for seed in range(args.seeds):
        for way, measured in found.items():
            measured.append(in_a_process_of_its_own(way, seed, sys.argv[1:]))
            loads.append(os.getloadavg()[0])
            print(f"seed {seed} {way:17} {measured[-1]['cpu_s']:6.2f} CPU s", file=sys.stderr)
    show(found)
    print(
        f"{args.seeds} seeds, {args.threads} threads, load {statistics.mean(loads):.1f} of {os.cpu_count()} processors"
    )


if __name__ == "__main__":
    main()
