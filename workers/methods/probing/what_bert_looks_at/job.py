"""What an encoder's heads look at: Kevin Clark, Urvashi Khandelwal, Omer Levy, Christopher D. Manning, "What Does BERT
Look At? An Analysis of BERT's Attention", BlackboxNLP 2019, arXiv:1906.04341.

The attention maps of a frozen encoder are read as data. Taken one by one, as parsers that nobody trained, some heads
find the syntactic head of a word in one relation far better than any rule by position does.

Here: section 3 (what heads look at, entropy), section 4.2 (single heads as parsers; offsets beside them, chosen and
counted as kit/tree_parsers.py has it), section 5 (probes, in probes.py), section 6 (heads that do the same).
Shrunk: a small encoder that has guessed hidden words of the tree bank's own train sentences, not BERT-base; one
sentence is a document, with one [SEP]; Universal Dependencies, not Stanford's; the encoder's own word vectors where
the paper has GloVe; classical scaling where it has metric scaling.
Changed, with a parameter that goes back: heads are chosen on train and counted on dev.

Symbols: B sentences in a batch, S tokens of a sentence (n without padding), U units (words with [CLS] before and [SEP]
behind), W words of all sentences, L layers, H heads, K = 2 L H parsers (each head in both directions), R relations,
A the attention maps: A[i, j] is how much i looks at j; w and u a probe's weights of A[i, j] and A[j, i].
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import torch
from torch import Tensor

from workers.kit import answering, probing, text, tree_parsers, tree_tokens
from workers.kit.attention_maps import TOKENS_DRAWN, batch_maps, between_units
from workers.kit.attention_statistics import entropies, jensen_shannon, smoothed
from workers.kit.checkpoints import Checkpoint
from workers.kit.encoders import EncoderClassifier
from workers.kit.events import Report, Stages
from workers.kit.files import DataError
from workers.kit.lab import record
from workers.kit.teaching import Bench
from workers.kit.tree_parsers import BATCH, COMMON, SIGN, Contest, Half, Halves
from workers.kit.tree_tokens import Batch, TreeTask
from workers.methods.probing.what_bert_looks_at import SPEC, drawing, probes
from workers.pages import Words

SMOOTHING, JS_SMOOTHING = 1e-4, 1e-3  # of the official code, so that no logarithm is of 0
DOCUMENTS = 400  # of dev, for sections 3 and 6, whose means settle soon
PROBES = {"probe-attention": ("heads", False), "probe-words": ("heads", True), "probe-random": ("random", True)}
Encoders = Mapping[str, EncoderClassifier]  # by role


def unit_maps(encoder: EncoderClassifier, batches: Iterable[Batch], split_from: str) -> Iterator[tuple[Batch, Tensor]]:
    """Attention maps between units, batch by batch: (B, L, H, U, U). Section 4.1."""
    for batch in batches:
        yield batch, between_units(batch_maps(encoder, batch.ids), batch.pieces, split_from)


# --- what heads look at (section 3), and which do the same (section 6) ------------------------------------------------
def columns(batch: Batch) -> tuple[Tensor, Tensor, Tensor]:
    """Which tokens are [CLS], [SEP] and signs, (B, 1, S) each."""
    marks = torch.zeros_like(batch.words.sum(1)), batch.words.sum(1) + 1  # the units [CLS] and [SEP]
    first, separator = (batch.pieces[torch.arange(len(unit)), unit][:, None].bool() for unit in marks)
    tags = [["", *read.sentence.upos, ""] for read in batch.rows]
    signs = [[int(tag[unit] == SIGN) for unit in read.units] for tag, read in zip(tags, batch.rows, strict=True)]
    return first, separator, text.pad(signs, batch.ids.device)[:, None]


def shares(A: Tensor, batch: Batch) -> dict[str, Tensor]:
    """By what is looked at: (1 / n) sum_i sum_j A[i, j] over the j of that kind, (B, L, H). Section 3.1 and 3.2.

    n is the number of rows i that are asked: all tokens, and for the two finer lines of [SEP] the others, or itself.
    """
    n, (first, separator, signs) = batch.real.sum(1), columns(batch)  # (B,), columns (B, 1, S) each
    others = ~separator.transpose(1, 2)  # (B, S, 1): rows
    places = torch.arange(A.shape[-1], device=A.device)
    step = (places - places[:, None])[None]  # (1, S, S): from a row to a column
    kinds = {
        "first": (first, n),
        "separator": (separator, n),
        "separator_from_others": (separator & others, n - 1),
        "separator_from_itself": (separator & ~others, n.clamp(max=1)),
        "signs": (signs, n),
        "previous": (step == -1, n),
        "itself": (step == 0, n),
        "next": (step == 1, n),
    }
    asked = A * batch.real[:, None, None, :, None]  # padded rows look as well, and nobody asks
    return {name: (asked * cells[:, None, None]).sum((-1, -2)) / n[:, None, None] for name, (cells, n) in kinds.items()}


def look(encoder: EncoderClassifier, batches: Iterable[Batch]) -> Iterator[dict[str, Tensor]]:
    """By name, what each sentence of a batch has: (B, L, H), distances of heads (B, LH, LH), ln n (B,).

    The entropy of who looks at all tokens alike is ln n.
    """
    for batch in batches:
        A = batch_maps(encoder, batch.ids)
        entropy, first_entropy = entropies(smoothed(A, batch.real, SMOOTHING), batch.real)  # section 3.3
        P = smoothed(A.double(), batch.real, JS_SMOOTHING).flatten(1, 2)  # (B, LH, S, S)
        distances = torch.stack([jensen_shannon(P[:, head, None], P) for head in range(P.shape[1])], dim=1)
        found = {"entropy": entropy, "first_entropy": first_entropy, "distances": distances}
        yield shares(A, batch) | found | {"uniform": batch.real.sum(1).float().log()}


def means(found: Iterable[Mapping[str, Tensor]]) -> dict[str, Tensor]:
    """Over documents, of what a batch's documents have, (B, ...) each, by name."""
    found = list(found)
    documents = sum(len(one["uniform"]) for one in found)
    return {name: torch.stack([one[name].sum(0).cpu() for one in found]).sum(0) / documents for name in found[0]}


# --- single heads as parsers (section 4.2) ----------------------------------------------------------------------------
def most_looked_at(A: Tensor, words: Tensor) -> Tensor:
    """The head each word gets from each parser: A (B, L, H, U, U), words (B, U) -> units (2, L, H, B, U).

    First "dependent to head", argmax_j A[i, j], then "head to dependent", argmax_j A[j, i]. No word is its own head,
    and none but words are heads: the root can never be found. Section 4.2.
    """
    itself = torch.eye(A.shape[-1], dtype=torch.bool, device=A.device)
    both = torch.stack([A, A.transpose(-1, -2)]).masked_fill(itself, 0)  # (2, B, L, H, U, U)
    both = both.masked_fill(~words[:, None, None, None, :], -1)  # no attention is below 0
    return both.argmax(-1).permute(0, 2, 3, 1, 4)


def right_of_heads(encoder: EncoderClassifier, half: Half, split_from: str, report: Report) -> Tensor:
    """(K, W): 1 where a parser finds the word's head. Parser (d L + l) H + h is head h of layer l in direction d."""
    found = []
    for batch, A in unit_maps(encoder, half.batches, split_from):
        found.append(tree_parsers.right_of(most_looked_at(A, batch.words), batch))
        report.progress(len(found), len(half.batches))
    return torch.cat(found, dim=1)


# --- stages -----------------------------------------------------------------------------------------------------------
def halves_of(task: TreeTask, p, words: Words) -> Halves:
    """The same half twice where they are not `apart`. Raises DataError where no relation is common."""
    counted = Half.of(task.dev[: p.sentences], task.device)
    halves = Halves.of(Half.of(task.train[: p.sentences], task.device) if p.apart else counted, counted)
    if not halves.relations:
        raise DataError(words("checks.no-common-relation", times=COMMON, sentences=p.sentences).en)
    return halves


def measure(role: str, accuracy: Tensor, report: Report) -> None:
    """accuracy (1 + R,): of all words but signs, then of each relation."""
    for metric, value in zip(SPEC.metrics, (accuracy[1:].mean(), accuracy[0]), strict=True):
        report.result(role, metric.slug, value.item(), metric.unit)


def try_parsers(encoders: Encoders, halves: Halves, p, report: Report) -> Contest:
    both = halves.chosen_on, halves.counted
    right = {role: [right_of_heads(net, half, p.split_from, report) for half in both] for role, net in encoders.items()}
    right["offset"] = [tree_parsers.right_of_offsets(half, p.reach) for half in both]
    right["uniform"] = [tree_parsers.right_of_uniform(half) for half in both]
    contest = Contest.between(right, halves)
    for role, score in contest.scores.items():
        measure(role, score.accuracy, report)
    return contest


def train_probes(encoders: Encoders, task: TreeTask, halves: Halves, p, seed: int, report: Report) -> None:
    """On attention, on attention and words, and the latter on the maps of random weights. Section 5."""
    drawn = tree_tokens.batches(task.train[: p.probe_sentences], BATCH, task.device)
    vectors = encoders["heads"].body.get_input_embeddings().weight.detach()  # (V, D)
    for role, (whose, with_words) in PROBES.items():
        maps = (unit_maps(encoders[whose], batches, p.split_from) for batches in (drawn, halves.counted.batches))
        taught, asked = (probes.samples(each, vectors) for each in maps)
        right = probes.learn(role, list(taught), asked, with_words, seed, report)
        measure(role, tree_parsers.accuracies(right, halves.counted.members(halves.relations))[0], report)


def run(*, data, seed, device, report, workspace, **values) -> dict[str, float]:
    """Returns the mean accuracy over relations by role."""
    p = record(SPEC, values)
    stages = Stages(report, count=3 + (not p.ready_made) + (p.probe_sentences > 0))
    bench = Bench(report, workspace, stages)
    stages("data")
    how = {name: values[name] for name in ("ready_made", "train_rows", "vocabulary", "pretraining_epochs")}
    task, trained = probing.opened(data, p.model, **how, seed=seed, device=device, bench=bench)
    encoders = {"heads": trained, "random": probing.random_twin(trained, seed + 1)}
    halves = halves_of(task, p, report.words)
    stages("heads")
    contest = try_parsers(encoders, halves, p, report)
    stages("looks")
    documents = tree_tokens.batches(task.dev[:DOCUMENTS], BATCH, device)
    seen = {role: means(look(net, documents)) for role, net in encoders.items()}
    if p.probe_sentences:
        stages("probes")
        train_probes(encoders, task, halves, p, seed, report)
    told = drawing.draw(seen, contest, trained, task, report)
    if not p.ready_made:  # whoever has it need not get it from here
        workspace.save("heads", trained, task.tokenizer, data, notes={"heads": told})
        report.artifact("heads.zip", workspace.pack("heads"))
    return {role: score.accuracy[1:].mean().item() for role, score in contest.scores.items()}


def answer(checkpoints: Mapping[str, Checkpoint], sentence: str, words: Words) -> dict[str, Any]:
    """The attention of the heads that gained most clearly in the run, between the tokens of one sentence."""
    kept = checkpoints["heads"]
    read, ids = answering.as_read(kept, sentence), kept.tokenizer.encode(sentence).ids
    tokens = [text.FIRST_TOKEN, *(token["text"] for token in read["tokens"]), text.SEPARATOR_TOKEN]
    figures = drawing.attention_figures(kept.model, ids, tokens, kept.config["notes"]["heads"], words)
    return read | {"answers": [], "figures": figures, "cut": read["cut"] or len(ids) > TOKENS_DRAWN}
