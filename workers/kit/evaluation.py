"""What is measured of a classifier: quality, likeness to a teacher, speed. Names as in workers/metrics.py."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from workers.kit.text import pad
from workers.pages import shared_words
from workers.spec import Text

CONFIDENCE_BINS = 10
Rows = Sequence[Sequence[int]]  # token ids of each text


@torch.inference_mode()
def predict(
    model: nn.Module,
    rows: Rows,
    *,
    batch_size: int = 256,
    on_batch: Callable[[int, int], None] = lambda done, total: None,
) -> Tensor:
    """Logits (N, C) on the CPU, in the order of `rows`, in evaluation mode. `on_batch` hears how many rows are done."""
    model.eval()
    device = next(model.parameters()).device
    order = sorted(range(len(rows)), key=lambda i: len(rows[i]))
    parts = [order[start : start + batch_size] for start in range(0, len(order), batch_size)]
    found = []
    for number, part in enumerate(parts, start=1):
        found.append(model(pad([rows[i] for i in part], device)).logits.float().cpu())
        on_batch(min(number * batch_size, len(rows)), len(rows))
    logits = torch.cat(found)
    return logits[torch.tensor(order).argsort()]


def share(hits: Tensor) -> float:
    """The share of true ones: counted, since a mean in single precision is not the number that was measured."""
    return int(hits.sum()) / len(hits)


def accuracy(logits: Tensor, labels: Tensor) -> float:
    return share(logits.argmax(1) == labels)


def macro_f1(logits: Tensor, labels: Tensor) -> float:
    """Mean over the classes that occur in labels or predictions of 2 TP / (2 TP + FP + FN)."""
    predicted = logits.argmax(1)
    scores = []
    for label in range(logits.shape[1]):
        hits = ((predicted == label) & (labels == label)).sum().item()
        wrong = ((predicted == label) != (labels == label)).sum().item()
        if hits + wrong:
            scores.append(2 * hits / (2 * hits + wrong))
    return math.fsum(scores) / len(scores)


def reliability(logits: Tensor, labels: Tensor) -> list[tuple[int, float, float]]:
    """For each bin of confidence: rows, their mean confidence, their accuracy; (0, 0, 0) where a bin is empty."""
    confidence, predicted = logits.softmax(1).max(1)
    bins = (confidence * CONFIDENCE_BINS).long().clamp(max=CONFIDENCE_BINS - 1)
    right = predicted == labels
    table = []
    for index in range(CONFIDENCE_BINS):
        here = bins == index
        count = int(here.sum())
        table.append((count, confidence[here].mean().item(), share(right[here])) if count else (0, 0.0, 0.0))
    return table


def expected_calibration_error(logits: Tensor, labels: Tensor) -> float:
    """Mean over the rows of |confidence - accuracy| of their bin (10 equal bins)."""
    return sum(count * abs(confidence - right) for count, confidence, right in reliability(logits, labels)) / len(
        labels
    )


def quality(logits: Tensor, labels: Tensor, teacher: Tensor | None = None) -> dict[str, float]:
    """Metrics of logits (N, C) against labels (N,) and, where given, the teacher's logits (N, C)."""
    found = {
        "accuracy": accuracy(logits, labels),
        "macro_f1": macro_f1(logits, labels),
        "ece": expected_calibration_error(logits, labels),
    }
    if teacher is not None:
        log_p_t, log_p_s = F.log_softmax(teacher, 1), F.log_softmax(logits, 1)
        found["agreement"] = share(logits.argmax(1) == teacher.argmax(1))
        found["kl_to_teacher"] = F.kl_div(log_p_s, log_p_t, reduction="batchmean", log_target=True).clamp(min=0).item()
    return found


def gain(logits: Tensor, others: Tensor, labels: Tensor) -> tuple[float, float]:
    """By how many points of accuracy one network is right more often than another, with its paired standard error."""
    gained = (logits.argmax(1) == labels).float() - (others.argmax(1) == labels).float()  # (N,): -1, 0 or 1
    return 100 * gained.mean().item(), 100 * gained.std().item() / len(labels) ** 0.5


def gain_in_words(logits: Tensor, others: Tensor, labels: Tensor) -> Text:
    return in_words(*gain(logits, others, labels))


def in_words(gain: float, error: float) -> Text:
    """A gain in points with its standard error, and whether the two can be told apart: a loss as plainly as a gain."""
    words = shared_words()
    verdict = words("labels.clear") if abs(gain) > 2 * error else words("labels.chance")
    return words("labels.gain", gain=gain, error=error, verdict=verdict)


@torch.inference_mode()
def speed(
    model: nn.Module, rows: Rows, *, calls: int = 50, warm_ups: int = 10, seconds: float = 0.3
) -> dict[str, float]:
    """Time of forward passes: milliseconds at batch 1 over `calls` rows, and examples a second at batch 32."""
    model.eval()
    device = next(model.parameters()).device

    def timed(ids: Tensor) -> float:
        start = time.perf_counter()
        model(ids)
        if device.type == "cuda":
            torch.cuda.synchronize()
        return time.perf_counter() - start

    singles = [pad([rows[i % len(rows)]], device) for i in range(warm_ups + calls)]
    times = sorted([timed(ids) for ids in singles][warm_ups:])
    groups = [pad(rows[start : start + 32], device) for start in range(0, len(rows) - 31, 32)] or [pad(rows, device)]
    timed(groups[0])
    spent, done, turn = 0.0, 0, 0
    while spent < seconds:
        group = groups[turn % len(groups)]
        spent, done, turn = spent + timed(group), done + len(group), turn + 1
    return {
        "latency_p50_ms": 1000 * times[len(times) // 2],
        "latency_p95_ms": 1000 * times[min(len(times) - 1, math.ceil(0.95 * len(times)) - 1)],
        "throughput": done / spent,
    }
