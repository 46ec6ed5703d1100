"""Soft targets: the losses against values worked by hand and the paper's limits, and what the arms have in common."""

import pytest
import torch
from torch.nn import functional as F

from workers.kit import classification, data, evaluation, networks, training
from workers.kit.events import Report
from workers.methods.distillation.hinton_kd import job


@pytest.fixture
def z_s():
    torch.manual_seed(1)
    z = torch.randn(3, 5, dtype=torch.float64)
    return (z - z.mean(-1, keepdim=True)).requires_grad_()


@pytest.fixture
def z_t():
    torch.manual_seed(2)
    z = torch.randn(3, 5, dtype=torch.float64)
    return (z - z.mean(-1, keepdim=True)).requires_grad_()


# --- losses -----------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(("T", "worked"), [(1, 0.327813), (2, 0.443777)])  # at T = 2: 4 * 0.110944
def test_soft_target_loss_by_hand(T, worked):
    loss = job.soft_target_loss(torch.tensor([[0.0, 0.0]]), torch.tensor([[2.0, 0.0]]), T)
    assert loss.item() == pytest.approx(worked, abs=1e-6)


def test_the_mean_is_over_the_batch_and_not_over_the_classes():
    one, two = torch.tensor([[0.0, 0.0]]), torch.tensor([[2.0, 0.0]])
    both = job.soft_target_loss(torch.cat([one, one]), torch.cat([two, one]), 1)
    assert both.item() == pytest.approx(0.327813 / 2, abs=1e-6)


@pytest.mark.parametrize("loss", [lambda a, b: job.soft_target_loss(a, b, 3), job.logit_matching_loss])
def test_equal_logits_cost_nothing_and_pull_nowhere(z_s, loss):
    value = loss(z_s, z_s.detach() + 7)  # a shift of all logits changes no probability
    value.backward()
    assert value.item() == pytest.approx(0, abs=1e-12)
    assert z_s.grad.abs().max() < 1e-12


def test_the_loss_is_never_negative(z_s, z_t):
    assert job.soft_target_loss(z_s, z_t, 1) > 0
    assert not torch.isclose(job.soft_target_loss(z_s, z_t, 1), job.soft_target_loss(z_t, z_s, 1))  # the teacher is p


def test_the_gradient_is_the_difference_of_softened_probabilities(z_s, z_t):
    T = 3.0
    job.soft_target_loss(z_s, z_t, T).backward()
    q, p = (z_s / T).softmax(-1), (z_t / T).softmax(-1)
    assert torch.allclose(z_s.grad, T * (q - p) / len(z_s), atol=1e-12)  # T^2 (q - p) / T, mean over the batch


def test_hot_gradient_is_logit_difference_over_classes(z_s, z_t):
    job.soft_target_loss(z_s, z_t, T=1e4).backward()
    assert torch.allclose(z_s.grad, (z_s.detach() - z_t) / 5 / 3, atol=1e-4)  # 5 classes, 3 texts


def test_logit_matching_is_the_hot_limit(z_s, z_t):
    assert job.soft_target_loss(z_s, z_t, T=1e4).item() == pytest.approx(
        job.logit_matching_loss(z_s, z_t).item(), abs=1e-4
    )


def test_gradients_reach_the_student_and_not_a_frozen_teacher():
    teacher, student = (networks.build(networks.shape_named("bilstm-16", vocabulary=9, classes=2)) for _ in range(2))
    teacher.requires_grad_(False)
    ids = torch.tensor([[3, 4, 5]])
    job.soft_target_loss(student(ids).logits, teacher(ids).logits, 2).backward()
    assert all(p.grad is None for p in teacher.parameters())
    assert all(p.grad is not None for p in student.parameters())


def test_the_teachers_hard_labels_are_its_argmax(z_s, z_t):
    expected = F.cross_entropy(z_s, z_t.argmax(-1))
    assert torch.equal(job.teacher_label_loss(z_s, 100 * z_t), expected)


@pytest.mark.parametrize(("alpha", "worked"), [(0.0, 2.0), (1.0, 6.0), (0.25, 3.0)])
def test_alpha_weighs_the_soft_term(alpha, worked):
    assert job.distillation_loss(torch.tensor(2.0), torch.tensor(6.0), alpha).item() == worked


# --- stages -----------------------------------------------------------------------------------------------------------
@pytest.fixture
def task():
    drawn = {"train_rows": 200, "labelled": 40, "vocabulary": 500, "seed": 0}
    return classification.prepare(data.load("opinions"), **drawn, device=torch.device("cpu"))


def train(task, arm, *, z_t=None, epochs=1, rate=5e-3, events=None):
    shape = networks.shape_named("bilstm-16", vocabulary=task.tokenizer.get_vocab_size(), classes=2)
    student = networks.build(shape, seed=1)
    plan = training.plan(task.labelled, task.unlabelled, task.lengths, 32, epochs, seed=0)
    z_t = torch.zeros(len(task.ids), 2) if z_t is None else z_t
    job.train_student(arm, student, task, z_t, plan, rate, Report((events if events is not None else []).append))
    return student


def same(one, other):
    return all(torch.equal(a, b) for a, b in zip(one.parameters(), other.parameters(), strict=True))


def test_the_baseline_is_the_student_with_alpha_zero(task):
    baseline, *_ = job.arms_of(2.0, 0.9, extra_arms=False)
    _, student = job.arms_of(5.0, 0.0, extra_arms=False)
    assert same(train(task, baseline), train(task, student))


def test_the_student_never_sees_the_other_labels(task):
    _, student = job.arms_of(2.0, 0.9, extra_arms=False)
    first = train(task, student)
    task.y[40:] = 1 - task.y[40:]
    assert same(first, train(task, student))


def test_the_teacher_is_heard_on_texts_without_a_label(task):
    _, student = job.arms_of(2.0, 0.9, extra_arms=False)
    z_t = torch.zeros(len(task.ids), 2)
    first = train(task, student, z_t=z_t)
    z_t[40:, 0] = 3.0
    assert not same(first, train(task, student, z_t=z_t))


def test_with_alpha_one_no_label_matters(task):
    _, student = job.arms_of(2.0, 1.0, extra_arms=False)
    first = train(task, student)
    task.y[:] = 1 - task.y
    assert same(first, train(task, student))


@pytest.mark.parametrize("index", range(4))
def test_twenty_steps_lower_the_loss_of_every_arm(task, index):
    arm = job.arms_of(2.0, 0.9, extra_arms=True)[index]
    z_t = F.one_hot(task.y, 2) * 4.0 - 2.0
    events = []
    train(task, arm, z_t=z_t, epochs=8, rate=2e-2, events=events)
    name = f"{arm.role}/{'soft_loss' if arm.alpha else 'hard_loss'}"
    values = [event["value"] for event in events if event.get("name") == name]
    assert len(values) >= 20
    assert sum(values[-3:]) < 0.9 * sum(values[:3])


def test_the_teacher_grows_less_sure_as_the_temperature_rises():
    events = []
    logits, y = torch.randn(50, 3) * 4, torch.zeros(50, dtype=torch.long)
    job.draw_figures(logits, {"teacher": logits}, y, Report(events.append))
    softness = events[0]["data"]["series"][0]["y"]
    assert softness == sorted(set(softness), reverse=True)
    assert len(softness) == 20
    assert softness[0] == pytest.approx(logits.softmax(-1).amax(-1).mean().item())


def test_a_gain_within_chance_is_said_to_be_so():
    events = []
    y = torch.zeros(100, dtype=torch.long)
    right = torch.tensor([[1.0, 0.0]]).repeat(100, 1)
    nearly = right.clone()
    nearly[:1] = torch.tensor([0.0, 1.0])
    job.say_what_it_gave(right, nearly, y, Report(events.append))
    assert "+1.0 points" in events[0]["text"]
    assert "not told apart from chance" in events[0]["text"]
    assert evaluation.accuracy(nearly, y) == pytest.approx(0.99)
