"""Attention as heat maps: rows that are shares, and a size that a page can draw."""

import pytest
import torch
from torch.nn import functional as F

from workers.kit import networks
from workers.kit.attention_maps import TOKENS_DRAWN, attention_maps, between_units, heat_map
from workers.kit.events import figure_fault, figure_size


def test_each_layer_has_a_map_of_each_head_whose_rows_are_shares():
    net = networks.build(networks.shape_named("bert-2x32", vocabulary=20, classes=2))
    net.train()
    maps = attention_maps(net, [2, 7, 8, 9, 3])
    assert [tuple(layer.shape) for layer in maps] == [(4, 5, 5)] * 2
    assert maps[1].sum(-1) == pytest.approx(torch.ones(4, 5), abs=1e-5)


@pytest.mark.parametrize(("split_from", "row"), [("mean", [0.15, 0.2, 0.5, 0.15]), ("first", [0.1, 0.1, 0.6, 0.2])])
def test_to_a_split_word_the_sum_and_from_it_the_mean_or_the_first(split_from, row):
    pieces, A = F.one_hot(torch.tensor([0, 1, 2, 2, 3])).T[None].float(), torch.full((5, 5), 0.2)
    A[2], A[3] = torch.tensor([0.1, 0.1, 0.2, 0.4, 0.2]), torch.tensor([0.2, 0.3, 0.3, 0.1, 0.1])
    units = between_units(A[None, None, None], pieces, split_from)[0, 0, 0]
    assert torch.allclose(units[[0, 2]], torch.tensor([[0.2, 0.2, 0.4, 0.2], row]))


def test_a_long_text_is_cut_to_what_can_be_seen():
    names = [str(index) for index in range(40)]
    drawn = heat_map(torch.rand(3, 40), ["a", "b", "c"], names, low=0, high=1)
    assert figure_fault(drawn) == ""
    assert figure_size(drawn) == 3 * TOKENS_DRAWN
    assert drawn["columns"] == names[:TOKENS_DRAWN]
