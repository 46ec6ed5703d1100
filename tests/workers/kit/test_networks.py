"""The shared networks: padding changes nothing, the insides are what they say, first weights follow the seed."""

import math

import pytest
import torch

from workers.kit import networks

SIZES = ("bilstm-16", "transformer-2x64")


def build(name, seed=0):
    return networks.build(networks.shape_named(name, vocabulary=30, classes=3), seed=seed).eval()


@pytest.mark.parametrize("name", SIZES)
def test_padding_changes_no_logit(name):
    net = build(name)
    alone = net(torch.tensor([[4, 5, 6]])).logits
    padded = net(torch.tensor([[4, 5, 6, 0, 0], [7, 8, 9, 10, 11]])).logits
    assert torch.allclose(alone[0], padded[0], atol=1e-6)


@pytest.mark.parametrize("name", SIZES)
def test_the_order_of_words_matters(name):
    net = build(name)
    logits = net(torch.tensor([[4, 5, 6], [6, 5, 4]])).logits
    assert not torch.allclose(logits[0], logits[1], atol=1e-4)


@pytest.mark.parametrize("name", SIZES)
def test_first_weights_depend_on_the_seed_alone(name):
    first, again, other = (build(name, seed).state_dict() for seed in (1, 1, 2))
    assert all(torch.equal(first[key], again[key]) for key in first)
    assert any(not torch.equal(first[key], other[key]) for key in first)


def test_the_insides_of_a_transformer_have_the_stated_shapes():
    net = build("transformer-2x64")
    output = net(torch.tensor([[4, 5, 6, 0], [7, 8, 9, 10]]), insides=True)
    assert [tuple(h.shape) for h in output.hidden] == [(2, 4, 64)] * 3
    assert [tuple(a.shape) for a in output.scores] == [(2, 2, 4, 4)] * 2
    assert torch.allclose(output.probabilities[0].sum(-1), torch.ones(2, 2, 4))
    assert output.probabilities[0][0, :, :, 3].max() == 0  # nothing looks at padding


def test_scores_are_scaled_dot_products():
    attention = networks.Attention(8, 2, 0.0).eval()
    x = torch.randn(1, 3, 8)
    _, scores, _ = attention(x, torch.ones(1, 3, dtype=torch.bool))
    q, k = attention.query(x)[0, :, :4], attention.key(x)[0, :, :4]  # the first head
    assert torch.allclose(scores[0, 0], q @ k.T / math.sqrt(4), atol=1e-6)


def test_the_body_is_what_stands_outside_embedding_tables():
    total, body = networks.parameter_counts(build("transformer-2x64"))
    assert total - body == 30 * 64 + 64 * 64  # words and positions
