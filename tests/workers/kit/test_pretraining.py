"""Masked-LM pre-training: which words are hidden and how, and that guessing them is learnt."""

import pytest
import torch

from workers.kit import networks, pretraining
from workers.kit.text import MASK

VOCABULARY = 40


def test_a_quarter_of_the_words_is_hidden_and_no_mark():
    ids = torch.randint(5, VOCABULARY, (400, 50))
    ids[:, 0], ids[:, -1] = 2, 3
    shown, hidden = pretraining.hide(ids, VOCABULARY, torch.Generator().manual_seed(0))
    assert hidden.float().mean().item() == pytest.approx(0.25 * 48 / 50, abs=0.01)
    assert not hidden[:, [0, -1]].any()
    assert torch.equal(shown[~hidden], ids[~hidden])


def test_of_the_hidden_four_in_five_are_masked_one_in_ten_kept_one_in_ten_another_word():
    ids = torch.full((400, 50), 7)
    shown, hidden = pretraining.hide(ids, VOCABULARY, torch.Generator().manual_seed(0))
    masked, kept = (shown[hidden] == MASK).float().mean(), (shown[hidden] == 7).float().mean()
    assert masked.item() == pytest.approx(0.8, abs=0.02)
    assert kept.item() == pytest.approx(0.1 + 0.1 / (VOCABULARY - 5), abs=0.02)
    assert shown[hidden].min() >= MASK


def test_hidden_words_are_learnt_from_their_neighbours():
    """Each word is followed by the next: a guess by chance costs ln 12 = 2.5 nats."""
    rows = [[2, *range(5 + start, 5 + start + 6), 3] for start in range(6)] * 20
    shape = networks.shape_named("bert-1x64", vocabulary=17, classes=2)
    encoder = networks.build(shape, seed=0)
    guess = pretraining.WordGuess(encoder)
    losses = []
    settings = {"epochs": 15, "batch_size": 20, "learning_rate": 2e-3, "seed": 0, "device": torch.device("cpu")}
    pretraining.pretrain(encoder, guess, rows, **settings, on_terms=lambda _step, terms: losses.append(terms["loss"]))
    assert losses[0] > 2.3
    assert losses[-1] < 1.6
