"""Encoders that are looked at and never changed: sentences with their trees, a frozen encoder, its random twin."""

from __future__ import annotations

from typing import Any

import torch

from workers.kit import known_encoders, networks, teaching, tree_tokens
from workers.kit.encoders import EncoderClassifier
from workers.kit.ready_made import ReadyMade
from workers.kit.ready_made import load as load_ready_made
from workers.kit.teaching import Bench
from workers.kit.tree_tokens import TreeTask
from workers.kit.treebanks import TreeBank


def opened(
    data: TreeBank,
    name: str,
    *,
    train_rows: int,
    vocabulary: int,
    pretraining_epochs: int,
    seed: int,
    device: torch.device,
    bench: Bench,
    ready_made: str = "",
) -> tuple[TreeTask, EncoderClassifier]:
    """The drawn sentences, and the encoder of that name, frozen; says how many sentences were left out.

    One known by name (known_encoders.py), or a `ready_made` one in the place of the named, is taken as it is and reads
    with its own tokenizer. Any other guesses hidden words of the train sentences first, a stage of its own, and sees no
    tree. Raises DataError where there is no such encoder.
    """
    found = from_others(name, bench, seed=seed, ready_made=ready_made)
    drawn = {"train_rows": train_rows, "vocabulary": vocabulary, "seed": seed}
    task = tree_tokens.prepare(data, **drawn, device=device, tokenizer=found and found.tokenizer)
    bench.report.log("left-out", count=task.left_out)
    return task, encoder_for(task, found, name, epochs=pretraining_epochs, seed=seed, bench=bench)


def from_others(name: str, bench: Bench, *, seed: int, ready_made: str = "") -> ReadyMade | None:
    """The encoder that others pre-trained, where one is known by this name or `ready_made` names one.

    Raises DataError where it cannot be had.
    """
    elsewhere = ready_made or (name if name in known_encoders.KNOWN else "")
    return load_ready_made(elsewhere, bench.workspace.data_dir, classes=1, seed=seed) if elsewhere else None


def encoder_for(
    task: Any, found: ReadyMade | None, name: str, *, epochs: int, seed: int, bench: Bench
) -> EncoderClassifier:
    """What was found, as it is; else the named one after it has guessed hidden words of the task. Frozen."""
    if found:
        return frozen(found.net.to(task.device))
    return frozen(teaching.pretrained(task, name, epochs=epochs, seed=seed, bench=bench)[0])


def random_twin(net: EncoderClassifier, seed: int) -> EncoderClassifier:
    """The same encoder with weights that have learnt nothing: what its form alone gives away."""
    return frozen(networks.build(net.shape, seed=seed).to(net.head.weight.device))


def frozen(net: EncoderClassifier) -> EncoderClassifier:
    return net.eval().requires_grad_(False)
