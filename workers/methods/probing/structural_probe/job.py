"""The structural probe: John Hewitt, Christopher D. Manning, "A Structural Probe for Finding Syntax in Word
Representations", NAACL 2019, N19-1419.

One linear map of a frozen encoder's word vectors is sought under which squared distances between words are their
distances in the sentence's tree. If it is found, the tree lies in the geometry of the vectors.

Here: the distance probe, by layer; a word is the mean of its pieces. Added: the control task of Hewitt and Liang,
"Designing and Interpreting Probes with Control Tasks", 2019, arXiv:1909.03368, as trees.py says, on every layer too.
Shrunk: no depth probe; Universal Dependencies; a small encoder; Adam at a rate ten times the authors' code's that falls
in a straight line, where the code lowers it when dev stands still.
Changed: the layer that stands for an encoder is chosen on held-out train sentences, never on dev.

Symbols: B sentences of a batch, W words of the longest, n words of a sentence, L layers and layer 0, the embeddings,
D width, k rank of the map. B in code below is the map, (L + 1, k, D): one a layer, and none knows of the others.
"""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import torch
from torch import Tensor

from workers.kit import answering, known_encoders, probing, tree_tokens
from workers.kit.checkpoints import Checkpoint
from workers.kit.encoders import EncoderClassifier
from workers.kit.events import Report, Stages
from workers.kit.lab import record
from workers.kit.teaching import Bench
from workers.kit.tree_tokens import Batch, averaging
from workers.methods.probing.structural_probe import SPEC, drawing
from workers.methods.probing.structural_probe import trees as gold
from workers.methods.probing.structural_probe.trees import Score, Trees
from workers.metrics import METRICS
from workers.pages import Words

HELD_OUT = 6  # every sixth of the probe's sentences is not taught: the layer is chosen on these
FIRST_WEIGHTS = 0.05  # of the map, uniform to either side of 0
READ = 32  # sentences a batch where nothing is learnt
POINTS = 60  # of a loss curve


# --- the probe --------------------------------------------------------------------------------------------------------
@torch.no_grad()
def word_states(encoder: EncoderClassifier, batch: Batch) -> Tensor:
    """h: (L + 1, B, W, D), of each layer the mean over a word's pieces."""
    hidden, _ = encoder.encode(batch.ids, insides=True)
    return averaging(batch.pieces)[:, 1:-1] @ torch.stack(hidden).float()


def squared_distances(h: Tensor, B: Tensor) -> Tensor:
    """d_B(i, j)^2 = |B (h_i - h_j)|^2: h (..., B, W, D), B (..., k, D) -> (..., B, W, W). No root is ever taken."""
    mapped = h @ B[..., None, :, :].transpose(-1, -2)  # (..., B, W, k)
    size = mapped.square().sum(-1)
    return size[..., :, None] + size[..., None, :] - 2 * mapped @ mapped.transpose(-1, -2)


def distance_loss(d_B: Tensor, d_T: Tensor, words: Tensor) -> Tensor:
    """(1 / n^2) sum_ij |d_T - d_B^2|, mean over sentences: (..., B, W, W), (B, W, W) and (B, W) -> (...)."""
    n = words.sum(1)
    missed = (d_T - d_B).abs() * gold.pairs(words)
    return (missed.sum((-1, -2)) / n.square()).mean(-1)


# --- learning, all layers side by side --------------------------------------------------------------------------------
class Half(NamedTuple):
    """Batches of sentences with both tasks' trees; the encoders' states come and go."""

    batches: list[Batch]
    trees: dict[str, list[Trees]]  # "probe": the tree bank's; "control"

    @classmethod
    def of(cls, rows: Sequence[tree_tokens.Read], size: int, device: torch.device, seed: int) -> Half:
        batches = tree_tokens.batches(rows, size, device)
        real = [gold.trees_of(batch, batch.heads) for batch in batches]
        control = [gold.trees_of(batch, gold.control_heads(batch, seed)) for batch in batches]
        return cls(batches, {"probe": real, "control": control})

    def states(self, encoder: EncoderClassifier) -> list[Tensor]:
        return [word_states(encoder, batch) for batch in self.batches]


def learn(states: Sequence[Tensor], trees: Sequence[Trees], p, seed: int, report: Report) -> tuple[Tensor, dict]:
    """B (L + 1, k, D), and by step the loss of each layer (L + 1,). The same steps and first weights for everyone."""
    draw = torch.Generator().manual_seed(seed)
    layers, width = states[0].shape[0], states[0].shape[-1]
    first = FIRST_WEIGHTS * (2 * torch.rand(p.rank, width, generator=draw) - 1)
    B = first.repeat(layers, 1, 1).to(states[0].device).requires_grad_()
    adam, total = torch.optim.Adam([B], lr=p.learning_rate), p.epochs * len(states)
    falling = torch.optim.lr_scheduler.LambdaLR(adam, lambda step: 1 - step / total)
    every, step, since, curve = -(-total // POINTS), 0, [], {}
    for _ in range(p.epochs):
        for row in torch.randperm(len(states), generator=draw).tolist():
            loss = distance_loss(squared_distances(states[row], B), trees[row].d_T, trees[row].words)  # (L + 1,)
            adam.zero_grad()
            loss.sum().backward()  # each layer's gradient is of its own loss alone
            adam.step()
            falling.step()
            step, since = step + 1, [*since, loss.detach()]
            report.progress(step, total)
            if step % every == 0 or step == total:
                curve[step], since = torch.stack(since).mean(0).tolist(), []
    return B.detach(), curve


@torch.inference_mode()
def scores(states: Sequence[Tensor], trees: Sequence[Trees], B: Tensor) -> list[Score]:
    """By layer."""
    found = [squared_distances(h, B) for h in states]
    return [gold.score((d[layer], one) for d, one in zip(found, trees, strict=True)) for layer in range(len(B))]


class Found(NamedTuple):
    """What one encoder's probes gave, by layer."""

    layer: int  # that stands for the encoder
    B: Tensor
    dev: dict[str, list[Score]]  # by task
    curves: dict[str, dict[int, list[float]]]


def probe(encoder: EncoderClassifier, halves: Mapping[str, Half], p, seed: int, report: Report) -> Found:
    """Probes of both tasks on every layer; the layer is the best above 0 in finding held-out train trees."""
    states = {name: half.states(encoder) for name, half in halves.items()}
    learnt = {task: learn(states["taught"], trees, p, seed, report) for task, trees in halves["taught"].trees.items()}
    B = learnt["probe"][0]
    held = scores(states["held"], halves["held"].trees["probe"], B)
    layer = max(range(1, len(held)), key=lambda one: held[one].uuas)
    dev = {task: scores(states["dev"], halves["dev"].trees[task], maps) for task, (maps, _) in learnt.items()}
    return Found(layer, B, dev, {task: curve for task, (_, curve) in learnt.items()})


def measure(role: str, scored: Mapping[str, Score], report: Report) -> None:
    """`scored`: by task. A chain learns nothing, so that no control task could tell anything of it."""
    found = scored["probe"]._asdict()
    if role != "chain":
        found["selectivity"] = scored["probe"].uuas - scored["control"].uuas
    for name, value in found.items():
        report.result(role, name, value, METRICS[name].unit)


# --- the job ----------------------------------------------------------------------------------------------------------
def run(*, data, seed, device, report, workspace, **values) -> dict[str, float]:
    """Returns the UUAS by role."""
    p = record(SPEC, values)
    is_elsewhere = bool(p.ready_made) or p.encoder in known_encoders.KNOWN
    bench = Bench(report, workspace, Stages(report, count=4 + (not is_elsewhere)))
    bench.stages("data")
    how = {name: values[name] for name in ("ready_made", "train_rows", "vocabulary", "pretraining_epochs")}
    task, trained = probing.opened(data, p.encoder, **how, seed=seed, device=device, bench=bench)
    drawn = task.train[: p.probe_sentences]
    # By the seed: a tree bank's file lies by genre, and its first sentences are of one.
    dev_drawn = random.Random(seed).sample(task.dev, min(p.dev_sentences, len(task.dev)))  # noqa: S311 - not a secret
    rows = {"held": drawn[::HELD_OUT], "dev": dev_drawn}
    rows["taught"] = [read for place, read in enumerate(drawn) if place % HELD_OUT]
    size = {"taught": p.batch_size}
    halves = {name: Half.of(reads, size.get(name, READ), device, seed) for name, reads in rows.items()}
    found = {}
    for role, encoder in {"probe": trained, "random": probing.random_twin(trained, seed + 1)}.items():
        bench.stages(role)
        found[role] = probe(encoder, halves, p, seed, report)
    bench.stages("figures")
    own, twin = found["probe"], found["random"]
    dev = halves["dev"].trees
    scored = {"chain": {task: gold.score((gold.chain(one), one) for one in dev[task]) for task in dev}}
    at = {"layer-0": (own, 0), "random": (twin, twin.layer), "probe": (own, own.layer)}
    scored |= {role: {task: one.dev[task][layer] for task in dev} for role, (one, layer) in at.items()}
    for role, by_task in scored.items():
        measure(role, by_task, report)
    drawing.draw(scored, found, at, report)
    example = drawing.example(rows["dev"])
    half = Half.of([example], READ, device, seed)
    d = squared_distances(half.states(trained)[0][own.layer], own.B[own.layer])
    drawing.draw_tree(example.sentence.words, d, half.trees["probe"][0], report)
    drawing.say(scored, found, len(rows["held"]), rows["taught"], report)
    if not is_elsewhere:  # whoever has it need not get it from here
        notes = {"layer": own.layer, "B": own.B[own.layer].tolist()}
        workspace.save("probe", trained, task.tokenizer, data, notes=notes)
        report.artifact("probe.zip", workspace.pack("probe"))
    return {role: by_task["probe"].uuas for role, by_task in scored.items()}


@torch.inference_mode()
def answer(checkpoints: Mapping[str, Checkpoint], sentence: str, words: Words) -> dict[str, Any]:
    """The tree that the run's probe finds in one sentence, each token a word."""
    kept = checkpoints["probe"]
    read, notes = answering.as_read(kept, sentence), kept.config["notes"]
    hidden, _ = kept.model.eval().encode(answering.token_ids(kept, sentence), insides=True)
    d = squared_distances(hidden[notes["layer"]][:, 1:-1], torch.tensor(notes["B"]))  # (1, W, W)
    figures = drawing.found_tree([token["text"] for token in read["tokens"]], d)
    return read | {"answers": [], "figures": figures}
