"""Masked-LM pre-training on the task's own text, which stands in for the large corpora of published encoders.

Symbols: B batch, S padded length, V vocabulary, M hidden tokens of a batch.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from workers.kit import text, training
from workers.kit.encoders import EncoderClassifier
from workers.kit.text import MARKS, MASK

HIDDEN_SHARE = 0.25  # more than BERT's 0.15: texts are short and epochs few, and nothing is learnt from what is shown
KEPT, REPLACED = 0.1, 0.1  # of the hidden tokens: shown as they are, shown as any other word; the rest are [MASK]


class WordGuess(nn.Module):
    """From a state to the logits of the word that stands there; the last step shares the encoder's word vectors."""

    def __init__(self, encoder: EncoderClassifier):
        super().__init__()
        vectors = encoder.body.get_input_embeddings()
        width = vectors.embedding_dim
        self.transform = nn.Sequential(nn.Linear(width, width), nn.GELU(), nn.LayerNorm(width))
        self.bias = nn.Parameter(torch.zeros(vectors.num_embeddings))

    def forward(self, states: Tensor, encoder: EncoderClassifier) -> Tensor:
        """(..., D) -> (..., V)."""
        return F.linear(self.transform(states), encoder.body.get_input_embeddings().weight, self.bias)


def hide(ids: Tensor, vocabulary: int, draw: torch.Generator) -> tuple[Tensor, Tensor]:
    """What the encoder gets to see (B, S), and which tokens it must guess (B, S), true there. Marks never are."""
    words = ids >= len(MARKS)
    chance = torch.rand(ids.shape, generator=draw).to(ids.device)
    hidden = words & (chance < HIDDEN_SHARE)
    fate = torch.rand(ids.shape, generator=draw).to(ids.device)
    others = torch.randint(len(MARKS), vocabulary, ids.shape, generator=draw).to(ids.device)
    shown = torch.where(hidden & (fate >= KEPT), MASK, ids)
    shown = torch.where(hidden & (fate >= 1 - REPLACED), others, shown)
    return shown, hidden


def word_loss(encoder: EncoderClassifier, guess: WordGuess, ids: Tensor, draw: torch.Generator) -> Tensor:
    """Cross-entropy of naming the hidden words of texts (B, S), in nats, mean over the M of them."""
    shown, hidden = hide(ids, guess.bias.shape[0], draw)
    (states,), _ = encoder.encode(shown)
    logits = guess(states[hidden], encoder)  # (M, V)
    # Divided by at least 1: a batch of a few short texts may hide nothing.
    return F.cross_entropy(logits.float(), ids[hidden], reduction="sum") / hidden.sum().clamp(min=1)


def pretrain(
    encoder: EncoderClassifier,
    guess: WordGuess,
    rows: Sequence[Sequence[int]],
    *,
    epochs: int,
    batch_size: int,
    learning_rate: float,
    seed: int,
    device: torch.device,
    on_step: Callable[[int, int], None] = lambda done, total: None,
    on_terms: Callable[[int, dict[str, float]], None] = lambda step, terms: None,
) -> None:
    """Trains the encoder's body and `guess` to name hidden words."""
    draw = torch.Generator().manual_seed(seed)

    def loss_of(batch: training.Batch) -> tuple[Tensor, dict[str, Tensor]]:
        loss = word_loss(encoder, guess, text.pad([rows[i] for i in batch[0]], device), draw)
        return loss, {"loss": loss}

    plan = training.plan(range(len(rows)), (), [len(row) for row in rows], batch_size, epochs, seed)
    both = nn.ModuleList([encoder.body, guess])
    training.fit(both, plan, loss_of, learning_rate=learning_rate, on_step=on_step, on_terms=on_terms)
