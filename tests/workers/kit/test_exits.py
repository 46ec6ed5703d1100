"""Exits: where a text leaves, what is counted until there, curves over thresholds."""

import pytest
import torch

from workers.kit import exits

U = torch.tensor([[0.05, 0.01, 0.0], [0.65, 0.25, 0.0]])
RIGHT = torch.tensor([[True, True, True], [False, True, True]])


@pytest.mark.parametrize(("p", "u"), [([0.9, 0.1], 0.469), ([0.9, 0.05, 0.05], 0.359), ([1] * 7, 1), ([1, 1e-30], 0)])
def test_uncertainty_by_hand(p, u):
    assert exits.uncertainty(torch.tensor([p]).log()).item() == pytest.approx(u, abs=1e-5)


def test_a_pass_goes_on_with_the_texts_that_are_left_and_ends_with_the_last_of_them():
    ran, leaves_at = [], torch.tensor([1.0, 0.0, 1.0]).view(3, 1, 1)

    def classify(place, h, mask):
        ran.append((place, len(h), len(mask)))
        return (h[:, 0] <= place) * torch.tensor([0.0, 99.0 + place])  # sure, or as unsure as can be

    found = exits.leave_early(leaves_at, torch.zeros(3, 1, 1, 1), [lambda h, mask: h] * 3, classify, 0.5)
    assert found.layer.tolist() == [2, 1, 2] and ran == [(0, 3, 3), (1, 2, 2)]
    assert found.logits.tolist() == [[0, 100], [0, 99], [0, 100]]
    assert found.uncertainty.nan_to_num(-1).round().tolist() == [[1, 0, -1], [0, -1, -1], [1, 0, -1]]


@pytest.mark.parametrize(("threshold", "left"), [(0.0, [3, 3]), (0.05, [2, 3]), (0.3, [1, 2]), (1.0, [1, 1])])
def test_a_text_leaves_at_the_first_classifier_that_is_sure_enough_else_at_the_last(threshold, left):
    assert exits.exit_layers(U, threshold).tolist() == left


def test_a_text_leaves_with_what_is_said_there():
    z = torch.arange(12.0).view(2, 3, 2)
    assert exits.chosen(z, torch.tensor([1, 3])).tolist() == [[0, 1], [10, 11]]


def test_random_exits_are_as_deep_but_fall_to_other_texts():
    left = torch.arange(60) % 3 + 1
    assert torch.equal(exits.at_random(left).sort().values, left.sort().values)
    assert not torch.equal(exits.at_random(left), left)


def test_the_curve_runs_from_all_layers_to_one():
    found = exits.curve_of(exits.Seen(U, RIGHT), torch.tensor([[1.0, 2.0, 3.0], [10.0, 20.0, 30.0]]))
    layers, operations, accuracy = map(list, zip(*found, strict=True))
    assert layers == [3, *[2.0] * 2, *[1.5] * 4, *[1.0] * 4]  # at 0, 0.1 and 0.2, 0.3 to 0.6, from 0.7 on
    assert accuracy == [1.0] * 7 + [0.5] * 4
    assert operations == [16.5, *[15.5] * 2, *[10.5] * 4, *[5.5] * 4]


def test_a_bin_that_no_branch_falls_into_has_no_accuracy():
    seen = exits.Seen(torch.tensor([[0.05, 0.05], [0.99, 1.0]]), torch.tensor([[True, False], [False, False]]))
    middles, right = zip(*exits.by_uncertainty(seen), strict=True)
    assert right == (1.0, *[None] * 8, 0.0)  # without the last classifier
    assert (middles[0], middles[-1]) == (0.05, 0.95)


def test_operations_are_counted_to_each_classifier_and_for_lengths_in_between_a_line_is_drawn():
    rows = [[2, *[7] * words, 3] for words in range(1, 40, 3)]

    def classifiers(ids):
        h = torch.ones(*ids.shape, 4)
        for _ in range(2):
            yield (h := h @ torch.eye(4))[:, 0]  # a token costs 4 x 4 multiplications and additions

    spent = exits.operations(classifiers, rows, torch.device("cpu"))  # (13, 2)
    assert spent.tolist() == [pytest.approx([32 * len(row), 64 * len(row)]) for row in rows]
