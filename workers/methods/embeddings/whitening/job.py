"""Whitening of sentence embeddings: Su, Cao, Liu, Ou, "Whitening Sentence Representations for Better Semantics and
Faster Retrieval", 2021, arXiv:2103.15316.

Vectors that an encoder gives sentences lie in a narrow cone, so that cosines tell little. A linear map, in closed form
and from no score, gives them mean 0 and covariance I; of its directions the first k are kept.

Here: mu and Sigma over the distinct sentences of train, W = U S^(-1/2) from Sigma = U S U^T, x' = (x - mu) W[:, :k],
then the cosine (kit/sentences.py has the map). Held against the same vectors untouched, only centred, only turned and
cut to k, whitened from random weights, and against the words alone.
Shrunk: MiniLM-L6, or a small encoder that has guessed hidden words of the same sentences, not BERT-base.
Changed: the map never sees a sentence of dev; a ridge where some direction has next to no variance.

Symbols: N sentences, P pairs, D width, k directions kept; rho Spearman's correlation of cosines with scores.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from workers.kit import answering, figures, known_encoders, probing, sentences, text
from workers.kit.checkpoints import Checkpoint
from workers.kit.encoders import EncoderClassifier
from workers.kit.events import Report, Stages
from workers.kit.lab import record
from workers.kit.sentences import SentenceTask, Whitening
from workers.kit.teaching import Bench
from workers.methods.embeddings.whitening import SPEC, drawing
from workers.metrics import METRICS
from workers.pages import Words

OWN = "whitened"
SAMPLES = ("sample-1", "sample-2", "sample-3", "sample-4", "sample-5")  # what a sentence alone is held against


# --- vectors, and what becomes of them --------------------------------------------------------------------------------
@dataclass(frozen=True)
class Vectors:
    """Of train (N, D) and dev (N', D), by pooling."""

    train: dict[str, Tensor]
    dev: dict[str, Tensor]


def read(net: EncoderClassifier, task: SentenceTask, count: int, report: Report) -> Vectors:
    """Of all dev sentences, and of the first `count` train sentences, which are what the map is fitted on."""
    train = sentences.vectors(net, task.ids[:count], on_batch=report.progress)
    return Vectors(train, sentences.vectors(net, task.dev_ids))


def arms(x: Tensor, white: Whitening, k: int) -> dict[str, Tensor]:
    """x (N, D) as each arm has it. PCA without scaling keeps of each axis the length that it has."""
    return {"raw": x, "centred": x - white.mean, "pca": white.turned(x, k), OWN: white(x, k)}


def by_pooling(vectors: Vectors, k: int) -> dict[str, dict[str, Tensor]]:
    """Dev vectors of each arm, the map fitted on train, by pooling."""
    white = {pooling: Whitening.fit(vectors.train[pooling]) for pooling in sentences.POOLINGS}
    return {pooling: arms(vectors.dev[pooling], one, k) for pooling, one in white.items()}


# --- stages -----------------------------------------------------------------------------------------------------------
def measure(role: str, x: Tensor, task: SentenceTask, report: Report) -> Tensor:
    """Reports all metrics of vectors (N, D) of the dev sentences; the cosines of the pairs (P,)."""
    found = sentences.cosines(x, task.pairs)
    report.result(role, "spearman", sentences.spearman(found, task.scores), METRICS["spearman"].unit)
    report.result(role, "pearson", sentences.pearson(found, task.scores), METRICS["pearson"].unit)
    report.result(role, "anisotropy", sentences.anisotropy(x), SPEC.metrics[2].unit)
    return found


def say_how_white(white: Whitening, train: Tensor, k: int, report: Report) -> None:
    """The map's own check, and how narrow the cone was."""
    share, rank = (white.variances[:3].sum() / white.variances.sum()).item(), sentences.effective_rank(white.variances)
    report.log("spectrum", share=100 * share, rank=rank, width=len(white.variances))
    if white.ridge:
        report.log("ridge", sentences=len(train), width=len(white.variances), ridge=sentences.RIDGE)
    report.log("identity", k=k, off=sentences.off_identity(white(train, k)))


def say_gains(cosines: Mapping[str, Tensor], task: SentenceTask, seed: int, report: Report) -> None:
    """By how much the method's order of the pairs is nearer to the scores' than that of each other role."""
    for other in (role for role in cosines if role != OWN):
        gain, error = sentences.gain(cosines[OWN], cosines[other], task.scores, seed=seed)
        verdict = report.words("labels.clear") if abs(gain) > 2 * error else report.words("labels.chance")
        labels = {"own": report.words(f"roles.{OWN}"), "other": report.words(f"roles.{other}")}
        report.log("against", **labels, gain=gain, error=error, verdict=verdict)


def run(*, data, seed, device, report, workspace, **values) -> dict[str, float]:
    """Returns Spearman by role."""
    p = record(SPEC, values)
    known, k = known_encoders.KNOWN.get(p.encoder), p.dimensions
    bench = Bench(report, workspace, Stages(report, count=4 + (known is None)))
    bench.stages("data")
    how = {name: values[name] for name in ("train_rows", "vocabulary", "pretraining_epochs")}
    task, net = sentences.opened(data, p.encoder, **how, seed=seed, device=device, bench=bench)
    if known:
        report.log("kindred", note=known.note)
    bench.stages("vectors")
    own = read(net, task, p.sentences, report)
    bench.stages("random")
    twin = read(probing.random_twin(net, seed + 1), task, p.sentences, report)

    bench.stages("map")
    train, dev, white = own.train[p.pooling], own.dev[p.pooling], Whitening.fit(own.train[p.pooling])
    say_how_white(white, train, k, report)
    trained, random = by_pooling(own, k), by_pooling(twin, k)
    vectors = {
        **trained[p.pooling],
        "random": random[p.pooling]["raw"],
        "random-whitened": random[p.pooling][OWN],
        "static": own.dev["static"],
        "words": sentences.word_counts(task.dev_texts),
    }
    cosines = {role: measure(role, x, task, report) for role, x in vectors.items()}
    say_gains(cosines, task, seed, report)
    drawing.draw_poolings(trained, random, task, report)
    random_white = Whitening.fit(twin.train[p.pooling])
    drawing.draw_dimensions({OWN: (white, dev), "random": (random_white, twin.dev[p.pooling])}, k, task, report)
    drawing.draw_spectrum(white, random_white, dev, report)
    drawing.draw_by_score({role: cosines[role] for role in ("raw", "centred", OWN)}, task, report)
    keep(white, net, k, p, task, bench)
    return {role: sentences.spearman(found, task.scores) for role, found in cosines.items()}


# --- what is kept, and asked ------------------------------------------------------------------------------------------
def keep(white: Whitening, net: EncoderClassifier, k: int, p, task: SentenceTask, bench: Bench) -> None:
    """The encoder with the map. Not one known by name: whoever has it need not get it from here."""
    if p.encoder in known_encoders.KNOWN:
        return
    scale = (white.variances[:k] + white.ridge).sqrt()
    notes = {"pooling": p.pooling, "mean": white.mean.tolist(), "map": (white.axes[:, :k] / scale).tolist()}
    bench.workspace.save(OWN, net, task.tokenizer, task.data, notes=notes)
    bench.report.artifact(f"{OWN}.zip", bench.workspace.pack(OWN))


def answer(checkpoints: Mapping[str, Checkpoint], line: str, words: Words) -> dict[str, Any]:
    """Cosines of two sentences, or of one with a few of ours, before the map, centred and after it."""
    kept = checkpoints[OWN]
    first, *second = text.parts(line)
    others = second or [words(f"labels.{sample}").en for sample in SAMPLES]
    notes, rows = kept.config["notes"], text.encode(kept.tokenizer, [first, *others])
    x = sentences.vectors(kept.model, rows)[notes["pooling"]].double()
    mean, W = (torch.tensor(notes[name], dtype=torch.float64) for name in ("mean", "map"))
    pairs = torch.tensor([[0, place] for place in range(1, len(rows))])
    seen = {"raw": x, "centred": x - mean, OWN: (x - mean) @ W}
    heights = {role: sentences.cosines(one, pairs).tolist() for role, one in seen.items()}
    title = words("labels.yours").as_dict()
    figure = {"slug": "sentences", "title": title, "data": figures.bars(others, heights)}
    return answering.as_read(kept, line) | {"answers": [], "figures": [figure]}
