"""The networks that methods share: a small transformer encoder that can show its insides, and a BiLSTM.

Symbols: B batch, S padded length, D width, H heads, C classes. Both pool over the real tokens; padding enters nothing.
"""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass

import torch
from torch import Tensor, nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

PAD = 0  # the tokenizer's padding id
MASKED = -1e4  # added to the scores of padded keys


@dataclass(frozen=True)
class Shape:
    """What a network is, apart from its weights."""

    kind: str  # "transformer" or "bilstm"
    layers: int
    width: int  # D; a BiLSTM's hidden size in each direction
    vocabulary: int
    classes: int
    heads: int = 2
    embedding: int = 0  # a BiLSTM's word vectors; 0: as wide as the hidden state
    max_length: int = 64
    dropout: float = 0.1

    def as_dict(self) -> dict:
        return asdict(self)


@dataclass
class Output:
    """What a forward pass gives. The lists are filled only where `insides` was asked for."""

    logits: Tensor  # (B, C)
    hidden: list[Tensor]  # h^0 .. h^L, each (B, S, D)
    scores: list[Tensor]  # A^1 .. A^L before the mask, each (B, H, S, S)
    probabilities: list[Tensor]  # P^1 .. P^L, each (B, H, S, S)


class Attention(nn.Module):
    """Multi-head self-attention, written out so that scores and probabilities can be seen."""

    def __init__(self, width: int, heads: int, dropout: float):
        super().__init__()
        self.heads = heads
        self.query, self.key, self.value, self.out = (nn.Linear(width, width) for _ in range(4))
        self.dropout = nn.Dropout(dropout)

    def forward(self, x: Tensor, real: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """x (B, S, D); real (B, S), true at tokens -> states (B, S, D), scores and probabilities (B, H, S, S)."""
        B, S, D = x.shape

        def split(states: Tensor) -> Tensor:
            return states.view(B, S, self.heads, D // self.heads).transpose(1, 2)  # (B, H, S, D/H)

        q, k, v = split(self.query(x)), split(self.key(x)), split(self.value(x))
        scores = q @ k.transpose(-1, -2) / math.sqrt(D // self.heads)  # (B, H, S, S)
        probabilities = (scores + (~real)[:, None, None, :] * MASKED).softmax(-1)
        mixed = self.dropout(probabilities) @ v  # (B, H, S, D/H)
        return self.out(mixed.transpose(1, 2).reshape(B, S, D)), scores, probabilities


class Block(nn.Module):
    """One pre-norm layer: attention, then a feed-forward part four times as wide."""

    def __init__(self, width: int, heads: int, dropout: float):
        super().__init__()
        self.attention_norm, self.feed_norm = nn.LayerNorm(width), nn.LayerNorm(width)
        self.attention = Attention(width, heads, dropout)
        self.feed = nn.Sequential(nn.Linear(width, 4 * width), nn.GELU(), nn.Linear(4 * width, width))
        self.dropout = nn.Dropout(dropout)

    def forward(self, x: Tensor, real: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        mixed, scores, probabilities = self.attention(self.attention_norm(x), real)
        x = x + self.dropout(mixed)
        return x + self.dropout(self.feed(self.feed_norm(x))), scores, probabilities


class TransformerClassifier(nn.Module):
    """Learned positions, pre-norm blocks, mean over the real tokens."""

    def __init__(self, shape: Shape):
        super().__init__()
        self.shape = shape
        self.tokens = nn.Embedding(shape.vocabulary, shape.width, padding_idx=PAD)
        self.positions = nn.Embedding(shape.max_length, shape.width)
        nn.init.normal_(self.tokens.weight, std=0.1)
        nn.init.normal_(self.positions.weight, std=0.02)
        self.dropout = nn.Dropout(shape.dropout)
        self.blocks = nn.ModuleList(Block(shape.width, shape.heads, shape.dropout) for _ in range(shape.layers))
        self.norm = nn.LayerNorm(shape.width)
        self.head = nn.Linear(shape.width, shape.classes)

    def forward(self, ids: Tensor, *, insides: bool = False) -> Output:
        real = ids != PAD  # (B, S)
        places = torch.arange(ids.shape[1], device=ids.device)
        x = self.dropout(self.tokens(ids) + self.positions(places))  # (B, S, D)
        output = Output(logits=x, hidden=[x] if insides else [], scores=[], probabilities=[])
        for block in self.blocks:
            x, scores, probabilities = block(x, real)
            if insides:
                output.hidden.append(x)
                output.scores.append(scores)
                output.probabilities.append(probabilities)
        weights = real.unsqueeze(-1).to(x.dtype)  # (B, S, 1)
        pooled = (self.norm(x) * weights).sum(1) / weights.sum(1).clamp(min=1)  # (B, D)
        output.logits = self.head(self.dropout(pooled))  # (B, C)
        return output


class BiLSTMClassifier(nn.Module):
    """Word vectors, bidirectional LSTM layers over the packed tokens, maximum over the real tokens."""

    def __init__(self, shape: Shape):
        super().__init__()
        self.shape = shape
        embedding = shape.embedding or shape.width
        self.tokens = nn.Embedding(shape.vocabulary, embedding, padding_idx=PAD)
        nn.init.normal_(self.tokens.weight, std=0.1)
        self.dropout = nn.Dropout(shape.dropout)
        self.lstm = nn.LSTM(embedding, shape.width, shape.layers, batch_first=True, bidirectional=True)
        self.head = nn.Linear(2 * shape.width, shape.classes)

    def forward(self, ids: Tensor, *, insides: bool = False) -> Output:
        real = ids != PAD  # (B, S)
        x = self.dropout(self.tokens(ids))  # (B, S, E)
        # Packed, so that the backward direction starts at the true end and no length of padding changes a result.
        packed = pack_padded_sequence(x, real.sum(1).cpu(), batch_first=True, enforce_sorted=False)
        states, _ = pad_packed_sequence(self.lstm(packed)[0], batch_first=True, total_length=ids.shape[1])  # (B, S, 2D)
        pooled = states.masked_fill(~real.unsqueeze(-1), MASKED).amax(1)  # (B, 2D)
        logits = self.head(self.dropout(pooled))  # (B, C)
        return Output(logits=logits, hidden=[x, states] if insides else [], scores=[], probabilities=[])


KINDS = {"transformer": TransformerClassifier, "bilstm": BiLSTMClassifier}


def shape_named(name: str, *, vocabulary: int, classes: int) -> Shape:
    """The shape of a name as forms offer it: "bilstm-64" (hidden size), "transformer-2x128" (layers x width)."""
    kind, _, size = name.partition("-")
    layers, _, width = size.rpartition("x")
    return Shape(
        kind=kind,
        layers=int(layers or 1),
        width=int(width),
        heads=max(2, int(width) // 32),
        vocabulary=vocabulary,
        classes=classes,
    )


def build(shape: Shape, *, seed: int = 0) -> nn.Module:
    """A network whose first weights depend on the shape and the seed alone."""
    torch.manual_seed(seed)
    return KINDS[shape.kind](shape)


def parameter_counts(model: nn.Module) -> tuple[int, int]:
    """All parameters, and those outside embedding tables."""
    total = sum(p.numel() for p in model.parameters())
    tables = sum(p.numel() for m in model.modules() if isinstance(m, nn.Embedding) for p in m.parameters())
    return total, total - tables
