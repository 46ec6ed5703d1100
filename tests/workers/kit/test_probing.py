"""What is looked at is opened as it is, reads with its own tokenizer, and is not changed."""

import pytest
import torch

from tests.workers.encoder_folder import save_encoder
from workers.kit import probing, tree_tokens, treebanks
from workers.kit.events import Report, Stages
from workers.kit.teachers import Teachers
from workers.kit.teaching import Bench
from workers.kit.workspace import Workspace

DRAWN = {"train_rows": 60, "vocabulary": 200, "pretraining_epochs": 1, "seed": 0, "device": torch.device("cpu")}


@pytest.fixture(scope="module")
def bank():
    return treebanks.load_tree_bank("opinions")


@pytest.fixture
def bench(tmp_path):
    report = Report((events := []).append)
    return Bench(report, Workspace(tmp_path, Teachers(tmp_path / "cache"), str(tmp_path)), Stages(report, 1)), events


def stages(events):
    return [event["name"] for event in events if event["kind"] == "stage"]


def test_an_encoder_of_ours_is_pretrained_on_the_drawn_sentences_and_frozen(bank, bench):
    task, net = probing.opened(bank, "bert-2x16", **DRAWN, bench=bench[0])
    assert stages(bench[1]) == ["pretraining"]
    assert (len(task.train), task.vocabulary) == (60, 200)
    assert not net.training
    assert not any(parameter.requires_grad for parameter in net.parameters())
    assert next(e["text"]["en"] for e in bench[1] if e["kind"] == "log").startswith("0 sentences are left out")


def test_a_ready_made_encoder_reads_with_its_own_tokenizer_and_is_not_pretrained(bank, bench, tmp_path):
    save_encoder(tmp_path / "models" / "ready", (" ".join(row.words) for row in bank.train[:50]), num_hidden_layers=3)
    task, net = probing.opened(bank, "bert-2x16", ready_made="ready", **DRAWN, bench=bench[0])
    assert stages(bench[1]) == []
    assert len(net.layers) == 3
    assert task.vocabulary == net.body.config.vocab_size
    assert not net.head.weight.requires_grad


def test_the_random_twin_has_the_same_form_and_other_weights(bank, bench):
    _, net = probing.opened(bank, "bert-2x16", **DRAWN, bench=bench[0])
    one, same = probing.random_twin(net, 1), probing.random_twin(net, 1)
    assert one.shape == net.shape
    assert torch.equal(one.layers[0].output.dense.weight, same.layers[0].output.dense.weight)
    assert not torch.equal(one.layers[0].output.dense.weight, net.layers[0].output.dense.weight)


def test_a_unit_has_the_mean_of_its_pieces_and_padding_nothing():
    pieces = torch.tensor([[[1.0, 0, 0], [0, 1, 1], [0, 0, 0]]])
    assert (tree_tokens.averaging(pieces) @ torch.tensor([[2.0], [3], [5]]))[0, :, 0].tolist() == [2, 4, 0]
