"""A saved classifier comes back whole, packs to the same bytes, and is scored on any labelled file."""

import pytest
import torch

from workers.kit import checkpoints, networks, scoring, text
from workers.kit.checkpoints import CheckpointError
from workers.kit.data import DataError


@pytest.fixture
def saved(tmp_path):
    tokenizer = text.train_tokenizer(["good bad film"], 8)
    net = networks.build(networks.shape_named("bilstm-16", vocabulary=8, classes=2), seed=1)
    checkpoints.save(tmp_path / "student", net, tokenizer, classes=("negative", "positive"), labels=("0", "1"))
    return tmp_path / "student"


def test_a_checkpoint_gives_the_same_logits(saved):
    loaded = checkpoints.load(saved)
    net = networks.build(networks.shape_named("bilstm-16", vocabulary=8, classes=2), seed=1).eval()
    ids = torch.tensor([[2, 3, 4]])
    assert torch.equal(loaded.model(ids).logits, net(ids).logits)
    assert loaded.classes == ("negative", "positive")


def test_what_the_job_noted_comes_back_in_the_config(tmp_path, saved):
    loaded = checkpoints.load(saved)
    named = {"classes": (), "labels": ()}
    checkpoints.save(tmp_path / "b", loaded.model, loaded.tokenizer, **named, notes={"heads": [{"layer": 1}]})
    assert checkpoints.load(tmp_path / "b").config["notes"] == {"heads": [{"layer": 1}]}
    assert "notes" not in loaded.config


def test_its_kind_is_read_without_building_it(tmp_path, saved):
    assert checkpoints.kind(saved) == "bilstm"
    (tmp_path / "config.json").write_text("[]")
    assert checkpoints.kind(tmp_path) == checkpoints.kind(tmp_path / "nowhere") == ""


def test_the_size_is_that_of_the_file(tmp_path, saved):
    loaded = checkpoints.load(saved)
    size = checkpoints.save(tmp_path / "b", loaded.model, loaded.tokenizer, classes=("a", "b"), labels=("0", "1"))
    assert size == (tmp_path / "b" / "model.safetensors").stat().st_size > 1000


def test_the_same_checkpoint_packs_to_the_same_bytes(tmp_path, saved):
    checkpoints.pack(saved, tmp_path / "one.zip")
    (saved / "config.json").touch()
    checkpoints.pack(saved, tmp_path / "two.zip")
    assert (tmp_path / "one.zip").read_bytes() == (tmp_path / "two.zip").read_bytes()


@pytest.mark.parametrize("gone", ["config.json", "model.safetensors", "tokenizer.json"])
def test_a_folder_without_a_whole_checkpoint_is_refused(saved, gone):
    (saved / gone).unlink()
    with pytest.raises(CheckpointError):
        checkpoints.load(saved)


def test_labels_may_be_spelt_as_numbers_or_as_classes(tmp_path, saved):
    table = tmp_path / "rows.tsv"
    table.write_text("label\ttext\n1\tgood film\npositive\tgood film\nnegative\tgood film\n0\tgood film\n")
    found = scoring.score_file(saved, table)
    assert (found["rows"], found["accuracy"]) == (4, 0.5)


def test_pairs_are_scored_as_they_were_read(tmp_path, saved):
    table = tmp_path / "rows.tsv"
    table.write_text("sentence1\tsentence2\tlabel\ngood film\tgood film\t1\ngood film\tgood film\t0\n")
    assert scoring.score_file(saved, table)["accuracy"] == 0.5


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ("words\tlabel\nfine\t1\n", ":1: no column sentence or text, nor sentence1 and sentence2; the header"),
        ("sentence1\tlabel\nfine\t1\n", ":1: no column sentence or text, nor sentence1 and sentence2"),
        ("text\tclass\nfine\t1\n", ":1: no column label"),
        ("text\tlabel\nfine\tmaybe\n", ":2: label 'maybe' is none of 0, 1"),
        ("text\tlabel\n", "no rows"),
    ],
)
def test_a_file_that_cannot_be_scored_says_why(tmp_path, saved, table, said):
    (tmp_path / "rows.tsv").write_text(table)
    with pytest.raises(DataError, match=said):
        scoring.score_file(saved, tmp_path / "rows.tsv")
