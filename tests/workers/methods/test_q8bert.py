"""Q8BERT: the quantiser and its gradient, ranges, the integer network against its simulation, its file, and the run."""

import copy

import pytest
import torch
from torch.nn import functional as F

from tests.workers.encoder_folder import save_encoder
from workers.kit import checkpoints, classification, networks, text, training
from workers.kit.data import Dataset, load
from workers.kit.events import Report
from workers.kit.teachers import Teachers
from workers.kit.workspace import Workspace
from workers.methods.compression.q8bert import SPEC, findings, integers, job
from workers.methods.compression.q8bert.integers import (
    HeldAsIntegers,
    _packed,
    from_bits,
    integer_product,
    loses_sums,
    to_bits,
)

IDS = torch.tensor([[2, 7, 8, 9, 3], [2, 5, 3, 0, 0]])
HOW = {"weight_bits": 8, "activation_bits": 8}


@pytest.fixture
def net():
    """In floating point, with weights large enough that its layers matter."""
    found = networks.build(networks.shape_named("bert-2x16", vocabulary=40, classes=3), seed=1).eval()
    with torch.no_grad():
        for parameter in found.parameters():
            parameter.mul_(3)
    return found


def ranged(net, **how):
    """Rounds, with ranges from two batches in training mode; no dropout."""
    new = job.simulated(net, **(HOW | how))
    for layer in new.modules():
        if isinstance(layer, job.Activation):
            layer.train()
    new(IDS)
    return new.eval()


def within(real):
    """As in a forward pass over texts whose real tokens these are."""
    job._pass.set(job.Pass(real, True))


@pytest.fixture(autouse=True)
def _one_text_without_padding():
    within(torch.ones(1, 3, dtype=torch.bool))


# --- the quantiser


def test_the_paper_s_scale_integers_and_values():
    w = torch.tensor([0.5, -1.27, 0.013])
    S = job.scale_of(w.abs().max(), job.largest_integer(8))
    assert S.item() == pytest.approx(100, abs=1e-4)
    assert job.quantise(w, S, 127).tolist() == [50, -127, 1]
    assert torch.allclose(job.of_largest(w, 127), torch.tensor([0.5, -1.27, 0.01]), atol=1e-5)


@pytest.mark.parametrize(("b", "M"), [(8, 127), (6, 31), (4, 7), (3, 3), (2, 1)])
def test_largest_integers(b, M):
    assert job.largest_integer(b) == M


@pytest.mark.parametrize("M", [1, 7, 127])
def test_rounding_is_off_by_half_a_step_at_most_and_done_once(M):
    W = torch.randn(8, 8)
    S = job.scale_of(W.abs().max(), M)
    rounded = job.of_largest(W, M)
    assert (rounded - W).abs().max() <= 0.5 / S + 1e-6
    assert torch.allclose(job.of_largest(rounded, M), rounded, atol=1e-6)


def test_zeros_have_a_finite_scale_and_stay_zeros():
    zeros = torch.zeros(3)
    assert job.scale_of(zeros.max(), 127) == 1
    assert torch.equal(job.of_largest(zeros, 127), zeros)


def test_a_layer_fed_with_zeros_gives_its_bias(net):
    layer = next(m for m in ranged(net).modules() if isinstance(m, job.SimulatedLinear)).train()
    layer.input.peak.zero_()
    y = layer(torch.zeros(1, 3, layer.in_features))
    assert torch.allclose(y, layer.bias.expand_as(y))


def test_the_gradient_goes_straight_through_even_where_clamped():
    x = torch.tensor([0.3, 5.0], requires_grad=True)
    job.fake_quantise(x, torch.tensor(127.0), 127).sum().backward()
    assert x.grad.tolist() == [1, 1]


def test_the_clipped_gradient_stops_where_clamped():
    x = torch.tensor([0.3, 5.0], requires_grad=True)
    job.fake_quantise(x, torch.tensor(127.0), 127, clipped=True).sum().backward()
    assert x.grad.tolist() == [1, 0]


# --- ranges


def activation(decay=0.9, **how):
    return job.Activation(job.QuantisedShape({}, 2, decay=decay, **how))


def test_the_range_begins_with_the_first_batch_and_then_decays():
    layer = activation(decay=0.9).train()
    layer(torch.full((1, 3, 2), 2.0))
    assert layer.peak == 2
    layer(torch.full((1, 3, 2), -4.0))
    assert layer.peak.item() == pytest.approx(0.9 * 2 + 0.1 * 4)


def test_the_range_stays_in_evaluation():
    layer = activation().train()
    layer(torch.ones(1, 3, 2))
    layer.eval()(torch.full((1, 3, 2), 9.0))
    assert layer.peak == 1


def test_padding_enters_no_range():
    within(torch.tensor([[True, True, False]]))
    x = torch.tensor([[[1.0], [-2.0], [50.0]]])
    assert job.peak_of(x) == 2


def test_dynamic_ranges_are_the_batch_s_own():
    layer = activation(dynamic=True).eval()
    x = torch.tensor([[[0.5, -1.27, 0.013]] * 3])
    assert torch.allclose(layer(x)[0, 0], torch.tensor([0.5, -1.27, 0.01]), atol=1e-5)


def test_calibration_is_the_mean_of_batch_maxima_and_leaves_the_decay(net, task, monkeypatch):
    monkeypatch.setattr(job, "CALIBRATION_BATCH", 4)
    new = job.simulated(net, **HOW)
    job.calibrate(new, task, 8)
    layer = new.layers[0].attention.self.query.input
    hidden = [net(task.batch(list(rows))[0], insides=True).hidden[0] for rows in (range(4), range(4, 8))]
    real = [task.batch(list(rows))[0] != 0 for rows in (range(4), range(4, 8))]
    peaks = [h[r].abs().max() for h, r in zip(hidden, real, strict=True)]
    assert layer.peak.item() == pytest.approx((sum(peaks) / 2).item(), rel=1e-5)
    assert layer.decay == 0.9999 and new.rounds and not layer.training


# --- the network of integers


@pytest.mark.parametrize("b", [2, 3, 4, 6, 8])
def test_bits_come_back_from_the_file(b):
    M = job.largest_integer(b)
    q = torch.randint(-M, M + 1, (5, 7), dtype=torch.int8)
    packed = to_bits(q, b)
    assert packed.dtype == torch.uint8 and len(packed) == -(-5 * 7 * b // 8)
    assert torch.equal(from_bits(packed, b, q.shape), q)


def test_the_integer_product_is_exact_for_the_largest_integers():
    q_W = torch.randint(-127, 128, (6, 40), dtype=torch.int8)
    q_W[0] = 127
    q_x = torch.randint(-127, 128, (2, 3, 40))
    q_x[0, 0] = 127
    assert torch.equal(integer_product(q_W)(q_x.float()).long(), q_x @ q_W.long().T)


def test_a_machine_without_the_kernel_computes_the_same(monkeypatch):
    q_W, q_x = torch.randint(-127, 128, (8, 16), dtype=torch.int8), torch.randint(-127, 128, (2, 9, 16)).float()
    with_kernel = integer_product(q_W)(q_x)
    monkeypatch.setattr(integers, "has_kernel", lambda: False)
    assert torch.equal(integer_product(q_W)(q_x), with_kernel)


def test_where_the_kernel_loses_sums_halves_do_not(monkeypatch):
    q_W = torch.full((1, 8), 127, dtype=torch.int8)
    assert (_packed(q_W)(torch.full((1, 8), 127.0)).item() == 8 * 127**2) is not loses_sums()
    assert integer_product(q_W)(torch.full((1, 8), 127.0)).item() == 8 * 127**2


@pytest.mark.parametrize("how", [{}, {"weight_bits": 3}, {"requantise": True}, {"dynamic": True}])
def test_integers_give_what_the_simulation_gives(net, how):
    simulated = ranged(net, **how)
    assert torch.allclose(job.of_integers(simulated)(IDS).logits, simulated(IDS).logits, atol=0.05)


def test_from_one_input_they_differ_by_the_rounding_of_the_bias(net):
    simulated = ranged(net)
    integers = job.of_integers(simulated)
    layers = dict(simulated.named_modules())
    for name, found in findings.roundings(simulated, integers, IDS).items():
        twin = dict(integers.named_modules())[name]
        S = job.scale_of(layers[name].input.peak, 127) * twin.weight_scale
        assert found.of_integers <= 0.5 / S + 1e-5
        assert found.of_weight <= 0.5 / twin.weight_scale + 1e-6


def test_padding_changes_nothing(net):
    for how in ({}, {"dynamic": True}):
        for made in (ranged(net, **how), job.of_integers(ranged(net, **how))):
            longer = F.pad(IDS, (0, 4))
            assert torch.allclose(made(longer).logits, made(IDS).logits, atol=1e-4)


@pytest.mark.parametrize("b", [8, 4, 3])
def test_the_saved_network_is_small_and_gives_equal_logits(net, tmp_path, b):
    integers = job.of_integers(ranged(net, weight_bits=b))
    tokenizer = text.train_tokenizer(["good bad film"], 8)
    named = {"classes": ("a", "b", "c"), "labels": ("0", "1", "2")}
    size = checkpoints.save(tmp_path / "q", integers, tokenizer, **named)
    loaded = checkpoints.load(tmp_path / "q").model
    assert torch.equal(loaded(IDS).logits, integers(IDS).logits)
    weights = sum(m.weight.numel() for m in integers.modules() if isinstance(m, HeldAsIntegers))
    assert weights * b / 8 < size < weights * b / 8 + 30_000  # biases, LayerNorm and the file's table of contents
    assert checkpoints.kind(tmp_path / "q") == "q8bert-integer"


def test_its_weights_lie_in_the_file_as_int8(net):
    state = job.of_integers(ranged(net)).state_dict()
    assert state["body.embeddings.word_embeddings.weight"].dtype == torch.int8
    assert state["head.weight"].dtype == torch.int8


def test_it_has_as_many_parameters_as_before(net):
    assert networks.parameter_counts(job.of_integers(ranged(net))) == networks.parameter_counts(net)


def test_tables_may_stay_in_floating_point(net):
    assert (
        job.of_integers(ranged(net, embeddings=False))
        .state_dict()["body.embeddings.word_embeddings.weight"]
        .is_floating_point()
    )


def test_an_encoder_that_others_trained_is_rounded_too(tmp_path):
    save_encoder(tmp_path / "models" / "tiny", ["a good film", "a bad film"])
    sizes = {"train_rows": 16, "labelled": 16, "vocabulary": 40, "ready_made": "tiny", "data_dir": tmp_path}
    task = classification.prepare(load("opinions", None), **sizes, seed=0, device=torch.device("cpu"))
    simulated = job.simulated(task.ready_made.net, **HOW)
    job.calibrate(simulated, task, 16)
    ids, _ = task.batch(range(16))
    assert torch.allclose(simulated(ids).logits, task.ready_made.net.eval()(ids).logits, atol=0.05)
    assert torch.allclose(job.of_integers(simulated)(ids).logits, simulated(ids).logits, atol=0.05)


# --- training


@pytest.fixture(scope="module")
def task():
    data = load("opinions", None)
    few = Dataset(**{**vars(data), "dev": data.dev[:16]})
    sizes = {"train_rows": 64, "labelled": 64, "vocabulary": 40}
    return classification.prepare(few, **sizes, seed=0, device=torch.device("cpu"))


def quiet(events=None):
    return Report((events if events is not None else []).append)


def plan_of(task, epochs=1):
    return training.plan(range(len(task.ids)), (), task.lengths, 16, epochs, 0)


def shaped(task):
    return networks.build(
        networks.shape_named("bert-2x16", vocabulary=task.vocabulary, classes=task.classes), seed=1
    ).eval()


def test_twenty_steps_lower_the_loss_at_four_bits(task):
    net, ids = job.simulated(shaped(task), weight_bits=4), task.batch(list(range(64)))
    before = F.cross_entropy(ranged_logits(net, ids[0]), ids[1])
    job.go_on("", net, task=task, plan=plan_of(task, 5), learning_rate=5e-3, seed=0, report=quiet())
    assert F.cross_entropy(net(ids[0]).logits, ids[1]) < before


def ranged_logits(net, ids):
    new = copy.deepcopy(net)
    for layer in new.modules():
        if isinstance(layer, job.Activation):
            layer.train()
    return new(ids).logits


def test_training_moves_the_rounded_network_and_not_the_one_it_came_from(task):
    start = shaped(task)
    kept = copy.deepcopy(start.state_dict())
    student = job.go_on(
        "", job.simulated(start), task=task, plan=plan_of(task), learning_rate=1e-3, seed=0, report=quiet()
    )
    assert all(torch.equal(kept[name], tensor) for name, tensor in start.state_dict().items())
    assert not torch.equal(student.head.weight, start.head.weight)


@pytest.mark.parametrize("how", [{"clipped": True}, {"decay": 0.5}, {"requantise": True}, {"embeddings": False}])
def test_each_switch_changes_the_numbers(task, how):
    def trained(**how):
        net = job.simulated(shaped(task), weight_bits=4, activation_bits=4, **how)
        return job.go_on("", net, task=task, plan=plan_of(task), learning_rate=5e-3, seed=0, report=quiet())

    ids = task.batch(list(range(8)))[0]
    assert not torch.equal(trained(**how)(ids).logits, trained()(ids).logits)


def test_before_the_first_step_that_rounds_it_trains_like_any_other(task):
    settings = {"task": task, "plan": plan_of(task), "learning_rate": 1e-3, "seed": 0, "report": quiet()}
    plain = job.go_on("", shaped(task), **settings)
    late = job.go_on("", job.simulated(shaped(task)), **settings, start_step=1_000)
    assert torch.allclose(late.head.weight, plain.head.weight, atol=1e-6)
    assert late.head.input.peak > 0


def test_the_loss_is_cross_entropy_of_rounded_logits(task):
    events = []
    job.go_on(
        "student",
        job.simulated(shaped(task)),
        task=task,
        plan=plan_of(task)[:1],
        learning_rate=1e-3,
        seed=0,
        report=quiet(events),
    )
    assert {event["name"] for event in events if event["kind"] == "scalar"} == {
        "student/loss",
        "student/range",
        "student/dev_accuracy",
    }


# --- the run


def ran(folder, **changes):
    """Every number and event of a run so small that it means nothing."""
    events, data = [], load("opinions", None)
    values = SPEC.values_of(SPEC.preset("smoke")) | {"train_rows": 96, "teacher_epochs": 1, "curve": True} | changes
    few = Dataset(**{**vars(data), "dev": data.dev[:48]})
    workspace = Workspace(folder / "out", Teachers(folder / "teachers"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(findings, "kernel_ms", lambda *place: (1.0, 2.0))
        patch.setattr(job, "WIDTHS", (2, 8))
        device = torch.device("cpu")
        numbers = job.run(**values, data=few, seed=3, device=device, report=quiet(events), workspace=workspace)
    return numbers, events


@pytest.fixture(scope="module")
def first(tmp_path_factory):
    return ran(tmp_path_factory.mktemp("first"))


def results(events, *metrics):
    return {(e["role"], e["metric"]): e["value"] for e in events if e["kind"] == "result" and e["metric"] in metrics}


def test_the_same_seed_gives_the_same_numbers(first, tmp_path):
    numbers, events = ran(tmp_path)
    kept = ("accuracy", "kl_to_teacher", "ece", "size_bytes", "parameters")
    assert numbers == first[0]
    assert results(events, *kept) == results(first[1], *kept)


def test_a_run_measures_every_role_and_draws_every_figure(first):
    numbers, events = first
    assert list(numbers) == [role.slug for role in SPEC.roles]
    drawn = {event["slug"] for event in events if event["kind"] == "figure"}
    assert drawn == {figure.slug for figure in SPEC.figures if not figure.series}


def test_stages_are_counted(first):
    stages = [event for event in first[1] if event["kind"] == "stage"]
    assert [stage["index"] for stage in stages] == list(range(1, stages[-1]["count"] + 1))


def test_files_of_integers_are_smaller(first):
    sizes = results(first[1], "size_bytes")
    assert sizes["student", "size_bytes"] == sizes["static", "size_bytes"] < sizes["continued", "size_bytes"] / 2


def test_curves_are_named_as_the_figures_expect(first):
    drawn = {event["name"] for event in first[1] if event["kind"] == "scalar"}
    assert {name for figure in SPEC.figures for name in figure.series} <= drawn


def test_what_lies_outside_the_range_takes_its_end():
    x = torch.tensor([2.0, -3.0, 0.5])
    assert job.quantise(x, torch.tensor(100.0), 127).tolist() == [127, -127, 50]
