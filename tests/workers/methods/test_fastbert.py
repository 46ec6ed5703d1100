"""FastBERT: losses by hand, who leaves where, what learns and what is frozen, what is counted."""

import pytest
import torch
from torch.nn.utils import parameters_to_vector

from tests.workers.methods.in_a_lab import lab_of
from workers import registry
from workers.kit import checkpoints, cost, exits, networks, text
from workers.methods.compression.fastbert import job, network

SPEC = registry.get_spec("fastbert")
IDS = torch.randint(5, 30, (40, 8), generator=torch.Generator().manual_seed(3))
IDS[:, 0], IDS[:, 7], IDS[::2, 4] = 2, 3, 3  # every other one is a pair of texts
KINDS = {"student-teacher": 0.433781, "teacher-student": 0.327813}  # p_s = (1/2, 1/2), p_t = softmax(2, 0)
SOURCES = [*KINDS, job.LABELS]


@pytest.mark.parametrize(("kind", "worked"), KINDS.items())
def test_each_direction_of_the_divergence_by_hand(kind, worked):
    z_s, z_t = torch.zeros(2, 2, requires_grad=True), torch.tensor([[2.0, 0.0], [5.0, 5.0]])
    loss = job.DIRECTIONS[kind](z_s, z_t)  # for the second text the two agree: it costs nothing
    loss.backward()
    assert loss.item() == pytest.approx(worked / 2, abs=1e-5)  # the mean is over the batch
    assert (z_s.grad.abs().amax(1) > 1e-6).tolist() == [True, False]


def branched(speed: float = 0.5, classes: int = 3, vocabulary: int = 30) -> network.Branched:
    """Three layers; branches as sure as they never are at first, so that texts part."""
    full = networks.build(networks.shape_named("bert-3x16h2", vocabulary=vocabulary, classes=classes), seed=1)
    torch.nn.init.normal_(full.head.weight, std=2.0)
    net = network.with_branches(full, 8, speed, seed=2).eval()
    for branch in net.branches:
        torch.nn.init.normal_(branch.narrow.weight, std=0.7)
        torch.nn.init.normal_(branch.classes.weight, std=3.0)
    return net


def test_at_speed_zero_it_is_the_full_model():
    net = branched(speed=0.0)
    assert torch.allclose(net(IDS).logits, net.backbone(IDS).logits, atol=1e-6)
    assert (net(IDS).layer == 3).all()


def test_texts_leave_at_the_first_branch_that_is_sure_enough_alone_as_in_a_batch():
    net = branched()
    z = torch.stack(list(net.every_classifier(IDS)), dim=1).detach()  # (40, 3, 3)
    net.speed = exits.uncertainty(z[:, 0]).median().item() + 1e-4  # between two texts
    together, alone = net(IDS), [int(net(ids[None]).layer) for ids in IDS]
    assert len(set(alone)) > 1
    assert together.layer.tolist() == exits.exit_layers(exits.uncertainty(z), net.speed).tolist() == alone
    assert torch.allclose(together.logits, exits.chosen(z, together.layer), atol=1e-5)


def test_padding_changes_no_exit():
    net = branched()
    bare, padded = net(IDS), net(torch.nn.functional.pad(IDS, (0, 9)))
    assert padded.layer.tolist() == bare.layer.tolist() and len(set(bare.layer.tolist())) > 1
    assert torch.allclose(padded.uncertainty, bare.uncertainty, atol=1e-5, equal_nan=True)


def test_a_branch_attends_from_the_first_token_alone_and_gives_what_full_attention_gives():
    branch, h = network.Branch(16, 8, 3), torch.randn(2, 5, 16)
    whole, parts = torch.nn.MultiheadAttention(8, 2, batch_first=True), (branch.query, branch.key, branch.value)
    whole.in_proj_weight.data = torch.cat([part.weight for part in parts])
    whole.in_proj_bias.data = torch.cat([part.bias for part in parts])
    whole.out_proj.load_state_dict(branch.mix.state_dict())
    x = branch.narrow(h).tanh()
    expected = branch.classes(branch.hidden(whole(x, x, x)[0][:, 0]).tanh())
    assert torch.allclose(branch(h, torch.zeros(2, 1, 1, 5)), expected, atol=1e-6)


def test_each_branch_learns_by_its_own_loss_from_a_backbone_without_dropout():
    net, seen = branched().train(), []
    losses = job.branch_losses(net, IDS, lambda z_s, z_t: seen.append(z_t) or job.self_distillation_loss(z_s, z_t))
    losses[1].backward()
    assert torch.allclose(seen[0], net.backbone.eval()(IDS).logits, atol=1e-6)
    assert all(p.grad is None for p in (*net.backbone.parameters(), *net.branches[0].parameters()))
    assert all(p.grad is not None for p in net.branches[1].parameters())


def trained(source, *, rate=3e-3, turned=False, **plan) -> tuple[list[float], list[float], list[dict]]:
    """The weights of backbone and branches after training on 100 texts, 80 of them labelled, and what was reported."""
    lab = lab_of(SPEC, heard := [], dev=4, train_rows=100, labelled=80, batch_size=16)
    lab.task.y.bitwise_xor_(turned)
    net = branched(classes=2, vocabulary=lab.task.vocabulary)
    how = {"rate": rate, "parameters": net.branches.parameters()}
    lab.fit("student", net, job.learning(net, source, lab), lab.plan(**{"epochs": 1, **plan}), **how)
    return *(parameters_to_vector(part.parameters()).tolist() for part in (net.backbone, net.branches)), heard


def test_branches_move_alone_each_source_moves_them_elsewhere_and_one_of_them_needs_labels():
    still, *found = trained(job.LABELS, rate=0.0), *(trained(source) for source in SOURCES)
    assert all(backbone == still[0] for backbone, _, _ in found)
    assert len({tuple(branches) for _, branches, _ in (still, *found)}) == 4
    turned = [trained(source, turned=True) for source in SOURCES]
    assert [now[1] == before[1] for now, before in zip(turned, found, strict=True)] == [True, True, False]


@pytest.mark.parametrize("source", SOURCES)
def test_twenty_steps_lower_the_loss_of_every_branch(source):
    *_, heard = trained(source, epochs=5, rate=1e-2, unlabelled=False)
    for name in ("student/branch_loss", "student/branch_1", "student/branch_2"):
        values = [event["value"] for event in heard if event.get("name") == name]
        assert len(values) >= 20 and sum(values[-6:]) < sum(values[:6]), name


@pytest.mark.parametrize(("mean", "every", "depths"), [(1.2, False, [1]), (6, False, [5]), (2, True, [2, 1, 3, 4, 5])])
def test_the_shallow_model_is_as_deep_as_a_text_goes_on_average(mean, every, depths):
    assert job.depths_of(torch.tensor([mean]), 6, every) == depths


def test_operations_are_counted_to_the_exit_with_the_branches_on_the_way():
    net, row = branched(speed=0.0), [2, *[7] * 30, 3]
    first, _, last = exits.operations(net.every_classifier, [row], torch.device("cpu"))[0].tolist()
    assert last == pytest.approx(cost.flops_per_token(net, [row]) * len(row))
    net.speed = 2.0  # everyone leaves at once
    assert last / 2 > first == pytest.approx(cost.flops_per_token(net, [row]) * len(row))


def test_an_answer_shows_the_layers_that_ran_and_no_others():
    net, tokenizer = branched(classes=2), text.train_tokenizer(["a b c d"], 30)
    known = {"student": checkpoints.Checkpoint(net, tokenizer, ("x", "y"), ("0", "1"), {})}
    shown = [job.answer(known, "a b", SPEC.words)["figures"][0] for net.speed in (0.0, 2.0)]
    assert [sum(u is not None for u in figure["data"]["series"][0]["y"]) for figure in shown] == [3, 1]
    assert ("layer 3 of 3" in shown[0]["title"]["en"], "第 1 层" in shown[1]["title"]["zh"]) == (True, True)


def test_a_branch_has_an_even_width():
    assert SPEC.checks[0]({"branch_width": 33})["branch_width"].values == {"less": 32, "more": 34}
