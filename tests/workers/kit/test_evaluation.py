"""Metrics against values worked by hand."""

import pytest
import torch

from workers.kit import evaluation, networks


def logits_of(*probabilities):
    return torch.tensor([[p, 1 - p] for p in probabilities]).log()


def test_accuracy_and_macro_f1_by_hand():
    logits, labels = logits_of(0.9, 0.8, 0.7, 0.2), torch.tensor([0, 0, 1, 1])
    found = evaluation.quality(logits, labels)
    assert found["accuracy"] == 0.75
    assert found["macro_f1"] == pytest.approx((4 / 5 + 2 / 3) / 2)  # class 0: TP 2, FP 1; class 1: TP 1, FN 1


def test_calibration_error_by_hand():
    # Bin 0.9-1: two rows at 0.95, one right: |0.95 - 0.5|. Bin 0.6-0.7: two rows at 0.65, both right: |0.65 - 1|.
    logits, labels = logits_of(0.95, 0.95, 0.65, 0.65), torch.tensor([0, 1, 0, 0])
    assert evaluation.expected_calibration_error(logits, labels) == pytest.approx((0.45 + 0.35) / 2)


def test_a_perfect_and_sure_network_has_no_calibration_error():
    logits = torch.tensor([[50.0, 0.0], [0.0, 50.0]])
    assert evaluation.expected_calibration_error(logits, torch.tensor([0, 1])) == pytest.approx(0)


def test_a_network_equals_itself():
    logits = torch.randn(20, 3)
    found = evaluation.quality(logits, torch.zeros(20, dtype=torch.long), logits)
    assert (found["agreement"], found["kl_to_teacher"]) == (1.0, pytest.approx(0, abs=1e-6))


def test_kl_to_the_teacher_by_hand():
    teacher, student = torch.tensor([[2.0, 0.0]]), torch.tensor([[0.0, 0.0]])
    found = evaluation.quality(student, torch.tensor([0]), teacher)
    assert found["kl_to_teacher"] == pytest.approx(0.327813, abs=1e-6)


def test_predictions_keep_the_order_of_the_rows():
    net = networks.build(networks.shape_named("bilstm-16", vocabulary=30, classes=3))
    rows = [[3, 4, 5, 6], [7], [8, 9], [10, 11, 12]]
    alone = torch.cat([evaluation.predict(net, [row]) for row in rows])
    assert torch.allclose(evaluation.predict(net, rows, batch_size=2), alone, atol=1e-6)


def test_speed_is_measured():
    net = networks.build(networks.shape_named("bilstm-16", vocabulary=30, classes=3))
    found = evaluation.speed(net, [[3, 4], [5]], calls=5, warm_ups=1, seconds=0.01)
    assert 0 < found["latency_p50_ms"] <= found["latency_p95_ms"]
    assert found["throughput"] > 0


def test_a_share_is_counted_and_not_rounded_in_single_precision():
    hits = torch.arange(1000) < 699
    assert evaluation.share(hits) == 699 / 1000


def test_a_gain_is_said_with_its_error_and_whether_it_is_told_apart_from_chance():
    labels = torch.zeros(100, dtype=torch.long)
    right = torch.tensor([[1.0, 0.0]]).repeat(100, 1)
    nearly, wrong = right.clone(), right.flip(1)
    nearly[:1] = torch.tensor([0.0, 1.0])
    near, far = (evaluation.gain_in_words(*nets, labels) for nets in ((right, nearly), (wrong, right)))
    assert near.en == "+1.0 points of accuracy (error 1.0), not told apart from chance"
    assert far.en == "-100.0 points of accuracy (error 0.0), more than two standard errors"
    assert far.zh == "准确率 -100.0 个百分点（误差 0.0），超过两个标准误"
