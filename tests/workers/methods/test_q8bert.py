"""Q8BERT: ranges, the network of integers against its simulation and in its file, training with rounding."""

import dataclasses

import pytest
import torch
from torch.nn import functional as F

from tests.workers.methods.in_a_lab import lab_of
from workers.kit import checkpoints, networks, text
from workers.kit.lab import record
from workers.kit.packing import HeldAsIntegers, scale_of
from workers.methods.compression.q8bert import SPEC, findings, job
from workers.methods.compression.q8bert.network import of_integers, passing, simulated

IDS = torch.tensor([[2, 7, 8, 9, 3], [2, 5, 3, 0, 0]])
ONE_TEXT = torch.ones(1, 3, dtype=torch.bool)  # of three tokens
W, W_ROUNDED = torch.tensor([0.5, -1.27, 0.013]), torch.tensor([0.5, -1.27, 0.01])  # at 8 bits


@pytest.fixture(scope="module")
def lab():
    return lab_of(SPEC, train_rows=100, vocabulary=200, batch_size=16, learning_rate=5e-3)


@pytest.fixture
def net(lab):
    """In floating point, with weights large enough that its layers matter."""
    found = lab.student("bert-2x16").eval()
    for parameter in found.parameters():
        parameter.data.mul_(3)
    return found


def ranged(net, **how):
    """Rounds, with ranges from two batches in training mode; no dropout."""
    new = simulated(net, **how)
    for layer in (module for module in new.modules() if isinstance(module, job.Activation)):
        layer.train()
    new(IDS)
    return new.eval()


# --- ranges -----------------------------------------------------------------------------------------------------------
@passing(ONE_TEXT)
def test_a_layer_fed_with_zeros_gives_its_bias(net):  # the scale of zeros is finite: 1
    layer = job.SimulatedLinear(torch.nn.Linear(4, 2), simulated(net).shape).train()
    assert torch.allclose(layer(torch.zeros(1, 3, 4)), layer.bias.expand(1, 3, 2))


@passing(ONE_TEXT)
def test_the_range_begins_with_the_first_batch_then_decays_and_stands_still_in_evaluation(net):
    layer = job.Activation(simulated(net, decay=0.9).shape).train()
    layer(torch.full((1, 3, 2), 2.0))
    assert layer.peak == 2
    layer(torch.full((1, 3, 2), -4.0))
    layer.eval()(torch.full((1, 3, 2), 9.0))
    assert layer.peak.item() == pytest.approx(0.9 * 2 + 0.1 * 4)


@passing(torch.tensor([[True, True, False]]))
def test_a_dynamic_range_is_the_batch_s_own_without_its_padding(net):
    layer = job.Activation(simulated(net, dynamic=True).shape).eval()
    assert torch.allclose(layer(torch.stack([W, W, 50 * W])[None])[0, 0], W_ROUNDED, atol=1e-5)


def test_calibration_is_the_mean_of_batch_maxima_and_leaves_the_decay(lab, net, monkeypatch):
    monkeypatch.setattr(job, "CALIBRATION_BATCH", 4)
    batches = [lab.task.batch(list(rows))[0] for rows in (range(4), range(4, 8))]
    job.calibrate(rounded := simulated(net), lab.task, 8)
    layer = rounded.layers[0].attention.self.query.input
    peaks = [net(ids, insides=True).hidden[0][ids != 0].abs().max().item() for ids in batches]
    assert layer.peak.item() == pytest.approx(sum(peaks) / 2, rel=1e-5)
    assert layer.decay == 0.9999 and rounded.rounds and not layer.training


# --- the network of integers ------------------------------------------------------------------------------------------
@pytest.mark.parametrize("how", [{}, {"weight_bits": 3}, {"requantise": True}, {"dynamic": True}])
def test_integers_give_what_the_simulation_gives(net, how):
    simulation = ranged(net, **how)
    assert torch.allclose(of_integers(simulation)(IDS).logits, simulation(IDS).logits, atol=0.05)


def test_from_one_input_they_differ_by_the_rounding_of_the_bias(net):
    simulation = ranged(net)
    layers, twins = dict(simulation.named_modules()), dict(of_integers(simulation).named_modules())
    found = findings.roundings(simulation, twins[""], IDS)
    for name, of_integers_ in found["of-integers"].items():
        S_x, S_W = scale_of(layers[name].input.peak, 127), twins[name].weight_scale
        assert of_integers_ <= 0.5 / (S_x * S_W) + 1e-5
        assert found["of-weight"][name] <= 0.5 / S_W + 1e-6
        assert found["of-input"][name] <= 0.5 / S_x + 1e-6


@pytest.mark.parametrize("how", [{}, {"weight_bits": 4}, {"weight_bits": 3}, {"embeddings": False}])
def test_a_file_holds_so_many_bits_a_weight_and_gives_equal_logits(net, tmp_path, how):
    made, tokenizer = of_integers(ranged(net, **how)), text.train_tokenizer(["good bad film"], 8)
    size = checkpoints.save(tmp_path / "q", made, tokenizer, classes=("a", "b", "c"), labels=("0", "1", "2"))
    assert torch.equal(checkpoints.load(tmp_path / "q").model(IDS).logits, made(IDS).logits)
    held = sum(m.weight.numel() for m in made.modules() if isinstance(m, HeldAsIntegers))
    known = held * how.get("weight_bits", 8) / 8 + 4 * (networks.parameter_counts(net)[0] - held)
    assert known < size < known + 20_000  # ranges, and the file's table of contents
    assert networks.parameter_counts(made) == networks.parameter_counts(net)
    assert made.body.embeddings.word_embeddings.weight.is_floating_point() is not how.get("embeddings", True)


# --- training ---------------------------------------------------------------------------------------------------------
def gone_on(net, lab, epochs=1, **values):
    lab = dataclasses.replace(lab, p=record(SPEC, {**vars(lab.p), **values}))
    return job.go_on("student", net, lab.plan(unlabelled=False, epochs=epochs), lab, {})


def test_twenty_steps_lower_the_loss_at_four_bits(lab, net):
    rounded, (ids, y) = ranged(net, weight_bits=4), lab.task.batch(range(100))
    before = F.cross_entropy(rounded(ids).logits, y).item()
    assert F.cross_entropy(gone_on(rounded, lab, epochs=3)(ids).logits, y) < before  # 21 steps


@pytest.mark.parametrize("how", [{"clipped": True}, {"decay": 0.5}, {"requantise": True}, {"embeddings": False}])
def test_each_switch_changes_the_numbers(lab, net, how):
    few, ids = {"weight_bits": 4, "activation_bits": 4}, lab.task.batch(range(8))[0]
    usual, other = gone_on(simulated(net, **few), lab), gone_on(simulated(net, **few, **how), lab)
    assert not torch.equal(other(ids).logits, usual(ids).logits)


def test_before_the_first_step_that_rounds_it_trains_like_any_other(lab, net):
    late, plain = gone_on(simulated(net), lab, start_step=1_000), gone_on(net, lab)
    assert torch.allclose(late.head.weight, plain.head.weight, atol=1e-6) and late.head.input.peak > 0
