"""Copies of texts in which a masked LM has put other likely words, and batches that show texts and copies by turns.

Symbols: p the share of words replaced, K candidates for a place, V vocabulary, P places of one batch.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

import torch
from tokenizers import Tokenizer
from torch import Tensor

from workers.kit import pieces, text, training
from workers.kit.encoders import EncoderClassifier
from workers.kit.pretraining import WordGuess
from workers.kit.text import MARKS, MASK

BATCH = 256  # masked sentences that the language model sees at once
Rows = list[list[int]]
Places = list[tuple[int, int]]
MaskedLM = tuple[EncoderClassifier, WordGuess]


# --- which tokens are words that may be replaced ----------------------------------------------------------------------
def replaceable(tokenizer: Tokenizer) -> Tensor:
    """(V,): which tokens are words: letters or Chinese characters alone, and no mark."""
    words = map(tokenizer.id_to_token, range(tokenizer.get_vocab_size()))
    return torch.tensor([token >= len(MARKS) and word.lstrip("▁").isalpha() for token, word in enumerate(words)])


def places_of(rows: Rows, tokenizer: Tokenizer) -> Places:
    """Row and place of each word that is one token; of a word in pieces none is replaced."""
    tokens = [tokenizer.id_to_token(token) for token in range(tokenizer.get_vocab_size())]
    word, piece = replaceable(tokenizer).tolist(), pieces.going_on(tokens)
    pairs = ((i, j, token, after) for i, row in enumerate(rows) for j, (token, after) in enumerate(pairwise(row)))
    return [(i, j) for i, j, token, after in pairs if word[token] and not piece[token] and not piece[after]]


# --- copies -----------------------------------------------------------------------------------------------------------
@torch.inference_mode()
def one_copy(
    rows: Rows,
    places: Places,
    lm: MaskedLM,
    words: Tensor,
    p: float,
    K: int,
    draw: torch.Generator,
    progress: Callable[[int, int], None],
) -> Rows:
    """Each word is replaced with probability p by one of the K likeliest there, itself among them, drawn evenly.

    The masked LM sees the row with this one word hidden. `words` (V,) is true of what may stand in.
    """
    encoder, guess = lm
    chances = torch.rand(len(places), generator=draw).tolist()
    chosen = [place for place, chance in zip(places, chances, strict=True) if chance < p]
    chosen.sort(key=lambda place: len(rows[place[0]]))
    copies = [list(row) for row in rows]
    for start in range(0, len(chosen), BATCH):
        i, j = zip(*chosen[start : start + BATCH], strict=True)
        ids, at = text.pad([rows[row] for row in i], guess.bias.device), (torch.arange(len(i)), torch.tensor(j))
        ids[at] = MASK  # (P, S): P places, one hidden in each row
        (states,), _ = encoder.encode(ids)
        scores = guess(states[at], encoder).masked_fill(~words.to(ids.device), -torch.inf)  # (P, V)
        best = scores.topk(min(K, int(words.sum()))).indices.cpu()  # (P, K)
        picks = torch.randint(best.shape[1], (len(i), 1), generator=draw)
        for row, place, word in zip(i, j, best.gather(1, picks).flatten().tolist(), strict=True):
            copies[row][place] = word
        progress(start + len(i), len(chosen))
    return copies


def with_copies(
    rows: Rows,
    tokenizer: Tokenizer,
    lm: MaskedLM,
    *,
    copies: int,
    p: float,
    K: int,
    seed: int,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> Rows:
    """The texts, then their first copies, then their second, ..; `lm` is not asked where none is made."""
    words, places, found = replaceable(tokenizer), places_of(rows, tokenizer), list(rows)
    for turn in range(copies):
        draw = torch.Generator().manual_seed(seed + turn)
        found += one_copy(rows, places, lm, words, p, K, draw, progress)
    return found


def varied(plan: list[list[training.Batch]], texts: int, variants: int) -> list[list[training.Batch]]:
    """The plan on rows that hold all texts, then their first copies, ..: `variants` passes show every one of them."""
    return [
        [tuple([i + texts * ((i + turn) % variants) for i in part] for part in batch) for batch in epoch]
        for turn, epoch in enumerate(plan)
    ]
