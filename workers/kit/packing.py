"""Whole numbers of few bits: which stand for a tensor, what is learnt through them, their file and their product.

Symbols: b bits, M the largest integer, W a weight with its scale S_W and its integers q_W, x an activation with S_x and
q_x; I and O inputs and outputs of a linear layer.
"""

from __future__ import annotations

import time
import warnings
from collections.abc import Callable
from functools import cache
from statistics import median

import torch
from torch import Tensor, nn
from torch.nn import functional as F

LARGEST = 127
ZERO = 128  # an unsigned byte that stands for 0, where the kernel wants its left factor unsigned
TIMED = 3  # calls
NOTHING = 1e-12  # a tensor whose entries are all smaller is all zero


def largest_integer(b: int) -> int:
    """M = 2^(b-1) - 1: as many integers below 0 as above, so that 0 stays 0."""
    return 2 ** (b - 1) - 1


def scale_of(peak: Tensor, M: int) -> Tensor:
    """S = M / peak, of the largest absolute entry; 1 for a tensor of zeros, whose scale would be infinite. ()"""
    return torch.where(peak > NOTHING, M / peak, torch.ones_like(peak))


def quantise(x: Tensor, S: Tensor, M: int) -> Tensor:
    """q = clamp(round(x S), -M, M): whole numbers, still as floats; halves go to the even one. Shape of x."""
    return (x.float() * S).round_().clamp_(-M, M)


class FakeQuantise(torch.autograd.Function):
    """x^ = q / S. Its gradient is taken to be 1 (straight through), also where x was clamped, unless `clipped`."""

    @staticmethod
    def forward(ctx, x: Tensor, S: Tensor, M: int, clipped: bool) -> Tensor:
        ctx.inside = (x.float() * S).abs() <= M if clipped else None
        return (quantise(x, S, M) / S).to(x.dtype)

    @staticmethod
    def backward(ctx, gradient: Tensor) -> tuple:
        return (gradient if ctx.inside is None else gradient * ctx.inside), None, None, None


fake_quantise = FakeQuantise.apply


def of_largest(W: Tensor, M: int) -> Tensor:
    """W^ with S_W = M / max |W|, of the whole tensor and of this step. Shape of W."""
    return fake_quantise(W, scale_of(W.detach().abs().max(), M), M, False)


class HeldAsIntegers(nn.Module):
    """For a layer with a `weight`: q_W as int8 in memory, and with b bits each in the file; `weight_scale` is S_W."""

    def hold(self, b: int) -> None:
        self.b = b
        self.weight = nn.Parameter(torch.zeros_like(self.weight, dtype=torch.int8), requires_grad=False)
        self.register_buffer("weight_scale", torch.ones(()))

    def take(self, W: Tensor) -> None:
        M = largest_integer(self.b)
        S_W = scale_of(W.abs().max(), M)
        self.weight.copy_(quantise(W, S_W, M))
        self.weight_scale.copy_(S_W)

    def _save_to_state_dict(self, destination, prefix, keep_vars):
        super()._save_to_state_dict(destination, prefix, keep_vars)
        if self.b < 8:
            destination[prefix + "weight"] = to_bits(self.weight.detach(), self.b)

    def _load_from_state_dict(self, state, prefix, *rest):
        if self.b < 8 and prefix + "weight" in state:
            state[prefix + "weight"] = from_bits(state[prefix + "weight"], self.b, self.weight.shape)
        super()._load_from_state_dict(state, prefix, *rest)


class IntegerEmbedding(HeldAsIntegers, nn.Embedding):
    def __init__(self, table: nn.Embedding, b: int):
        super().__init__(table.num_embeddings, table.embedding_dim, table.padding_idx)
        self.hold(b)

    def forward(self, ids: Tensor) -> Tensor:
        return F.embedding(ids, self.weight).float() / self.weight_scale


def to_bits(q: Tensor, b: int) -> Tensor:
    """Whole numbers above -2^(b-1) as b bits each, one after the other: n of them -> uint8 (ceil(n b / 8),)."""
    codes = (q.flatten() + 2 ** (b - 1)).to(torch.uint8)  # (n,)
    bits = (codes[:, None] >> torch.arange(b, dtype=torch.uint8)) & 1  # (n, b), the lowest first
    octets = F.pad(bits.flatten(), (0, -bits.numel() % 8)).view(-1, 8)
    return (octets << torch.arange(8, dtype=torch.uint8)).sum(1, dtype=torch.uint8)


def from_bits(packed: Tensor, b: int, shape: torch.Size) -> Tensor:
    """The int8 tensor of that shape that `to_bits` was given."""
    bits = (packed[:, None] >> torch.arange(8, dtype=torch.uint8)) & 1  # (octets, 8)
    codes = bits.flatten()[: shape.numel() * b].view(-1, b)  # (n, b)
    return ((codes << torch.arange(b, dtype=torch.uint8)).sum(1) - 2 ** (b - 1)).to(torch.int8).view(shape)


def integer_product(q_W: Tensor) -> Callable[[Tensor], Tensor]:
    """q_x (.., I), whole numbers as floats, -> q_x q_W^T (.., O), exact while below 2^24. q_W: int8 (O, I).

    The library's kernel multiplies bytes and adds in 32 bits. But on an x86 processor without VNNI it first adds pairs
    of products in 16 bits, and what exceeds them is lost without a word. There each weight is split into two halves,
    which are small enough: twice the work, and the right sum.
    """
    if not has_kernel():
        return lambda q_x: torch._int_mm(q_x.flatten(0, -2).to(torch.int8), q_W.T).view(*q_x.shape[:-1], -1).float()
    if not loses_sums():
        return _packed(q_W)
    half = q_W >> 1
    product = _packed(torch.cat([half, q_W - half], 1))  # (O, 2I), no entry beyond 64
    return lambda q_x: product(torch.cat([q_x, q_x], -1))


def has_kernel() -> bool:
    return torch.backends.quantized.engine in ("x86", "fbgemm") and hasattr(torch, "_make_per_tensor_quantized_tensor")


def _packed(q_W: Tensor) -> Callable[[Tensor], Tensor]:
    with warnings.catch_warnings():
        # torch means to drop such tensors: where it has, the plain product above is what remains.
        warnings.filterwarnings("ignore", message=".*deprecated", category=UserWarning)
        weights = torch.ops.quantized.linear_prepack(torch._make_per_tensor_quantized_tensor(q_W, 1.0, 0), None)
    kernel = torch.ops.quantized.linear_with_input_q_dq_qweight_dq_output_fp32
    return lambda q_x: kernel(q_x, 1.0, ZERO, weights)


@cache
def loses_sums() -> bool:
    """Whether this processor's kernel is wrong about the largest numbers."""
    inputs = 8
    product = _packed(torch.full((1, inputs), LARGEST, dtype=torch.int8))(torch.full((1, inputs), float(LARGEST)))
    return product.item() != inputs * LARGEST**2


@torch.inference_mode()
def kernel_ms(tokens: int, inputs: int, outputs: int) -> tuple[float, float]:
    """Median milliseconds of a linear layer in fp32, and in int8 with rounding the input and scaling the output."""
    x, W = torch.randn(tokens, inputs), torch.randn(outputs, inputs)
    S_x, S_W = (scale_of(tensor.abs().max(), LARGEST) for tensor in (x, W))
    product = integer_product(quantise(W, S_W, LARGEST).to(torch.int8))
    return _median_ms(lambda: F.linear(x, W)), _median_ms(lambda: product(quantise(x, S_x, LARGEST)) / (S_x * S_W))


def _median_ms(call: Callable[[], Tensor]) -> float:
    call()
    times = []
    for _ in range(TIMED):
        began = time.perf_counter()
        call()
        times.append(1000 * (time.perf_counter() - began))
    return median(times)
