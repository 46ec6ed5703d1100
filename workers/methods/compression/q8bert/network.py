"""Encoders whose layers are quantised: what these know of a forward pass, and how one network becomes another.

How such a layer computes is the paper's and stands in job.py, which puts its layers into `QuantisedClassifier`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace

from torch import Tensor, nn

from workers.kit import networks
from workers.kit.encoders import EncoderClassifier, EncoderShape
from workers.kit.networks import Output
from workers.kit.packing import HeldAsIntegers

SIMULATED, INTEGER = "q8bert-simulated", "q8bert-integer"


@dataclass(frozen=True)
class QuantisedShape(EncoderShape):
    """An encoder, and how it is quantised. `dynamic`: an activation's scale is that of its own batch, not kept."""

    weight_bits: int = 8
    activation_bits: int = 8
    embeddings: bool = True
    requantise: bool = False
    dynamic: bool = False
    decay: float = 0.9999
    clipped: bool = False
    kind: str = SIMULATED


_pass: ContextVar[tuple[Tensor, bool]] = ContextVar("pass")  # which positions hold a token (B, S); do layers round


@contextmanager
def passing(real: Tensor, *, rounds: bool = True) -> Iterator[None]:
    """Within it, layers compute as in a forward pass over texts with these real tokens (B, S)."""
    token = _pass.set((real, rounds))
    try:
        yield
    finally:
        _pass.reset(token)


def rounding() -> bool:
    return _pass.get()[1]


def peak_of(x: Tensor) -> Tensor:
    """max |x| over the real positions of x (B, S, I), or over all of x (B, I), which has none but [CLS]. ()"""
    largest = x.detach().float().abs().amax(-1)  # (B, S) or (B,)
    return (largest * _pass.get()[0]).max() if x.dim() == 3 else largest.max()


class QuantisedClassifier(EncoderClassifier):
    """The kit's encoder with every linear layer and, where asked for, every embedding table replaced.

    `linear` makes a layer of the one there was and the shape, `embedding` a table of the one there was and its bits.
    """

    def __init__(self, linear: Callable[..., nn.Module], embedding: Callable[..., nn.Module], shape: QuantisedShape):
        super().__init__(shape)
        self.rounds = True
        for parent in list(self.modules()):
            for name, child in list(parent.named_children()):
                if isinstance(child, nn.Linear):
                    setattr(parent, name, linear(child, shape))
                elif isinstance(child, nn.Embedding) and shape.embeddings:
                    setattr(parent, name, embedding(child, shape.weight_bits))

    def forward(self, ids: Tensor, *, insides: bool = False) -> Output:
        with passing(ids != self.pad, rounds=self.rounds):
            return super().forward(ids, insides=insides)


def simulated(net: EncoderClassifier, **how) -> QuantisedClassifier:
    """A network with these weights, and ranges where it has some, that rounds `how` a QuantisedShape says."""
    shape = QuantisedShape(**{**net.shape.as_dict(), **how, "kind": SIMULATED})
    new = networks.build(shape).to(next(net.parameters()).device)
    new.load_state_dict(net.state_dict(), strict=False)  # a network in floating point has no ranges
    return new.eval()


def of_integers(net: QuantisedClassifier) -> QuantisedClassifier:
    """The network that the simulated one stands for, on the CPU."""
    new = networks.build(replace(net.shape, kind=INTEGER))
    held = {name: module for name, module in new.named_modules() if isinstance(module, HeldAsIntegers)}
    floats = {name: one for name, one in net.state_dict().items() if name.removesuffix(".weight") not in held}
    new.load_state_dict(floats, strict=False)
    for name, module in held.items():
        module.take(net.get_submodule(name).weight.detach().cpu())
    return new.requires_grad_(False).eval()
