"""Pruning heads: the score against gates, finite differences and values by hand; cutting against closing; orders."""

import json
from dataclasses import replace

import pytest
import torch
from torch.nn import functional as F

from workers import registry
from workers.__main__ import main
from workers.kit import checkpoints, classification, cost, data, evaluation, networks
from workers.kit.encoders import gated
from workers.kit.events import Report
from workers.kit.teachers import Teachers
from workers.kit.workspace import Workspace
from workers.methods.compression.sixteen_heads import SPEC, job
from workers.spec import InvalidParams

IDS = torch.tensor([[2, 7, 8, 3, 0, 0], [2, 9, 10, 11, 12, 3]])  # the first has padding
Y = torch.tensor([0, 1])
ONE_WHOLE_LAYER = [(0, 0), (0, 1), (0, 2), (0, 3), (1, 2)]


@pytest.fixture
def net():
    """Two layers of four heads, eight numbers wide."""
    net = networks.build(networks.shape_named("bert-2x32", vocabulary=40, classes=2), seed=1).eval()
    for parameter in net.parameters():  # larger than the library's first weights, so that heads differ
        parameter.data.mul_(3)
    return net.requires_grad_(False)


@pytest.fixture
def task():
    opinions = data.load("opinions")
    few = replace(opinions, train=opinions.train[:200], dev=opinions.dev[:60])
    drawn = {"train_rows": 200, "labelled": 200, "vocabulary": 400, "seed": 0}
    return classification.prepare(few, **drawn, device=torch.device("cpu"))


@pytest.fixture
def classifier(task):
    return networks.build(networks.shape_named("bert-2x32", vocabulary=task.vocabulary, classes=2), seed=1).eval()


def opened(net):
    return job.gates_without(net, [])


# --- importance -------------------------------------------------------------------------------------------------------
def test_the_score_is_the_gradient_at_each_texts_own_gate(net):
    gates = [torch.ones(2, 4, requires_grad=True) for _ in net.layers]
    with gated(gates):
        F.cross_entropy(net(IDS).logits, Y, reduction="sum").backward()
    scored = job.sensitivity(net.requires_grad_(), IDS, Y, opened(net)).sum(-1)  # (L, B, H)
    assert torch.allclose(scored, torch.stack([gate.grad for gate in gates]), atol=1e-6)
    assert scored.abs().min() > 1e-6


def test_the_score_is_what_a_small_turn_of_the_gate_changes(net):
    net.double()
    epsilon = 1e-5

    def loss(xi):
        gates = [torch.ones(4, dtype=torch.float64), torch.tensor([1.0, 1.0, xi, 1.0], dtype=torch.float64)]
        with gated(gates):
            return F.cross_entropy(net(IDS).logits, Y, reduction="sum").item()

    turned = (loss(1 + epsilon) - loss(1 - epsilon)) / (2 * epsilon)
    gates = [gate.double() for gate in opened(net)]
    scored = job.sensitivity(net.requires_grad_(), IDS, Y, gates).sum((1, 3))
    assert scored[1, 2].item() == pytest.approx(turned, abs=1e-4)


@pytest.mark.parametrize(
    ("granularity", "worked"), [("example", [5.0, 6.0]), ("token", [9.0, 6.0]), ("batch", [1.0, 0.0])]
)
def test_what_is_summed_before_the_absolute_value_may_cancel(granularity, worked):
    s = torch.tensor([[[[1.0, -3.0], [2.0, 1.0]], [[4.0, -1.0], [-3.0, 0.0]]]])  # one layer, two texts, two heads
    assert job.absolute(s, granularity).tolist() == [worked]


def test_scores_of_a_layer_get_length_one():
    scored = job.normalised(torch.tensor([[3.0, 4.0], [0.06, 0.08], [0.0, 0.0]]))
    assert torch.allclose(scored, torch.tensor([[0.6, 0.8], [0.6, 0.8], [0.0, 0.0]]), atol=1e-6)


def test_a_head_that_nobody_hears_and_one_that_is_closed_matter_nothing(net):
    net.layers[0].attention.output.dense.weight.data[:, 8:16] = 0
    scored = job.sensitivity(net.requires_grad_(), IDS, Y, job.gates_without(net, [(1, 3)]))
    assert scored[0, :, 1].abs().max() == 0
    assert scored[1, :, 3].abs().max() == 0
    assert (scored.abs().amax((1, 3)) > 0).sum() == 6


def test_padding_adds_nothing_to_a_score(net):
    net.requires_grad_()
    padded = job.sensitivity(net, IDS[:1], Y[:1], opened(net))
    assert torch.allclose(padded[..., :4], job.sensitivity(net, IDS[:1, :4], Y[:1], opened(net)), atol=1e-6)
    assert padded[..., 4:].abs().max() == 0


def test_scoring_leaves_the_network_frozen_and_gives_the_same_twice(task, classifier):
    classifier.requires_grad_(False)
    scoring = job.Scoring(task, range(50))
    first = scoring.importance(classifier)
    assert torch.equal(first, scoring.importance(classifier))
    assert torch.allclose(first.square().sum(-1), torch.ones(2), atol=1e-5)
    assert not any(p.requires_grad or p.grad is not None for p in classifier.parameters())


def test_the_mean_is_over_the_texts(task, classifier):
    every = [job.Scoring(task, [row], normalise=False).importance(classifier) for row in range(40)]
    together = job.Scoring(task, range(40), normalise=False).importance(classifier)  # in batches of 32 and 8
    assert torch.allclose(together, torch.stack(every).mean(0), atol=1e-7)


# --- orders -----------------------------------------------------------------------------------------------------------
def test_heads_of_all_layers_are_sorted_together():
    assert job.ranked(torch.tensor([[0.5, 0.1], [0.3, 0.4]])) == [(0, 1), (1, 0), (1, 1), (0, 0)]


def test_the_head_that_a_layer_would_lose_last_is_spared():
    assert job.spare_one([(0, 1), (1, 0), (1, 1), (0, 0)]) == [(0, 1), (1, 0)]


@pytest.mark.parametrize(
    ("asked", "counts"),
    [
        ((32, 0.1, 32), [0, 3, 6, 10, 13, 16, 19, 22, 26, 29, 32]),
        ((8, 0.25, 6), [0, 2, 4, 6]),
        ((8, 0.4, 8), [0, 3, 6, 8]),
    ],
)
def test_steps_are_shares_of_all_heads(asked, counts):
    assert job.counts_of(*asked) == counts


@pytest.mark.parametrize(("keep_one", "left"), [(False, 0), (True, 1)])
def test_an_order_scored_anew_names_each_head_once(task, classifier, keep_one, left):
    counts = job.counts_of(8, 0.25, 8 - 2 * left)
    order = job.rescored_order(classifier, job.Scoring(task, range(32)), counts, keep_one, Report(lambda event: None))
    assert len(order) == len(set(order)) == 8 - 2 * left
    assert [sum(head[0] == layer for head in order) for layer in (0, 1)] == [4 - left, 4 - left]


def test_its_first_step_is_that_of_the_first_scores(task, classifier):
    scoring = job.Scoring(task, range(32))
    order = job.rescored_order(classifier, scoring, [0, 2, 8], False, Report(lambda event: None))
    assert order[:2] == job.ranked(scoring.importance(classifier))[:2]


# --- cutting ----------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("removed", [[], [(1, 0)], [(0, 1), (0, 3), (1, 2)], ONE_WHOLE_LAYER])
def test_a_cut_network_gives_the_logits_of_closed_gates(net, removed):
    with gated(job.gates_without(net, removed)):
        closed = net(IDS).logits
    assert torch.allclose(job.cut_out(net, removed)(IDS).logits, closed, atol=1e-5)


def test_a_network_from_which_nothing_is_removed_is_the_same(net):
    assert torch.equal(job.cut_out(net, [])(IDS).logits, net(IDS).logits)


def test_without_any_head_no_word_reaches_the_classifier(net):
    logits = job.cut_out(net, job.all_heads(net))(IDS).logits
    assert torch.allclose(logits[0], logits[1], atol=1e-6)
    assert not torch.allclose(net(IDS).logits[0], net(IDS).logits[1], atol=1e-3)


def test_each_head_takes_its_rows_and_columns_along(net):
    small = job.cut_out(net, ONE_WHOLE_LAYER[1:])
    a_head = 4 * 8 * 32 + 3 * 8  # rows of W_q, W_k, W_v with their biases, columns of W_o
    assert sum(p.numel() for p in net.parameters()) - sum(p.numel() for p in small.parameters()) == 4 * a_head
    kept = small.layers[1].attention
    assert torch.equal(kept.self.key.weight[16:], net.layers[1].attention.self.key.weight[24:])  # the fourth head
    assert kept.output.dense.weight.shape == (32, 24)


@pytest.mark.parametrize("removed", [[(0, 1), (1, 2)], ONE_WHOLE_LAYER])
def test_a_cut_network_is_saved_and_loaded_as_it_is(tmp_path, task, classifier, removed):
    small = job.cut_out(classifier, removed)
    whole, cut = (checkpoints.save(tmp_path / name, model, task.tokenizer, classes=task.data.classes, labels=("0", "1"))
                  for name, model in (("whole", classifier), ("cut", small)))  # fmt: skip
    loaded = checkpoints.load(tmp_path / "cut").model
    assert torch.equal(evaluation.predict(loaded, task.dev_ids), evaluation.predict(small, task.dev_ids))
    assert cut < whole


def test_twenty_steps_of_training_again_lower_the_loss_and_leave_the_whole_alone(task, classifier):
    classifier.requires_grad_(False)
    before = {name: tensor.clone() for name, tensor in classifier.state_dict().items()}
    again, events = job.cut_out(classifier, ONE_WHOLE_LAYER).requires_grad_(), []
    settings = {"epochs": 12, "batch_size": 64, "learning_rate": 5e-3, "seed": 0}
    classification.train_on_labels("retrained", again, task, **settings, report=Report(events.append))
    losses = [event["value"] for event in events if event.get("name") == "retrained/loss"]
    assert len(losses) >= 20
    assert sum(losses[-3:]) < 0.9 * sum(losses[:3])
    assert all(torch.equal(before[name], tensor) for name, tensor in classifier.state_dict().items())


# --- the whole --------------------------------------------------------------------------------------------------------
TINY = {"teacher": "bert-2x32", "vocabulary": 400, "train_rows": 200, "scored_texts": 32, "step": 0.5, "share": 0.5}


@pytest.fixture
def no_clock(monkeypatch):
    """Speed and cost take most of a tiny run's time, and have tests of their own."""
    monkeypatch.setattr(evaluation, "speed", lambda model, rows: {})
    for name in ("flops_per_token", "peak_memory"):
        monkeypatch.setattr(cost, name, lambda model, rows: 0)


def run(task, tmp_path, **asked):
    values = SPEC.clean({**TINY, "pretraining_epochs": 0, "teacher_epochs": 1, "random_orders": 2, **asked})
    events = []
    given = {"data": task.data, "seed": 0, "device": task.device, "report": Report(events.append)}
    workspace = Workspace(tmp_path, Teachers(tmp_path / "cache"))
    return job.run(**values, **given, workspace=workspace), events


@pytest.mark.usefixtures("no_clock")
def test_a_run_measures_every_role_and_draws_every_figure_the_same_each_time(task, tmp_path):
    found, events = run(task, tmp_path / "one", retraining_epochs=1)
    again, _ = run(task, tmp_path / "two", retraining_epochs=1)
    assert found == again
    assert set(found) == {role.slug for role in SPEC.roles}
    drawn = {event["slug"]: event["data"] for event in events if event["kind"] == "figure"}
    assert set(drawn) == {f.slug for f in SPEC.figures} - {"dev-accuracy", "loss", "heads-of-a-text"}
    parameters = {e["role"]: e["value"] for e in events if e["kind"] == "result" and e["metric"] == "parameters"}
    assert parameters["pruned"] == parameters["random"] < parameters["teacher"]
    curves = {line["name"]: line["y"] for line in drawn["heads-removed"]["series"]}
    assert drawn["heads-removed"]["x"] == [0, 4, 8]
    assert curves["pruned"][1] == found["pruned"]  # the point of the curve is the network that was cut
    assert len({line[0] for line in curves.values()}) == len({line[-1] for line in curves.values()}) == 1
    assert [sum(column) for column in zip(*drawn["heads-kept"]["values"], strict=True)] == [8, 4, 0]


@pytest.mark.usefixtures("no_clock")
def test_a_share_of_zero_leaves_the_network_whole(task, tmp_path):
    found, events = run(task, tmp_path, share=0, extra_arms=False)
    assert found["pruned"] == found["teacher"]
    assert set(found) == {"teacher", "random", "pruned"}
    assert "not told apart from chance" in [event["text"] for event in events if event["kind"] == "log"][-1]


def test_more_heads_than_may_go_are_refused():
    assert SPEC.clean({"keep_one": True, "share": 0.875})["share"] == 0.875
    with pytest.raises(InvalidParams, match=r"at most 0\.875"):
        SPEC.clean({"keep_one": True, "share": 0.9})


def test_the_answer_shows_what_each_head_does_for_a_text(task, classifier):
    known = checkpoints.Checkpoint(classifier, task.tokenizer, ("negative", "positive"), ("0", "1"), {})
    found = job.answer({"teacher": known, "pruned": known}, "a good film")
    assert [entry["role"] for entry in found["answers"]] == ["teacher", "pruned"]
    ids = torch.tensor([task.tokenizer.encode("a good film").ids])
    p = classifier(ids).logits.softmax(-1)[0]
    with gated(job.gates_without(classifier, [(1, 2)])):
        without = classifier(ids).logits.softmax(-1)[0]
    expected = 100 * (without - p)[p.argmax()].item()
    assert found["figures"][0]["data"]["values"][1][2] == pytest.approx(expected, abs=1e-4)


def test_the_paper_s_form_is_the_default():
    values = registry.get_spec("sixteen-heads").clean({})
    assert (values["granularity"], values["normalise"], values["step"]) == ("example", True, 0.1)
    assert values["retraining_epochs"] == 0


def test_a_cut_network_is_scored_on_a_file_like_any_other(capsys, tmp_path, task, classifier):
    named = {"classes": task.data.classes, "labels": task.data.labels}
    small = job.cut_out(classifier, [(0, 1), (1, 2)])
    checkpoints.save(tmp_path / "pruned", small, task.tokenizer, **named)
    rows = "".join(f"{example.text}\t{example.label}\n" for example in task.data.dev)
    (tmp_path / "dev.tsv").write_text("text\tlabel\n" + rows)
    assert main(["evaluate", str(tmp_path / "pruned"), str(tmp_path / "dev.tsv"), "--json"]) == 0
    expected = evaluation.accuracy(evaluation.predict(small, task.dev_ids), task.dev_y)
    assert json.loads(capsys.readouterr().out)["accuracy"] == expected
