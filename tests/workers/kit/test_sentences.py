"""Vectors of sentences, the map that makes them white, and the order of cosines, against values worked by hand."""

import math

import numpy as np
import pytest
import torch

from tests.workers.encoder_folder import save_encoder
from workers.kit import data, known_encoders, networks, sentences
from workers.kit.data import Dataset, Example
from workers.kit.events import Report, Stages
from workers.kit.sentences import Whitening
from workers.kit.teachers import Teachers
from workers.kit.teaching import Bench
from workers.kit.workspace import Workspace
from workers.spec import UNSAID

DRAWN = {"train_rows": 30, "vocabulary": 200, "seed": 0, "device": torch.device("cpu")}
NET = networks.build(networks.shape_named("bert-2x16", vocabulary=50, classes=1), seed=1)
# A cross: variance 16 / 3 along (1, 1) / sqrt 2, variance 4 / 3 along (1, -1) / sqrt 2, mean (3, 1).
CROSS = torch.tensor([[5.0, 3], [1, -1], [4, 0], [2, 2]])


@pytest.fixture
def bench(tmp_path):
    report = Report((events := []).append)
    return Bench(report, Workspace(tmp_path, Teachers(tmp_path / "cache"), str(tmp_path)), Stages(report, 1)), events


def pairs_of(*rows):
    examples = tuple(Example(first, score, second) for first, second, score in rows)
    return Dataset("pairs", UNSAID, (), (), examples, examples, UNSAID, UNSAID, scale=(0.0, 5.0))


# --- sentences --------------------------------------------------------------------------------------------------------
def test_a_sentence_of_several_pairs_stands_once_and_pairs_find_it():
    task = sentences.prepare(pairs_of(("a b", "c", 1.0), ("c", "d", 4.5)), **DRAWN)
    assert task.dev_texts == ["a b", "c", "d"]
    assert (task.pairs.tolist(), task.scores.tolist()) == ([[0, 1], [1, 2]], [1.0, 4.5])
    assert [len(ids) for ids in task.dev_ids] == [4, 3, 3]


def test_an_encoder_of_ours_is_pretrained_on_the_drawn_sentences_and_frozen(bench):
    task, net = sentences.opened(data.load("similarities"), "bert-2x16", **DRAWN, pretraining_epochs=1, bench=bench[0])
    assert [event["name"] for event in bench[1] if event["kind"] == "stage"] == ["pretraining"]
    assert (len(task.ids), task.vocabulary) == (60, net.body.config.vocab_size)
    assert not net.training
    assert not any(parameter.requires_grad for parameter in net.parameters())


def test_a_known_encoder_reads_with_its_own_tokenizer_and_is_not_pretrained(bench, tmp_path, monkeypatch):
    rows = data.load("similarities")
    save_encoder(tmp_path / "models" / "minilm-l6", [pair.text for pair in rows.train[:50]], num_hidden_layers=3)
    monkeypatch.setattr(known_encoders, "why_not", lambda name, data_dir: None)
    task, net = sentences.opened(rows, "minilm-l6", **DRAWN, pretraining_epochs=1, bench=bench[0])
    assert ([event for event in bench[1] if event["kind"] == "stage"], len(net.layers)) == ([], 3)
    assert task.vocabulary == net.body.config.vocab_size


# --- vectors ----------------------------------------------------------------------------------------------------------
def test_poolings_by_hand_leave_padding_out():
    embedded = torch.tensor([[[1.0], [3.0], [100.0]]])
    states, real = [embedded, 2 * embedded, 4 * embedded], torch.tensor([[True, True, False]])
    found = {name: one.item() for name, one in sentences.pooled(states, real).items()}
    assert found == {"first_last": 6.0, "mean": 8.0, "cls": 4.0, "static": 2.0}


def test_vectors_come_in_the_order_of_the_rows_whatever_they_are_padded_with():
    rows = [[2, 7, 8, 9, 3], [2, 7, 3], [2, 9, 8, 3]]
    together = sentences.vectors(NET, rows)
    for place, row in enumerate(rows):
        for name, alone in sentences.vectors(NET, [row]).items():
            assert torch.allclose(together[name][place], alone[0], atol=1e-6), name


def test_word_counts_count_words_alone():
    counts = sentences.word_counts(["a b a", "b"])
    assert counts.tolist() == [[2, 1], [0, 1]]
    assert sentences.cosines(counts, torch.tensor([[0, 1]])).item() == pytest.approx(1 / math.sqrt(5))


# --- whitening --------------------------------------------------------------------------------------------------------
def test_a_cross_is_turned_shifted_and_scaled_by_hand():
    white = Whitening.fit(CROSS)
    assert white.mean.tolist() == [3, 1]
    assert white.variances.tolist() == pytest.approx([16 / 3, 4 / 3])
    assert white.ridge == 0
    half = math.sqrt(3 / 2)
    hand = torch.tensor([[half, 0], [half, 0], [0, half], [0, half]], dtype=torch.float64)
    assert torch.allclose(white(CROSS).abs(), hand)  # the signs of axes are anybody's
    assert torch.allclose(white.turned(CROSS, 1).abs()[:, 0], torch.tensor([8.0, 8, 0, 0]).double().sqrt())


def test_the_covariance_after_the_map_is_the_identity_also_of_what_is_kept():
    torch.manual_seed(0)
    x = torch.randn(300, 12) @ torch.randn(12, 12) + 5
    white = Whitening.fit(x)
    for k in (12, 5):
        assert sentences.off_identity(white(x, k)) < 1e-4
        by_numpy = torch.tensor(np.cov(white(x, k).T.numpy()))
        assert torch.allclose(by_numpy, torch.eye(k).double(), atol=1e-4)


def test_a_turn_changes_no_cosine_before_the_map_nor_after_it():
    torch.manual_seed(0)
    x, pairs = torch.randn(50, 6) * torch.arange(1, 7), torch.tensor([[0, 1], [2, 3], [4, 5]])
    turn, _ = torch.linalg.qr(torch.randn(6, 6))
    assert torch.allclose(sentences.cosines(x, pairs), sentences.cosines(x @ turn, pairs), atol=1e-5)
    one, other = Whitening.fit(x)(x), Whitening.fit(x @ turn)(x @ turn)
    assert torch.allclose(sentences.cosines(one, pairs), sentences.cosines(other, pairs), atol=1e-5)


def test_fewer_sentences_than_dimensions_get_a_ridge_and_nothing_explodes():
    torch.manual_seed(0)
    few = torch.randn(5, 9)
    white = Whitening.fit(few)
    assert white.ridge == pytest.approx(1e-5 * few.var(0).mean().item(), rel=1e-3)
    assert white(few).isfinite().all()
    assert sentences.off_identity(white(few, 4)) < 1e-4  # four directions have variance, the other five have none


def test_effective_rank_of_even_and_of_single_variance():
    assert sentences.effective_rank(torch.ones(7)) == pytest.approx(7)
    assert sentences.effective_rank(torch.tensor([3.0, 0, 0])) == pytest.approx(1)


# --- how they are judged ----------------------------------------------------------------------------------------------
def by_loops(x, y):
    """Spearman from its definition."""

    def ranks(values):
        return [1 + sum(o < v for o in values) + (sum(o == v for o in values) - 1) / 2 for v in values]

    a, b = ranks(x), ranks(y)
    mean = (len(a) + 1) / 2
    up = sum((i - mean) * (j - mean) for i, j in zip(a, b, strict=True))
    return up / math.sqrt(sum((i - mean) ** 2 for i in a) * sum((j - mean) ** 2 for j in b))


def test_spearman_with_ties_by_hand_and_by_loops():
    assert sentences.ranks(torch.tensor([3.0, 1, 3, 2])).tolist() == [3.5, 1, 3.5, 2]
    x, y = torch.tensor([1.0, 2, 2, 3]), torch.tensor([1.0, 2, 3, 4])
    assert sentences.spearman(x, y) == pytest.approx(4.5 / math.sqrt(4.5 * 5))
    draw = torch.Generator().manual_seed(0)
    x, y = (torch.randint(5, (40,), generator=draw).double() for _ in range(2))
    assert sentences.spearman(x, y) == pytest.approx(by_loops(x.tolist(), y.tolist()))
    assert sentences.spearman(x, x**3) == pytest.approx(1)
    assert sentences.spearman(x, torch.ones(40)) == 0


def test_anisotropy_is_the_mean_cosine_over_all_pairs():
    x = torch.randn(8, 3, generator=torch.Generator().manual_seed(0)) + 1
    pairs = torch.combinations(torch.arange(8))
    assert sentences.anisotropy(x) == pytest.approx(sentences.cosines(x, pairs).mean().item())
    assert sentences.anisotropy(torch.tensor([[1.0, 0], [0, 1]])) == pytest.approx(0)


def test_a_gain_over_oneself_is_none_and_a_clear_one_is_beyond_its_error():
    scores = torch.arange(60).double()
    blurred = scores + 30 * torch.randn(60, generator=torch.Generator().manual_seed(0)).double()
    assert sentences.gain(scores, scores, scores) == (0, 0)
    by, error = sentences.gain(scores, blurred, scores)
    assert by == pytest.approx(1 - sentences.spearman(blurred, scores))
    assert 0 < 2 * error < by
