"""MiniLMv2: relations and their loss against values worked by hand, its stages, what its arms have in common."""

import copy
import math
from dataclasses import replace

import pytest
import torch
from torch.nn import functional as F

from workers import registry
from workers.kit import checkpoints, classification, data, networks, text, training
from workers.kit.checkpoints import Checkpoint
from workers.kit.events import Report
from workers.methods.distillation.minilmv2 import job
from workers.spec import InvalidParams, Text
from workers.trying import figures_fault

X = torch.tensor([[[1.0, 0.0, 0.0, 1.0], [0.0, 1.0, 1.0, 0.0]]])  # (B, n, D)
BOTH = torch.tensor([[True, True]])
A_S = torch.tensor([[[[1.0, 2.0], [0.0, -1.0]]]])  # raw scores of one head, (B, H, n, n)
A_T = torch.tensor([[[[1.5, 2.0], [1.0, -1.0]]]])


@pytest.fixture(scope="module")
def task():
    drawn = {"train_rows": 120, "labelled": 24, "vocabulary": 300, "seed": 0}
    whole = classification.prepare(data.load("opinions"), **drawn, device=torch.device("cpu"))
    return replace(whole, dev_ids=whole.dev_ids[:60], dev_y=whole.dev_y[:60])


def network(task, name: str = "bert-1x32", seed: int = 0):
    shape = networks.shape_named(name, vocabulary=task.vocabulary, classes=2)
    net = networks.build(shape, seed=seed).eval()
    for parameter in net.parameters():  # far from where new weights start: relations are no longer all alike
        parameter.data += 0.1 * torch.randn_like(parameter) * (parameter.dim() == 2)
    return net


@pytest.fixture(scope="module")
def teacher(task):
    return network(task, "bert-2x32", seed=7).requires_grad_(False)


@pytest.fixture
def events():
    return []


def method(student="bert-1x32", kinds=job.KINDS, A_r=8, layer=2):
    return job.Arm("student", Text("", ""), student, "relations", kinds, A_r, layer)


def arms(whole=None, ablations=True, teacher="bert-2x32"):
    return {arm.role: arm for arm in job.arms_of(whole or method(), teacher, ablations)}


@pytest.fixture
def lesson(task, teacher, events):
    plan = training.plan(task.labelled, task.unlabelled, task.lengths, 32, 4, seed=0)
    settings = {"alpha": 1.0, "general_rate": 5e-3, "learning_rate": 5e-3, "report": Report(events.append)}
    return job.lesson_of(
        task, teacher, method(), list(arms().values()), plan=plan, general_epochs=2, seed=1, **settings
    )


def batch(task, count: int = 6, filler: int = 0):
    ids = text.pad(task.ids[:count])
    return F.pad(ids, (0, filler), value=text.PAD)


def losses(student, teacher, ids, kinds=job.KINDS, heads=8):
    X_t, X_s = (job.projections(net, ids, len(net.layers)) for net in (teacher, student))
    return job.relation_losses(X_t, X_s, ids != text.PAD, kinds, heads)


def same(one, other):
    return all(torch.equal(a, b) for a, b in zip(one.parameters(), other.parameters(), strict=True))


def train(lesson, role):
    return job.train_student(arms()[role], lesson)


def curve(events, name):
    return [(event["step"], event["value"]) for event in events if event.get("name") == name]


# --- relations --------------------------------------------------------------------------------------------------------
def test_relation_by_hand():
    R = job.log_relation(X, X, BOTH, 2).exp()
    assert R.shape == (1, 2, 2, 2)
    expected = torch.tensor([[0.669762, 0.330238], [0.330238, 0.669762]])
    assert torch.allclose(R[0], expected.expand(2, 2, 2), atol=1e-5)


def test_each_side_is_scaled_by_its_own_relation_head_width():
    wide = torch.cat([X[..., :2], X[..., :2], X[..., 2:], X[..., 2:]], -1)  # d_r = 4 and not 2, scores twice as high
    R = job.log_relation(wide, wide, BOTH, 2).exp()
    assert R[0, 0, 0, 0].item() == pytest.approx(math.exp(1) / (math.exp(1) + 1), abs=1e-5)  # 2 / sqrt(4) = 1


def test_relation_heads_are_cut_from_the_concatenation_whatever_the_attention_heads(task):
    ids = batch(task)
    four, two = network(task, "bert-1x32"), network(task, "bert-1x32h2")
    two.load_state_dict(four.state_dict())
    assert torch.equal(job.projections(four, ids, 1), job.projections(two, ids, 1))
    assert max(loss.item() for loss in losses(two, four, ids).values()) < 1e-6


def test_queries_of_layer_l_come_from_the_states_below_it(task, teacher):
    ids = batch(task)
    seen, last = teacher(ids, insides=True), teacher.layers[1].attention.self
    expected = [part(seen.hidden[1]) for part in (last.query, last.key, last.value)]
    assert torch.allclose(job.projections(teacher, ids, 2), torch.stack(expected, 2), atol=1e-6)


def test_rows_are_shares_and_padding_gets_none():
    first = torch.tensor([[True, False]])
    R = job.log_relation(X, X, first, 2).exp()
    assert torch.equal(R[0, :, :, 0], torch.ones(2, 2))
    assert torch.equal(R[0, :, :, 1], torch.zeros(2, 2))


# --- the loss ---------------------------------------------------------------------------------------------------------
def test_attention_loss_by_hand():
    log_P_t, log_P_s = A_T.log_softmax(-1), A_S.log_softmax(-1)
    assert job.relation_loss(log_P_t, log_P_s, BOTH).item() == pytest.approx(0.047543, abs=1e-5)
    first, second = torch.tensor([[True, False]]), torch.tensor([[False, True]])
    assert job.relation_loss(log_P_t, log_P_s, first).item() == pytest.approx(0.027955, abs=1e-5)
    assert job.relation_loss(log_P_t, log_P_s, second).item() == pytest.approx(0.067131, abs=1e-5)


def test_minilm_compares_the_networks_own_attention(task, teacher):
    student, ids = network(task), batch(task)
    P_t, P_s = (net(ids, insides=True).attention[-1].probabilities for net in (teacher, student))
    expected = (P_t * (P_t.clamp(min=1e-30).log() - P_s.clamp(min=1e-30).log())).sum(-1).mean(1)  # (B, S)
    real = ids != text.PAD
    by_text = (expected * real).sum(1) / real.sum(1)
    found = losses(student, teacher, ids, ("attention",), heads=4)
    assert found["attention"].item() == pytest.approx(by_text.mean().item(), abs=1e-5)


def test_a_long_text_weighs_no_more_than_a_short_one(task, teacher):
    student = network(task)
    long, short = task.ids[0], task.ids[0][:4]
    each = [losses(student, teacher, text.pad([row]))["value"].item() for row in (long, short)]
    together = losses(student, teacher, text.pad([long, short]))["value"].item()
    assert together == pytest.approx(sum(each) / 2, abs=1e-5)


def test_padding_changes_nothing(task, teacher):
    student = network(task)
    short, long = (losses(student, teacher, batch(task, filler=filler)) for filler in (0, 5))
    assert [short[kind].item() for kind in short] == pytest.approx([long[kind].item() for kind in long], abs=1e-5)


@pytest.mark.parametrize(("kinds", "heads"), [(job.KINDS, 8), (job.KINDS, 16), (("attention", "value"), 4)])
def test_a_teacher_copied_into_the_student_costs_nothing_and_pulls_nowhere(task, teacher, kinds, heads):
    student = copy.deepcopy(teacher).requires_grad_(True)
    found = losses(student, teacher, batch(task), kinds, heads)
    assert list(found) == list(kinds)
    assert max(abs(loss.item()) for loss in found.values()) < 1e-6
    sum(found.values()).backward()
    assert max(p.grad.abs().max().item() for p in student.parameters() if p.grad is not None) < 1e-5


def test_another_student_costs_something_in_every_relation(task, teacher):
    found = losses(network(task), teacher, batch(task))
    assert min(loss.item() for loss in found.values()) > 1e-3


def test_gradients_reach_the_student_up_to_its_last_projections_and_not_the_teacher(task, teacher):
    student = network(task)
    sum(losses(student, teacher, batch(task)).values()).backward()
    attention = student.layers[-1].attention
    assert all(
        part.weight.grad is not None for part in (attention.self.query, attention.self.key, attention.self.value)
    )
    assert student.body.get_input_embeddings().weight.grad is not None
    assert attention.output.dense.weight.grad is None  # beyond what is compared: learnt in fine-tuning
    assert student.head.weight.grad is None
    assert all(parameter.grad is None for parameter in teacher.parameters())


def test_alpha_scales_the_sum_of_the_relations(lesson):
    student = network(lesson.task)
    (whole, terms), (third, _) = (
        job.copying(student, lesson.method, replace(lesson, alpha=alpha))(lesson.plan[0][0])
        for alpha in (job.ALPHA["sum"], job.ALPHA["mean"])
    )
    assert whole.item() == pytest.approx(sum(term.item() for term in terms.values()), abs=1e-6)
    assert third.item() == pytest.approx(whole.item() / 3, abs=1e-6)


# --- the teacher's vectors --------------------------------------------------------------------------------------------
@pytest.mark.parametrize("layer", [1, 2])
def test_what_was_kept_of_the_teacher_is_what_it_computes(task, teacher, layer):
    rows = [5, 119, 3]  # the last text too: nothing comes after it
    ids = text.pad([task.ids[i] for i in rows])
    kept, computed = job.Taught(teacher, task.ids, layer)(rows, ids.shape[1]), job.projections(teacher, ids, layer)
    real = ids != text.PAD
    assert torch.allclose(kept[real], computed[real], atol=1e-5)


# --- stages -----------------------------------------------------------------------------------------------------------
def test_the_general_stage_never_reads_a_label(lesson):
    _, before = train(lesson, "student")
    lesson.task.y[:] = 1 - lesson.task.y
    try:
        student, again = train(lesson, "student")
    finally:
        lesson.task.y[:] = 1 - lesson.task.y
    assert same(before, again)
    assert not same(student, again)


def test_fine_tuning_reads_labelled_texts_alone(lesson):
    first, _ = train(lesson, "baseline")
    lesson.task.y[24:] = 1 - lesson.task.y[24:]
    try:
        assert same(first, train(lesson, "baseline")[0])
    finally:
        lesson.task.y[24:] = 1 - lesson.task.y[24:]


def test_the_same_seed_gives_the_same_student(lesson):
    first, _ = train(lesson, "student")
    assert same(first, train(lesson, "student")[0])
    assert not same(first, train(replace(lesson, seed=2), "student")[0])


@pytest.mark.parametrize("role", ["baseline", "masked-lm"])
def test_without_relations_no_student_hears_the_teacher(lesson, task, role):
    other = job.Taught(network(task, "bert-2x32", seed=9), task.ids, 2)
    first, _ = train(lesson, role)
    assert same(first, train(replace(lesson, taught={2: other}), role)[0])
    assert not same(train(lesson, "student")[0], train(replace(lesson, taught={2: other}), "student")[0])


def test_all_arms_take_the_same_steps_from_the_same_weights(lesson, events):
    trained = ("baseline", "masked-lm", "minilm", "student")
    for role in trained:
        train(lesson, role)
    assert {curve(events, f"{role}/dev_value")[-1][0] for role in trained} == {sum(map(len, lesson.plan))}
    first = [job.new_student(arm, lesson) for arm in arms().values()]
    assert all(same(first[0], other) for other in first)
    assert len(curve(events, "baseline/dev_accuracy")) == 4
    assert len(curve(events, "student/dev_accuracy")) == 2  # in fine-tuning alone


def test_twenty_steps_lower_every_loss(lesson, events):
    plan = training.plan(lesson.task.labelled, lesson.task.unlabelled, lesson.task.lengths, 8, 4, seed=0)
    lesson = replace(lesson, plan=plan, general_epochs=2)
    for role in ("student", "minilm", "masked-lm"):
        train(lesson, role)
    drawn = [f"student/kl_{kind}" for kind in job.KINDS]
    drawn += ["minilm/kl_attention", "minilm/kl_value", "masked-lm/word_loss", "student/hard_loss"]
    for name in drawn:
        values = [value for _, value in curve(events, name)]
        assert len(values) >= 20, name
        assert sum(values[-5:]) < sum(values[:5]), name


# --- arms -------------------------------------------------------------------------------------------------------------
def test_minilm_needs_equally_many_heads_and_takes_the_last_layer():
    minilm = arms(method(layer=1))["minilm"]
    assert (minilm.kinds, minilm.A_r, minilm.layer) == (("attention", "value"), 4, 2)
    assert "minilm" not in arms(method("bert-1x32h2"))


def test_what_would_be_the_method_again_is_no_arm():
    assert list(arms(method(kinds=("value",)), ablations=False)) == ["baseline", "masked-lm", "minilm", "student"]
    assert "no-query" not in arms(method(kinds=("query", "value")))  # value alone is there already
    assert arms(method(kinds=("query", "value")))["no-value"].kinds == ("query",)


def test_further_arms_change_one_thing_each():
    found = arms()
    assert found["no-key"].kinds == ("query", "value")
    assert (found["fewer-relation-heads"].A_r, found["more-relation-heads"].A_r) == (4, 16)
    assert found["half-heads"].student == "bert-1x32h2"
    assert "more-relation-heads" not in arms(method(A_r=32))
    assert "fewer-relation-heads" not in arms(method(A_r=1))


# --- what is shown and kept -------------------------------------------------------------------------------------------
def test_the_student_saved_and_loaded_gives_equal_logits(lesson, tmp_path):
    student, _ = train(lesson, "half-heads")
    task = lesson.task
    checkpoints.save(tmp_path / "s", student, task.tokenizer, classes=task.data.classes, labels=task.data.labels)
    ids = batch(task)
    with torch.no_grad():
        assert torch.equal(checkpoints.load(tmp_path / "s").model(ids).logits, student(ids).logits)


def test_a_sentence_of_ones_own_gets_the_relations_of_both_and_answers_of_the_fine_tuned(task, teacher):
    kept = {"teacher": teacher, "student": network(task), "general-teacher": teacher, "general-student": network(task)}
    notes = {"general-teacher": {"layer": 2, "relation_heads": 8}, "general-student": {"layer": 1, "relation_heads": 8}}
    found = {
        role: Checkpoint(net, task.tokenizer, ("no", "yes"), ("0", "1"), {"notes": notes.get(role)})
        for role, net in kept.items()
    }
    said = job.answer(found, "the film was good " * 20)
    assert [answer["role"] for answer in said["answers"]] == ["teacher", "student"]
    slugs = [figure["slug"] for figure in said["figures"]]
    assert slugs == [f"{kind}-{role}" for kind in job.KINDS for role in ("teacher", "student")]
    assert set(slugs) <= {figure.slug for figure in registry.get_spec("minilmv2").figures}
    assert figures_fault(said["figures"]) == ""


def test_maps_of_a_kind_share_a_colour_scale_and_their_rows_add_up_to_one(task, teacher):
    maps = {
        role: job.relation_maps(net, task.ids[0], 1, 8)
        for role, net in (("teacher", teacher), ("student", network(task)))
    }
    first, second, *_ = job.relation_figures(maps, [str(token) for token in task.ids[0]])
    assert first["data"]["high"] == second["data"]["high"]
    for row in (*first["data"]["values"], *second["data"]["values"]):
        assert sum(row) == pytest.approx(1, abs=0.02)


def test_what_it_gave_is_said_also_when_it_gave_nothing(lesson, events):
    right = F.one_hot(lesson.task.dev_y, 2).float()
    apart = {"student": {"query": 0.1, "key": 0.2, "value": 0.3}}
    job.say_what_it_gave({"teacher": right, "baseline": 1 - right, "masked-lm": right, "student": right}, apart, lesson)
    said = [event["text"] for event in events if event["kind"] == "log"]
    assert "student is Q-Q 0.1000, K-K 0.2000, V-V 0.3000 nats away" in said[0]
    assert "MiniLMv2 against baseline, on dev: +100.0 points" in said[1]
    assert "not told apart from chance" in said[2]


# --- the spec ---------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("values", "wrong", "words"),
    [
        ({"relation_heads": 12}, "relation_heads", "choose one of 1, 2, 4, 8, 16, 32"),
        ({"relation_heads": 64}, "relation_heads", "does not divide"),
        ({"teacher_layer": 5}, "teacher_layer", "has 4 layers"),
        (
            {"query_relation": False, "key_relation": False, "value_relation": False},
            "value_relation",
            "nothing to copy",
        ),
    ],
)
def test_what_cannot_be_run_is_refused_before_the_run(values, wrong, words):
    with pytest.raises(InvalidParams) as refused:
        registry.get_spec("minilmv2").clean(values)
    assert words in refused.value.errors[wrong].en
    assert refused.value.errors[wrong].zh


@pytest.mark.parametrize(
    "values",
    [{"student": "bert-2x32h2"}, {"teacher": "bert-4x128h8", "student": "bert-2x64h2"}, {"teacher_layer": 4}],
)
def test_what_can_be_run_is_taken(values):
    assert registry.get_spec("minilmv2").clean(values)
