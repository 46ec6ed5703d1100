"""FastBERT's network: a backbone with a branch after every layer but the last, and a pass that ends early.

Symbols: B texts, S padded length, D width, W width of a branch, L layers, C classes, h states after a layer (B, S, D),
z logits of a classifier (B, C).
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import asdict, dataclass

import torch
from torch import Tensor, nn

from workers.kit import networks
from workers.kit.encoders import EncoderClassifier, EncoderShape
from workers.kit.exits import Left, leave_early
from workers.kit.networks import Output

HEADS = 2  # of a branch's self-attention


class Branch(nn.Module):
    """A student classifier: narrower, tanh, self-attention, [CLS], a hidden layer, classes. No dropout."""

    def __init__(self, width: int, narrow: int, classes: int):
        super().__init__()
        self.narrow = nn.Linear(width, narrow)
        self.query, self.key, self.value, self.mix = (nn.Linear(narrow, narrow) for _ in range(4))
        self.hidden = nn.Linear(narrow, narrow)
        self.classes = nn.Linear(narrow, classes)

    def forward(self, h: Tensor, mask: Tensor) -> Tensor:
        """h (B, S, D), mask (B, 1, 1, S) added to the scores -> z_s (B, C)."""
        x = self.narrow(h).tanh()  # (B, S, W)
        q, k, v = self.query(x[:, :1]), self.key(x), self.value(x)  # only [CLS] asks: nobody reads the other answers
        q, k, v = (part.unflatten(-1, (HEADS, -1)).transpose(1, 2) for part in (q, k, v))  # (B, 2, 1 or S, W / 2)
        scores = q @ k.transpose(-1, -2) / math.sqrt(q.shape[-1]) + mask  # (B, 2, 1, S)
        context = (scores.softmax(-1) @ v).transpose(1, 2).flatten(2)  # (B, 1, W)
        return self.classes(self.hidden(self.mix(context[:, 0])).tanh())


@dataclass(frozen=True)
class BranchedShape:
    """`backbone`: an EncoderShape as a dict; a text leaves where its uncertainty is below `speed`."""

    backbone: dict
    branch_width: int
    speed: float
    kind: str = "fastbert-branched"

    def as_dict(self) -> dict:
        return asdict(self)


class Branched(nn.Module):
    """Runs layer by layer; texts that leave are taken out of the batch, and with the last of them the pass ends."""

    def __init__(self, shape: BranchedShape):
        super().__init__()
        self.shape, self.speed = shape, shape.speed
        self.backbone = EncoderClassifier(EncoderShape(**shape.backbone)).requires_grad_(False)
        width = self.backbone.body.config.hidden_size
        depth, classes = len(self.backbone.layers), self.backbone.shape.classes
        self.branches = nn.ModuleList(Branch(width, shape.branch_width, classes) for _ in range(depth - 1))

    def train(self, mode: bool = True) -> Branched:
        """The backbone stays as it is and without dropout, whatever happens to the branches."""
        super().train(mode)
        self.backbone.eval()
        return self

    def embed(self, ids: Tensor) -> tuple[Tensor, Tensor]:
        """h^0 (B, S, D), and what is added to attention scores (B, 1, 1, S): the least there is at padded keys."""
        h = self.backbone.body.embeddings(input_ids=ids, **self.backbone.texts_apart(ids))
        padded = (ids == self.backbone.pad)[:, None, None]
        return h, h.new_zeros(padded.shape).masked_fill(padded, torch.finfo(h.dtype).min)

    def classify(self, place: int, h: Tensor, mask: Tensor) -> Tensor:
        """Logits (B, C) of the branch at `place`, counted from 0, or of the teacher classifier at the last."""
        return self.branches[place](h, mask) if place < len(self.branches) else self.backbone.head(h[:, 0])

    def every_classifier(self, ids: Tensor) -> Iterator[Tensor]:
        """Logits (B, C) after layer 1, 2, .., L; a layer is computed when it is asked for. Nobody leaves."""
        h, mask = self.embed(ids)
        for place, layer in enumerate(self.backbone.layers):
            h = layer(h, mask)
            yield self.classify(place, h, mask)

    def forward(self, ids: Tensor, *, insides: bool = False) -> Left:
        return leave_early(*self.embed(ids), self.backbone.layers, self.classify, self.speed)


networks.register("fastbert-branched", BranchedShape, Branched)


class EveryClassifier(nn.Module):
    """All L classifiers on every text, logits (B, L, C): to look at, never to be timed."""

    def __init__(self, net: Branched):
        super().__init__()
        self.net = net

    def forward(self, ids: Tensor) -> Output:
        return Output(torch.stack(list(self.net.every_classifier(ids)), dim=1))


def with_branches(teacher: EncoderClassifier, branch_width: int, speed: float, seed: int) -> Branched:
    """The teacher's weights, frozen, and new branches."""
    net = networks.build(BranchedShape(teacher.shape.as_dict(), branch_width, speed), seed=seed)
    net.backbone.load_state_dict(teacher.state_dict())
    return net.to(next(teacher.parameters()).device)
