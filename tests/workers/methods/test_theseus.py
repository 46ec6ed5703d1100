"""BERT-of-Theseus: the schedule's values, which layers a text goes through, what moves, and what is left at the end."""

import pytest
import torch
from torch.nn import functional as F

from tests.workers.methods.in_a_lab import lab_of, same
from workers import registry
from workers.kit import networks, training
from workers.kit.encoders import EncoderClassifier
from workers.methods.compression.theseus import SPEC, job
from workers.spec import InvalidParams

IDS = torch.tensor([[2, 7, 8, 9, 3], [2, 9, 10, 11, 3]])
K, B = 0.0006, 0.3  # the official code's example
ARMS = ["baseline", "frozen", "soft-targets", "constant-rate", "reversed-rate", "student"]


# --- the schedule -----------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(("t", "p"), [(0, 0.3), (500, 0.6), (1166, 0.9996), (1167, 1.0), (5000, 1.0)])
def test_the_rate_rises_in_a_line_to_one_and_the_reversed_one_falls_from_it(t, p):
    assert job.curriculum_rate(t, K, B) == pytest.approx(p, abs=1e-9)
    assert job.anti_curriculum_rate(t, K, B) == pytest.approx(1 - p, abs=1e-9)


def test_the_constant_rate_has_two_stages():
    assert [job.two_stage_rate(t, 0.5, 3) for t in range(5)] == [0.5, 0.5, 0.5, 1.0, 1.0]


def test_the_slope_reaches_one_at_the_step_it_was_asked_for():
    k = job.slope(B, 60)
    assert job.curriculum_rate(60, k, B) == pytest.approx(1)
    assert job.curriculum_rate(59, k, B) < 1
    assert job.slope(B, 0) == 1 - B  # no step to rise in: 1 after the first


def test_a_draw_has_one_coin_a_module_and_keeps_to_the_rate():
    draws = torch.Generator().manual_seed(0)
    drawn = torch.tensor([job.draw(0.3, 4, draws) for _ in range(2_000)], dtype=torch.float)
    assert drawn.shape == (2_000, 4)
    assert torch.allclose(drawn.mean(0), torch.full((4,), 0.3), atol=0.03)
    assert abs(torch.corrcoef(drawn.T)[0, 1]) < 0.07  # independent
    assert job.draw(1.0, 3, draws) == [True] * 3
    assert job.draw(0.0, 3, draws) == [False] * 3


# --- the losses -------------------------------------------------------------------------------------------------------
def test_the_loss_is_the_mean_over_the_batch():
    z, y = torch.tensor([[2.0, 0.0], [0.0, 0.0]]), torch.tensor([0, 1])
    assert job.task_loss(z, y).item() == pytest.approx((0.126928 + 0.693147) / 2, abs=1e-5)


def test_half_of_the_baselines_loss_is_soft():
    z_t, z, y = torch.tensor([[2.0, 0.0]]), torch.tensor([[0.0, 0.0]]), torch.tensor([1])
    soft = 0.443777  # at T = 2: 4 * 0.110944
    assert job.softened_loss(z, z_t, y).item() == pytest.approx((0.693147 + soft) / 2, abs=1e-5)


# --- the mixture ------------------------------------------------------------------------------------------------------
def encoder(layers: int, seed: int) -> EncoderClassifier:
    shape = networks.shape_named(f"bert-{layers}x16h2", vocabulary=30, classes=3)
    return networks.build(shape, seed=seed).eval()


@pytest.fixture
def hybrid() -> job.Hybrid:
    """Two modules of two layers; the substitutes resemble nothing of the predecessor's."""
    predecessor, other = encoder(4, seed=1), encoder(4, seed=2)
    return job.Hybrid(predecessor, job.successor_of(predecessor, other, 2, seed=3)).eval()


def logits(hybrid: job.Hybrid, *r: bool, ids: torch.Tensor = IDS) -> torch.Tensor:
    hybrid.r = list(r)
    return hybrid(ids).logits


@pytest.mark.parametrize("first", [False, True])
def test_a_mixture_is_the_plain_encoder_of_its_layers(hybrid, first):
    prd, scc = list(hybrid.predecessor.layers), list(hybrid.successor.layers)
    path = [scc[0], *prd[2:]] if first else [*prd[:2], scc[1]]
    plain = job.successor_of(hybrid.predecessor, hybrid.predecessor, 3, seed=0).eval()
    for mine, theirs in zip(plain.layers, path, strict=True):
        mine.load_state_dict(theirs.state_dict())
    assert torch.equal(logits(hybrid, first, not first), plain(IDS).logits)


def test_substitutes_that_are_copies_of_their_modules_change_nothing():
    predecessor = encoder(2, seed=1)
    hybrid = job.Hybrid(predecessor, job.successor_of(predecessor, predecessor, 2, seed=5)).eval()
    for r in [(False, False), (True, False), (False, True), (True, True)]:
        assert torch.equal(logits(hybrid, *r), predecessor(IDS).logits)


def test_padding_changes_nothing_in_a_mixture(hybrid):
    padded = F.pad(IDS, (0, 4))
    assert torch.allclose(logits(hybrid, False, True, ids=padded), logits(hybrid, False, True), atol=1e-6)


def test_the_successor_starts_with_the_predecessors_embeddings_and_classifier_and_the_first_layers():
    predecessor, start = encoder(4, seed=1), encoder(4, seed=2)
    successor = job.successor_of(predecessor, start, 2, seed=3)
    assert torch.equal(successor.head.weight, predecessor.head.weight)
    words = [net.body.get_input_embeddings().weight for net in (successor, predecessor)]
    assert torch.equal(*words)
    assert words[0] is not words[1]
    for scc, first in zip(successor.layers, start.layers, strict=False):
        assert all(torch.equal(a, b) for a, b in zip(scc.parameters(), first.parameters(), strict=True))


def test_gradients_reach_the_substitutes_that_were_drawn_and_nothing_else(hybrid):
    hybrid.train()
    logits(hybrid, True, False).square().sum().backward()
    moved = {name for name, p in hybrid.named_parameters() if p.grad is not None}
    assert moved
    assert all(name.startswith("successor.body.encoder.layer.0.") for name in moved)


# --- training ---------------------------------------------------------------------------------------------------------
@pytest.fixture
def few_looks(monkeypatch):
    monkeypatch.setattr(job.evaluation, "predict", lambda net, rows: torch.zeros(len(rows), 2))


def trained(role, *, epochs=2, rate=3e-3, dropout=True, start=1, events=None, **values) -> job.Hybrid:
    """Two layers, two substitutes. `start`: the seed of the network that gives the substitutes' first weights."""
    values |= {"epochs": epochs, "learning_rate": rate, "soft_targets": True, "extra_schedules": True}
    lab = lab_of(SPEC, events, train_rows=100, labelled=64, batch_size=16, **values)
    shape = networks.shape_named("bert-2x16h2", vocabulary=lab.task.vocabulary, classes=2)
    predecessor, first = (networks.build(shape, seed=seed).eval() for seed in (1, start))
    hybrid = job.Hybrid(predecessor, job.successor_of(predecessor, first, 2, seed=1), dropout)
    plan, z_t = lab.plan(unlabelled=False), F.one_hot(lab.task.y, 2) * 4.0 - 2.0
    arms = job.arms_of(lab.p, 4 * epochs)
    assert list(arms) == ARMS
    if rate_of := arms[role]:
        substitutes = hybrid.successor.layers.parameters()
        loss_of = job.replacing(hybrid, rate_of, lab)
        lab.fit(role, hybrid, loss_of, plan, watch=hybrid.successor, parameters=substitutes)
    else:
        alone = hybrid.successor.requires_grad_(True)
        lab.fit(role, alone, job.fine_tuning(alone, z_t if role == "soft-targets" else None, lab), plan)
    return hybrid


def test_only_the_substitutes_are_trained(few_looks):
    before, after = trained("student", epochs=1, rate=1e-5), trained("student", epochs=1)
    assert same(before.predecessor, after.predecessor)
    assert same(before.successor.body.embeddings, after.successor.body.embeddings)
    assert same(before.successor.head, after.successor.head)
    assert not any(same(a, b) for a, b in zip(before.successor.layers, after.successor.layers, strict=True))


def test_the_baseline_trains_everything(few_looks):
    net = trained("baseline", epochs=1)
    assert not same(net.successor.head, net.predecessor.head)
    assert not same(net.successor.body.embeddings, net.predecessor.body.embeddings)


def test_a_first_rate_of_one_is_the_baseline_with_frozen_parts(few_looks):
    assert same(trained("student", base_rate=1.0), trained("frozen"))
    assert not same(trained("student"), trained("frozen"))


@pytest.mark.parametrize("switch", [{"dropout": False}, {"start": 2}, {"base_rate": 0.9}])
def test_each_switch_changes_the_numbers(few_looks, switch):
    assert not same(trained("student", **switch).successor, trained("student").successor)


def test_a_batch_without_a_substitute_moves_nothing(few_looks):
    hybrid = trained("student", epochs=1)
    before = [p.clone() for p in hybrid.parameters()]
    lab = lab_of(SPEC, train_rows=100, labelled=64)
    loss_of = job.replacing(hybrid, lambda t: 0.0, lab)
    plan = [[(list(range(16)), [])] * 2]
    training.fit(hybrid, plan, loss_of, learning_rate=1e-2, parameters=hybrid.successor.layers.parameters())
    assert all(torch.equal(a, b) for a, b in zip(before, hybrid.parameters(), strict=True))


@pytest.mark.parametrize("role", ARMS)
def test_twenty_steps_lower_the_loss_of_every_arm(few_looks, role):
    events = []
    trained(role, epochs=8, rate=5e-3, events=events)
    values = [event["value"] for event in events if event.get("name") == f"{role}/loss"]
    assert len(values) >= 20
    means = [sum(values[i : i + 3]) / 3 for i in range(len(values) - 2)]
    assert min(means) < 0.9 * means[0]  # of the reversed schedule the predecessor is back at the end


def test_the_curves_tell_the_rate_and_what_was_drawn(few_looks):
    events = []
    trained("student", epochs=5, events=events)
    rates, shares = (
        [e["value"] for e in events if e.get("name") == f"student/{name}"]
        for name in ("replacement_rate", "replaced_share")
    )
    assert rates == pytest.approx([min(1, 0.3 + 0.7 * t / 12) for t in range(20)], abs=1e-6)
    assert set(shares) <= {0.0, 0.5, 1.0}
    assert shares[12:] == [1.0] * 8


def test_the_figure_of_single_modules_has_the_predecessor_first_and_the_successor_last(monkeypatch):
    monkeypatch.setattr(job.evaluation, "predict", lambda net, rows: torch.tensor([[float(sum(net.r)), 1.5]]))
    monkeypatch.setattr(job.evaluation, "accuracy", lambda logits, y: logits[0, 0].item())
    predecessor, events = encoder(4, seed=1), []
    hybrid = job.Hybrid(predecessor, job.successor_of(predecessor, predecessor, 2, seed=1))
    job.draw_one_module_at_a_time(hybrid, lab_of(SPEC, events, train_rows=100, labelled=64))
    data = next(event["data"] for event in events if event.get("slug") == "one-module")
    assert data["series"][0]["y"] == [0.0, 1.0, 1.0, 2.0]
    assert data["categories"][:2] == [{"en": "none", "zh": "无"}, "1"]


# --- the spec ---------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("values", "name"),
    [({"teacher": "bert-4x64", "student_layers": 3}, "student_layers"), ({"pretraining_epochs": 0}, "start")],
)
def test_what_cannot_be_is_refused_with_what_to_change(values, name):
    with pytest.raises(InvalidParams) as refused:
        registry.get_spec(SPEC.slug).clean(values)
    assert list(refused.value.errors) == [name]
    assert SPEC.clean({"pretraining_epochs": 0, "start": "predecessor"})
    assert "choose" in refused.value.errors[name].en
