"""TinyBERT: losses against values worked by hand, what may be run, what each student hears and what its arms share."""

import copy
import math
from dataclasses import replace

import pytest
import torch
from torch.nn import functional as F

from tests.workers.methods.in_a_lab import lab_of, same
from workers import registry
from workers.kit import networks, text
from workers.kit.lab import record
from workers.methods.distillation.tinybert import arms, job
from workers.spec import InvalidParams


def network(name, seed=0, vocabulary=20):
    return networks.build(networks.shape_named(name, vocabulary=vocabulary, classes=2), seed=seed).eval()


SPEC = registry.get_spec("tinybert")
A_S, A_T = torch.tensor([[[[1.0, 2.0], [0.0, -1.0]]]]), torch.tensor([[[[1.5, 2.0], [1.0, -1.0]]]])  # (B, H, S, S)
BOTH, FIRST = torch.tensor([[True, True]]), torch.tensor([[True, False]])
NO_LOSS = {"attention_loss": False, "hidden_loss": False, "embedding_loss": False}
LISTED, NO_COPYING = {"layer_map": "custom", "layers": "1, 3"}, {"general_epochs": 0, "intermediate_epochs": 0}
IDS = torch.tensor([[2, 5, 6, 7, 3], [2, 8, 3, 0, 0]])
TEACHER = network("bert-2x32", seed=7).requires_grad_(False)


def layer_losses(student, teacher, project, g, form="paper"):
    return job.layer_losses(student(IDS, insides=True), teacher(IDS, insides=True), IDS != text.PAD, project, g, form)


# --- losses -----------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("real", "form", "worked"),
    [
        (BOTH, "paper", 5 / 16),
        (BOTH, "code", 5 / 16),
        (FIRST, "paper", 1 / 4),  # one cell: (1 - 1.5)^2
        (FIRST, "code", 5 / 16),  # a masked key counts as an equal score, whatever stands there
        (torch.cat([BOTH, FIRST]), "paper", (5 / 16 + 1 / 4) / 2),  # each text has the mean of its own cells
    ],
)
def test_attention_loss_by_hand(real, form, worked):
    far = torch.tensor([0.0, 1e4]) * ~real[:, None, None, :]  # at the masked keys
    assert job.attention_loss(A_S + far, A_T, real, form).item() == pytest.approx(worked, abs=1e-5)


@pytest.mark.parametrize(("form", "worked"), [("paper", 1 / 2), ("code", (1 + 9) / 4)])
def test_hidden_loss_by_hand(form, worked):
    h_s, h_t = torch.tensor([[[1.0, 0.0], [3.0, 0.0]]]), torch.zeros(1, 2, 2)
    assert job.hidden_loss(h_s, h_t, FIRST, form).item() == pytest.approx(worked, abs=1e-5)


@pytest.mark.parametrize("T", [1.0, 3.0])
def test_prediction_loss_is_kl_and_the_teachers_entropy_and_the_code_divides_by_c(T):
    z_t, z_s = torch.tensor([[2.0, 0.0], [0.5, -1.0]]), torch.tensor([[0.0, 0.0], [1.0, 1.0]])
    p = (z_t / T).softmax(-1)
    kl, entropy = F.kl_div((z_s / T).log_softmax(-1), p, reduction="batchmean"), -(p * p.log()).sum(-1).mean()
    assert job.prediction_loss(z_s, z_t, T).item() == pytest.approx((kl + entropy).item(), abs=1e-6)
    assert job.prediction_loss(z_t, z_t, T).item() == pytest.approx(entropy.item(), abs=1e-6)  # its least
    assert job.prediction_loss(z_s, z_t, T, "code").item() == pytest.approx((kl + entropy).item() / 2, abs=1e-6)
    assert job.prediction_loss(torch.zeros(3, 4), torch.zeros(3, 4), T).item() == pytest.approx(math.log(4))


@pytest.mark.parametrize("form", ["paper", "code"])
def test_a_copied_teacher_costs_nothing_and_another_layer_of_it_does(form):
    student, project = copy.deepcopy(TEACHER), job.Projections(32, 32, form)
    for parameter in project.parameters():
        torch.nn.init.eye_(parameter) if parameter.dim() == 2 else torch.nn.init.zeros_(parameter)
    found = layer_losses(student, TEACHER, project, (1, 2), form)
    assert list(found) == ["embedding_0", "hidden_1", "attention_1", "hidden_2", "attention_2"]
    assert max(found.values()) < 1e-10
    crossed = layer_losses(student, TEACHER, project, (2, 2), form)  # layer 1 is held against g(1) = 2
    assert [name for name, loss in crossed.items() if loss > 1e-6] == ["hidden_1", "attention_1"]


@pytest.mark.parametrize("form", ["paper", "code"])
def test_gradients_reach_student_and_projection_and_not_the_teacher(form):
    student, project = network("bert-1x32"), job.Projections(32, 32, form)
    sum(layer_losses(student, TEACHER, project, (2,), form).values()).backward()
    assert all(parameter.grad is None for net in (TEACHER, student.head) for parameter in net.parameters())
    assert all(parameter.grad is not None for net in (project, student.body) for parameter in net.parameters())


def test_the_paper_has_two_projections_and_the_code_one_with_a_bias():
    paper, code, h = job.Projections(2, 3, "paper"), job.Projections(2, 3, "code"), torch.randn(1, 4, 2)
    shapes = [[tuple(parameter.shape) for parameter in net.parameters()] for net in (paper, code)]
    assert shapes == [[(3, 2), (3, 2)], [(3, 2), (3,)]]
    assert torch.equal(code(0, h), code(1, h)) and not torch.equal(paper(0, h), paper(1, h))


# --- what may be run --------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("values", "wrong", "words"),
    [
        ({"teacher": "bert-4x64", "student": "bert-3x32"}, "student", "spread evenly"),
        ({"teacher": "bert-4x64", "student": "bert-2x64h8"}, "student", "equally many"),
        ({"layer_map": "custom", "layers": "1, 9"}, "layers", "between 1 and 4"),
        ({"teacher": "bert-2x32", "student": "bert-4x64", "layer_map": "last"}, "student", "at most 2"),
        (NO_LOSS, "attention_loss", "nothing to copy"),
    ],
)
def test_what_cannot_be_run_is_refused_before_the_run(values, wrong, words):
    with pytest.raises(InvalidParams) as refused:
        SPEC.clean(values)
    assert words in refused.value.errors[wrong].en and refused.value.errors[wrong].zh


def test_what_can_be_run_is_taken_and_without_the_only_loss_there_is_no_arm():
    assert all(map(SPEC.clean, ({"student": "bert-3x32", "layer_map": "last"}, LISTED, NO_LOSS | NO_COPYING)))
    values = SPEC.clean({"attention_loss": False, "embedding_loss": False, "ablations": True})
    assert [arm.role for arm in arms.arms_of(record(SPEC, values))[3:]] == ["student", "no-augmented", "no-general"]


# --- students ---------------------------------------------------------------------------------------------------------
def opened(events=None, **values):
    few = {"train_rows": 100, "labelled": 20, "vocabulary": 300, "batch_size": 64, "ablations": True}
    short = {"teacher": "bert-2x32", "student": "bert-1x32", "intermediate_epochs": 1, "prediction_epochs": 1}
    return lab_of(SPEC, events, **{**few, **short, **values})


def lesson_of(lab):
    """Each text has one copy, itself turned round; what the teacher thinks of them goes by their number."""
    rows = lab.task.ids + [list(reversed(row)) for row in lab.task.ids]
    z_t = F.one_hot(torch.arange(len(rows)) % 2, 2) * 4.0 - 2.0
    teachers = (network("bert-2x32", seed, lab.task.vocabulary).requires_grad_(False) for seed in (8, 7))
    return job.Lesson(rows, z_t, *teachers, (2,))


def train(role, lab, lesson, **changed):
    (arm,) = (arm for arm in arms.arms_of(lab.p) if arm.role == role)
    return job.taught(arm, replace(lesson, **{"general": {}, **changed}), lab)


def curve(events, name):
    return [event["value"] for event in events if event.get("name") == name]


HEARS = {
    "baseline": {"labels"},
    "soft-targets": {"z_t"},
    "step-2": {"pretrained", "g", "rows", "z_t"},
    "student": {"pretrained", "teacher", "g", "rows", "z_t"},
    "no-augmented": {"pretrained", "teacher", "g", "z_t"},
    "no-general": {"teacher", "g", "rows", "z_t"},
}


@pytest.mark.parametrize("role", HEARS)
def test_a_student_hears_what_its_stages_say_and_nothing_else(role):
    lesson, other, y = lesson_of(lab := opened()), network("bert-2x32", 9, 300).requires_grad_(False), lab.task.y
    first = train(role, lab, lesson)
    changes = {"pretrained": other, "teacher": other, "g": (1,), "rows": lab.task.ids * 2, "z_t": lesson.z_t.flip(1)}
    students = {name: train(role, lab, lesson, **{name: changed}) for name, changed in changes.items()}
    for name, labels in {"labels": 1 - y, "labels of the others": torch.cat([y[:20], 1 - y[20:]])}.items():
        students[name] = train(role, replace(lab, task=replace(lab.task, y=labels)), lesson)
    assert {name for name, student in students.items() if not same(first, student)} == HEARS[role]


def test_the_general_stage_is_trained_once_for_equal_losses_and_counted_in_each_arm():
    lesson, general = lesson_of(lab := opened(events := [])), {}
    for role in ("baseline", "soft-targets", "step-2", "student", "no-general", "no-attention"):
        train(role, lab, lesson, general=general)
    assert list(general) == [("embedding", "hidden", "attention"), ("embedding", "hidden")]
    assert curve(events, "step-2/general_loss") and not curve(events, "student/general_loss")
    task = lab.counts["baseline"]["steps"]
    more = {role: lab.counts[role]["steps"] - task for role in lab.spent if role != "baseline"}
    assert more == {"soft-targets": 0, "step-2": 2, "student": 2, "no-general": 0, "no-attention": 2}
    assert lab.spent["student"] > general["embedding", "hidden", "attention"][1] > 0


def test_step_1_lowers_the_sum_of_its_losses_and_draws_one_that_is_left_out():
    lab = opened(events := [])
    for role in ("student", "no-attention"):
        train(role, lab, lesson_of(lab))
    parts = [curve(events, f"student/{name}")[0] for name in ("embedding_0", "hidden_1", "attention_1")]
    assert curve(events, "student/step_1_loss")[0] == pytest.approx(sum(parts), abs=1e-5)
    assert curve(events, "no-attention/attention_1") and not curve(events, "no-attention/hidden_1")


def test_twenty_steps_lower_every_loss():
    lab = opened(events := [], general_epochs=5, intermediate_epochs=5, prediction_epochs=5, batch_size=32)
    train("student", lab, replace(lesson_of(lab), rows=lab.task.ids, z_t=F.one_hot(lab.task.y, 2) * 4.0 - 2.0))
    for name in ("general_loss", "embedding_0", "hidden_1", "attention_1", "prediction_loss"):
        values = curve(events, f"student/{name}")
        assert len(values) >= 20 and sum(values[-3:]) < sum(values[:3]), name
