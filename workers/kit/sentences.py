"""One vector a sentence from a frozen encoder, and whether cosines of vectors order pairs as people's scores do.

Symbols: N sentences, P pairs, B sentences in a batch, S padded length, D width, k directions kept.
"""

from __future__ import annotations

import hashlib
import json
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch
from tokenizers import Tokenizer
from torch import Tensor
from torch.nn import functional as F

from workers.kit import probing, text
from workers.kit.data import Dataset, Example
from workers.kit.encoders import EncoderClassifier
from workers.kit.teaching import Bench

POOLINGS = ("first_last", "mean", "cls")
BATCH = 128
RIDGE = 1e-5  # times the mean variance
DRAWS = 200


# --- sentences and their pairs ----------------------------------------------------------------------------------------
@dataclass(frozen=True)
class SentenceTask:
    """Each sentence once: of drawn train pairs, without scores, and of all dev pairs.

    It stands where `teaching.pretrained` wants a task.
    """

    data: Dataset
    tokenizer: Tokenizer
    ids: list[list[int]]  # of train
    dev_ids: list[list[int]]
    dev_texts: list[str]
    pairs: Tensor  # (P, 2), places in dev
    scores: Tensor  # (P,)
    device: torch.device
    classes: int = 1  # an encoder of the kit has a classifier; nobody asks this one

    @property
    def vocabulary(self) -> int:
        return self.tokenizer.get_vocab_size()

    def fingerprint(self) -> str:
        """A hash of what an encoder sees that is pre-trained on the train sentences."""
        digest = hashlib.sha256(self.tokenizer.to_str().encode())
        digest.update(json.dumps(self.ids).encode())
        return digest.hexdigest()


def prepare(
    data: Dataset,
    *,
    train_rows: int,
    vocabulary: int,
    seed: int,
    device: torch.device,
    tokenizer: Tokenizer | None = None,
) -> SentenceTask:
    """Draws `train_rows` train pairs by the seed. Where no tokenizer is given their words make one."""
    drawn = random.Random(seed).sample(data.train, min(train_rows, len(data.train)))  # noqa: S311 - not a secret
    train, dev = distinct(drawn), distinct(data.dev)
    tokenizer = tokenizer or text.train_tokenizer(train, vocabulary)
    places = {sentence: place for place, sentence in enumerate(dev)}
    pairs = torch.tensor([[places[pair.text], places[pair.second]] for pair in data.dev])
    scores = torch.tensor([pair.label for pair in data.dev], dtype=torch.float64)
    ids, dev_ids = text.encode(tokenizer, train), text.encode(tokenizer, dev)
    return SentenceTask(data, tokenizer, ids, dev_ids, dev, pairs, scores, device)


def distinct(pairs: Sequence[Example]) -> list[str]:
    """Both sentences of each pair, each once, in the order of the pairs."""
    return list(dict.fromkeys(sentence for pair in pairs for sentence in (pair.text, pair.second)))


def opened(
    data: Dataset,
    name: str,
    *,
    train_rows: int,
    vocabulary: int,
    pretraining_epochs: int,
    seed: int,
    device: torch.device,
    bench: Bench,
) -> tuple[SentenceTask, EncoderClassifier]:
    """The sentences, and the encoder of that name, frozen.

    One known by name (known_encoders.py) is taken as it is and reads with its own tokenizer. Any other guesses hidden
    words of the train sentences first, a stage of its own. Raises DataError where there is no such encoder.
    """
    found = probing.from_others(name, bench, seed=seed)
    drawn = {"train_rows": train_rows, "vocabulary": vocabulary, "seed": seed, "device": device}
    task = prepare(data, **drawn, tokenizer=found and found.tokenizer)
    return task, probing.encoder_for(task, found, name, epochs=pretraining_epochs, seed=seed, bench=bench)


# --- vectors ----------------------------------------------------------------------------------------------------------
def pooled(states: Sequence[Tensor], real: Tensor) -> dict[str, Tensor]:
    """States h^0 .. h^L (B, S, D) and real (B, S), true where a token is -> (B, D) by pooling.

    A mean is over a sentence's tokens, [CLS] and [SEP] among them, never over padding. The first layer of
    "first_last" is h^1. "static" is the mean of h^0, where no token has seen another.
    """

    def mean(state: Tensor) -> Tensor:
        return (state * real[..., None]).sum(1) / real.sum(1, keepdim=True)

    first_last = mean((states[1] + states[-1]) / 2)
    return {"first_last": first_last, "mean": mean(states[-1]), "cls": states[-1][:, 0], "static": mean(states[0])}


@torch.inference_mode()
def vectors(
    net: EncoderClassifier,
    rows: Sequence[Sequence[int]],
    *,
    on_batch: Callable[[int, int], None] = lambda done, total: None,
) -> dict[str, Tensor]:
    """(N, D) by pooling, in the order of `rows`, on the CPU. `on_batch` hears how many rows are done."""
    device = next(net.parameters()).device
    order = sorted(range(len(rows)), key=lambda row: len(rows[row]))
    found: dict[str, list[Tensor]] = {}
    for start in range(0, len(order), BATCH):
        ids = text.pad([rows[row] for row in order[start : start + BATCH]], device)
        states, _ = net.eval().encode(ids, insides=True)
        for name, part in pooled(states, ids != net.pad).items():
            found.setdefault(name, []).append(part.float().cpu())
        on_batch(min(start + BATCH, len(order)), len(order))
    back = torch.tensor(order).argsort()
    return {name: torch.cat(parts)[back] for name, parts in found.items()}


def word_counts(texts: Sequence[str]) -> Tensor:
    """(N, V): how often each word stands in a sentence."""
    tokenizer = text.train_tokenizer(texts, 10**6)
    ids = text.pad(text.encode(tokenizer, texts))  # (N, S)
    counts = torch.zeros(len(texts), tokenizer.get_vocab_size(), dtype=torch.float64)
    counts.scatter_add_(1, ids, torch.ones_like(ids, dtype=torch.float64))
    return counts[:, len(text.MARKS) :]


# --- whitening --------------------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Whitening:
    """The map to mean 0 and covariance I. `variances` and `axes` are of the covariance, the largest variance first."""

    mean: Tensor  # (D,)
    axes: Tensor  # (D, D), an axis a column
    variances: Tensor  # (D,)
    ridge: float  # added to each variance; 0 where none is needed

    @classmethod
    def fit(cls, x: Tensor) -> Whitening:
        """x (N, D). The covariance divides by N - 1.

        The ridge comes where some direction has next to no variance, so that its noise is not blown up: with fewer
        sentences than dimensions, and under a layer norm, whose output lies in a plane.
        """
        x = x.double()
        centred = x - x.mean(0)
        variances, axes = torch.linalg.eigh(centred.T @ centred / (len(x) - 1))
        variances, axes = variances.flip(0).clamp(min=0), axes.flip(1)
        least = RIDGE * variances.mean().item()
        return cls(x.mean(0), axes, variances, least if variances[-1] < least else 0.0)

    def turned(self, x: Tensor, k: int | None = None) -> Tensor:
        """(N, D) -> (N, k): centred, on the k axes of the largest variance, each as long as it was."""
        return (x.double() - self.mean) @ self.axes[:, :k]

    def __call__(self, x: Tensor, k: int | None = None) -> Tensor:
        """(N, D) -> (N, k): centred, on the k axes of the largest variance, each of variance 1."""
        return self.turned(x, k) / (self.variances[:k] + self.ridge).sqrt()


def off_identity(x: Tensor) -> float:
    """By how much the covariance of x (N, k) is off the identity, where it is most."""
    return (torch.cov(x.T) - torch.eye(x.shape[1])).abs().max().item()


def effective_rank(variances: Tensor) -> float:
    """exp of the entropy of the shares of variance: D where all directions are alike, 1 where one has it all."""
    share = variances / variances.sum()
    return torch.exp(-torch.xlogy(share, share).sum()).item()


# --- how they are judged ----------------------------------------------------------------------------------------------
def cosines(x: Tensor, pairs: Tensor) -> Tensor:
    """x (N, D), pairs (P, 2) -> (P,)."""
    return F.cosine_similarity(x[pairs[:, 0]].double(), x[pairs[:, 1]].double(), dim=-1)


def anisotropy(x: Tensor) -> float:
    """Mean cosine of all pairs of two different rows of x (N, D): near 0 where vectors point everywhere."""
    x, count = F.normalize(x.double(), dim=-1), len(x)
    return ((x.sum(0).square().sum() - x.square().sum()) / (count * (count - 1))).item()


def ranks(x: Tensor) -> Tensor:
    """(N,) from 1; equal values share the mean of their ranks."""
    _, where, counts = x.unique(return_inverse=True, return_counts=True)
    return (counts.cumsum(0) - (counts - 1) / 2)[where].double()


def pearson(x: Tensor, y: Tensor) -> float:
    """0 where one of them has no variance."""
    return F.cosine_similarity(x.double() - x.double().mean(), y.double() - y.double().mean(), dim=0).item()


def spearman(x: Tensor, y: Tensor) -> float:
    """Pearson's correlation of ranks."""
    return pearson(ranks(x), ranks(y))


def gain(own: Tensor, other: Tensor, scores: Tensor, *, seed: int = 0) -> tuple[float, float]:
    """By how much Spearman with the scores is higher, and its standard error over DRAWS resamplings of the pairs."""
    draw = torch.Generator().manual_seed(seed)
    drawn = (torch.randint(len(scores), scores.shape, generator=draw) for _ in range(DRAWS))
    gains = [spearman(own[rows], scores[rows]) - spearman(other[rows], scores[rows]) for rows in drawn]
    return spearman(own, scores) - spearman(other, scores), torch.tensor(gains).std().item()
