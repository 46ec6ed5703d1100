"""What every network of the kit is: a shape that says how to build it, and a forward pass that gives logits.

A BiLSTM stands here; encoders.py has the encoders, and a method may add a kind of its own. Symbols: B batch, S padded
length, D width, C classes. Padding enters nothing.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

import torch
from torch import Tensor, nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

from workers.kit.architectures import sizes
from workers.kit.text import PAD

if TYPE_CHECKING:
    from workers.kit.encoders import Attention

MASKED = -1e4  # stands where padding would be, below every real state


class Shape(Protocol):
    """What a network is, apart from its weights: JSON can hold it, and `build` makes the network from it again."""

    kind: str

    def as_dict(self) -> dict[str, Any]: ...


@dataclass
class Output:
    """What a forward pass gives. The lists are filled only where `insides` was asked for."""

    logits: Tensor  # (B, C)
    hidden: list[Tensor] = field(default_factory=list)  # h^0 .. h^L, each (B, S, D)
    attention: list[Attention] = field(default_factory=list)  # of layers 1 .. L


@dataclass(frozen=True)
class BiLSTMShape:
    layers: int
    width: int  # hidden size in each direction
    vocabulary: int
    classes: int
    embedding: int = 0  # of the word vectors; 0: as wide as the hidden state
    dropout: float = 0.1
    kind: str = "bilstm"

    def as_dict(self) -> dict:
        return asdict(self)


class BiLSTMClassifier(nn.Module):
    """Word vectors, bidirectional LSTM layers over the packed tokens, maximum over the real tokens."""

    def __init__(self, shape: BiLSTMShape):
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
        return Output(logits, hidden=[x, states] if insides else [])


_kinds: dict[str, tuple[type, type[nn.Module]]] = {}


def register(kind: str, shape: type, network: type[nn.Module]) -> None:
    """Makes `build` and saved checkpoints know a kind of network. `network(shape)` builds it with new weights."""
    _kinds[kind] = (shape, network)


register("bilstm", BiLSTMShape, BiLSTMClassifier)


class UnknownNetwork(ValueError):
    """A kind of network that nothing loaded here knows."""


def build(shape: Shape, *, seed: int = 0) -> nn.Module:
    """A network whose first weights depend on the shape and the seed alone."""
    torch.manual_seed(seed)
    return _kind(shape.kind)[1](shape)


def shape_from(facts: dict[str, Any]) -> Shape:
    """The shape that `as_dict` was asked of. Raises UnknownNetwork, and TypeError where the facts do not fit."""
    return _kind(str(facts.get("kind")))[0](**facts)


def _kind(name: str) -> tuple[type, type[nn.Module]]:
    if name == "encoder":
        import workers.kit.encoders  # noqa: F401 - registers itself; a second's import that a BiLSTM can spare
    try:
        return _kinds[name]
    except KeyError:
        raise UnknownNetwork(f"no kind of network is called {name!r}; there are {', '.join(_kinds)}") from None


def shape_named(name: str, *, vocabulary: int, classes: int) -> Shape:
    """The shape of a name as forms offer it (architectures.py): "bilstm-64", "bert-2x128", "bert-4x128h8"."""
    size = sizes(name)
    if size.kind == "bilstm":
        return BiLSTMShape(size.layers, size.width, vocabulary, classes)
    from workers.kit.encoders import bert_shape

    return bert_shape(layers=size.layers, width=size.width, heads=size.heads, vocabulary=vocabulary, classes=classes)


def parameter_counts(model: nn.Module) -> tuple[int, int]:
    """All parameters, and those outside embedding tables."""
    total = sum(p.numel() for p in model.parameters())
    tables = sum(p.numel() for m in model.modules() if isinstance(m, nn.Embedding) for p in m.parameters())
    return total, total - tables
