"""Batches hold what they should; the loop takes the steps that it is given."""

import random

import pytest
import torch

from workers.kit import training

LENGTHS = [1 + i % 17 for i in range(1000)]


def test_an_epoch_over_labelled_rows_holds_each_once():
    plan = training.mixed_batches(range(1000), (), LENGTHS, 64, random.Random(0))
    assert sorted(row for labelled, _ in plan for row in labelled) == list(range(1000))
    assert all(len(labelled) <= 64 and not others for labelled, others in plan)


@pytest.mark.parametrize("few", [3, 40, 600])
def test_an_epoch_holds_each_unlabelled_row_once_and_a_quarter_of_labels(few):
    plan = training.mixed_batches(range(few), range(few, 1000), LENGTHS, 64, random.Random(0))
    assert sorted(row for _, others in plan for row in others) == list(range(few, 1000))
    assert {len(labelled) for labelled, _ in plan} == {16}
    assert {row for labelled, _ in plan for row in labelled} <= set(range(few))


def test_rows_of_a_batch_are_of_similar_length():
    plan = training.mixed_batches(range(1000), (), LENGTHS, 20, random.Random(0))
    assert max(max(LENGTHS[i] for i in rows) - min(LENGTHS[i] for i in rows) for rows, _ in plan) <= 2


def test_the_seed_fixes_the_plan():
    plans = [training.plan(range(50), range(50, 300), LENGTHS, 32, 2, seed) for seed in (1, 1, 2)]
    assert plans[0] == plans[1] != plans[2]
    assert plans[0][0] != plans[0][1]  # each epoch has its own order


def test_a_curve_has_a_point_for_each_window_and_the_mean_of_it():
    torch.manual_seed(0)
    model, seen, points = torch.nn.Linear(2, 1), [], []

    def loss_of(batch):
        loss = model(torch.ones(1, 2)).square().mean()
        seen.append(loss.item())
        return loss, {"loss": loss}

    epochs = [[([0], [])] * 100, [([0], [])] * 100]
    training.fit(model, epochs, loss_of, learning_rate=0.01, on_terms=lambda step, terms: points.append((step, terms)))
    assert len(seen) == 200
    assert [step for step, _ in points] == list(range(4, 201, 4))
    assert points[0][1]["loss"] == pytest.approx(sum(seen[:4]) / 4)
    assert seen[-1] < seen[0]


def test_parts_hold_the_same_batches_in_the_same_order():
    plan = training.plan(range(64), (), [1] * 100, 2, 6, seed=0)
    parts = training.in_parts(plan)
    assert [batch for part in parts for batch in part] == [batch for epoch in plan for batch in epoch]
    assert len(parts) == training.LOOKS
