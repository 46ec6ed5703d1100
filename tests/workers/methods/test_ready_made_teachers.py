"""Every method that has a teacher takes one that others pre-trained; a new method is tested here by being there."""

from dataclasses import replace

import pytest
import torch

from tests.workers.encoder_folder import save_encoder
from workers import registry
from workers.kit import checkpoints, cost, data, evaluation
from workers.kit.events import Report
from workers.kit.files import DataError
from workers.kit.teachers import Teachers
from workers.kit.workspace import Workspace

SPECS = registry.all_specs()
METHODS = [slug for slug, spec in SPECS.items() if {"teacher", "ready_made"} <= {param.name for param in spec.params}]
FEW = {"train_rows": 120, "labelled": 60, "epochs": 1, "batch_size": 32}
OPINIONS = replace(data.load("opinions"), dev=data.load("opinions").dev[:80])
TEXTS = [example.text for example in OPINIONS.train[:300]]


@pytest.fixture(autouse=True)
def no_clock(monkeypatch):
    """Speed and cost take most of a tiny run's time, and have tests of their own."""
    monkeypatch.setattr(evaluation, "speed", lambda model, rows: {})
    for name in ("flops_per_token", "peak_memory"):
        monkeypatch.setattr(cost, name, lambda model, rows: 0)


def run(slug, folder, **values):
    spec, events = SPECS[slug], []
    known = {name: value for name, value in FEW.items() if name in {param.name for param in spec.params}}
    values = spec.clean({**known, "ready_made": "tiny", **values}, preset=spec.preset("smoke"))
    workspace = Workspace(folder / "out", Teachers(folder / "cache"), str(folder))
    report = Report(events.append)
    report.words = spec.words
    given = {"data": OPINIONS, "seed": 0, "device": torch.device("cpu"), "report": report}
    return registry.load(slug)(**values, **given, workspace=workspace), events


@pytest.mark.parametrize("slug", METHODS)
def test_a_run_begins_with_the_encoder_that_was_brought(slug, tmp_path):
    save_encoder(tmp_path / "models" / "tiny", TEXTS)
    found, events = run(slug, tmp_path)
    stages = [event for event in events if event["kind"] == "stage"]
    assert "pretraining" not in {event["name"] for event in stages}
    assert [event["index"] for event in stages] == list(range(1, stages[-1]["count"] + 1))
    kept = checkpoints.load(tmp_path / "out" / "teacher")
    assert kept.model.shape.body["hidden_size"] == 16
    assert any(token.startswith("##") for token in kept.tokenizer.get_vocab())
    assert all(0 <= value <= 1 for value in found.values())


def test_a_method_without_what_guesses_words_makes_no_copies(tmp_path):
    save_encoder(tmp_path / "models" / "tiny", TEXTS, with_guess=False)
    with pytest.raises(DataError, match="copies: no masked-LM head came with the ready-made teacher, so set this to 0"):
        run("tinybert", tmp_path)
    assert run("tinybert", tmp_path, copies=0)


@pytest.mark.parametrize(
    ("slug", "values", "words"),
    [
        ("tinybert", {"student": "bert-2x64h8"}, "student: it has 8 heads and the teacher 4; choose"),
        ("tinybert", {"student": "bert-3x32"}, "student: the student has 3 layers and the teacher 2; choose"),
        ("bert-of-theseus", {"student_layers": 3}, "student_layers: 2 predecessor layers cannot be cut into 3"),
        ("sixteen-heads", {"keep_one": True, "share": 0.9}, r"share: at most 0\.75 where every layer keeps one"),
    ],
)
def test_what_does_not_fit_it_is_refused_before_anything_is_trained(slug, values, words, tmp_path):
    save_encoder(tmp_path / "models" / "tiny", TEXTS)
    with pytest.raises(DataError, match=words):
        run(slug, tmp_path, **values)
    assert not (tmp_path / "cache").exists()
