"""Soft targets: the losses against values worked by hand and the paper's limits, and what the arms have in common."""

from types import SimpleNamespace

import numpy as np
import pytest
import torch
from torch.nn import functional as F

from tests.workers.methods.in_a_lab import lab_of, same
from workers.kit import figures, networks
from workers.kit.losses import soft_target_loss
from workers.methods.distillation.hinton_kd import SPEC, job


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
    loss = soft_target_loss(torch.tensor([[0.0, 0.0]]), torch.tensor([[2.0, 0.0]]), T)
    assert loss.item() == pytest.approx(worked, abs=1e-6)


def test_soft_target_loss_by_loops(z_s, z_t):
    T, total = 3.0, 0.0
    for s, t in zip(z_s.detach().numpy() / T, z_t.detach().numpy() / T, strict=True):
        q, p = np.exp(s) / np.exp(s).sum(), np.exp(t) / np.exp(t).sum()
        total += sum(p_c * np.log(p_c / q_c) for p_c, q_c in zip(p, q, strict=True))
    assert soft_target_loss(z_s, z_t, T).item() == pytest.approx(T**2 * total / 3)


def test_the_mean_is_over_the_batch_and_not_over_the_classes():
    one, two = torch.tensor([[0.0, 0.0]]), torch.tensor([[2.0, 0.0]])
    both = soft_target_loss(torch.cat([one, one]), torch.cat([two, one]), 1)
    assert both.item() == pytest.approx(0.327813 / 2, abs=1e-6)


@pytest.mark.parametrize("loss", [lambda a, b: soft_target_loss(a, b, 3), job.logit_matching_loss])
def test_equal_logits_cost_nothing_and_pull_nowhere(z_s, loss):
    value = loss(z_s, z_s.detach() + 7)  # a shift of all logits changes no probability
    value.backward()
    assert value.item() == pytest.approx(0, abs=1e-12)
    assert z_s.grad.abs().max() < 1e-12


def test_the_loss_is_never_negative_and_the_teacher_is_p(z_s, z_t):
    assert soft_target_loss(z_s, z_t, 1) > 0
    assert not torch.isclose(soft_target_loss(z_s, z_t, 1), soft_target_loss(z_t, z_s, 1))


def test_the_gradient_is_the_difference_of_softened_probabilities(z_s, z_t):
    T = 3.0
    soft_target_loss(z_s, z_t, T).backward()
    q, p = (z_s / T).softmax(-1), (z_t / T).softmax(-1)
    assert torch.allclose(z_s.grad, T * (q - p) / len(z_s), atol=1e-12)  # T^2 (q - p) / T, mean over the batch


def test_hot_gradient_is_logit_difference_over_classes(z_s, z_t):
    soft_target_loss(z_s, z_t, T=1e4).backward()
    assert torch.allclose(z_s.grad, (z_s.detach() - z_t) / 5 / 3, atol=1e-4)  # 5 classes, 3 texts


def test_logit_matching_is_the_hot_limit(z_s, z_t):
    hot, limit = soft_target_loss(z_s, z_t, T=1e4), job.logit_matching_loss(z_s, z_t)
    assert hot.item() == pytest.approx(limit.item(), abs=1e-4)


def test_gradients_reach_the_student_and_not_a_frozen_teacher():
    teacher, student = (networks.build(networks.shape_named("bilstm-16", vocabulary=9, classes=2)) for _ in range(2))
    teacher.requires_grad_(False)
    ids = torch.tensor([[3, 4, 5]])
    soft_target_loss(student(ids).logits, teacher(ids).logits, 2).backward()
    assert all(p.grad is None for p in teacher.parameters())
    assert all(p.grad is not None for p in student.parameters())


def test_the_teachers_hard_labels_are_its_argmax(z_s, z_t):
    assert torch.equal(job.teacher_label_loss(z_s, 100 * z_t), F.cross_entropy(z_s, z_t.argmax(-1)))


@pytest.mark.parametrize(("alpha", "worked"), [(0.0, 2.0), (1.0, 6.0), (0.25, 3.0)])
def test_alpha_weighs_the_soft_term(alpha, worked):
    assert job.distillation_loss(torch.tensor(2.0), torch.tensor(6.0), alpha).item() == worked


# --- students ---------------------------------------------------------------------------------------------------------
def arm(role="student", *, temperature=2.0, alpha=0.9):
    return job.arms_of(SimpleNamespace(temperature=temperature, alpha=alpha, extra_arms=True))[role]


def train(soft_loss, alpha, *, z_t=None, turned=(), events=None, **values):
    """`turned`: rows whose label is the other one."""
    lab = lab_of(SPEC, events, train_rows=200, labelled=40, student="bilstm-16", **values)
    lab.task.y[list(turned)] = 1 - lab.task.y[list(turned)]
    student, z_t = lab.student(), torch.zeros(200, 2) if z_t is None else z_t
    lab.fit("student", student, job.learning(student, soft_loss, alpha, z_t, lab), lab.plan())
    return student


def test_the_baseline_is_the_student_with_alpha_zero():
    assert same(train(*arm("baseline")), train(*arm(temperature=5.0, alpha=0.0)))


def test_the_student_never_sees_the_other_labels_and_with_alpha_one_none():
    assert same(train(*arm()), train(*arm(), turned=range(40, 200)))
    assert not same(train(*arm()), train(*arm(), turned=range(40)))
    assert same(train(*arm(alpha=1.0)), train(*arm(alpha=1.0), turned=range(200)))


def test_the_teacher_is_heard_on_texts_without_a_label():
    z_t = torch.zeros(200, 2)
    z_t[40:, 0] = 3.0
    assert not same(train(*arm()), train(*arm(), z_t=z_t))


@pytest.mark.parametrize("role", ["baseline", "student", "teacher-labels", "logit-matching"])
def test_twenty_steps_lower_the_loss_of_every_arm(role):
    z_t = F.one_hot(lab_of(SPEC, train_rows=200, labelled=40).task.y, 2) * 4.0 - 2.0
    events = []
    train(*arm(role), z_t=z_t, events=events, epochs=8, learning_rate=1e-2)
    name = "student/hard_loss" if role == "baseline" else "student/soft_loss"
    values = [event["value"] for event in events if event.get("name") == name]
    assert len(values) >= 20
    assert sum(values[-3:]) < 0.9 * sum(values[:3])


def test_the_teacher_grows_less_sure_as_the_temperature_rises():
    events = []
    lab = lab_of(SPEC, events, train_rows=200, labelled=40)
    z_t = torch.randn(50, 3) * 4
    job.draw(z_t, lab)
    softness = next(event["data"] for event in events if event.get("slug") == "softness")["series"][0]["y"]
    assert softness == sorted(set(softness), reverse=True)
    assert softness[0] == pytest.approx(z_t.softmax(-1).amax(-1).mean().item())
    assert figures.lines(job.TEMPERATURES, {})["x"] == list(range(1, 21))
