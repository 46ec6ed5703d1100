"""TinyBERT: losses against values worked by hand, its stages, its augmentation, what its arms have in common."""

import copy
import math
from dataclasses import replace

import pytest
import torch
from tokenizers import Tokenizer, models
from torch.nn import functional as F

from workers import registry
from workers.kit import checkpoints, classification, data, networks, pretraining, text, training
from workers.kit.checkpoints import Checkpoint
from workers.kit.events import Report
from workers.methods.distillation.tinybert import drawing, job
from workers.spec import InvalidParams
from workers.trying import figures_fault

FORMS = ["paper", "code"]
KINDS = ("embedding", "hidden", "attention")
A_S = torch.tensor([[[[1.0, 2.0], [0.0, -1.0]]]])  # (B, H, S, S)
A_T = torch.tensor([[[[1.5, 2.0], [1.0, -1.0]]]])
EVERY = torch.tensor([[True, True]])


@pytest.fixture(scope="module")
def task():
    drawn = {"train_rows": 120, "labelled": 24, "vocabulary": 300, "seed": 0}
    return classification.prepare(data.load("opinions"), **drawn, device=torch.device("cpu"))


def network(task, name: str = "bert-1x32", seed: int = 0):
    shape = networks.shape_named(name, vocabulary=task.vocabulary, classes=2)
    return networks.build(shape, seed=seed).eval()


@pytest.fixture(scope="module")
def teacher(task):
    return network(task, "bert-2x32", seed=7).requires_grad_(False)


@pytest.fixture
def events():
    return []


@pytest.fixture
def lesson(task, teacher, events):
    plan = training.plan(task.labelled, task.unlabelled, task.lengths, 32, 4, seed=0)
    rows = task.ids + [list(reversed(row)) for row in task.ids]
    z_t = F.one_hot(torch.arange(len(rows)) % 2, 2) * 4.0 - 2.0
    general_teacher = network(task, "bert-2x32", seed=8).requires_grad_(False)
    return job.Lesson(
        task, rows, z_t, general_teacher, teacher, (2,), 1.0, "paper", 5e-3, 5e-3, Report(events.append), plan[:1],
        plan, 2,
    )  # fmt: skip


def batch(task, count: int = 6, filler: int = 0):
    """Ids (B, S + filler) and which of them are real."""
    ids = text.pad(task.ids[:count])
    ids = F.pad(ids, (0, filler), value=text.PAD)
    return ids, ids != text.PAD


def losses(student, teacher, project, ids, g=(2,), form="paper"):
    return job.layer_losses(student(ids, insides=True), teacher(ids, insides=True), ids != text.PAD, project, g, form)


def same(one, other):
    return all(torch.equal(a, b) for a, b in zip(one.parameters(), other.parameters(), strict=True))


# --- losses -----------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("form", FORMS)
def test_attention_loss_by_hand(form):
    assert job.attention_loss(A_S, A_T, EVERY, form).item() == pytest.approx(0.3125, abs=1e-5)


def test_in_the_codes_form_a_masked_key_counts_as_an_equal_score():
    first = torch.tensor([[True, False]])
    far = torch.tensor([[[[0.0, 1e4], [0.0, -7e3]]]])  # whatever stands at the masked key
    assert job.attention_loss(A_S, A_T, first, "code").item() == pytest.approx(0.3125, abs=1e-5)
    assert job.attention_loss(A_S + far, A_T, first, "code").item() == pytest.approx(0.3125, abs=1e-5)


def test_in_the_papers_form_a_text_has_the_mean_of_its_own_cells():
    first = torch.tensor([[True, False]])
    assert job.attention_loss(A_S, A_T, first).item() == pytest.approx(0.25, abs=1e-5)  # one cell: (1 - 1.5)^2
    both = job.attention_loss(torch.cat([A_S, A_S]), torch.cat([A_T, A_T]), torch.cat([EVERY, first]))
    assert both.item() == pytest.approx((0.3125 + 0.25) / 2, abs=1e-5)


@pytest.mark.parametrize(("form", "worked"), [("paper", 1 / 2), ("code", (1 + 9) / 4)])
def test_hidden_loss_by_hand(form, worked):
    h_s, h_t = torch.tensor([[[1.0, 0.0], [3.0, 0.0]]]), torch.tensor([[[0.0, 0.0], [0.0, 0.0]]])
    only_first = torch.tensor([[True, False]])
    assert job.hidden_loss(h_s, h_t, only_first, form).item() == pytest.approx(worked, abs=1e-5)


@pytest.mark.parametrize("T", [1.0, 3.0])
def test_prediction_loss_is_kl_and_the_teachers_entropy(T):
    z_t, z_s = torch.tensor([[2.0, 0.0], [0.5, -1.0]]), torch.tensor([[0.0, 0.0], [1.0, 1.0]])
    p = (z_t / T).softmax(-1)
    kl = F.kl_div((z_s / T).log_softmax(-1), p, reduction="batchmean")
    entropy = -(p * p.log()).sum(-1).mean()
    assert job.prediction_loss(z_s, z_t, T).item() == pytest.approx((kl + entropy).item(), abs=1e-6)
    assert job.prediction_loss(z_t, z_t, T).item() == pytest.approx(entropy.item(), abs=1e-6)  # its least


def test_prediction_loss_at_equal_logits_is_ln_c_and_the_code_divides_by_c():
    z = torch.zeros(3, 4)
    assert job.prediction_loss(z, z, 1.0).item() == pytest.approx(math.log(4), abs=1e-6)
    assert job.prediction_loss(z, z, 1.0, "code").item() == pytest.approx(math.log(4) / 4, abs=1e-6)


def unit_projections(width: int, form: str) -> job.Projections:
    project = job.Projections(width, width, form)
    for parameter in project.parameters():
        torch.nn.init.eye_(parameter) if parameter.dim() == 2 else torch.nn.init.zeros_(parameter)
    return project


@pytest.mark.parametrize("form", FORMS)
def test_a_teacher_copied_into_the_student_costs_nothing(task, teacher, form):
    ids, _ = batch(task)
    found = losses(copy.deepcopy(teacher), teacher, unit_projections(32, form), ids, (1, 2), form)
    assert list(found) == ["embedding_0", "hidden_1", "attention_1", "hidden_2", "attention_2"]
    assert max(value.item() for value in found.values()) < 1e-10


@pytest.mark.parametrize("form", FORMS)
def test_gradients_reach_student_and_projection_and_not_the_teacher(task, teacher, form):
    student, project = network(task), job.Projections(32, 32, form)
    ids, _ = batch(task)
    sum(losses(student, teacher, project, ids, form=form).values()).backward()
    assert all(parameter.grad is None for parameter in teacher.parameters())
    assert all(parameter.grad is not None for parameter in project.parameters())
    assert all(parameter.grad is not None for parameter in student.body.parameters())
    assert all(parameter.grad is None for parameter in student.head.parameters())  # learnt in step 2


def test_padding_changes_no_layer_loss(task, teacher):
    student, project = network(task), job.Projections(32, 32, "paper")
    short = losses(student, teacher, project, batch(task)[0])
    long = losses(student, teacher, project, batch(task, filler=5)[0])
    assert [short[name].item() for name in short] == pytest.approx([long[name].item() for name in short], abs=1e-5)


def test_student_layer_m_is_held_against_teacher_layer_g_of_m(task, teacher):
    student, project = network(task), unit_projections(32, "paper")
    ids, real = batch(task)
    found = losses(student, teacher, project, ids, g=(2,))
    s, t = student(ids, insides=True), teacher(ids, insides=True)
    assert found["hidden_1"].item() == pytest.approx(job.hidden_loss(s.hidden[1], t.hidden[2], real).item(), abs=1e-6)
    expected = job.attention_loss(s.attention[0].scores, t.attention[1].scores, real)
    assert found["attention_1"].item() == pytest.approx(expected.item(), abs=1e-6)


def test_the_paper_has_two_projections_and_the_code_one_with_a_bias():
    paper, code = job.Projections(2, 3, "paper"), job.Projections(2, 3, "code")
    assert [tuple(parameter.shape) for parameter in paper.parameters()] == [(3, 2), (3, 2)]
    assert [tuple(parameter.shape) for parameter in code.parameters()] == [(3, 2), (3,)]
    h = torch.randn(1, 4, 2)
    assert torch.equal(code(0, h), code(1, h))
    assert not torch.equal(paper(0, h), paper(1, h))


# --- augmentation -----------------------------------------------------------------------------------------------------
@pytest.fixture(scope="module")
def masked_lm(task):
    encoder = network(task, "bert-1x32", seed=3)
    return encoder, pretraining.WordGuess(encoder).eval()


def augmented(task, lm, *, copies=1, p=1.0, K=15):
    return job.augmented(task, lm, copies=copies, p=p, K=K, seed=0, report=Report([].append))


def test_copies_keep_marks_signs_unknown_words_and_lengths(task, masked_lm):
    rows = augmented(task, masked_lm, copies=2)
    words = job.replaceable(task.tokenizer)
    assert rows[:120] == task.ids
    for row, first, second in zip(task.ids, rows[120:240], rows[240:], strict=True):
        kept = [place for place, token in enumerate(row) if not words[token]]
        assert len(row) == len(first) == len(second)
        assert [row[place] for place in kept] == [first[place] for place in kept]
        assert all(words[first[place]] for place in range(len(row)) if place not in kept)
    assert rows[120:240] != rows[240:]


@pytest.mark.parametrize(("p", "least", "most"), [(0.0, 0, 0), (0.4, 0.3, 0.45)])
def test_a_share_p_of_the_words_is_replaced(task, masked_lm, p, least, most):
    words = job.replaceable(task.tokenizer)
    rows = augmented(task, masked_lm, p=p)
    pairs = [pair for row, other in zip(task.ids, rows[120:], strict=True) for pair in zip(row, other, strict=True)]
    changed = sum(one != other for one, other in pairs) / sum(bool(words[one]) for one, _ in pairs)
    assert least <= changed <= most


def test_with_one_candidate_the_likeliest_word_stands_in(task, masked_lm):
    encoder, guess = masked_lm
    words = job.replaceable(task.tokenizer)
    row = task.ids[0]
    place = next(place for place, token in enumerate(row) if words[token])
    hidden = [*row[:place], text.MASK, *row[place + 1 :]]
    (states,), _ = encoder.encode(torch.tensor([hidden]))
    likeliest = guess(states[0, place], encoder).masked_fill(~words, -torch.inf).argmax().item()
    rows = augmented(task, masked_lm, K=1)
    assert rows[120][place] == likeliest


def test_only_words_are_replaceable(task):
    words = job.replaceable(task.tokenizer)
    assert not words[: len(text.MARKS)].any()
    assert not words[task.tokenizer.token_to_id(".")]
    assert words[task.tokenizer.token_to_id("the")]


@pytest.mark.parametrize(
    ("tokens", "row", "replaced"),
    [
        (["the", "dog", "##s", "."], [5, 6, 7, 5, 8], [(0, 0), (0, 3)]),  # "the dogs the."
        (["the", "Ġdog", "s", "."], [6, 7, 6, 8], [(0, 2)]),  # " dogs dog.": only what surely begins and ends
    ],
)
def test_a_word_in_pieces_stays(tokens, row, replaced):
    vocabulary = {token: place for place, token in enumerate([*text.MARKS, *tokens])}
    tokenizer = Tokenizer(models.WordLevel(vocabulary))
    found = job.places_of([row], job.replaceable(tokenizer), job.pieces(tokenizer))
    assert found == replaced


def test_as_many_passes_as_variants_show_each_variant_of_each_text_once():
    plan = [[([0, 1], [2])]] * 3
    shown = [i for epoch in job.varied(plan, 3, 3) for parts in epoch for part in parts for i in part]
    assert sorted(shown) == list(range(9))
    assert job.varied(plan, 3, 1) == plan


# --- stages -----------------------------------------------------------------------------------------------------------
def train(lesson, role):
    arm = next(arm for arm in job.arms_of(KINDS, ablations=True) if arm.role == role)
    shape = networks.shape_named("bert-1x32", vocabulary=lesson.task.vocabulary, classes=2)
    return job.train_student(arm, job.first_weights(shape, lesson, seed=1), lesson)


def curve(events, name):
    return [(event["step"], event["value"]) for event in events if event.get("name") == name]


def test_step_1_never_reads_a_label_or_a_prediction(lesson):
    before = train(lesson, "student")
    lesson.task.y[:] = 1 - lesson.task.y
    try:
        after = train(replace(lesson, general={}), "student")
    finally:
        lesson.task.y[:] = 1 - lesson.task.y
    assert same(before, after)


def test_the_same_seed_gives_the_same_student_and_another_map_another(lesson):
    first = train(replace(lesson, general={}), "student")
    assert same(first, train(replace(lesson, general={}), "student"))
    assert not same(first, train(replace(lesson, general={}, g=(1,)), "student"))


def test_the_general_stage_listens_to_the_pretrained_teacher_and_step_1_to_the_fine_tuned(lesson, task):
    whole = train(replace(lesson, general={}), "student")
    other = network(task, "bert-2x32", seed=9).requires_grad_(False)
    assert not same(whole, train(replace(lesson, general={}, general_teacher=other), "student"))
    assert not same(whole, train(replace(lesson, general={}, teacher=other), "student"))
    alone = train(replace(lesson, general={}), "no-general")
    assert same(alone, train(replace(lesson, general={}, general_teacher=other), "no-general"))


def test_step_2_alone_hears_no_fine_tuned_inside(lesson, task):
    other = network(task, "bert-2x32", seed=9).requires_grad_(False)
    first = train(replace(lesson, general={}), "step-2")
    assert same(first, train(replace(lesson, general={}, teacher=other), "step-2"))


def test_only_augmented_students_see_copies(lesson):
    changed = replace(lesson, rows=lesson.task.ids * 2, general={})
    assert same(train(replace(lesson, general={}), "no-augmented"), train(changed, "no-augmented"))
    assert not same(train(replace(lesson, general={}), "student"), train(replace(changed, general={}), "student"))


def test_all_arms_take_the_same_steps_in_the_task_stage(lesson, events):
    ends = {}
    for role in ("baseline", "soft-targets", "step-2", "student"):
        train(lesson, role)
        ends[role] = curve(events, f"{role}/dev_accuracy")[-1][0]
    assert len(set(ends.values())) == 1


def test_the_baseline_reads_labelled_texts_alone(lesson):
    first = train(lesson, "baseline")
    assert same(first, train(replace(lesson, z_t=lesson.z_t.flip(1), rows=lesson.task.ids), "baseline"))
    lesson.task.y[24:] = 1 - lesson.task.y[24:]
    try:
        assert same(first, train(lesson, "baseline"))
    finally:
        lesson.task.y[24:] = 1 - lesson.task.y[24:]


def test_step_1_lowers_the_sum_of_its_losses(lesson, events):
    train(lesson, "student")
    parts = [curve(events, f"student/{name}")[0][1] for name in ("embedding_0", "hidden_1", "attention_1")]
    assert curve(events, "student/step_1_loss")[0][1] == pytest.approx(sum(parts), abs=1e-5)


def test_a_loss_that_is_left_out_is_drawn_and_not_summed(lesson, events):
    train(lesson, "no-attention")
    assert curve(events, "no-attention/attention_1")
    assert not curve(events, "no-attention/hidden_1")
    assert list(lesson.general) == [("embedding", "hidden")]


def test_without_the_only_loss_there_is_no_arm():
    roles = [arm.role for arm in job.arms_of(("hidden",), True)]
    assert "no-hidden" not in roles
    assert roles[-2:] == ["no-augmented", "no-general"]


def test_twenty_steps_lower_every_loss(lesson, events):
    plan = training.plan(lesson.task.labelled, lesson.task.unlabelled, lesson.task.lengths, 32, 10, seed=0)
    lesson = replace(lesson, plan=plan, step_1_epochs=5, general_plan=plan[:5])
    train(lesson, "student")
    for name in ("general_loss", "embedding_0", "hidden_1", "attention_1", "prediction_loss"):
        values = [value for _, value in curve(events, f"student/{name}")]
        assert len(values) >= 20, name
        assert sum(values[-3:]) < sum(values[:3]), name


# --- what is shown and kept -------------------------------------------------------------------------------------------
def test_the_student_saved_and_loaded_gives_equal_logits(lesson, tmp_path):
    student = train(lesson, "student")
    task = lesson.task
    checkpoints.save(tmp_path / "s", student, task.tokenizer, classes=task.data.classes, labels=task.data.labels)
    ids, _ = batch(task)
    with torch.no_grad():
        assert torch.equal(checkpoints.load(tmp_path / "s").model(ids).logits, student(ids).logits)


def test_a_sentence_of_ones_own_gets_a_map_for_every_layer_and_one_of_the_heads(task, teacher):
    kept = {"teacher": teacher, "baseline": network(task), "student": network(task)}
    found = {role: Checkpoint(net, task.tokenizer, ("no", "yes"), ("0", "1"), {}) for role, net in kept.items()}
    said = job.answer(found, "the film was good " * 20)
    slugs = [figure["slug"] for figure in said["figures"]]
    assert slugs == ["attention-teacher", "attention-teacher", "attention-student", "attention-heads"]
    assert said["figures"][1]["title"]["en"] == "Teacher, layer 2"
    assert figures_fault(said["figures"]) == ""
    assert len(said["figures"][3]["data"]["rows"]) == 3 * 4
    assert set(slugs) <= {figure.slug for figure in registry.get_spec("tinybert").figures}


def test_rows_of_a_map_add_up_to_one(task, teacher):
    maps = {("teacher", 1): job.attention_maps(teacher, task.ids[0])[0]}
    (figure, heads) = drawing.attention_figures(maps, [str(token) for token in task.ids[0]])
    for row in (*figure["data"]["values"], *heads["data"]["values"]):
        assert sum(row) == pytest.approx(1, abs=0.02)


def test_what_it_gave_is_said_also_when_it_gave_nothing(lesson, events):
    y = lesson.task.dev_y
    nothing = F.one_hot(y, 2).float()
    job.say_what_it_gave({"teacher": nothing, "baseline": 1 - nothing, "step-2": nothing, "student": nothing}, lesson)
    said = [event["text"] for event in events if event["kind"] == "log"]
    assert "TinyBERT against baseline, on dev: +100.0 points" in said[1]
    assert "step-2, on dev: +0.0 points" in said[2] and "not told apart from chance" in said[2]


# --- the spec ---------------------------------------------------------------------------------------------------------
NO_LOSS = {"attention_loss": False, "hidden_loss": False, "embedding_loss": False}


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
        registry.get_spec("tinybert").clean(values)
    assert words in refused.value.errors[wrong].en and refused.value.errors[wrong].zh


LISTED, NO_COPYING = {"layer_map": "custom", "layers": "1, 3"}, {"general_epochs": 0, "intermediate_epochs": 0}


@pytest.mark.parametrize("values", [{"student": "bert-3x32", "layer_map": "last"}, LISTED, NO_LOSS | NO_COPYING])
def test_what_can_be_run_is_taken(values):
    assert registry.get_spec("tinybert").clean(values)
