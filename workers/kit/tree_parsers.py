"""Parsers that nobody trained, held against each other word by word: chosen on some sentences, counted on others.

Symbols: B sentences in a batch, U units (kit/tree_tokens.py), W words of all sentences, K parsers, R relations.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import torch
from torch import Tensor

from workers.kit import tree_tokens
from workers.kit.tree_tokens import Batch, Read

BATCH = 32
COMMON = 20  # a relation is scored where each half has it as often; fewer words say nothing
SIGN = "PUNCT"


# --- the words that are asked -----------------------------------------------------------------------------------------
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
        return cls(batches, relations, torch.tensor([tag == SIGN for sentence in ordered for tag in sentence.upos]))

    def members(self, relations: Sequence[str]) -> Tensor:
        """(W, 1 + R): which words count: first all but signs, the root among them, then those of each relation."""
        columns = [~self.signs, *(torch.tensor([name == r for name in self.relations]) for r in relations)]
        return torch.stack(columns, dim=1).float()


class Halves(NamedTuple):
    """Where parsers are chosen, where they are counted, and the relations common in both, frequent first."""

    chosen_on: Half
    counted: Half
    relations: list[str]

    @classmethod
    def of(cls, chosen_on: Half, counted: Half) -> Halves:
        often, found = (
            Counter(name for name in half.relations if name not in ("root", "punct")) for half in (chosen_on, counted)
        )
        return cls(chosen_on, counted, [name for name, n in found.most_common() if min(n, often[name]) >= COMMON])


# --- who is right -----------------------------------------------------------------------------------------------------
def right_of(units: Tensor, batch: Batch) -> Tensor:
    """(K, W of the batch): 1 where the unit that a parser gives a word is its head; units (.., B, U), K parsers."""
    hits = (units == batch.heads)[..., batch.words]  # (.., W)
    return hits.reshape(-1, hits.shape[-1]).float().cpu()


def offsets(reach: int) -> list[int]:
    return [offset for offset in range(-reach, reach + 1) if offset]


def right_of_offsets(half: Half, reach: int) -> Tensor:
    """(2 reach, W): the word so many places on is the head, for -reach .. reach without 0.

    Beyond the last word it is the last, before the first it is the root.
    """
    found = []
    for batch in half.batches:
        places = torch.arange(batch.words.shape[1], device=batch.ids.device)
        last = batch.words.sum(1, keepdim=True)  # (B, 1)
        given = torch.stack([(places + offset).clamp(min=0).minimum(last) for offset in offsets(reach)])
        found.append(right_of(given, batch))
    return torch.cat(found, dim=1)


def right_of_uniform(half: Half) -> Tensor:
    """(1, W): how often a guess among the other words is right; the root's is never."""
    found = []
    for batch in half.batches:
        others = (batch.words.sum(1, keepdim=True) - 1).clamp(min=1)  # (B, 1)
        found.append(((batch.heads > 0) / others)[batch.words].cpu())
    return torch.cat(found)[None]


# --- the best of each kind --------------------------------------------------------------------------------------------
def accuracies(right: Tensor, members: Tensor) -> Tensor:
    """right (K, W), members (W, 1 + R) -> (K, 1 + R)."""
    return right @ members / members.sum(0)


class Score(NamedTuple):
    """Of one kind of parser, for all words and then each relation: the one that was chosen, and what it gets right."""

    best: Tensor  # (1 + R,)
    right: Tensor  # (1 + R, W), of the half on which it is counted
    accuracy: Tensor  # (1 + R,)
    chosen: Tensor  # (K, 1 + R): every parser's accuracy where it is chosen
    counted: Tensor  # (K, 1 + R): and where it is counted


def choose(chosen_on: Tensor, members: Tensor, right: Tensor, counted: Tensor) -> Score:
    """For each column the parser that is best on one half, and what it does on the other."""
    of_one, of_other = accuracies(chosen_on, members), accuracies(right, counted)
    best = of_one.argmax(0)
    return Score(best, right[best], of_other[best, torch.arange(len(best))], of_one, of_other)


def difference(one: Score, other: Score, counted: Tensor) -> tuple[Tensor, Tensor]:
    """(1 + R,) each: how much more often `one` is right, and the standard error of that, word by word."""
    gained = one.right - other.right  # (1 + R, W): -1, 0 or 1
    n = counted.sum(0)
    mean = (gained * counted.T).sum(1) / n
    variance = (gained.square() * counted.T).sum(1) / n - mean.square()
    return mean, (variance.clamp(min=0) / n).sqrt()


class Contest(NamedTuple):
    """All kinds of parsers by role, and (W, 1 + R) which words count in the half on which they are counted."""

    relations: list[str]
    scores: dict[str, Score]
    members: Tensor

    @classmethod
    def between(cls, right: Mapping[str, Sequence[Tensor]], halves: Halves) -> Contest:
        """`right`, by role: what each parser of that kind gets right on the one half and on the other, (K, W)."""
        chosen_by, counted_by = (half.members(halves.relations) for half in (halves.chosen_on, halves.counted))
        scores = {role: choose(first, chosen_by, second, counted_by) for role, (first, second) in right.items()}
        return cls(halves.relations, scores, counted_by)

    def gain_on(self, own: str, other: str) -> tuple[Tensor, Tensor]:
        """What the best parsers of one role gain on the best of another, and the standard error; (1 + R,) each."""
        return difference(self.scores[own], self.scores[other], self.members)
