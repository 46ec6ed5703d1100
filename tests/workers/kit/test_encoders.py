"""Encoders laid open: what is shown is what the library computes, gates act, pairs are told apart."""

import math

import pytest
import torch
from transformers import BertModel

from workers.kit import networks
from workers.kit.encoders import EncoderClassifier, body_of, gated, shallower
from workers.kit.text import SEPARATOR

IDS = torch.tensor([[2, 7, 8, 3, 0], [2, 9, 10, 11, 3]])


@pytest.fixture
def net():
    return networks.build(networks.shape_named("bert-2x64", vocabulary=30, classes=3), seed=1).eval()


def test_the_insides_have_the_stated_shapes(net):
    output = net(IDS, insides=True)
    assert [tuple(h.shape) for h in output.hidden] == [(2, 5, 64)] * 3
    layer = output.attention[1]
    assert [tuple(x.shape) for x in (layer.query, layer.key, layer.value, layer.context)] == [(2, 4, 5, 16)] * 4
    assert tuple(layer.scores.shape) == tuple(layer.probabilities.shape) == (2, 4, 5, 5)
    assert (len(output.attention), net(IDS).attention, net(IDS).hidden) == (2, [], [])


def test_scores_are_scaled_products_and_no_key_of_padding_is_looked_at(net):
    layer = net(IDS, insides=True).attention[0]
    expected = layer.query[0, 0] @ layer.key[0, 0].T / math.sqrt(16)
    assert torch.allclose(layer.scores[0, 0], expected, atol=1e-6)
    assert layer.probabilities[0, :, :, 4].max() == 0
    assert torch.allclose(layer.probabilities.sum(-1), torch.ones(2, 4, 5))


def test_the_states_are_those_of_the_librarys_own_attention(net):
    library = BertModel(net.body.config.__class__(**net.shape.body), add_pooling_layer=False).eval()
    library.set_attn_implementation("eager")
    library.load_state_dict(net.body.state_dict())
    states = library(input_ids=IDS, attention_mask=(IDS != 0).long()).last_hidden_state
    real = IDS != 0
    assert torch.allclose(net.encode(IDS)[0][0][real], states[real], atol=1e-6)


def test_a_closed_gate_is_a_head_whose_output_weights_are_zero(net):
    gates = [torch.ones(4), torch.tensor([1.0, 0.0, 1.0, 1.0])]
    with gated(gates):
        closed = net(IDS).logits
    whole = net(IDS).logits
    net.layers[1].attention.output.dense.weight.data[:, 16:32] = 0  # what the second head's 16 values are mixed with
    assert torch.allclose(closed, net(IDS).logits, atol=1e-6)
    assert not torch.allclose(closed, whole, atol=1e-4)


def test_a_gate_for_each_text_gives_each_its_own_gradient(net):
    gates = [torch.ones(2, 4, requires_grad=True) for _ in range(2)]
    with gated(gates):
        net(IDS).logits.sum().backward()
    with gated(alone := [torch.ones(1, 4, requires_grad=True) for _ in range(2)]):
        net(IDS[:1]).logits.sum().backward()
    assert torch.allclose(gates[0].grad[0], alone[0].grad[0], atol=1e-6)


def test_which_of_two_texts_a_word_stands_in_matters(net):
    pair = torch.tensor([[2, 7, SEPARATOR, 7, SEPARATOR]])
    words = net.body.get_input_embeddings()(pair)
    types = net.body.embeddings.token_type_embeddings.weight
    first = net.encode(pair, insides=True)[0][0]
    places = net.body.embeddings.position_embeddings.weight[:5]
    told = types[torch.tensor([0, 0, 0, 1, 1])]
    expected = net.body.embeddings.LayerNorm(words[0] + told + places)
    assert torch.allclose(first[0], expected, atol=1e-6)


def test_a_shallower_encoder_begins_as_the_first_layers_of_its_start(net):
    short, before = shallower(net, 1).eval(), net(IDS).logits
    states, first = short.encode(IDS, insides=True)[0], net.encode(IDS, insides=True)[0][:2]
    assert len(short.layers) == 1
    assert all(torch.equal(state, same) for state, same in zip(states, first, strict=True))
    assert torch.equal(short(IDS).logits, net.head(first[-1][:, 0]))
    short.layers[0].attention.output.dense.weight.data.zero_()
    assert torch.equal(net(IDS).logits, before)  # it has weights of its own


@pytest.mark.parametrize("family", ["bert", "roberta", "distilbert", "electra"])
def test_other_encoders_of_the_library_are_laid_open_too(family):
    sizes = {"hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 2, "intermediate_size": 64}
    if family == "distilbert":
        sizes = {"dim": 32, "n_layers": 2, "n_heads": 2, "hidden_dim": 64}
    config = {"model_type": family, "vocab_size": 30, "pad_token_id": 0, "max_position_embeddings": 40, **sizes}
    net = EncoderClassifier(networks.shape_from({"kind": "encoder", "body": config, "classes": 2})).eval()
    output = net(IDS, insides=True)
    assert (len(output.attention), len(output.hidden)) == (2, 3)
    assert torch.allclose(net(IDS[:1, :4]).logits, output.logits[:1], atol=1e-5)
    assert body_of(config).config.model_type == family
