"""Heads under gates against heads cut out."""

import pytest
import torch

from workers.kit import masks, networks
from workers.kit.encoders import gated

IDS = torch.tensor([[2, 7, 8, 3, 0, 0], [2, 9, 10, 11, 12, 3]])  # the first has padding
ONE_WHOLE_LAYER = [(0, 0), (0, 1), (0, 2), (0, 3), (1, 2)]
KIND = "cut"


@pytest.fixture(autouse=True)
def kinds(monkeypatch):
    monkeypatch.setattr(networks, "_kinds", dict(networks._kinds))
    networks.register(KIND, masks.CutShape, masks.CutClassifier)


@pytest.fixture
def net():
    """Two layers of four heads, eight numbers wide."""
    net = networks.build(networks.shape_named("bert-2x32", vocabulary=40, classes=2), seed=1).eval()
    for parameter in net.parameters():  # larger than the library's first weights, so that heads differ
        parameter.data.mul_(3)
    return net


@pytest.mark.parametrize("removed", [[], [(1, 0)], [(0, 1), (0, 3), (1, 2)], ONE_WHOLE_LAYER])
def test_a_cut_network_gives_the_logits_of_closed_gates(net, removed):
    with gated(masks.gates_without(net, removed)):
        closed = net(IDS).logits
    assert torch.allclose(masks.cut_out(net, removed, KIND)(IDS).logits, closed, atol=1e-5)
    assert removed or torch.equal(closed, net(IDS).logits)


def test_without_any_head_no_word_reaches_the_classifier(net):
    logits = masks.cut_out(net, masks.all_heads(net), KIND)(IDS).logits
    assert torch.allclose(logits[0], logits[1], atol=1e-6)
    assert not torch.allclose(net(IDS).logits[0], net(IDS).logits[1], atol=1e-3)


def test_each_head_takes_its_rows_and_columns_along(net):
    small = masks.cut_out(net, ONE_WHOLE_LAYER[1:], KIND)
    a_head = 4 * 8 * 32 + 3 * 8  # rows of W_q, W_k, W_v with their biases, columns of W_o
    assert sum(p.numel() for p in net.parameters()) - sum(p.numel() for p in small.parameters()) == 4 * a_head
    kept = small.layers[1].attention
    assert torch.equal(kept.self.key.weight[16:], net.layers[1].attention.self.key.weight[24:])  # the fourth head
    assert kept.output.dense.weight.shape == (32, 24)
