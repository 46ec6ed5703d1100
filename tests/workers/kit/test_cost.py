"""What a pass costs, against counts by hand."""

import pytest
import torch
from torch import nn

from workers.kit import cost, networks
from workers.kit.networks import Output


class Toy(nn.Module):
    """ids (B, S) -> three products with a matrix of 8 by 8."""

    def __init__(self):
        super().__init__()
        self.words = nn.Embedding(10, 8)
        self.mix = nn.Linear(8, 8, bias=False)

    def forward(self, ids):
        x = self.words(ids)  # (B, S, 8)
        for _ in range(3):
            x = self.mix(x)
        return Output(x.sum(1))


def test_operations_are_two_for_each_weight_of_a_product_a_token():
    assert cost.flops_per_token(Toy(), [[1, 2, 3], [4]]) == 3 * 2 * 8 * 8


def test_operations_do_not_depend_on_how_long_the_other_texts_are():
    net = networks.build(networks.BiLSTMShape(layers=1, width=8, vocabulary=10, classes=2))
    short, long = cost.flops_per_token(net, [[5]]), cost.flops_per_token(net, [[5] * 9])
    cells = 2 * 2 * 4 * 8 * (8 + 8)  # two directions; four gates of 8, each from 8 inputs and 8 states
    head = 2 * 16 * 2
    assert (short, long) == (cells + head, pytest.approx(cells + head / 9))


def test_peak_memory_is_weights_and_what_lives_at_once():
    floats = 4
    weights = (10 * 8 + 8 * 8) * floats
    # The word vectors and one product live while the next is made: x, the product, no more.
    assert cost.peak_memory(Toy(), [[1, 2]] * 32) == weights + 2 * 32 * 2 * 8 * floats


def test_what_is_freed_leaves_the_count():
    with torch.inference_mode(), cost.LiveBytes() as live:
        x = torch.zeros(1000)
        for _ in range(5):
            x = x + 1
    assert (live.peak, live.now) == (2 * 4000, 4000)


def test_zeros_are_no_parameters_that_count():
    net = Toy()
    net.mix.weight.data[:4] = 0
    assert cost.nonzero_parameters(net) == 10 * 8 + 8 * 4
