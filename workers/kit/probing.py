"""Encoders that are looked at and never changed: sentences with their trees, a frozen encoder, its random twin."""

from __future__ import annotations

import torch

from workers.kit import known_encoders, networks, teaching, tree_tokens
from workers.kit.encoders import EncoderClassifier
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
    found, elsewhere = None, ready_made or (name if name in known_encoders.KNOWN else "")
    if elsewhere:
        found = load_ready_made(elsewhere, bench.workspace.data_dir, classes=TreeTask.classes, seed=seed)
    drawn = {"train_rows": train_rows, "vocabulary": vocabulary, "seed": seed}
    task = tree_tokens.prepare(data, **drawn, device=device, tokenizer=found and found.tokenizer)
    bench.report.log("left-out", count=task.left_out)
    if found:
        return task, frozen(found.net.to(device))
    net, _guess = teaching.pretrained(task, name, epochs=pretraining_epochs, seed=seed, bench=bench)
    return task, frozen(net)


def random_twin(net: EncoderClassifier, seed: int) -> EncoderClassifier:
    """The same encoder with weights that have learnt nothing: what its form alone gives away."""
    return frozen(networks.build(net.shape, seed=seed).to(net.head.weight.device))


def frozen(net: EncoderClassifier) -> EncoderClassifier:
    return net.eval().requires_grad_(False)
