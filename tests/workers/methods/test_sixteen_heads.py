"""Pruning heads: the score against gates, finite differences and values by hand; orders; curves."""

import pytest
import torch
from torch.nn import functional as F

from tests.workers.methods.in_a_lab import lab_of
from workers import registry
from workers.kit import checkpoints, evaluation, masks, networks
from workers.kit.encoders import gated
from workers.kit.events import Report
from workers.methods.compression.sixteen_heads import figures, job

SPEC = registry.get_spec("sixteen-heads")
IDS = torch.tensor([[2, 7, 8, 3, 0, 0], [2, 9, 10, 11, 12, 3]])  # the first has padding
Y, ALL_OPEN = torch.tensor([0, 1]), [torch.ones(4), torch.ones(4)]


@pytest.fixture(scope="module")
def task():
    return lab_of(SPEC, dev=60, train_rows=200, vocabulary=400).task


@pytest.fixture
def net(task):
    """Two layers of four heads, eight numbers wide; weights larger than the library's first, so that heads differ."""
    net = networks.build(networks.shape_named("bert-2x32", vocabulary=task.vocabulary, classes=2), seed=1)
    for parameter in net.parameters():
        parameter.data.mul_(3)
    return net.eval()


def test_the_score_is_the_gradient_at_each_texts_own_gate(net):
    gates = [torch.ones(2, 4, requires_grad=True) for _ in net.layers]
    with gated(gates):
        F.cross_entropy(net(IDS).logits, Y, reduction="sum").backward()
    scored = job.sensitivity(net, IDS, Y, ALL_OPEN).sum(-1)  # (L, B, H)
    assert torch.allclose(scored, torch.stack([gate.grad for gate in gates]), atol=1e-6)
    assert scored.abs().min() > 1e-6


def test_the_score_is_what_a_small_turn_of_the_gate_changes(net):
    scored, losses = job.sensitivity(net.double(), IDS, Y, [gate.double() for gate in ALL_OPEN]).sum((1, 3)), []
    for xi in (1 + 1e-4, 1 - 1e-4):
        with gated([torch.ones(4).double(), torch.tensor([1.0, 1.0, xi, 1.0]).double()]):
            losses.append(F.cross_entropy(net(IDS).logits, Y, reduction="sum").item())
    assert scored[1, 2].item() == pytest.approx((losses[0] - losses[1]) / 2e-4, abs=1e-4)


@pytest.mark.parametrize(("granularity", "worked"), [("example", [5, 6]), ("token", [9, 6]), ("batch", [1, 0])])
def test_what_is_summed_before_the_absolute_value_may_cancel(granularity, worked):
    s = torch.tensor([[[[1.0, -3.0], [2.0, 1.0]], [[4.0, -1.0], [-3.0, 0.0]]]])  # one layer, two texts, two heads
    assert job.absolute(s, granularity).tolist() == [worked]


def test_scores_of_a_layer_get_length_one():
    scored = job.normalised(torch.tensor([[3.0, 4.0], [0.06, 0.08], [0.0, 0.0]]))
    assert torch.allclose(scored, torch.tensor([[0.6, 0.8], [0.6, 0.8], [0.0, 0.0]]), atol=1e-6)


def test_a_head_that_nobody_hears_one_that_is_closed_and_padding_matter_nothing(net):
    net.layers[0].attention.output.dense.weight.data[:, 8:16] = 0
    scored = job.sensitivity(net, IDS, Y, masks.gates_without(net, [(1, 3)])).abs()
    assert (scored.amax((1, 3)) == 0).tolist() == [[False, True, False, False], [False, False, False, True]]
    assert scored[:, 0, :, 4:].max() == 0


def test_the_mean_is_over_the_texts(task, net):
    every = [job.Scoring(task, [row], normalise=False).importance(net) for row in range(40)]
    together = job.Scoring(task, range(40), normalise=False).importance(net)  # in batches of 32 and 8
    assert torch.allclose(together, torch.stack(every).mean(0), atol=1e-7)


def test_heads_of_all_layers_are_sorted_together_and_the_last_of_a_layer_can_be_spared():
    order = job.ranked(torch.tensor([[0.5, 0.1], [0.3, 0.4]]))
    assert order == [(0, 1), (1, 0), (1, 1), (0, 0)]
    assert job.spare_one(order) == [(0, 1), (1, 0)]


def test_steps_are_shares_of_all_heads():
    assert job.counts_of(32, 0.1, 32) == [0, 3, 6, 10, 13, 16, 19, 22, 26, 29, 32]
    assert [job.counts_of(8, 0.25, 6), job.counts_of(8, 0.4, 8)] == [[0, 2, 4, 6], [0, 3, 6, 8]]


@pytest.mark.parametrize(("keep_one", "left"), [(False, 0), (True, 1)])
def test_an_order_scored_anew_begins_like_the_first_and_names_each_head_once(task, net, keep_one, left):
    scoring, counts = job.Scoring(task, range(32)), job.counts_of(8, 0.25, 8 - 2 * left)
    order = job.rescored_order(net, scoring, counts, keep_one, Report(lambda event: None))
    assert order[:2] == job.ranked(scoring.importance(net))[:2]
    assert sorted(layer for layer, _ in set(order)) == [0] * (4 - left) + [1] * (4 - left) and len(order) == counts[-1]


def test_a_point_of_a_curve_is_the_network_that_was_cut_from_all_heads_to_none(task, net):
    events, order, counts = [], masks.all_heads(net), [0, 3, 6, 8]
    orders = dict.fromkeys(("pruned", "rescored", "reversed", "random/0"), order) | {"random/1": order[::-1]}
    figures.draw_curves(figures.Dev(net, task), orders, counts, Report(events.append))
    removed, kept = (event["data"] for event in events if event["kind"] == "figure")
    lines = {line["name"]: line["y"] for line in removed["series"]}
    nets = [masks.cut_out(net, order[:count], job.CUT) for count in counts]
    assert lines["pruned"] == [evaluation.accuracy(evaluation.predict(one, task.dev_ids), task.dev_y) for one in nets]
    ends = zip(lines["random/min"], lines["random/max"], strict=True)
    assert lines["random"] == pytest.approx([(low + high) / 2 for low, high in ends])
    assert kept["values"] == [[4, 1, 0, 0], [4, 4, 2, 0]]


def test_the_papers_form_is_the_default_and_more_heads_than_may_go_are_refused():
    values = SPEC.clean({"keep_one": True, "share": 0.875})
    assert (values["granularity"], values["normalise"], values["retraining_epochs"]) == ("example", True, 0)
    with pytest.raises(ValueError, match=r"at most 0\.875"):
        SPEC.clean({"keep_one": True, "share": 0.9})


def test_the_answer_shows_what_each_head_does_for_a_text(task, net):
    known = checkpoints.Checkpoint(net, task.tokenizer, ("negative", "positive"), ("0", "1"), {})
    found = job.answer({"teacher": known, "pruned": known}, "a good film", SPEC.words)
    ids = torch.tensor([task.tokenizer.encode("a good film").ids])
    p = net(ids).logits.softmax(-1)[0]
    with gated(masks.gates_without(net, [(1, 2)])):
        expected = 100 * (net(ids).logits.softmax(-1)[0] - p)[p.argmax()].item()
    assert found["figures"][0]["data"]["values"][1][2] == pytest.approx(expected, abs=1e-4)


def test_a_cut_network_is_saved_under_the_method_s_own_kind(tmp_path, task, net):
    small = masks.cut_out(net, [(0, 1), (1, 2)], job.CUT)
    checkpoints.save(tmp_path / "pruned", small, task.tokenizer, classes=task.data.classes, labels=task.data.labels)
    assert checkpoints.kind(tmp_path / "pruned") == f"{SPEC.slug}-cut"
    assert torch.equal(checkpoints.load(tmp_path / "pruned").model(IDS).logits, small(IDS).logits)
