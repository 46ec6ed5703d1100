"""The shared networks: padding changes nothing, the insides are what they say, first weights follow the seed."""

import pytest
import torch

from workers.kit import networks

SIZES = ("bilstm-16", "bert-2x64")


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


@pytest.mark.parametrize(("layers", "width"), [(2, 96), (3, 192), (4, 192)])
def test_a_name_says_how_many_heads_a_small_bert_has(layers, width):
    """Twelve, as the pre-trained encoder has: then student and teacher can be compared head by head."""
    config = build(f"bert-{layers}x{width}h12").body.config
    assert (config.num_hidden_layers, config.hidden_size, config.num_attention_heads) == (layers, width, 12)


def test_the_body_is_what_stands_outside_embedding_tables():
    total, body = networks.parameter_counts(build("bert-2x64"))
    assert total - body == 30 * 64 + 64 * 64 + 2 * 64  # words, positions, which of two texts
