"""Encoders of the transformers library with their attention laid open: what a head sees, and a gate on what it says.

Symbols: B batch, S padded length, D width, H heads, d = D / H, L layers, C classes. Attention is computed by the
function below and by no fused kernel, so that raw scores, queries, keys and values can be had of any model of the
library that takes its attention from the outside, not of BERT alone.
"""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import asdict, dataclass, replace

from torch import Tensor, nn
from torch.nn import functional as F
from transformers import MODEL_MAPPING, AttentionInterface, AutoConfig, AutoModel, BertConfig, PreTrainedModel
from transformers.masking_utils import AttentionMaskInterface, eager_mask

from workers.kit import networks
from workers.kit.networks import Output
from workers.kit.text import MAX_LENGTH, PAD, SEPARATOR

LAID_OPEN = "laid_open"  # the name under which the library finds our attention


@dataclass(frozen=True)
class Attention:
    """What happened in one layer's self-attention; padded keys have scores like others and probability 0."""

    query: Tensor  # (B, H, S, d)
    key: Tensor  # (B, H, S, d)
    value: Tensor  # (B, H, S, d)
    scores: Tensor  # A = Q K^T / sqrt(d) before the mask, (B, H, S, S)
    probabilities: Tensor  # P = softmax(A + mask), over keys, before dropout, (B, H, S, S)
    context: Tensor  # P V, what each head says before the gate, (B, H, S, d)


_watch: ContextVar[list[Attention] | None] = ContextVar("watch", default=None)
_gates: ContextVar[list[Tensor] | None] = ContextVar("gates", default=None)


def attention(
    module: nn.Module,
    query: Tensor,
    key: Tensor,
    value: Tensor,
    attention_mask: Tensor | None,
    scaling: float | None = None,
    dropout: float = 0.0,
    **kwargs,
) -> tuple[Tensor, Tensor]:
    """The library's interface. Returns the heads' contexts (B, S, H, d) and the probabilities (B, H, S, S)."""
    scale = query.shape[-1] ** -0.5 if scaling is None else scaling
    scores = query @ key.transpose(-1, -2) * scale  # (B, H, S, S)
    masked = scores if attention_mask is None else scores + attention_mask
    probabilities = masked.softmax(-1)  # (B, H, S, S)
    context = F.dropout(probabilities, dropout, module.training) @ value  # (B, H, S, d)
    if (seen := _watch.get()) is not None:
        seen.append(Attention(query, key, value, scores, probabilities, context))
    if (gates := _gates.get()) is not None:
        context = context * gates[module.layer_idx][..., None, None]  # (H, 1, 1) or (B, H, 1, 1)
    return context.transpose(1, 2).contiguous(), probabilities


AttentionInterface.register(LAID_OPEN, attention)
AttentionMaskInterface.register(LAID_OPEN, eager_mask)


@contextmanager
def gated(gates: list[Tensor]) -> Iterator[None]:
    """Within it, head h of layer l says gates[l][..., h] times what it would say. Each gate is (H,), or (B, H)."""
    token = _gates.set(gates)
    try:
        yield
    finally:
        _gates.reset(token)


@dataclass(frozen=True)
class EncoderShape:
    """What an encoder with a classifier is, apart from its weights. `body`: the library's own configuration."""

    body: dict
    classes: int
    separator: int = SEPARATOR  # the token that ends each of two texts
    dropout: float = 0.1  # before the classifier
    kind: str = "encoder"

    def as_dict(self) -> dict:
        return asdict(self)


class EncoderClassifier(nn.Module):
    """An encoder, and a linear classifier on the last state of its first token, [CLS]."""

    def __init__(self, shape: EncoderShape):
        super().__init__()
        self.shape = shape
        self.body = body_of(shape.body)
        config = self.body.config
        self.pad = config.pad_token_id or PAD
        self.tells_texts_apart = getattr(config, "type_vocab_size", 0) > 1
        self.dropout = nn.Dropout(shape.dropout)
        self.head = nn.Linear(config.hidden_size, shape.classes)

    @property
    def layers(self) -> nn.ModuleList:
        """The layers 1 .. L, of BERT and the models that are built like it."""
        return self.body.encoder.layer

    def forward(self, ids: Tensor, *, insides: bool = False) -> Output:
        """ids (B, S) -> logits (B, C); with `insides` also the states h^0 .. h^L and each layer's attention."""
        hidden, seen = self.encode(ids, insides=insides)
        logits = self.head(self.dropout(hidden[-1][:, 0]))  # (B, C)
        return Output(logits, hidden if insides else [], seen)

    def encode(self, ids: Tensor, *, insides: bool = False) -> tuple[list[Tensor], list[Attention]]:
        """States h^0 .. h^L, each (B, S, D), and attentions 1 .. L; without `insides` the last state alone."""
        arguments = {"input_ids": ids, "attention_mask": (ids != self.pad).long(), **self.texts_apart(ids)}
        seen: list[Attention] = []
        token = _watch.set(seen if insides else None)
        try:
            output = self.body(**arguments, output_hidden_states=insides)
        finally:
            _watch.reset(token)
        return list(output.hidden_states) if insides else [output.last_hidden_state], seen

    def texts_apart(self, ids: Tensor) -> dict[str, Tensor]:
        """The library's argument that tells two texts apart (B, S), where the model takes one."""
        if not self.tells_texts_apart:
            return {}
        ends = (ids == self.shape.separator).long()
        return {"token_type_ids": (ends.cumsum(1) - ends).clamp(max=1)}  # 0 up to the first end, then 1


def body_of(configuration: dict) -> PreTrainedModel:
    """The library's model, without a pooler where it can do without, with new weights drawn from torch's generator."""
    config = AutoConfig.for_model(**configuration)
    takes = inspect.signature(MODEL_MAPPING[type(config)].__init__).parameters
    extra = {"add_pooling_layer": False} if "add_pooling_layer" in takes else {}
    return AutoModel.from_config(config, attn_implementation=LAID_OPEN, **extra)


def bert_shape(*, layers: int, width: int, heads: int, vocabulary: int, classes: int) -> EncoderShape:
    """A small BERT with a feed-forward part four times as wide, for texts of up to MAX_LENGTH tokens."""
    config = BertConfig(
        vocab_size=vocabulary,
        hidden_size=width,
        num_hidden_layers=layers,
        num_attention_heads=heads,
        intermediate_size=4 * width,
        max_position_embeddings=MAX_LENGTH,
        pad_token_id=PAD,
    )
    return EncoderShape({**config.to_diff_dict(), "model_type": config.model_type}, classes)


def shallower(net: EncoderClassifier, depth: int, *, seed: int = 0) -> EncoderClassifier:
    """A new encoder with the embeddings, the first `depth` layers and the classifier of `net`."""
    shape = replace(net.shape, body={**net.shape.body, "num_hidden_layers": depth})
    new = networks.build(shape, seed=seed).to(net.head.weight.device)
    wanted = new.state_dict().keys()
    new.load_state_dict({name: tensor for name, tensor in net.state_dict().items() if name in wanted})
    return new


networks.register("encoder", EncoderShape, EncoderClassifier)
