"""Whitening: the map against a second computation, what the arms share, and what a run may read and must say."""

import json
from dataclasses import replace

import numpy as np
import pytest
import torch

from tests.workers.encoder_folder import save_encoder
from workers import registry
from workers.kit import checkpoints, data, known_encoders, networks, sentences, text
from workers.kit.checkpoints import Checkpoint
from workers.kit.events import Report
from workers.kit.sentences import Whitening
from workers.kit.teachers import Teachers
from workers.kit.workspace import Workspace
from workers.methods.embeddings.whitening import drawing, job, width
from workers.spec import InvalidParams

SPEC, CPU = registry.get_spec("whitening"), torch.device("cpu")
DATA = data.load("similarities")
FEW = replace(DATA, train=DATA.train[:100], dev=DATA.dev[:60])
PAIRS = torch.tensor([[0, 1], [2, 3], [4, 5]])


def crooked(count=60, width=6):
    """Vectors in a cone: far from 0 and longer in some directions than in others."""
    draw = torch.Generator().manual_seed(0)
    return torch.randn(count, width, generator=draw).double() @ torch.randn(width, width, generator=draw).double() + 4


def run(folder, rows=FEW, **values):
    """The events of a tiny run, and its numbers as it returns them."""
    report = Report((events := []).append)
    report.words = SPEC.words
    values = SPEC.clean({**SPEC.tiny, **values}, preset=SPEC.preset("smoke"))
    workspace = Workspace(folder, Teachers(folder / "cache"), str(folder))
    torch.manual_seed(0)
    return events, job.run(data=rows, seed=0, device=CPU, report=report, workspace=workspace, **values)


def logs(events, language="en"):
    return [event["text"][language] for event in events if event["kind"] == "log"]


# --- the map ----------------------------------------------------------------------------------------------------------
def test_cosines_after_the_map_are_those_of_u_s_to_the_minus_half_by_numpy():
    train, dev = crooked()[:40], crooked()[40:]
    U, S, _ = np.linalg.svd(np.cov(train.numpy().T))
    for k in (6, 3):
        rows = (dev.numpy() - train.numpy().mean(0)) @ (U @ np.diag(S**-0.5))[:, :k]
        hand = [rows[a] @ rows[b] / np.linalg.norm(rows[a]) / np.linalg.norm(rows[b]) for a, b in PAIRS.tolist()]
        found = job.arms(dev, Whitening.fit(train), k)["whitened"]
        assert sentences.cosines(found, PAIRS).tolist() == pytest.approx(hand)


def test_a_turn_alone_leaves_centred_cosines_and_a_cut_takes_the_last_axes():
    x = crooked()
    whole, cut = (job.arms(x, Whitening.fit(x), k) for k in (6, 2))
    assert torch.allclose(sentences.cosines(whole["pca"], PAIRS), sentences.cosines(whole["centred"], PAIRS))
    assert torch.equal(cut["whitened"], whole["whitened"][:, :2])
    assert (whole["pca"].var(0).diff() < 0).all()  # the largest variance first
    assert torch.equal(cut["raw"], x)


def test_what_is_white_already_is_only_turned():
    x = Whitening.fit(crooked())(crooked())
    again = job.arms(x + 7, Whitening.fit(x + 7), 6)
    assert torch.allclose(sentences.cosines(again["whitened"], PAIRS), sentences.cosines(x, PAIRS))


def test_the_last_layer_alone_has_a_direction_without_variance():
    """A layer norm's output times 1 / gamma sums to a constant, whatever gamma and beta are."""
    net = networks.build(networks.shape_named("bert-2x16", vocabulary=90, classes=1), seed=1)
    norm = net.layers[-1].output.LayerNorm
    torch.nn.init.uniform_(norm.weight, 0.5, 2)
    torch.nn.init.normal_(norm.bias)
    rows = torch.randint(5, 90, (80, 6), generator=torch.Generator().manual_seed(0)).tolist()
    white = {pooling: Whitening.fit(x) for pooling, x in sentences.vectors(net, rows).items()}
    assert (white["mean"].ridge > 0, white["cls"].ridge > 0) == (True, True)
    last = white["mean"].axes[:, -1] * norm.weight.double()
    assert torch.allclose(last, last.mean().expand(16), atol=1e-4)


# --- a run ------------------------------------------------------------------------------------------------------------
def test_what_is_reported_follows_from_what_was_kept(tmp_path):
    events, returned = run(tmp_path)
    kept = checkpoints.load(tmp_path / "whitened")
    notes, told = kept.config["notes"], sentences.distinct(FEW.dev)
    x = sentences.vectors(kept.model, text.encode(kept.tokenizer, told))[notes["pooling"]].double().numpy()
    rows = (x - np.array(notes["mean"])) @ np.array(notes["map"])
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    cosines = [rows[told.index(pair.text)] @ rows[told.index(pair.second)] for pair in FEW.dev]
    rho = sentences.spearman(torch.tensor(cosines), torch.tensor([pair.label for pair in FEW.dev]))
    assert returned["whitened"] == pytest.approx(rho, abs=1e-6)
    curves = next(event["data"] for event in events if event.get("slug") == "dimensions")
    at_k = curves["series"][0]["y"][curves["x"].index(SPEC.tiny["dimensions"])]
    assert at_k == pytest.approx(rho, abs=1e-3)  # as it is drawn


def test_no_score_of_train_is_read_and_no_dev_sentence_enters_the_map(tmp_path):
    turned = replace(FEW, train=tuple(replace(pair, label=5 - pair.label) for pair in FEW.train), dev=DATA.dev[60:90])
    _, one = run(tmp_path / "one")
    _, other = run(tmp_path / "other", rows=turned)
    maps = [json.loads((tmp_path / name / "whitened/config.json").read_text())["notes"] for name in ("one", "other")]
    assert maps[0] == maps[1]
    assert one != other


def test_with_few_sentences_the_ridge_is_said(tmp_path):
    events, _ = run(tmp_path, sentences=30)
    assert any("next to no variance in 30 sentences" in line for line in logs(events))
    assert any(line.startswith("After the map") for line in logs(events))


def test_a_known_encoder_is_not_kept_and_its_note_is_said(tmp_path, monkeypatch):
    save_encoder(tmp_path / "models/minilm-l6", sentences.distinct(FEW.train), num_hidden_layers=2)
    monkeypatch.setattr(known_encoders, "why_not", lambda name, data_dir: None)
    events, returned = run(tmp_path, encoder="minilm-l6")
    note = known_encoders.KNOWN["minilm-l6"].note
    assert (note.en in logs(events)[0], note.zh in logs(events, "zh")[0]) == (True, True)
    assert [event["name"] for event in events if event["kind"] == "stage"] == ["data", "vectors", "random", "map"]
    assert not (tmp_path / "whitened").exists()
    assert returned.keys() == {role.slug for role in SPEC.roles}


def test_no_more_dimensions_are_kept_than_there_are():
    assert (width("minilm-l6"), width("bert-6x256h8")) == (384, 256)
    SPEC.clean({"encoder": "bert-2x64", "dimensions": 64})
    with pytest.raises(InvalidParams) as refused:
        SPEC.clean({"encoder": "bert-2x64", "dimensions": 65})
    assert "64" in refused.value.errors["dimensions"].en


def test_the_curve_ends_at_the_width_and_holds_the_run_s_own():
    assert drawing.counts_drawn(5, 16) == [2, 4, 5, 8, 16]
    assert drawing.counts_drawn(384, 384)[-3:] == [128, 256, 384]


# --- what it answers --------------------------------------------------------------------------------------------------
def kept_of(x_rows=("a b c", "c b", "d e f a", "f f b", "a d", "e c b")):
    words = text.train_tokenizer(x_rows, 50)
    net = networks.build(networks.shape_named("bert-2x16", vocabulary=50, classes=1), seed=1)
    white = Whitening.fit(sentences.vectors(net, text.encode(words, x_rows))["cls"])
    scale = (white.variances[:3] + white.ridge).sqrt()
    notes = {"pooling": "cls", "mean": white.mean.tolist(), "map": (white.axes[:, :3] / scale).tolist()}
    return {"whitened": Checkpoint(net, words, (), (), {"notes": notes})}


def test_two_sentences_are_compared_with_each_other_and_one_with_ours():
    (figure,) = job.answer(kept_of(), "a b [SEP] a b", SPEC.words)["figures"]
    assert [line["name"] for line in figure["data"]["series"]] == ["raw", "centred", "whitened"]
    assert [line["y"] for line in figure["data"]["series"]] == [pytest.approx([1.0])] * 3
    (figure,) = job.answer(kept_of(), "a b", SPEC.words)["figures"]
    assert len(figure["data"]["categories"]) == len(job.SAMPLES)
