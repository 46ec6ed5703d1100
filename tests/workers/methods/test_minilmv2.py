"""MiniLMv2: relations and their loss against values worked by hand, its two stages, what its arms have in common."""

from dataclasses import replace
from types import SimpleNamespace

import pytest
import torch
from torch.nn.utils import parameters_to_vector

from workers import registry
from workers.kit import data, networks, text
from workers.kit.architectures import sizes
from workers.kit.events import Report
from workers.kit.lab import Lab
from workers.methods.distillation.minilmv2 import KINDS, job
from workers.methods.distillation.minilmv2.arms import Arm, arms_of
from workers.methods.distillation.minilmv2.kept import Kept
from workers.pages import shared_words
from workers.spec import InvalidParams

SPEC = registry.get_spec("minilmv2")
OPINIONS = replace(data.load("opinions"), dev=data.load("opinions").dev[:60])
FEW = {"train_rows": 120, "labelled": 24, "vocabulary": 300, "batch_size": 16, "general_epochs": 3}
METHOD = Arm("student", "bert-1x32", "relations", KINDS, A_r=8, layer=2)
X = torch.tensor([[[1.0, 0.0, 0.0, 1.0], [0.0, 1.0, 1.0, 0.0]]])  # (B, n, D)
A_S, A_T = torch.tensor([[1.0, 2.0], [0.0, -1.0]]), torch.tensor([[1.5, 2.0], [1.0, -1.0]])  # one head's scores (n, n)


@pytest.fixture
def lab():
    given = {"data": OPINIONS, "seed": 0, "device": torch.device("cpu"), "workspace": SimpleNamespace(data_dir=None)}
    return Lab.open(SPEC, SPEC.clean(FEW, preset=SPEC.preset("smoke")), **given, report=Report(lambda event: None))


def network(name="bert-1x32", seed=0):
    net = networks.build(networks.shape_named(name, vocabulary=300, classes=2), seed=seed).eval()
    for parameter in net.parameters():  # far from where new weights start: relations are no longer all alike
        parameter.data += 0.1 * torch.randn_like(parameter) * (parameter.dim() == 2)
    return net


TEACHER = network("bert-2x32", seed=7).requires_grad_(False)


def losses(student, ids, kinds=KINDS, heads=8):
    X_t, X_s = (job.projections(net, ids, len(net.layers)) for net in (TEACHER, student))
    return job.relation_losses(X_t, X_s, ids != text.PAD, kinds, heads)


def kept(lab, layer=2):
    return Kept(lambda ids: job.projections(TEACHER, ids, layer), lab.task.ids, "cpu")


def arms(**changes):
    return arms_of(replace(METHOD, **changes), sizes("bert-2x32"), further=True)


def train(lab, role):
    """The student's weights after fine-tuning, and before. Where no relation is copied, there is no teacher to hear."""
    arm, student, ids = arms()[role], lab.student(), text.pad(lab.task.dev_ids)
    taught, X_t = {2: kept(lab)} if arm.kinds else {}, job.projections(TEACHER, ids, 2)
    before = job.train(arm, student, taught, lambda net: job.distances(net, ids, X_t, 8), lab.plan(epochs=4), lab)
    return tuple(parameters_to_vector(net.parameters()) for net in (student, before))


@pytest.mark.parametrize(("x", "share"), [(X, 0.669762), (X.repeat_interleave(2, -1), 0.731059)])
def test_relation_by_hand_is_scaled_by_the_width_of_its_own_heads(x, share):
    R = job.log_relation(x, x, torch.tensor([[True, True]]), 2).exp()  # (1, 2, 2, 2): scores 1 / sqrt(2), 2 / sqrt(4)
    assert torch.allclose(R, torch.tensor([[share, 1 - share], [1 - share, share]]).expand(1, 2, 2, 2), atol=1e-5)


@pytest.mark.parametrize("layer", [1, 2])
def test_what_was_kept_of_a_layer_is_whole_projections_of_the_states_below_it(lab, layer):
    rows = [5, 119, 3]  # the last text too: nothing comes after it
    ids = text.pad([lab.task.ids[row] for row in rows])
    attention, below = TEACHER.layers[layer - 1].attention.self, TEACHER(ids, insides=True).hidden[layer - 1]
    expected = torch.stack([part(below) for part in (attention.query, attention.key, attention.value)], 2)
    found = kept(lab, layer)(rows, ids.shape[1])  # (B, S, 3, D)
    assert torch.allclose(found[ids != text.PAD], expected[ids != text.PAD], atol=1e-5)


@pytest.mark.parametrize(("real", "worked"), [((1, 1), 0.047543), ((1, 0), 0.027955), ((0, 1), 0.067131)])
def test_divergence_by_hand(real, worked):
    log_R_t, log_R_s = (A.log_softmax(-1).expand(1, 1, 2, 2) for A in (A_T, A_S))
    assert job.relation_loss(log_R_t, log_R_s, torch.tensor([real]) == 1).item() == pytest.approx(worked, abs=1e-5)


def test_minilm_compares_the_networks_own_attention(lab):
    student, ids = network(), text.pad(lab.task.ids[:1])
    P_t, P_s = (net(ids, insides=True).attention[-1].probabilities for net in (TEACHER, student))
    found = losses(student, ids, ("attention",), heads=4)["attention"]
    assert torch.allclose(found, (P_t * (P_t / P_s).log()).sum(-1).mean(), atol=1e-5)


@pytest.mark.parametrize("kind", job.RELATIONS)
def test_a_long_text_weighs_no_more_than_a_short_one_with_its_padding(lab, kind):
    rows = (lab.task.ids[0], lab.task.ids[0][:4])
    *each, together = (losses(network(), text.pad(some), (kind,))[kind] for some in (rows[:1], rows[1:], rows))
    assert together.item() == pytest.approx(sum(each).item() / 2, abs=1e-5)


@pytest.mark.parametrize(("kinds", "heads"), [(KINDS, 8), (KINDS, 16), (("attention", "value"), 4)])
def test_a_student_like_its_teacher_costs_nothing_and_is_not_pulled(lab, kinds, heads):
    student = network("bert-2x32", seed=7)
    found = losses(student, text.pad(lab.task.ids[:6]), kinds, heads)
    sum(found.values()).backward()
    assert max(abs(found[kind].item()) for kind in kinds) < 1e-6
    assert max(p.grad.abs().max().item() for p in student.parameters() if p.grad is not None) < 1e-5


def test_gradients_reach_another_student_up_to_its_last_projections(lab):
    student = network()
    sum(losses(student, text.pad(lab.task.ids[:6])).values()).backward()
    last, words = student.layers[-1].attention, student.body.get_input_embeddings()
    assert all(part.weight.grad.any() for part in (words, last.self.query, last.self.key, last.self.value))
    assert last.output.dense.weight.grad is student.head.weight.grad is None  # learnt in fine-tuning


@pytest.mark.parametrize(("alpha", "weight"), [("sum", 1), ("mean", 1 / 3)])
def test_alpha_weighs_the_sum_of_the_relations(lab, alpha, weight):
    lab.p = replace(lab.p, alpha=alpha)
    loss, terms = job.copying(network(), METHOD, kept(lab), lab)(lab.plan(epochs=1)[0][0])
    assert torch.allclose(loss, weight * sum(terms.values()))


def test_fine_tuning_reads_the_labels_of_labelled_texts_and_the_general_stage_none(lab):
    student, before = train(lab, "student")
    lab.task.y[24:] = 1 - lab.task.y[24:]
    assert torch.equal(student, train(lab, "student")[0])
    lab.task.y[:] = 1 - lab.task.y
    other, again = train(lab, "student")
    assert torch.equal(before, again) and not torch.equal(student, other)


def test_arms_take_the_same_steps_and_twenty_lower_each_loss(lab, monkeypatch):
    curves = {}
    monkeypatch.setattr(lab.report, "scalar", lambda name, step, value: curves.setdefault(name, []).append(value))
    for role in ("baseline", "masked-lm", "minilm", "student"):
        train(lab, role)
        assert lab.counts[role]["steps"] == 32
    for name in ("student/kl_query", "student/kl_key", "minilm/kl_attention", "minilm/kl_value", "masked-lm/word_loss"):
        assert sum(curves[name][19:]) / len(curves[name][19:]) < sum(curves[name][:5]) / 5, name


def test_every_arm_changes_one_thing_where_that_can_be_changed():
    found = {role: replace(arm, role="student") for role, arm in arms().items()}
    assert arms(layer=1)["minilm"] == Arm("minilm", "bert-1x32", "relations", ("attention", "value"), A_r=4, layer=2)
    assert found["no-key"] == replace(METHOD, kinds=("query", "value"))
    assert found["half-heads"] == replace(METHOD, student="bert-1x32h2")
    assert (found["fewer-relation-heads"].A_r, found["more-relation-heads"].A_r) == (4, 16)
    assert "more-relation-heads" not in arms(A_r=32) and "fewer-relation-heads" not in arms(A_r=1)
    assert "minilm" not in arms(student="bert-1x32h2")  # which has not the teacher's number of heads
    assert not {"value-only", "no-value"} & {*arms(kinds=("value",))}  # the method again, or nothing
    assert "no-query" not in arms(kinds=("query", "value"))  # value alone is there already


def test_a_sentence_of_ones_own_gets_the_relations_of_both_and_answers_of_the_fine_tuned(lab):
    found, told = {}, {"tokenizer": lab.task.tokenizer, "classes": ("no", "yes")}
    for name, net in {"teacher": TEACHER, "student": network()}.items():
        config = {"notes": {"layer": len(net.layers), "relation_heads": 8}}
        found[name] = found[job.GENERAL + name] = SimpleNamespace(model=net, config=config, **told)
    said = job.answer(found, "the film was good", shared_words())
    maps = {figure["slug"]: figure["data"] for figure in said["figures"]}
    assert [answer["role"] for answer in said["answers"]] == ["teacher", "student"]
    assert list(maps) == [f"{kind}-{role}" for kind in KINDS for role in ("teacher", "student")]
    assert maps["key-teacher"]["high"] == maps["key-student"]["high"]  # one colour scale


def test_what_cannot_be_run_is_refused_before_the_run():
    with pytest.raises(InvalidParams, match=r"of 1, 2, 4, 8, 16, 32; teacher_layer: .* 4 layers.*; value_relation: "):
        SPEC.clean({"relation_heads": 12, "teacher_layer": 5} | {f"{kind}_relation": False for kind in KINDS})
