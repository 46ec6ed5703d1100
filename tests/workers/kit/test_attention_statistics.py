"""Entropies, distances of maps and places of heads, against values worked by hand."""

import math

import pytest
import torch

from workers.kit.attention_statistics import entropies, jensen_shannon, scaled, smoothed

REAL = torch.tensor([[True, True, False]])


def test_entropy_of_even_rows_is_ln_n_and_padding_counts_for_nothing():
    even = torch.full((1, 1, 1, 3, 3), 0.5)  # padded rows and columns hold numbers, too
    for entropy in entropies(smoothed(even, REAL, 0.0), REAL):  # the mean of all rows, and the first token's
        assert entropy.item() == pytest.approx(math.log(2))


def test_entropy_of_a_sure_head_is_that_of_the_smoothing():
    real = torch.ones(1, 2, dtype=torch.bool)
    entropy, _ = entropies(smoothed(torch.eye(2)[None, None, None].double(), real, 1e-4), real)
    assert entropy.item() == pytest.approx(-0.99995 * math.log(0.99995) - 0.00005 * math.log(0.00005), abs=1e-9)


def test_jensen_shannon_by_hand_is_a_sum_over_rows():
    a, b, spread = torch.tensor([[[1.0, 0.0]], [[0.0, 1.0]], [[0.5, 0.5]]]).expand(3, 2, 2)
    found = [jensen_shannon(a, other).item() / 2 for other in (a, b, spread)]
    assert found == pytest.approx([0, math.log(2), 0.2157616], abs=1e-6)  # (ln 4/3 + ln 2/3 / 2 + ln 2 / 2) / 2


def test_scaling_finds_a_rectangle_again():
    sides = torch.cdist(*2 * [torch.tensor([[0, 0], [3, 0], [0, 4], [3, 4]]).double()])
    assert torch.allclose(torch.cdist(*2 * [scaled(sides)]), sides, atol=1e-6)
