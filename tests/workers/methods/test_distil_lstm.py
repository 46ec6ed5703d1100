"""DistilLSTM: the distance by hand, the BiLSTM's two states, what its arms differ in."""

from collections import Counter
from dataclasses import replace

import pytest
import torch
from torch.nn import functional as F

from workers import registry
from workers.kit import checkpoints, classification, data, networks, text, treebanks
from workers.kit.events import Report, Stages
from workers.kit.teachers import Teachers
from workers.kit.teaching import Bench
from workers.kit.workspace import Workspace
from workers.methods.distillation.distil_lstm import figures, job
from workers.methods.distillation.distil_lstm.job import Rules
from workers.spec import InvalidParams

FORMS = ["paper", "code"]
Z_T, Z_S = torch.tensor([[2.0, 0.0]]), torch.tensor([[0.0, 0.0]])


# --- losses -----------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(("form", "worked"), [("paper", 4.0), ("code", 2.0)])
def test_logit_distance_by_hand(form, worked):
    assert job.logit_distance(Z_S, Z_T, form).item() == pytest.approx(worked, abs=1e-5)
    both = job.logit_distance(torch.cat([Z_S, Z_T]), torch.cat([Z_T, Z_T]), form)
    assert both.item() == pytest.approx(worked / 2, abs=1e-5)  # mean over the batch


@pytest.mark.parametrize("form", FORMS)
def test_equal_logits_cost_nothing_and_shifted_ones_do(form):
    z = torch.randn(3, 4)
    assert job.logit_distance(z, z, form).item() == 0
    assert job.logit_distance(z + 1, z, form).item() == pytest.approx(4 if form == "paper" else 1, abs=1e-5)


@pytest.mark.parametrize(("form", "divisor"), [("paper", 3), ("code", 3 * 5)])
def test_the_gradient_is_twice_the_difference_over_what_the_mean_is_of(form, divisor):
    z_s, z_t = torch.randn(3, 5, requires_grad=True), torch.randn(3, 5)
    job.logit_distance(z_s, z_t, form).backward()
    assert torch.allclose(z_s.grad, 2 * (z_s.detach() - z_t) / divisor, atol=1e-6)


@pytest.mark.parametrize(("alpha", "worked"), [(0.0, 6.0), (1.0, 2.0), (0.25, 5.0)])
def test_alpha_weighs_the_labels(alpha, worked):
    assert job.distillation_loss(torch.tensor(2.0), torch.tensor(6.0), alpha).item() == worked


# --- the student ------------------------------------------------------------------------------------------------------
def student(vocabulary=30, classes=3, name="bilstm-16", seed=0):
    return networks.build(job.student_shape(name, vocabulary=vocabulary, classes=classes), seed=seed).eval()


def test_with_150_units_it_is_the_papers_network():
    shape = job.student_shape("bilstm-150", vocabulary=30, classes=2)
    assert (shape.embedding, shape.width, shape.fc) == (300, 150, 200)


def test_it_reads_the_last_forward_and_the_first_backward_state():
    net, ids = student(), torch.tensor([[4, 5, 6, 7]])
    states, _ = net.lstm(net.tokens(ids))  # (1, 4, 2H): no padding, so nothing needs packing
    read = torch.cat([states[:, -1, :16], states[:, 0, 16:]], -1)
    assert torch.allclose(net(ids).logits, net.head(F.relu(net.fc(read))), atol=1e-6)


def test_padding_and_neighbours_change_no_logit():
    net = student()
    alone = net(torch.tensor([[4, 5, 6]])).logits
    padded = net(torch.tensor([[7, 8, 9, 10, 11], [4, 5, 6, 0, 0], [8, 0, 0, 0, 0]])).logits
    assert torch.allclose(alone[0], padded[1], atol=1e-6)


def test_the_order_of_words_matters():
    logits = student()(torch.tensor([[4, 5, 6], [6, 5, 4]])).logits
    assert not torch.allclose(logits[0], logits[1], atol=1e-5)


def test_saved_and_loaded_it_gives_equal_logits(task, tmp_path):
    net = student(task.vocabulary, 2)
    checkpoints.save(tmp_path / "s", net, task.tokenizer, classes=task.data.classes, labels=task.data.labels)
    ids = text.pad(task.ids[:5])
    registry.load_owner(checkpoints.kind(tmp_path / "s"))
    assert torch.equal(checkpoints.load(tmp_path / "s").model(ids).logits, net(ids).logits)
    assert checkpoints.kind(tmp_path / "s").startswith("distil-lstm-")


def test_gradients_reach_all_of_the_student_and_not_a_frozen_teacher(task):
    teacher = networks.build(networks.shape_named("bert-1x32", vocabulary=task.vocabulary, classes=2))
    net, ids = student(task.vocabulary, 2), text.pad(task.ids[:5])
    teacher.eval().requires_grad_(False)
    job.logit_distance(net(ids).logits, teacher(ids).logits).backward()
    assert all(parameter.grad is None for parameter in teacher.parameters())
    assert all(parameter.grad is not None for parameter in net.parameters())


# --- what the arms have in common and where they differ ---------------------------------------------------------------
RULES = Rules(0.1, 0.1, 0.25, 3)
STEPS = [4, 4]


@pytest.fixture(scope="module")
def task():
    drawn = {"train_rows": 120, "labelled": 24, "vocabulary": 300, "seed": 0}
    found = classification.prepare(data.load("opinions"), **drawn, device=torch.device("cpu"))
    return replace(found, dev_ids=found.dev_ids[:40], dev_y=found.dev_y[:40])


@pytest.fixture(scope="module")
def bank():
    found = treebanks.load_tree_bank("opinions")
    return replace(found, train=found.train[:500], dev=found.dev[:50])


@pytest.fixture
def events():
    return []


@pytest.fixture
def teacher(task):
    shape = networks.shape_named("bert-1x32", vocabulary=task.vocabulary, classes=2)
    return networks.build(shape, seed=7).eval().requires_grad_(False)


@pytest.fixture
def make(task, teacher, bank, events, tmp_path, monkeypatch):
    """A lesson with what differs from the default."""
    monkeypatch.setattr(treebanks, "load_tree_bank", lambda name, data_dir: bank)

    def lesson(rules=RULES, source="labelled", form="paper", most=10**6, task=task):
        report = Report(events.append)
        bench = Bench(report, Workspace(tmp_path, Teachers(tmp_path)), Stages(report, count=1))
        found = job.prepare_lesson(task, teacher, rules, source, form, most=most, seed=0, bench=bench)
        z_t = found.z_t - found.z_t.mean(0)  # an untrained teacher has but one opinion of all texts
        y = z_t.argmax(-1)
        y[task.labelled] = task.y[task.labelled]
        return replace(found, z_t=10 * z_t, y=y)

    return lesson


def train(lesson, role, alpha=0.0, steps=STEPS, rate=5e-3):
    arm = next(arm for arm in job.arms_of(lesson, alpha) if arm.role == role)
    net = student(lesson.task.vocabulary, 2, seed=1)
    plan = job.batches(arm.rows, [len(row) for row in lesson.rows], 16, steps, seed=0)
    job.train_student(arm, net, lesson, plan, rate)
    return net


def same(one, other):
    return all(torch.equal(a, b) for a, b in zip(one.parameters(), other.parameters(), strict=True))


def with_labels_turned(task, rows):
    y = task.y.clone()
    y[rows] = 1 - y[rows]
    return replace(task, y=y)


def test_made_texts_carry_the_teachers_choice_and_labelled_ones_their_label(make, task, teacher):
    lesson = make()
    assert torch.equal(lesson.y[task.labelled], task.y[task.labelled])
    assert torch.equal(lesson.y[24:], lesson.z_t[24:].argmax(-1))
    assert lesson.transfer_set == [*range(24), *range(120, 120 + len(lesson.made))]
    assert make(source="all").transfer_set[:120] == list(range(120))


def test_texts_are_made_of_the_words_of_those_that_it_begins_with(make, task):
    lesson = make()
    words = {token for i in task.labelled for token in task.ids[i]}
    assert {token for made in lesson.made for token in made.ids} <= {text.MASK, *words}
    assert {made.source for made in lesson.made} <= {*task.labelled}


def test_the_student_sees_no_label_where_alpha_is_zero_and_only_its_own_where_not(make, task):
    mine, others = make(task=with_labels_turned(task, range(24))), make(task=with_labels_turned(task, range(24, 120)))
    assert same(train(make(), "student"), train(mine, "student"))
    assert not same(train(make(), "student", alpha=0.5), train(mine, "student", alpha=0.5))
    assert same(train(make(), "student", alpha=0.5), train(others, "student", alpha=0.5))


def test_the_baseline_hears_no_teacher_and_sees_no_other_text(make, task):
    lesson = make()
    deaf = replace(lesson, z_t=-lesson.z_t, rows=[*lesson.rows[:24], *(lesson.rows[0] for _ in lesson.rows[24:])])
    lengths = [len(row) for row in lesson.rows]
    assert same(train(lesson, "baseline"), train(deaf, "baseline"))
    assert {i for epoch in job.batches(task.labelled, lengths, 16, STEPS, 0) for rows, _ in epoch for i in rows} == {
        *range(24)
    }


def test_only_augmented_students_see_made_texts(make):
    lesson = make()
    emptied = replace(lesson, rows=[*lesson.rows[:120], *([2, 9, 3] for _ in lesson.made)])
    for role, sees in (("logits", False), ("real-texts", False), ("hard-labels", True), ("student", True)):
        assert same(train(lesson, role), train(emptied, role)) is not sees, role


def test_without_augmentation_it_is_logit_regression_and_with_alpha_one_hard_labels(make):
    bare = make(rules=replace(RULES, n_iter=0))
    assert same(train(bare, "student"), train(bare, "logits"))
    lesson = make()
    assert same(train(lesson, "student", alpha=1.0), train(lesson, "hard-labels"))
    assert not same(train(lesson, "student"), train(lesson, "logits"))


def test_the_form_of_the_distance_and_the_source_are_choices(make):
    lesson = make()
    assert not same(train(lesson, "student"), train(make(form="code"), "student"))
    assert not same(train(lesson, "student"), train(make(source="all"), "student"))


def test_the_same_seed_gives_the_same_student(make):
    assert same(train(make(), "student"), train(make(), "student"))


def test_real_texts_are_an_arm_only_where_there_are_more_of_them(make):
    assert "real-texts" in [arm.role for arm in job.arms_of(make(), 0.0)]
    assert "real-texts" not in [arm.role for arm in job.arms_of(make(source="all"), 0.0)]


def test_every_arm_takes_the_same_steps(make, events):
    lesson = make()
    roles = [arm.role for arm in job.arms_of(lesson, 0.0)]
    for role in roles:
        train(lesson, role)
    looks = {role: [e["step"] for e in events if e.get("name") == f"{role}/dev_accuracy"] for role in roles}
    assert set(map(tuple, looks.values())) == {(4, 8)}


def test_batches_go_over_the_rows_again_and_again():
    plan = job.batches([3, 5, 8], [1] * 9, 2, [3, 2], seed=0)
    assert [len(epoch) for epoch in plan] == [3, 2]
    assert sorted(i for rows, _ in [*plan[0], *plan[1]][:4] for i in rows) == [3, 3, 5, 5, 8, 8]


@pytest.mark.parametrize(("role", "name"), [("student", "logit_distance"), ("hard-labels", "hard_loss")])
def test_twenty_steps_lower_each_loss(make, events, role, name):
    lesson = make()
    lesson = replace(lesson, y=torch.ones_like(lesson.y))  # an untrained teacher's choice has no rule to be learnt
    train(lesson, role, steps=[20], rate=2e-2)
    values = [event["value"] for event in events if event.get("name") == f"{role}/{name}"]
    assert len(values) == 20
    assert sum(values[-3:]) < 0.9 * sum(values[:3])


# --- what is shown ----------------------------------------------------------------------------------------------------
def test_the_figures_count_every_turn_and_every_turned_label(make, events):
    lesson = make()
    figures.draw_transfer_set(lesson)
    size, turned = (event["data"]["series"][0]["y"] for event in events if event["kind"] == "figure")
    assert sum(size) == 24 + 3 * 24  # sources, and what each turn made or repeated
    expected = [lesson.z_t[i].argmax() != lesson.z_t[m.source].argmax() for i, m in enumerate(lesson.made, 120)]
    weighed = sum(share * n for share, n in zip(turned, size[1:-1], strict=True) if share)
    assert weighed == pytest.approx(sum(map(bool, expected)))


def test_nothing_made_is_drawn_and_said(make, events):
    figures.draw_transfer_set(make(rules=replace(RULES, n_iter=0)))
    assert "0 of them made" in [event["text"] for event in events if event["kind"] == "log"][-1]


def test_a_few_examples_of_each_rule_stand_in_the_log(make, events):
    figures.show_examples(make(rules=replace(RULES, n_iter=10)))
    logs = [event["text"] for event in events if event["kind"] == "log" and " became " in event["text"]]
    assert Counter(line.split(":")[0] for line in logs) == {"masked": 5, "replaced": 5, "n-gram": 5}
    assert all("[MASK]" in line for line in logs if line.startswith("masked"))


def test_what_it_gave_is_said_also_when_it_gave_nothing(make, events):
    lesson = make()
    right = F.one_hot(lesson.task.dev_y, 2).float()
    job.say_what_it_gave({"teacher": right, "baseline": 1 - right, "logits": right, "student": right}, lesson)
    logs = [event["text"] for event in events if event["kind"] == "log"]
    assert "against baseline, on dev: +100.0 points" in logs[-2]
    assert "not told apart from chance" in logs[-1]


def test_chances_above_one_are_refused_before_the_run():
    spec = registry.get_spec("distil-lstm")
    with pytest.raises(InvalidParams) as refused:
        spec.clean({"masked": 0.6, "replaced": 0.6})
    assert "chance of masking" in refused.value.errors["replaced"].en
    assert spec.clean({"masked": 0.5, "replaced": 0.5})
