"""Batches of similar length and one training loop. Both know no model and no loss."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

import torch
from torch import Tensor, nn

Batch = tuple[list[int], list[int]]  # row numbers: labelled ones, ones without a label
POOL = 50  # batches that are sorted together: padding shrinks, the order stays nearly random
WEIGHT_DECAY = 0.01
WARM_UP = 0.1  # share of the steps in which the learning rate rises; then it falls to 0 in a straight line
CLIP = 1.0
POINTS = 60  # of a curve, at most
LOOKS, LEAST_STEPS = 12, 10  # at dev, where epochs are few or many: how many looks, and the steps between two


def plan(
    labelled: Sequence[int], unlabelled: Sequence[int], lengths: Sequence[int], size: int, epochs: int, seed: int
) -> list[list[Batch]]:
    """The batches of every epoch, fixed by the seed: what makes two trainings take the same steps."""
    draw = random.Random(seed)  # noqa: S311  # not a secret
    return [mixed_batches(labelled, unlabelled, lengths, size, draw) for _ in range(epochs)]


def in_parts(epochs: Sequence[Sequence[Batch]]) -> list[list[Batch]]:
    """The same batches in the same order, cut into LOOKS parts: `fit` looks at dev after each."""
    batches = [batch for epoch in epochs for batch in epoch]
    size = max(LEAST_STEPS, -(-len(batches) // LOOKS))
    return [batches[start : start + size] for start in range(0, len(batches), size)]


def mixed_batches(
    labelled: Sequence[int],
    unlabelled: Sequence[int],
    lengths: Sequence[int],
    size: int,
    draw: random.Random,
    labelled_share: float = 0.25,
) -> list[Batch]:
    """One epoch over the larger part: each batch holds `labelled_share` labelled rows, begun anew as often as needed.

    With no unlabelled rows every batch is labelled and the epoch is one pass over them.
    """
    n_labelled = max(1, round(size * labelled_share)) if unlabelled else size
    n_unlabelled = size - n_labelled
    counts = -(-len(unlabelled) // n_unlabelled) if unlabelled else -(-len(labelled) // n_labelled)
    labels = _cycle(labelled, draw)
    rest = _shuffled(unlabelled, draw)
    epoch: list[Batch] = []
    for start in range(0, counts, POOL):
        here = min(POOL, counts - start)
        wanted = here * n_labelled if unlabelled else min(here * n_labelled, len(labelled) - start * n_labelled)
        few = sorted((next(labels) for _ in range(wanted)), key=lengths.__getitem__)
        many = sorted(rest[start * n_unlabelled : (start + here) * n_unlabelled], key=lengths.__getitem__)
        epoch += [
            (few[i * n_labelled : (i + 1) * n_labelled], many[i * n_unlabelled : (i + 1) * n_unlabelled])
            for i in range(here)
        ]
    return _shuffled(epoch, draw)


def _shuffled(items: Sequence, draw: random.Random) -> list:
    return draw.sample(list(items), len(items))


def _cycle(rows: Sequence[int], draw: random.Random) -> Iterator[int]:
    while True:
        yield from _shuffled(rows, draw)


def fit(
    model: nn.Module,
    epochs: Sequence[Sequence[Batch]],
    loss_of: Callable[[Batch], tuple[Tensor, Mapping[str, Tensor]]],
    *,
    learning_rate: float,
    parameters: Iterable[nn.Parameter] | None = None,
    on_step: Callable[[int, int], None] = lambda done, total: None,
    on_terms: Callable[[int, dict[str, float]], None] = lambda step, terms: None,
    on_epoch: Callable[[int], None] = lambda step: None,
) -> None:
    """AdamW with warm-up and linear decay, in bfloat16 on a GPU. `loss_of` gives the loss and its terms by name.

    `parameters` are what is trained: all of the model's that ask for a gradient, unless said otherwise. `on_terms` gets
    each term's mean since its last call, at most POINTS times; `on_epoch` runs in evaluation mode.
    """
    total = sum(len(epoch) for epoch in epochs)
    trained = list(model.parameters() if parameters is None else parameters)
    trained = [parameter for parameter in trained if parameter.requires_grad]
    on_gpu = trained[0].is_cuda
    optimizer = torch.optim.AdamW(trained, lr=learning_rate, weight_decay=WEIGHT_DECAY, fused=True)
    schedule = rise_and_fall(optimizer, total)
    every = max(1, -(-total // POINTS))
    step, window = 0, []
    for epoch in epochs:
        model.train()
        for batch in epoch:
            with torch.autocast("cuda", torch.bfloat16, enabled=on_gpu):
                loss, terms = loss_of(batch)
            optimizer.zero_grad(set_to_none=True)
            loss.backward()
            nn.utils.clip_grad_norm_(trained, CLIP)
            optimizer.step()
            schedule.step()
            step += 1
            window.append({name: term.detach() for name, term in terms.items()})  # read later: a GPU need not wait now
            on_step(step, total)
            if step % every == 0 or step == total:
                on_terms(step, {name: torch.stack([w[name] for w in window]).mean().item() for name in window[0]})
                window = []
        model.eval()
        on_epoch(step)


def rise_and_fall(optimizer: torch.optim.Optimizer, total: int) -> torch.optim.lr_scheduler.LambdaLR:
    """The learning rate over `total` steps: up for WARM_UP of them, then down to 0 in a straight line."""
    rises = max(1, round(WARM_UP * total))
    return torch.optim.lr_scheduler.LambdaLR(
        optimizer, lambda step: min((step + 1) / rises, (total - step) / max(1, total - rises))
    )
