"""Sentences with their trees as an encoder reads them: token ids, and which word each token is a piece of.

Symbols: B batch, S padded length in tokens, U padded length in units. A unit is a word or a mark: unit 0 is [CLS],
unit w is the sentence's w-th word as a tree bank counts, the unit after the last word is [SEP].
"""

from __future__ import annotations

import hashlib
import json
import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import torch
from tokenizers import Tokenizer
from torch import Tensor

from workers.kit import text
from workers.kit.treebanks import TreeBank
from workers.kit.trees import Sentence


@dataclass(frozen=True)
class Read:
    """A sentence as the encoder reads it; `units` says for each token which unit it is a piece of."""

    sentence: Sentence
    ids: list[int]
    units: list[int]


@dataclass(frozen=True)
class TreeTask:
    """Drawn train sentences and all of dev. It stands where `teaching.pretrained` wants a task."""

    data: TreeBank
    tokenizer: Tokenizer
    train: list[Read]
    dev: list[Read]
    left_out: int  # sentences that are longer than a network reads, or have a word of which nothing is left
    device: torch.device
    classes: int = 1  # an encoder of the kit has a classifier; nobody asks this one

    @property
    def vocabulary(self) -> int:
        return self.tokenizer.get_vocab_size()

    @property
    def ids(self) -> list[list[int]]:
        return [read.ids for read in self.train]

    def fingerprint(self) -> str:
        """A hash of what an encoder sees that is pre-trained on the train sentences."""
        digest = hashlib.sha256(self.tokenizer.to_str().encode())
        digest.update(json.dumps(self.ids).encode())
        return digest.hexdigest()


def prepare(
    data: TreeBank,
    *,
    train_rows: int,
    vocabulary: int,
    seed: int,
    device: torch.device,
    tokenizer: Tokenizer | None = None,
) -> TreeTask:
    """Draws `train_rows` train sentences by the seed. Where no tokenizer is given their words make one."""
    drawn = random.Random(seed).sample(data.train, min(train_rows, len(data.train)))  # noqa: S311 - not a secret
    tokenizer = tokenizer or text.train_tokenizer((" ".join(sentence.words) for sentence in drawn), vocabulary)
    train, dev = read(tokenizer, drawn), read(tokenizer, data.dev)
    left_out = len(drawn) + len(data.dev) - len(train) - len(dev)
    return TreeTask(data, tokenizer, train, dev, left_out, device)


def read(tokenizer: Tokenizer, sentences: Iterable[Sentence]) -> list[Read]:
    """The sentences that fit, with every word in them."""
    sentences = list(sentences)
    encodings = tokenizer.encode_batch([list(sentence.words) for sentence in sentences], is_pretokenized=True)
    found = []
    for sentence, encoding in zip(sentences, encodings, strict=True):
        inner = [word + 1 for word in encoding.word_ids[1:-1]]
        if not encoding.overflowing and len(set(inner)) == len(sentence.words):
            found.append(Read(sentence, encoding.ids, [0, *inner, len(sentence.words) + 1]))
    return found


@dataclass(frozen=True)
class Batch:
    """Sentences of about one length. Heads are numbered as units, so that a head is an index; 0 is the root."""

    rows: list[Read]
    ids: Tensor  # (B, S)
    pieces: Tensor  # (B, U, S), 1 where a token is a piece of a unit
    words: Tensor  # (B, U), true where a unit is a word
    heads: Tensor  # (B, U), 0 where there is no word

    @property
    def real(self) -> Tensor:
        """(B, S), true where a token is."""
        return self.ids != text.PAD


def batches(rows: Sequence[Read], size: int, device: torch.device) -> list[Batch]:
    """All rows, the shortest first."""
    ordered = sorted(rows, key=lambda read: len(read.ids))
    return [_batch(ordered[start : start + size], device) for start in range(0, len(ordered), size)]


def _batch(rows: list[Read], device: torch.device) -> Batch:
    ids = text.pad([read.ids for read in rows], device)
    units = text.pad([read.units for read in rows], device, filler=-1)  # (B, S)
    count = int(units.max()) + 1
    pieces = (units[:, None] == torch.arange(count, device=device)[:, None]).float()
    lengths = torch.tensor([len(read.sentence.words) for read in rows], device=device)[:, None]
    places = torch.arange(count, device=device)
    heads = text.pad([[0, *read.sentence.heads, 0] for read in rows], device, filler=0)
    return Batch(rows, ids, pieces, (places > 0) & (places <= lengths), heads)


def averaging(pieces: Tensor) -> Tensor:
    """pieces (B, U, S) -> (B, U, S): times what tokens have, (B, S, D), the mean over each unit's pieces."""
    return pieces / pieces.sum(-1, keepdim=True).clamp(min=1)  # of padding there is no piece
