"""Trees as distances between words: the tree bank's, a control task's, and how well others agree with them.

B sentences of a batch, U units ([CLS], words, [SEP]), W = U - 2 words of the longest sentence. "Counted" are the words
that are no signs: edges are sought between these alone.

The control task: Hewitt and Liang's for dependencies ("Designing and Interpreting Probes with Control Tasks", 2019,
arXiv:1909.03368) lets each word type, once for all, draw one of three behaviours: a word attaches to itself, to the
first word or to the last word of its sentence. There a head is predicted, here a distance. So the heads are read as a
tree that hangs on an unseen root: who attaches to itself hangs on the root, and distances go through it. First and last
are the first and last counted words; the first one is on the root whatever it drew, or it and the last could run in a
circle. An edge to the root joins no two words and is not counted.
"""

from __future__ import annotations

import hashlib
import math
from collections import defaultdict
from collections.abc import Iterable
from typing import NamedTuple

import torch
from torch import Tensor

from workers.kit import text
from workers.kit.tree_tokens import Batch
from workers.kit.trees import Sentence

SIGNS = "PUNCT"
LENGTHS = range(5, 51)  # of sentences whose correlations are averaged
ITSELF, FIRST, LAST = range(3)


class Trees(NamedTuple):
    """Of a batch's sentences."""

    words: Tensor  # (B, W), true where a word is
    counted: Tensor  # (B, W), true where one is that is no sign
    d_T: Tensor  # (B, W, W), edges between two words

    @property
    def edges(self) -> Tensor:
        """(B, W, W), true between two counted words that are joined; both ways."""
        return (self.d_T == 1) & pairs(self.counted)


def pairs(words: Tensor) -> Tensor:
    """(B, W) -> (B, W, W): true where both are."""
    return words[..., :, None] & words[..., None, :]


# --- gold trees -------------------------------------------------------------------------------------------------------
def trees_of(batch: Batch, heads: Tensor) -> Trees:
    """`heads` (B, U): the batch's own, or a control task's."""
    signs = [[True, *(tag == SIGNS for tag in read.sentence.upos), True] for read in batch.rows]
    signs = text.pad(signs, batch.words.device, filler=1).bool()
    return Trees(batch.words[:, 1:-1], (batch.words & ~signs)[:, 1:-1], tree_distances(heads)[:, 1:-1, 1:-1])


def tree_distances(heads: Tensor) -> Tensor:
    """heads (B, U), unit 0 the root -> (B, U, U): |A_i| + |A_j| - 2 |A_i and A_j|, with A_i i and all above it."""
    above = torch.eye(heads.shape[1], device=heads.device).repeat(len(heads), 1, 1)  # (B, U, U)
    place = heads
    above.scatter_(2, place[..., None], 1.0)
    while place.any():
        place = heads.gather(1, place)
        above.scatter_(2, place[..., None], 1.0)
    size = above.sum(-1)
    return size[:, :, None] + size[:, None, :] - 2 * above @ above.transpose(1, 2)


def control_heads(batch: Batch, seed: int) -> Tensor:
    """(B, U)."""
    rows = [[0, *control_tree(read.sentence, seed), 0] for read in batch.rows]
    return text.pad(rows, batch.words.device, filler=0)


def control_tree(sentence: Sentence, seed: int) -> list[int]:
    """A head for each word, from 1, and 0 for the root."""
    counted = [place for place, tag in enumerate(sentence.upos, start=1) if tag != SIGNS]
    if not counted:
        return [0] * len(sentence.words)
    to = {ITSELF: 0, FIRST: counted[0], LAST: counted[-1]}
    heads = [to[behaviour(word, seed)] for word in sentence.words]
    heads[counted[0] - 1] = 0
    return [0 if head == place else head for place, head in enumerate(heads, start=1)]


def behaviour(word: str, seed: int) -> int:
    """What a word type drew: the same in every sentence, of train and of dev."""
    return int.from_bytes(hashlib.sha256(f"{seed}:{word.lower()}".encode()).digest()[:4]) % 3


# --- agreement --------------------------------------------------------------------------------------------------------
def spanning_trees(d: Tensor, among: Tensor) -> Tensor:
    """The smallest trees, by Prim: d (B, W, W), among (B, W) whom they join -> (B, W, W), true on edges, both ways."""
    rows, start = torch.arange(len(d), device=d.device), among.float().argmax(1)
    away = d.masked_fill(~among[:, None, :], math.inf)
    edges, inside = torch.zeros_like(d, dtype=torch.bool), torch.zeros_like(among)
    inside[rows, start] = True
    near, source = away[rows, start], start[:, None].repeat(1, d.shape[1])  # (B, W): the way from inside to each
    for _ in range(int(among.sum(1).max()) - 1):
        cost, to = near.masked_fill(inside, math.inf).min(1)
        found = cost < math.inf
        edges[rows, to, source[rows, to]] |= found
        inside[rows, to] |= found
        nearer = (away[rows, to] < near) & found[:, None]
        near, source = near.where(~nearer, away[rows, to]), source.where(~nearer, to[:, None])
    return edges | edges.transpose(1, 2)


def ranks(values: Tensor) -> Tensor:
    """Along the last dimension, from 1; equal ones share the mean of their places."""
    less = (values[..., None, :] < values[..., None]).sum(-1)
    return less + ((values[..., None, :] == values[..., None]).sum(-1) + 1) / 2


def spearman(d: Tensor, trees: Trees) -> Tensor:
    """For each word the rank correlation of its row in d and d_T, mean over a sentence's words (B,)."""
    both, n = pairs(trees.words), trees.words.sum(1)

    def centred(values: Tensor) -> Tensor:
        place = ranks(values.masked_fill(~both, math.inf)) * both
        return (place - place.sum(-1, keepdim=True) / n[:, None, None]) * both

    a, b = centred(d), centred(trees.d_T)
    of_words = (a * b).sum(-1) / (a.square().sum(-1) * b.square().sum(-1)).sqrt().clamp(min=1e-9)  # (B, W)
    return of_words.sum(1) / n


class Score(NamedTuple):
    uuas: float  # right edges of all sentences by gold edges of all sentences
    spearman: float  # mean over sentences of a length, then over lengths


def score(found: Iterable[tuple[Tensor, Trees]]) -> Score:
    """Of distances (B, W, W), batch by batch."""
    right, edges, by_length = 0, 0, defaultdict(list)
    for d, trees in found:
        gold = trees.edges
        right += int((spanning_trees(d, trees.counted) & gold).sum())
        edges += int(gold.sum())
        for length, value in zip(trees.words.sum(1).tolist(), spearman(d, trees).tolist(), strict=True):
            by_length[length].append(value)
    means = [sum(by_length[n]) / len(by_length[n]) for n in LENGTHS if n in by_length]
    return Score(right / max(1, edges), sum(means) / max(1, len(means)))


def chain(trees: Trees) -> Tensor:
    """Each word joined to the next: |i - j|, (B, W, W)."""
    places = torch.arange(trees.words.shape[1], device=trees.words.device)
    return (places[:, None] - places).abs().float().expand_as(trees.d_T)
