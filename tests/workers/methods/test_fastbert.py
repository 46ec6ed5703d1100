"""FastBERT: uncertainty and losses by hand, who leaves where, what learns and what is frozen, what is counted."""

import pytest
import torch
from torch.nn import functional as F

from workers.kit import checkpoints, classification, cost, data, networks, text, training
from workers.kit.encoders import EncoderClassifier
from workers.kit.events import Report
from workers.methods.compression.fastbert import SPEC, exits, job
from workers.spec import InvalidParams
from workers.trying import figures_fault

IDS = torch.tensor([[2, 7, 8, 9, 3], [2, 9, 10, 11, 3], [2, 12, 13, 14, 3]])
CPU = torch.device("cpu")


# --- uncertainty ------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(("p", "u"), [([0.9, 0.1], 0.468996), ([0.9, 0.05, 0.05], 0.358996)])
def test_uncertainty_by_hand(p, u):
    assert job.uncertainty(torch.tensor([p]).log()).item() == pytest.approx(u, abs=1e-5)


@pytest.mark.parametrize("classes", [2, 3, 7])
def test_uncertainty_is_one_where_all_classes_are_equal_and_zero_where_one_is_certain(classes):
    certain = F.one_hot(torch.tensor([0]), classes) * 200.0
    assert job.uncertainty(torch.zeros(1, classes)).item() == pytest.approx(1, abs=1e-6)
    assert job.uncertainty(certain).item() == 0


# --- losses -----------------------------------------------------------------------------------------------------------
@pytest.fixture
def z_s():
    torch.manual_seed(1)
    return torch.randn(4, 3, dtype=torch.float64, requires_grad=True)


@pytest.fixture
def z_t():
    torch.manual_seed(2)
    return torch.randn(4, 3, dtype=torch.float64)


KINDS = {"student-teacher": 0.433781, "teacher-student": 0.327813}  # p_s = (1/2, 1/2), p_t = softmax(2, 0)


@pytest.mark.parametrize(("kind", "worked"), KINDS.items())
def test_each_direction_of_the_divergence_by_hand(kind, worked):
    one, two = torch.tensor([[0.0, 0.0]]), torch.tensor([[2.0, 0.0]])
    loss = job.BRANCH_LOSSES[kind]
    assert loss(one, two, torch.tensor([0])).item() == pytest.approx(worked, abs=1e-5)
    both = loss(torch.cat([one, one]), torch.cat([two, one]), torch.tensor([0, 0]))
    assert both.item() == pytest.approx(worked / 2, abs=1e-5)  # the mean is over the batch


@pytest.mark.parametrize("kind", KINDS)
def test_a_branch_that_says_what_the_teacher_says_costs_nothing(z_s, kind):
    value = job.BRANCH_LOSSES[kind](z_s, z_s.detach() + 5, torch.zeros(4, dtype=torch.long))
    value.backward()
    assert value.item() == pytest.approx(0, abs=1e-12)
    assert z_s.grad.abs().max() < 1e-12


def test_the_papers_direction_is_the_other_way_round_than_the_codes(z_s, z_t):
    y = torch.zeros(4, dtype=torch.long)
    paper, code = (job.BRANCH_LOSSES[kind](z_s, z_t, y) for kind in KINDS)
    assert torch.isclose(paper, F.kl_div(z_t.log_softmax(1), z_s.softmax(1), reduction="batchmean"))
    assert torch.isclose(code, F.kl_div(z_s.log_softmax(1), z_t.softmax(1), reduction="batchmean"))
    assert not torch.isclose(paper, code)


# --- the network ------------------------------------------------------------------------------------------------------
def encoder(layers: int = 3, classes: int = 3, seed: int = 1) -> EncoderClassifier:
    shape = networks.shape_named(f"bert-{layers}x16h2", vocabulary=30, classes=classes)
    net = networks.build(shape, seed=seed).eval()
    torch.nn.init.normal_(net.head.weight, std=2.0)
    return net


def branched(full: EncoderClassifier | None = None, speed: float = 0.5) -> job.Branched:
    """Branches as sure as they never are at first, so that texts part."""
    net = job.with_branches(full or encoder(), 8, speed, seed=2).eval()
    for branch in net.branches:
        torch.nn.init.normal_(branch.narrow.weight, std=0.7)
        torch.nn.init.normal_(branch.classes.weight, std=3.0)
    return net


@pytest.fixture
def many():
    torch.manual_seed(3)
    return torch.cat([torch.full((40, 1), 2), torch.randint(5, 30, (40, 6)), torch.full((40, 1), 3)], dim=1)


def dividing(net: job.Branched, ids: torch.Tensor) -> float:
    """A Speed at which about half of the texts leave after the first layer."""
    with torch.inference_mode():
        return job.uncertainty(next(net.every_classifier(ids))).median().item()


def test_at_speed_zero_it_is_the_full_model(many):
    full = encoder()
    found = branched(full, speed=0.0)(many)
    assert torch.equal(found.logits, full(many).logits)
    assert (found.layer == 3).all()


def test_texts_leave_at_the_first_branch_that_is_sure_enough(many):
    net = branched()
    net.speed = dividing(net, many)
    found, z = net(many), torch.stack(list(net.every_classifier(many)), dim=1)
    assert len(set(found.layer.tolist())) > 1
    assert torch.equal(found.layer, exits.exits(job.uncertainty(z), net.speed))
    assert torch.allclose(found.logits, job.chosen(z, found.layer), atol=1e-5)


def test_a_text_leaves_alone_as_it_leaves_in_a_batch(many):
    net = branched()
    net.speed = dividing(net, many) + 1e-4  # between two texts
    together, alone = net(many), [net(ids[None]) for ids in many]
    assert [int(one.layer) for one in alone] == together.layer.tolist()
    assert torch.allclose(torch.cat([one.logits for one in alone]), together.logits, atol=1e-5)


@pytest.mark.parametrize("left", [1, 2, 3])
def test_a_pass_ends_with_the_last_text_that_leaves(many, left, monkeypatch):
    net, ran = branched(), []
    wanted = iter([1.0] * (left - 1) + [0.0])
    monkeypatch.setattr(job, "uncertainty", lambda z: torch.full((len(z),), next(wanted)))
    for layer in net.backbone.layers:
        layer.register_forward_hook(lambda module, _inputs, _output: ran.append(module))
    found = net(many[:1])
    assert ran == list(net.backbone.layers[:left])
    assert found.layer.tolist() == [left]
    assert found.uncertainty.isnan().tolist() == [[place >= left for place in range(3)]]


def test_padding_changes_nothing(many):
    net = branched()
    net.speed = dividing(net, many) + 1e-4
    short, padded = net(many), net(F.pad(many, (0, 5)))
    assert torch.equal(short.layer, padded.layer)
    assert torch.allclose(short.logits, padded.logits, atol=1e-5)
    for one, other in zip(net.every_classifier(many), net.every_classifier(F.pad(many, (0, 5))), strict=True):
        assert torch.allclose(one, other, atol=1e-5)


def test_the_second_text_of_a_pair_is_told_from_the_first():
    full, pair = encoder(), torch.tensor([[2, 7, 8, 3, 9, 10, 3]])
    assert torch.allclose(branched(full, speed=0.0)(pair).logits, full(pair).logits, atol=1e-6)


def test_a_branch_attends_from_the_first_token_alone_and_gives_what_full_attention_gives():
    branch, h = job.Branch(16, 8, 3), torch.randn(2, 5, 16)
    whole = torch.nn.MultiheadAttention(8, job.HEADS, batch_first=True)
    parts = (branch.query, branch.key, branch.value)
    whole.in_proj_weight.data = torch.cat([part.weight for part in parts])
    whole.in_proj_bias.data = torch.cat([part.bias for part in parts])
    whole.out_proj.load_state_dict(branch.mix.state_dict())
    x = branch.narrow(h).tanh()
    expected = branch.classes(branch.hidden(whole(x, x, x)[0][:, 0]).tanh())
    assert torch.allclose(branch(h, torch.zeros(2, 1, 1, 5)), expected, atol=1e-6)


def test_saved_and_loaded_it_gives_equal_logits_and_exits(many, tmp_path):
    net = branched()
    shape = job.replace(net.shape, speed=dividing(net, many))
    net.shape, net.speed = shape, shape.speed
    tokenizer = text.train_tokenizer(["a b c"], 30)
    checkpoints.save(tmp_path / "student", net, tokenizer, classes=("x", "y", "z"), labels=("0", "1", "2"))
    loaded = checkpoints.load(tmp_path / "student").model
    mine, theirs = net(many), loaded(many)
    assert torch.equal(mine.logits, theirs.logits)
    assert torch.equal(mine.layer, theirs.layer)
    assert len(set(mine.layer.tolist())) > 1


# --- stage 2 ----------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("kind", job.BRANCH_LOSSES)
def test_gradients_reach_each_branch_by_its_own_loss_and_never_the_backbone(kind):
    net, y = branched().train(), torch.tensor([0, 1, 2])
    losses = job.branch_losses(net, IDS, y, job.BRANCH_LOSSES[kind])
    assert len(losses) == 2
    losses[1].backward()
    assert all(p.grad is None for p in (*net.backbone.parameters(), *net.branches[0].parameters()))
    assert all(p.grad is not None for p in net.branches[1].parameters())


def test_what_is_learnt_from_is_the_full_model_without_dropout():
    full, seen = encoder(), []
    net = branched(full).train()
    job.branch_losses(net, IDS, torch.zeros(3), lambda z_s, z_t, y: seen.append(z_t))
    assert not net.backbone.training
    assert net.branches.training
    assert torch.allclose(seen[0], full(IDS).logits, atol=1e-6)


@pytest.fixture(scope="module")
def task():
    drawn = {"train_rows": 100, "labelled": 48, "vocabulary": 500, "seed": 0}
    return classification.prepare(data.load("opinions"), **drawn, device=CPU)


@pytest.fixture
def few_looks(monkeypatch):
    monkeypatch.setattr(classification.evaluation, "predict", lambda net, rows: torch.zeros(len(rows), 2))


def trained(task, role="student", *, kind="student-teacher", epochs=1, rate=3e-3, all_labelled=False, events=None):
    full = networks.build(networks.shape_named("bert-3x16h2", vocabulary=task.vocabulary, classes=2), seed=1).eval()
    full.head.weight.data *= 30
    net = job.with_branches(full, 8, 0.5, seed=2)
    rest = [] if all_labelled else task.unlabelled
    plan = training.plan(task.labelled, rest, task.lengths, 16, epochs, seed=0)
    arm = next(arm for arm in job.arms_of(kind) if arm.role == role)
    job.train_branches(arm, net, task, plan, rate, Report((events if events is not None else []).append))
    return net


def same(one, other) -> bool:
    return all(torch.equal(a, b) for a, b in zip(one.parameters(), other.parameters(), strict=True))


def test_only_branches_move_and_the_same_seed_gives_the_same_numbers(task, few_looks):
    still, first, second = trained(task, rate=0.0), trained(task), trained(task)
    assert same(first, second)
    assert same(still.backbone, first.backbone)
    assert not any(same(a, b) for a, b in zip(still.branches, first.branches, strict=True))


def test_self_distillation_needs_no_label_and_can_be_switched_off(task, few_looks):
    distilled, labels = trained(task), trained(task, kind="labels")
    assert same(labels, trained(task, "label-branches"))
    assert not same(labels, distilled)
    task.y.copy_(1 - task.y)
    assert same(distilled, trained(task))
    assert not same(labels, trained(task, kind="labels"))
    task.y.copy_(1 - task.y)


def test_the_direction_of_the_divergence_is_a_choice(task, few_looks):
    assert not same(trained(task), trained(task, kind="teacher-student"))


@pytest.mark.parametrize("kind", job.BRANCH_LOSSES)
def test_twenty_steps_lower_the_loss_of_every_branch(task, few_looks, kind):
    events = []
    trained(task, kind=kind, epochs=12, rate=1e-2, all_labelled=True, events=events)
    for name in ("student/branch_loss", "student/branch_1", "student/branch_2"):
        values = [event["value"] for event in events if event.get("name") == name]
        assert len(values) >= 20
        assert sum(values[-6:]) < sum(values[:6]), name


# --- what the exits are held against ----------------------------------------------------------------------------------
def test_a_shallow_model_begins_as_the_first_layers_of_the_pre_trained_one():
    start = encoder()
    small = job.shallow(start, 2).eval()
    states = start.encode(IDS, insides=True)[0]
    assert len(small.layers) == 2
    assert torch.allclose(small(IDS).logits, start.head(states[2][:, 0]), atol=1e-6)


def test_random_exits_are_as_deep_but_fall_to_other_texts():
    left = torch.arange(60) % 3 + 1
    dealt = exits.at_random(left)
    assert torch.equal(dealt.sort().values, left.sort().values)
    assert not torch.equal(dealt, left)


@pytest.mark.parametrize(("mean", "every", "depths"), [(1.2, False, [1]), (6, False, [5]), (2, True, [2, 1, 3, 4, 5])])
def test_the_shallow_model_is_as_deep_as_a_text_goes_on_average(mean, every, depths):
    assert job.depths_of(torch.tensor([mean]), 6, every) == depths


# --- what is counted --------------------------------------------------------------------------------------------------
def test_operations_are_counted_to_the_exit_with_the_branches_on_the_way():
    net, rows = branched(speed=0.0), [[2, 7, 8, 9, 3], [2, 9, 3]]
    spent = exits.operations(net.every_classifier, rows, CPU)  # (2, 3)
    per_token = cost.flops_per_token(net, rows[:1])
    assert spent.shape == (2, 3)
    assert spent[0, 2].item() == pytest.approx(5 * per_token)
    assert (spent.diff(dim=1) > 0).all()
    whole = cost.flops_per_token(net.backbone, rows[:1]) * 5
    assert spent[0, 0] < whole / 2 < whole < spent[0, 2]
    net.speed = 2.0  # everyone leaves at once
    assert cost.flops_per_token(net, rows[:1]) * 5 == pytest.approx(spent[0, 0].item())


def test_operations_of_lengths_that_were_not_counted_lie_on_a_line_between(monkeypatch):
    net, rows = branched(speed=0.0), [[2, *[7] * words, 3] for words in range(1, 40, 3)]
    spent = exits.operations(net.every_classifier, rows, CPU)
    monkeypatch.setattr(exits, "LENGTHS", len(rows))
    counted = exits.operations(net.every_classifier, rows, CPU)
    assert torch.equal(spent[[0, -1]], counted[[0, -1]])
    assert not torch.equal(spent, counted)
    assert torch.allclose(spent, counted, rtol=0.02)


def test_the_curve_runs_from_all_layers_to_one():
    u = torch.tensor([[0.05, 0.01, 0.0], [0.65, 0.25, 0.0]])
    right = torch.tensor([[True, True, True], [False, True, True]])
    found = exits.curve_of(exits.Seen(u, right), torch.tensor([[1.0, 2.0, 3.0], [10.0, 20.0, 30.0]]))
    assert found.layers == [3, *[2.0] * 2, *[1.5] * 4, *[1.0] * 4]  # Speed 0, 0.1 and 0.2, 0.3 to 0.6, from 0.7 on
    assert found.accuracy == [1.0] * 7 + [0.5] * 4
    assert found.operations == [16.5, *[15.5] * 2, *[10.5] * 4, *[5.5] * 4]


def test_lines_at_different_places_share_an_axis():
    drawn = exits.against({"student": ([2.0, 1.0], [0.9, 0.8]), "teacher": ([3.0], [0.95])})
    assert drawn["x"] == [1.0, 2.0, 3.0]
    assert drawn["series"][0] == {"name": "student/accuracy", "y": [0.8, 0.9, None]}
    assert drawn["series"][1]["y"] == [None, None, 0.95]


def test_accuracy_by_uncertainty_leaves_the_teacher_classifier_out():
    seen = exits.Seen(torch.tensor([[0.05, 0.05], [0.99, 1.0]]), torch.tensor([[True, False], [False, False]]))
    assert exits.by_uncertainty(seen) == [1.0, *[None] * 8, 0.0]


# --- the whole --------------------------------------------------------------------------------------------------------
def test_an_answer_shows_the_layers_that_ran_and_no_others(many):
    net = branched(encoder(classes=2), speed=0.0)
    tokenizer = text.train_tokenizer(["a b c d"], 30)
    kept = {"student": checkpoints.Checkpoint(net, tokenizer, ("x", "y"), ("0", "1"), {})}
    (whole,) = job.answer(kept, "a b")["figures"]
    assert "out after layer 3 of 3" in whole["title"]["en"]
    assert None not in whole["data"]["series"][0]["y"]
    net.speed = 2.0
    (short,) = job.answer(kept, "a b")["figures"]
    assert short["data"]["series"][0]["y"][1:] == [None, None]
    assert "第 1 层" in short["title"]["zh"]
    assert figures_fault([whole, short]) == ""


def test_a_gain_within_chance_is_said_to_be_so():
    events, y = [], torch.zeros(100, dtype=torch.long)
    right = torch.tensor([[1.0, 0.0]]).repeat(100, 1)
    nearly = right.clone()
    nearly[0] = torch.tensor([0.0, 1.0])
    job.say_what_it_gave({"student": right, "teacher": nearly}, torch.full((100,), 2), y, Report(events.append))
    assert "2.00 layers" in events[0]["text"]
    assert "+1.0 points" in events[1]["text"]
    assert "not told apart from chance" in events[1]["text"]


def test_an_odd_branch_is_refused_before_the_run():
    with pytest.raises(InvalidParams) as refused:
        SPEC.clean({"branch_width": 33})
    assert "32 or 34" in refused.value.errors["branch_width"].en
