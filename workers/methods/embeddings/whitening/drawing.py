"""The figures of job.py: by pooling, by directions kept, the spectrum, and cosines by score. Symbols as there."""

from __future__ import annotations

import math
from collections.abc import Mapping

from torch import Tensor

from workers.kit import figures, sentences
from workers.kit.events import Report
from workers.kit.sentences import SentenceTask, Whitening

BINS = 5  # of scores, each of the same width
ByPooling = Mapping[str, Mapping[str, Tensor]]  # dev vectors (N, D), by pooling and arm


def rho(x: Tensor, task: SentenceTask) -> float:
    return round(sentences.spearman(sentences.cosines(x, task.pairs), task.scores), 3)


def draw_poolings(trained: ByPooling, random: ByPooling, task: SentenceTask, report: Report) -> None:
    """Spearman and anisotropy before and after the map, of every pooling."""
    names = [report.words(f"params.pooling.choices.{pooling}").as_dict() for pooling in trained]
    seen = {
        "raw": [arms["raw"] for arms in trained.values()],
        "whitened": [arms["whitened"] for arms in trained.values()],
        "random": [arms["raw"] for arms in random.values()],
        "random-whitened": [arms["whitened"] for arms in random.values()],
    }
    of = {role: [rho(x, task) for x in each] for role, each in seen.items()}
    report.figure("poolings", figures.bars(names, of))
    of = {role: [round(sentences.anisotropy(x), 3) for x in each] for role, each in seen.items()}
    report.figure("anisotropy", figures.bars(names, of))


def counts_drawn(k: int, width: int) -> list[int]:
    """Powers of 2 up to the width, the width, and the run's own k."""
    powers = (2**power for power in range(1, width.bit_length()))
    return sorted({*powers, k, width})


def draw_dimensions(maps: Mapping[str, tuple[Whitening, Tensor]], k: int, task: SentenceTask, report: Report) -> None:
    """`maps`: the map and dev vectors (N, D) of the trained encoder and of its random twin."""
    (white, dev), (random_white, random_dev) = maps["whitened"], maps["random"]
    counts = counts_drawn(k, dev.shape[1])
    lines = {
        "whitened": [rho(white(dev, count), task) for count in counts],
        "pca": [rho(white.turned(dev, count), task) for count in counts],
        "raw": [rho(dev, task)] * len(counts),
        "random-whitened": [rho(random_white(random_dev, count), task) for count in counts],
    }
    report.figure("dimensions", figures.lines(counts, lines))


def draw_spectrum(white: Whitening, random_white: Whitening, dev: Tensor, report: Report) -> None:
    """Variances over their mean, as powers of ten: of train before the map, and of dev after it.

    A direction that has next to none in train is not drawn.
    """
    after = white(dev).var(0)

    def powers(variances: Tensor, of_train: Tensor) -> list[float | None]:
        shares, there = (variances / variances.mean()).tolist(), of_train > sentences.RIDGE * of_train.mean()
        return [
            round(math.log10(share), 3) if is_there and share > 0 else None
            for share, is_there in zip(shares, there.tolist(), strict=True)
        ]

    own, random = white.variances, random_white.variances
    lines = {"raw": powers(own, own), "random": powers(random, random), "whitened": powers(after, own)}
    report.figure("spectrum", figures.lines(list(range(1, len(after) + 1)), lines))


def draw_by_score(cosines: Mapping[str, Tensor], task: SentenceTask, report: Report) -> None:
    """The mean cosine of the pairs whose scores lie in each part of the scale."""
    low, high = task.data.scale or (task.scores.min().item(), task.scores.max().item())
    step = (high - low) / BINS
    bins = ((task.scores - low) / step).long().clamp(max=BINS - 1)
    names = [f"{low + place * step:g}\u2013{low + (place + 1) * step:g}" for place in range(BINS)]
    heights = {
        role: [round(found[bins == place].mean().item(), 3) if (bins == place).any() else None for place in range(BINS)]
        for role, found in cosines.items()
    }
    report.figure("by-score", figures.bars(names, heights))
