"""Copies of texts: what is replaced, by which words, and that batches show every copy."""

import pytest
import torch
from tokenizers import Tokenizer, models

from workers.kit import augmentation, data, networks, text
from workers.kit.pretraining import WordGuess

TEXTS = [example.text for example in data.load("opinions").train[:100]]
TOKENIZER = text.train_tokenizer(TEXTS, 300)
ROWS, WORDS = text.encode(TOKENIZER, TEXTS), augmentation.replaceable(TOKENIZER)
ENCODER = networks.build(networks.shape_named("bert-1x32", vocabulary=TOKENIZER.get_vocab_size(), classes=2), seed=3)
GUESS = WordGuess(ENCODER.eval()).eval()


def copied(p, copies=1, K=15):
    rows = augmentation.with_copies(ROWS, TOKENIZER, (ENCODER, GUESS), copies=copies, p=p, K=K, seed=0)
    assert rows[:100] == ROWS
    return rows[100:]


def test_copies_keep_marks_signs_unknown_words_and_lengths():
    rows = copied(1, copies=2)
    for row, other in zip(ROWS * 2, rows, strict=True):
        assert all(WORDS[b] if WORDS[a] else a == b for a, b in zip(row, other, strict=True))
    assert rows[:100] != rows[100:]


@pytest.mark.parametrize(("p", "least", "most"), [(0.0, 0, 0), (0.4, 0.3, 0.45)])
def test_a_share_p_of_the_words_is_replaced(p, least, most):
    pairs = [pair for row, other in zip(ROWS, copied(p), strict=True) for pair in zip(row, other, strict=True)]
    assert least <= sum(a != b for a, b in pairs) / sum(bool(WORDS[a]) for a, _ in pairs) <= most


def test_with_one_candidate_the_likeliest_word_stands_in():
    row, other = ROWS[0], copied(1, K=1)[0]
    place = next(place for place, token in enumerate(row) if WORDS[token])
    (states,), _ = ENCODER.encode(torch.tensor([[*row[:place], text.MASK, *row[place + 1 :]]]))
    assert other[place] == GUESS(states[0, place], ENCODER).masked_fill(~WORDS, -torch.inf).argmax()


@pytest.mark.parametrize(
    ("tokens", "row", "replaced"),
    [
        (["the", "dog", "##s", "."], [2, 5, 6, 7, 5, 8, 1, 3], [(0, 1), (0, 4)]),  # "[CLS] the dogs the. [UNK] [SEP]"
        (["the", "Ġdog", "s", "."], [6, 7, 6, 8], [(0, 2)]),  # " dogs dog.": only what surely begins and ends
    ],
)
def test_only_words_that_are_one_token_may_be_replaced(tokens, row, replaced):
    vocabulary = {token: place for place, token in enumerate([*text.MARKS, *tokens])}
    assert augmentation.places_of([row], Tokenizer(models.WordLevel(vocabulary))) == replaced


def test_as_many_passes_as_variants_show_each_variant_of_each_text_once():
    plan = [[([0, 1], [2])]] * 3
    shown = [i for epoch in augmentation.varied(plan, 3, 3) for parts in epoch for part in parts for i in part]
    assert sorted(shown) == list(range(9))
    assert augmentation.varied(plan, 3, 1) == plan
