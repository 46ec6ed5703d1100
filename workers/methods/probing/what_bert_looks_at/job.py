"""What an encoder's heads look at: Kevin Clark, Urvashi Khandelwal, Omer Levy, Christopher D. Manning, "What Does BERT
Look At? An Analysis of BERT's Attention", BlackboxNLP 2019, arXiv:1906.04341.

The attention maps of a frozen encoder are read as data. Taken one by one, as parsers that nobody trained, some heads
find the syntactic head of a word in one relation far better than any rule by position does.

Here: section 3 (what heads look at, entropy), section 4.2 (single heads as parsers), section 5 (probes, in probes.py),
section 6 (heads that do the same).
Shrunk: a small encoder that has guessed hidden words of the tree bank's own train sentences, not BERT-base; one
sentence is a document, with one [SEP]; Universal Dependencies, not Stanford's; the encoder's own word vectors where
the paper has GloVe; classical scaling where it has metric scaling.
Changed, with a parameter that goes back: heads are chosen on train and counted on dev.

Symbols: B sentences in a batch, S tokens, U units (words with [CLS] before and [SEP] behind), W words of all sentences,
L layers, H heads, K = 2 L H parsers (each head in both directions), R relations; A the attention maps, rows look at
columns: A[i, j] is how much i looks at j.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import torch
from torch import Tensor

from workers.kit import answering, networks, teaching, text, tree_tokens
from workers.kit.checkpoints import Checkpoint
from workers.kit.data import DataError
from workers.kit.encoders import EncoderClassifier
from workers.kit.events import Report, Stages
from workers.kit.ready_made import load as load_ready_made
from workers.kit.teaching import Bench
from workers.kit.tree_tokens import Batch, Read, TreeTask
from workers.kit.treebanks import TreeBank
from workers.kit.workspace import Workspace
from workers.methods.probing.what_bert_looks_at import HEAD_ACCURACY, UAS, drawing
from workers.methods.probing.what_bert_looks_at.probes import Sample, learn
from workers.spec import Text

BATCH = 32
COMMON = 20  # a relation is scored where each half has it as often; fewer words say nothing
DOCUMENTS = 400  # of dev, for sections 3 and 6, whose means settle soon
SMOOTHING, JS_SMOOTHING = 1e-4, 1e-3  # of the official code, so that no logarithm is of 0
SIGN = "PUNCT"


# --- attention maps ---------------------------------------------------------------------------------------------------
@torch.no_grad()
def attention_maps(encoder: EncoderClassifier, ids: Tensor) -> Tensor:
    """ids (B, S) -> A (B, L, H, S, S) in evaluation mode; rows sum to 1 over the tokens that are no padding."""
    _, layers = encoder.eval().encode(ids, insides=True)
    return torch.stack([layer.probabilities for layer in layers], dim=1).float()


def between_units(A: Tensor, pieces: Tensor, split_from: str) -> Tensor:
    """A (B, L, H, S, S) and pieces (B, U, S) -> (B, L, H, U, U). Section 4.1.

    Attention to a word is the sum over its pieces; from it the mean ("mean"), or the first piece's ("first").
    """
    if split_from == "first":
        rows = pieces * (pieces.cumsum(-1) == 1)
    else:
        rows = pieces / pieces.sum(-1, keepdim=True).clamp(min=1)  # of padding there is no piece
    return rows[:, None, None] @ A @ pieces[:, None, None].transpose(-1, -2)


def most_looked_at(A: Tensor, words: Tensor) -> Tensor:
    """The head each word gets from each parser: A (B, L, H, U, U), words (B, U) -> units (2, L, H, B, U).

    First "dependent to head", argmax_j A[i, j], then "head to dependent", argmax_j A[j, i]. No word is its own head,
    and none but words are heads: the root can never be found. Section 4.2.
    """
    itself = torch.eye(A.shape[-1], dtype=torch.bool, device=A.device)
    both = torch.stack([A, A.transpose(-1, -2)]).masked_fill(itself, 0)  # (2, B, L, H, U, U)
    both = both.masked_fill(~words[:, None, None, None, :], -1)  # no attention is below 0
    return both.argmax(-1).permute(0, 2, 3, 1, 4)


# --- parsers: who is right on which word ------------------------------------------------------------------------------
class Half(NamedTuple):
    """Sentences on which parsers are chosen, or on which they are counted. Words are numbered batch by batch."""

    batches: list[Batch]
    relations: list[str]  # (W,)
    signs: Tensor  # (W,), true for punctuation

    @classmethod
    def of(cls, rows: Sequence[Read], device: torch.device) -> Half:
        batches = tree_tokens.batches(rows, BATCH, device)
        ordered = [read.sentence for batch in batches for read in batch.rows]
        relations = [relation for sentence in ordered for relation in sentence.relations]
        signs = [tag == SIGN for sentence in ordered for tag in sentence.upos]
        return cls(batches, relations, torch.tensor(signs))

    def counts(self) -> Counter[str]:
        return Counter(name for name in self.relations if name not in ("root", "punct"))

    def members(self, relations: Sequence[str]) -> Tensor:
        """(W, 1 + R): which words count: first all but signs, the root among them, then those of each relation."""
        columns = [~self.signs, *(torch.tensor([name == r for name in self.relations]) for r in relations)]
        return torch.stack(columns, dim=1).float()


def right_of_heads(encoder: EncoderClassifier, half: Half, split_from: str, report: Report) -> Tensor:
    """(K, W): 1 where a parser finds the word's head. Parser (d L + l) H + h is head h of layer l in direction d."""
    found, done = [], 0
    for batch in half.batches:
        A = between_units(attention_maps(encoder, batch.ids), batch.pieces, split_from)
        hits = most_looked_at(A, batch.words) == batch.heads  # (2, L, H, B, U)
        found.append(hits[..., batch.words].flatten(0, 2).float().cpu())
        report.progress(done := done + len(batch.rows), sum(len(each.rows) for each in half.batches))
    return torch.cat(found, dim=1)


def right_of_offsets(half: Half, reach: int) -> Tensor:
    """(2 reach, W): the word so many places on is the head, for -reach .. reach without 0. Section 4.2.

    Beyond the last word it is the last, before the first it is the root, as in the official code.
    """
    found = []
    for batch in half.batches:
        places = torch.arange(batch.words.shape[1], device=batch.ids.device)
        last = batch.words.sum(1, keepdim=True)  # (B, 1)
        hits = [(places + offset).clamp(min=0).minimum(last) == batch.heads for offset in offsets(reach)]
        found.append(torch.stack(hits)[:, batch.words].float().cpu())
    return torch.cat(found, dim=1)


def offsets(reach: int) -> list[int]:
    return [offset for offset in range(-reach, reach + 1) if offset]


def right_of_uniform(half: Half) -> Tensor:
    """(1, W): how often a guess among the other words is right; the root's is never."""
    found = []
    for batch in half.batches:
        others = (batch.words.sum(1, keepdim=True) - 1).clamp(min=1)  # (B, 1)
        found.append(((batch.heads > 0) / others)[batch.words].cpu())
    return torch.cat(found)[None]


class Score(NamedTuple):
    """Of one kind of parser, for all words and then each relation: the one that was chosen, and what it gets right."""

    best: Tensor  # (1 + R,)
    right: Tensor  # (1 + R, W), of the half on which it is counted
    accuracy: Tensor  # (1 + R,)


def accuracies(right: Tensor, members: Tensor) -> Tensor:
    """right (K, W), members (W, 1 + R) -> (K, 1 + R)."""
    return right @ members / members.sum(0)


def choose(chosen_on: Tensor, members: Tensor, right: Tensor, counted: Tensor) -> Score:
    """For each column the parser that is best on one half, and what it does on the other."""
    best = accuracies(chosen_on, members).argmax(0)
    return Score(best, right[best], accuracies(right, counted)[best, torch.arange(len(best))])


def difference(one: Score, other: Score, counted: Tensor) -> tuple[Tensor, Tensor]:
    """(1 + R,) each: how much more often `one` is right, and the standard error of that, word by word."""
    gained = one.right - other.right  # (1 + R, W): -1, 0 or 1
    n = counted.sum(0)
    mean = (gained * counted.T).sum(1) / n
    variance = (gained.square() * counted.T).sum(1) / n - mean.square()
    return mean, (variance.clamp(min=0) / n).sqrt()


# --- what heads look at (sections 3 and 6) ----------------------------------------------------------------------------
def shares(A: Tensor, batch: Batch) -> dict[str, Tensor]:
    """By what is looked at: (1 / n) sum_i sum_j A[i, j] over the j of that kind, (B, L, H). Section 3.1 and 3.2.

    n is the number of rows i that are asked: all tokens, and for the two finer lines of [SEP] the others, or itself.
    """
    ids, n = batch.ids, batch.real.sum(1)  # (B, S), (B,)
    tags = [["", *read.sentence.upos, ""] for read in batch.rows]
    signs = [[int(tag[unit] == SIGN) for unit in read.units] for tag, read in zip(tags, batch.rows, strict=True)]
    marks = torch.stack([torch.zeros_like(n), batch.words.sum(1) + 1])  # the units [CLS] and [SEP]
    first, separator = (
        batch.pieces[torch.arange(len(n)), unit][:, None].bool() for unit in marks
    )  # (B, 1, S): columns
    others = ~separator.transpose(1, 2)  # (B, S, 1): rows
    places = torch.arange(ids.shape[1], device=ids.device)
    step = (places - places[:, None])[None]  # (1, S, S): from a row to a column
    kinds = {
        "first": (first, n),
        "separator": (separator, n),
        "separator_from_others": (separator & others, n - 1),
        "separator_from_itself": (separator & ~others, n.clamp(max=1)),
        "signs": (text.pad(signs, ids.device)[:, None], n),
        "previous": (step == -1, n),
        "itself": (step == 0, n),
        "next": (step == 1, n),
    }
    asked = A * batch.real[:, None, None, :, None]  # padded rows look as well, and nobody asks
    return {
        name: (asked * cells[:, None, None]).sum((-1, -2)) / rows[:, None, None]
        for name, (cells, rows) in kinds.items()
    }


def smoothed(A: Tensor, real: Tensor, share: float) -> Tensor:
    """(1 - share) A + share / n between the n real tokens, 0 elsewhere."""
    n = real.sum(1)[:, None, None, None, None]
    cells = (real[:, :, None] & real[:, None, :])[:, None, None]  # (B, 1, 1, S, S)
    return ((1 - share) * A + share / n) * cells


def entropies(A: Tensor, real: Tensor) -> tuple[Tensor, Tensor]:
    """-sum_j A'[i, j] ln A'[i, j] in nats, (B, L, H): the mean over the rows i, and [CLS]'s row alone. Section 3.3."""
    P = smoothed(A, real, SMOOTHING)
    rows = -torch.xlogy(P, P).sum(-1)  # (B, L, H, S)
    return rows.sum(-1) / real.sum(1)[:, None, None], rows[..., 0]


def jensen_shannon(a: Tensor, b: Tensor) -> Tensor:
    """sum_i (KL(a_i || m_i) + KL(b_i || m_i)) / 2 with m = (a + b) / 2, in nats; maps (..., S, S). Section 6.

    Written as H(m) - (H(a) + H(b)) / 2, which is the same and has no 0 / 0 where padding is.
    """

    def entropy(p: Tensor) -> Tensor:
        return -torch.xlogy(p, p).sum((-1, -2))

    return entropy((a + b) / 2) - (entropy(a) + entropy(b)) / 2


def head_distances(A: Tensor, real: Tensor) -> Tensor:
    """(B, LH, LH): between every two heads of a sentence."""
    P = smoothed(A.double(), real, JS_SMOOTHING).flatten(1, 2)  # (B, LH, S, S)
    return torch.stack([jensen_shannon(P[:, head, None], P) for head in range(P.shape[1])], dim=1)


class Looks(NamedTuple):
    """Means over documents."""

    shares: dict[str, Tensor]  # (L, H) each
    entropy: Tensor  # (L, H)
    first_entropy: Tensor  # (L, H), of [CLS]'s row
    uniform: float  # the mean of ln n: the entropy of who looks at all tokens alike
    distances: Tensor  # (LH, LH)


def looks_of(encoder: EncoderClassifier, batches: Sequence[Batch]) -> Looks:
    found: list[dict[str, Tensor]] = []
    for batch in batches:
        A = attention_maps(encoder, batch.ids)
        entropy, first = entropies(A, batch.real)
        sums = shares(A, batch) | {"entropy": entropy, "of_first": first, "js": head_distances(A, batch.real)}
        sums["uniform"] = batch.real.sum(1).float().log()
        found.append({name: value.sum(0).cpu() for name, value in sums.items()})
    documents = sum(len(batch.rows) for batch in batches)
    mean = {name: torch.stack([each[name] for each in found]).sum(0) / documents for name in found[0]}
    return Looks(
        {name: mean[name] for name in drawing.LOOKED_AT},
        mean["entropy"],
        mean["of_first"],
        mean["uniform"].item(),
        mean["js"],
    )


# --- probes (section 5) -----------------------------------------------------------------------------------------------
def samples(encoder: EncoderClassifier, batches: Sequence[Batch], split_from: str, vectors: Tensor) -> Iterator[Sample]:
    """`vectors` (V, D) are the words' own; a split word has the mean of its pieces'."""
    for batch in batches:
        maps = between_units(attention_maps(encoder, batch.ids), batch.pieces, split_from).flatten(1, 2)
        whole = batch.pieces / batch.pieces.sum(-1, keepdim=True).clamp(min=1)
        of_units = whole @ vectors[batch.ids]  # (B, U, D)
        for row, read in enumerate(batch.rows):
            N = len(read.sentence.words)
            yield Sample(maps[row, :, : N + 2, : N + 2], of_units[row, 1 : N + 1], batch.heads[row, 1 : N + 1])


# --- stages -----------------------------------------------------------------------------------------------------------
def halves_of(task: TreeTask, sentences: int, apart: bool) -> tuple[Half, Half, list[str]]:
    """Where parsers are chosen, where they are counted, and the relations that are common in both, frequent first.

    Raises DataError where no relation is.
    """
    counted = Half.of(task.dev[:sentences], task.device)
    chosen_on = Half.of(task.train[:sentences], task.device) if apart else counted
    often = chosen_on.counts()
    relations = [name for name, n in counted.counts().most_common() if min(n, often[name]) >= COMMON]
    if not relations:
        raise DataError(f"no relation occurs {COMMON} times in {sentences} sentences; ask for more of them")
    return chosen_on, counted, relations


def measure(role: str, accuracy: Tensor, report: Report) -> None:
    """accuracy (1 + R,): of all words but signs, then of each relation."""
    for metric, value in ((HEAD_ACCURACY, accuracy[1:].mean().item()), (UAS, accuracy[0].item())):
        report.result(role, metric.slug, value, metric.unit)


def probe(
    trained: EncoderClassifier, random: EncoderClassifier, task: TreeTask, sentences: int, counted: Half,
    members: Tensor, split_from: str, seed: int, report: Report,
) -> None:  # fmt: skip
    """Three probes: attention alone, attention and words, and the latter on the maps of random weights. Section 5."""
    drawn = tree_tokens.batches(task.train[:sentences], BATCH, task.device)
    vectors = trained.body.get_input_embeddings().weight.detach()  # (V, D)
    roles = {"probe-attention": (trained, False), "probe-words": (trained, True), "probe-random": (random, True)}
    for role, (encoder, with_words) in roles.items():
        taught, asked = (samples(encoder, batches, split_from, vectors) for batches in (drawn, counted.batches))
        right = learn(role, list(taught), asked, with_words, seed, report)
        measure(role, accuracies(right, members)[0], report)


def open_up(
    data: TreeBank, model: str, ready_made: str, train_rows: int, vocabulary: int, epochs: int, seed: int,
    device: torch.device, bench: Bench,
) -> tuple[TreeTask, EncoderClassifier]:  # fmt: skip
    """The sentences, and the encoder whose heads are looked at: one of ours, or a ready-made one with its tokenizer."""
    drawn = {"train_rows": train_rows, "vocabulary": vocabulary, "seed": seed}
    found = None
    if ready_made:
        found = load_ready_made(ready_made, bench.workspace.data_dir, classes=TreeTask.classes, seed=seed)
    task = tree_tokens.prepare(data, **drawn, device=device, tokenizer=found and found.tokenizer)
    left = f"{task.left_out} sentences are left out: too long to be read whole, or with a word that leaves no token."
    bench.report.log(left)
    if found:
        return task, found.net.to(device)
    net, _guess = teaching.pretrained(task, model, epochs=epochs, seed=seed, bench=bench)
    return task, net


def try_parsers(
    encoders: Mapping[str, EncoderClassifier], chosen_on: Half, counted: Half, relations: Sequence[str], reach: int,
    split_from: str, report: Report,
) -> tuple[dict[str, Score], Tensor, Tensor]:  # fmt: skip
    """Every kind of parser's score, and each head's accuracies (K, 1 + R) where it is chosen and where counted."""
    both, members = (chosen_on, counted), [half.members(relations) for half in (chosen_on, counted)]
    right = {role: [right_of_heads(net, half, split_from, report) for half in both] for role, net in encoders.items()}
    right["offset"] = [right_of_offsets(half, reach) for half in both]
    right["uniform"] = [right_of_uniform(half) for half in both]
    scores = {role: choose(chosen, members[0], found, members[1]) for role, (chosen, found) in right.items()}
    for role, score in scores.items():
        measure(role, score.accuracy, report)
    return scores, *(accuracies(*each) for each in zip(right["heads"], members, strict=True))


def run(
    *, model: str, ready_made: str, train_rows: int, vocabulary: int, pretraining_epochs: int, sentences: int,
    reach: int, apart: bool, split_from: str, probe_sentences: int, data: TreeBank, seed: int, device: torch.device,
    report: Report, workspace: Workspace,
) -> dict[str, float]:  # fmt: skip
    """Returns the mean accuracy over relations by role."""
    stages = Stages(report, count=3 + (not ready_made) + (probe_sentences > 0))
    stages("data", Text("Read the tree bank", "读取树库"))
    bench = Bench(report, workspace, stages)
    task, trained = open_up(data, model, ready_made, train_rows, vocabulary, pretraining_epochs, seed, device, bench)
    encoders = {"heads": trained, "random": networks.build(trained.shape, seed=seed + 1).to(device)}
    chosen_on, counted, relations = halves_of(task, sentences, apart)
    members = counted.members(relations)

    stages("heads", Text("Take each head as a parser", "把每个注意力头当作句法分析器"))
    scores, *tables = try_parsers(encoders, chosen_on, counted, relations, reach, split_from, report)

    stages("looks", Text("Ask what the heads look at", "统计注意力头看向哪里"))
    documents = tree_tokens.batches(task.dev[:DOCUMENTS], BATCH, device)
    looks = {role: looks_of(net, documents) for role, net in encoders.items()}
    if probe_sentences:
        stages("probes", Text("Train the probes", "训练探针"))
        probe(*encoders.values(), task, probe_sentences, counted, members, split_from, seed, report)

    shape = looks["heads"].entropy.shape  # (L, H)
    gains = {role: difference(scores["heads"], scores[role], members) for role in ("offset", "random")}
    told = drawing.told_heads(scores["heads"].best, gains["offset"], relations, shape)
    drawing.draw_looks(looks, report)
    drawing.draw_parsers(scores, relations, *tables, told[0]["relation"], shape, report)
    example = next(read for read in task.dev if told[0]["relation"] in read.sentence.relations)
    tokens = [task.tokenizer.id_to_token(i) for i in example.ids]
    report.figure("attention", drawing.attention_figures(trained, example.ids, tokens, told)[0]["data"])
    drawing.say_what_it_gave(scores, gains, relations, 2 * drawing.head_names(*shape), report)
    if not ready_made:  # whoever has it need not get it from here
        workspace.save("heads", trained, task.tokenizer, data, notes={"heads": told})
        report.artifact("heads.zip", workspace.pack("heads"))
    return {role: score.accuracy[1:].mean().item() for role, score in scores.items()}


def answer(checkpoints: Mapping[str, Checkpoint], sentence: str) -> dict[str, Any]:
    """The attention of the heads that gained most clearly in the run, between the tokens of one sentence."""
    checkpoint = checkpoints["heads"]
    read, ids = answering.as_read(checkpoint, sentence), checkpoint.tokenizer.encode(sentence).ids
    tokens = [text.FIRST_TOKEN, *(token["text"] for token in read["tokens"]), text.SEPARATOR_TOKEN]
    figures = drawing.attention_figures(checkpoint.model, ids, tokens, checkpoint.config["notes"]["heads"])
    return read | {"answers": [], "figures": figures, "cut": read["cut"] or len(ids) > drawing.TOKENS_DRAWN}
