"""The lab: what it trains on, what it counts and draws as it goes, and what it says of gains."""

from dataclasses import FrozenInstanceError, fields

import pytest
import torch
from torch.nn import functional as F

from tests.workers.methods.in_a_lab import BATCH, lab_of
from workers import registry
from workers.kit import teaching
from workers.kit.lab import COUNTED, record

SPEC = registry.get_spec("hinton-kd")
ROWS, LABELLED, DEV = 100, 40, 40


@pytest.fixture
def lab_and_events():
    small = {"train_rows": ROWS, "labelled": LABELLED, "teacher": "bilstm-64", "student": "bilstm-16"}
    return lab_of(SPEC, events := [], dev=DEV, **small), events


def scalars(events, name) -> list[tuple[int, float]]:
    return [(event["step"], event["value"]) for event in events if event.get("name") == name]


def test_the_values_become_a_frozen_record_with_a_typed_field_a_parameter():
    p = record(SPEC, SPEC.clean({"temperature": 4, "extra_arms": False}))
    types = {field.name: field.type for field in fields(p)}
    assert list(types) == [param.name for param in SPEC.params]
    assert (types["temperature"], types["epochs"], types["extra_arms"], types["teacher"]) == (float, int, bool, str)
    assert (p.temperature, p.extra_arms) == (4.0, False)
    with pytest.raises(FrozenInstanceError):
        p.temperature = 1.0


# --- counting ---------------------------------------------------------------------------------------------------------
def test_fine_tuning_reads_every_label_once_an_epoch_and_lowers_the_loss(lab_and_events, monkeypatch):
    lab, events = lab_and_events
    net, read, labels = lab.student(), [], lab.labels
    monkeypatch.setattr(lab, "labels", lambda rows: read.extend(rows) or labels(rows))
    lab.fine_tune("baseline", net, epochs=10)
    assert sorted(read) == sorted([*range(ROWS)] * 10)  # not the 40 alone that are the student's
    steps = -(-ROWS // teaching.BATCH) * 10
    assert lab.counts["baseline"] == {"steps": steps, "examples": 10 * ROWS, "labelled_examples": 10 * ROWS}
    losses = [value for _, value in scalars(events, "baseline/loss")]
    assert losses[-1] < losses[0]


def test_fit_counts_what_the_loss_reads_as_it_reads_it_and_the_results_say_so(lab_and_events):
    lab, events = lab_and_events
    net, plan, seen = lab.student(), lab.plan(), []

    def loss_of(batch):
        labelled, others = batch
        seen.append((lab.counts["student"]["examples"], lab.counts["student"]["labelled_examples"]))
        z, y = net(lab.texts(labelled + others)).logits, lab.labels(labelled)
        return F.cross_entropy(z[: len(y)], y), {}

    lab.fit("student", net, loss_of, plan)
    sizes = [(len(labelled) + len(others), len(labelled)) for epoch in plan for labelled, others in epoch]
    assert seen[:3] == [(0, 0), sizes[0], (sizes[0][0] + sizes[1][0], sizes[0][1] + sizes[1][1])]
    lab.measure("student", net)
    found = {event["metric"]: event["value"] for event in events if event["kind"] == "result"}
    assert [found[name] for name in COUNTED] == [len(sizes), *(sum(part) for part in zip(*sizes, strict=True))]
    assert sizes[0] == (BATCH, BATCH // 4) and found["train_s"] > 0


def test_curves_count_on_from_the_step_that_they_come_after(lab_and_events):
    lab, events = lab_and_events
    ended = []
    follow = lab.curves("student", lab.student(), after=100, at_epoch=ended.append)
    follow["on_terms"](3, {"soft_loss": 0.5})
    follow["on_epoch"](5)
    assert scalars(events, "student/soft_loss") == [(103, 0.5)] and ended == [105]
    assert [step for step, _ in scalars(events, "student/dev_accuracy")] == [105]
    lab.curves("baseline", lab.student(), accuracy=False)["on_epoch"](5)
    assert scalars(events, "baseline/dev_accuracy") == []


# --- gains ------------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(("own", "other", "en", "zh"), [
    (30, 10, ("+50.0 points", "more than two standard errors"), ("+50.0 个百分点", "超过两个标准误")),
    (10, 30, ("-50.0 points", "more than two standard errors"), ("-50.0 个百分点", "超过两个标准误")),
    (21, 20, ("+2.5 points", "not told apart from chance"), ("+2.5 个百分点", "无法与偶然区分")),
    (20, 21, ("-2.5 points", "not told apart from chance"), ("-2.5 个百分点", "无法与偶然区分")),
])  # fmt: skip
def test_a_clear_loss_is_said_as_plainly_as_a_gain_and_chance_as_chance(lab_and_events, own, other, en, zh):
    lab, events = lab_and_events
    for role, right in (("student", own), ("baseline", other), ("teacher", 0)):  # on the first so many dev texts
        said = torch.where(torch.arange(DEV) < right, lab.task.dev_y, 1 - lab.task.dev_y)
        lab.logits[role] = F.one_hot(said, 2).float()
    lab.say_gains("student")
    (said,) = [event["text"] for event in events if event["kind"] == "log"]  # the teacher is left out unless named
    for language, parts in (("en", en), ("zh", zh)):
        roles = [lab.report.words(f"roles.{role}").as_dict()[language] for role in ("student", "baseline")]
        assert all(part in said[language] for part in (*parts, *roles))
