"""What the networks of a run say to one text: the answer of every method that defines none of its own."""

from __future__ import annotations

import time
from collections.abc import Mapping
from statistics import median
from typing import Any

import torch
from torch import nn

from workers.kit.checkpoints import Checkpoint
from workers.kit.text import UNKNOWN_TOKEN, pad, parts, read

PASSES = 5  # timed, after one that is not


def answer(checkpoints: Mapping[str, Checkpoint], text: str) -> dict[str, Any]:
    """Probabilities of every class by role, as workers/trying.py describes an answer."""
    found = {"answers": [_answer(role, checkpoint, text) for role, checkpoint in checkpoints.items()]}
    return found | as_read(next(iter(checkpoints.values())), text)


def _answer(role: str, checkpoint: Checkpoint, text: str) -> dict[str, Any]:
    ids = token_ids(checkpoint, text)
    logits, ms = timed(checkpoint.model, ids)
    shares = logits.softmax(-1).tolist()
    classes = [{"name": name, "probability": p} for name, p in zip(checkpoint.classes, shares, strict=True)]
    return {"role": role, "classes": classes, "ms": ms}


def token_ids(checkpoint: Checkpoint, text: str) -> torch.Tensor:
    """(1, S)."""
    return pad([read(checkpoint.tokenizer, text).ids])


@torch.inference_mode()
def timed(model: nn.Module, ids: torch.Tensor) -> tuple[torch.Tensor, float]:
    """Logits (C,) of one text, and the median time of a forward pass in milliseconds."""
    logits, times = model(ids).logits[0], []
    for _ in range(PASSES):
        began = time.perf_counter()
        model(ids)
        times.append(1000 * (time.perf_counter() - began))
    return logits, median(times)


def as_read(checkpoint: Checkpoint, text: str) -> dict[str, Any]:
    """The tokens as they stand in the text, whether the vocabulary knows each, and whether the text was cut."""
    encoding, typed = read(checkpoint.tokenizer, text), parts(text)
    unknown = checkpoint.tokenizer.token_to_id(UNKNOWN_TOKEN)
    tokens = [
        {"text": typed[part][start:end], "known": token != unknown}
        for token, (start, end), part in zip(encoding.ids, encoding.offsets, encoding.sequence_ids, strict=True)
        if part is not None  # as of marks
    ]
    return {"tokens": tokens, "cut": bool(encoding.overflowing)}
