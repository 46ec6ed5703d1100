"""Which tokens are words that augmentation may replace. Symbols: V vocabulary."""

from __future__ import annotations

from itertools import pairwise

import torch
from tokenizers import Tokenizer
from torch import Tensor

from workers.kit.text import MARKS

WORD_BEGINS = ("Ġ", "▁")  # how some tokenizers mark a token that begins a word; BERT's mark what goes on, by ##
Rows = list[list[int]]
Places = list[tuple[int, int]]


def replaceable(tokenizer: Tokenizer) -> Tensor:
    """(V,): which tokens are words: letters or Chinese characters alone, and no mark."""
    words = map(tokenizer.id_to_token, range(tokenizer.get_vocab_size()))
    return torch.tensor([token >= len(MARKS) and word.lstrip("▁").isalpha() for token, word in enumerate(words)])


def pieces(tokenizer: Tokenizer) -> Tensor:
    """(V,): which tokens go on with a word that another began. In a vocabulary of ours none does."""
    words = [tokenizer.id_to_token(token) for token in range(tokenizer.get_vocab_size())]
    if any(word.startswith(WORD_BEGINS) for word in words):
        return torch.tensor([word.isalpha() and not word.startswith(WORD_BEGINS) for word in words])
    return torch.tensor([word.startswith("##") for word in words])


def places_of(rows: Rows, words: Tensor, going_on: Tensor) -> Places:
    """Row and place of each word that is one token; of a word in pieces none is replaced."""
    word, piece = words.tolist(), going_on.tolist()
    pairs = ((i, j, token, after) for i, row in enumerate(rows) for j, (token, after) in enumerate(pairwise(row)))
    return [(i, j) for i, j, token, after in pairs if word[token] and not piece[token] and not piece[after]]
