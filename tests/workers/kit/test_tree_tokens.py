"""Sentences as an encoder reads them: every word has its tokens, and heads are indices."""

import torch

from workers.kit import text, tree_tokens, treebanks
from workers.kit.trees import Sentence
from workers.spec import Text

CPU = torch.device("cpu")
WE_DO_NOT = Sentence(
    ("We", "do", "n't", "."), ("PRON", "AUX", "PART", "PUNCT"), (2, 0, 2, 2), ("a", "root", "b", "punct")
)
SHORT = Sentence(("Stop", "."), ("VERB", "PUNCT"), (0, 1), ("root", "punct"))
LONG = Sentence(("so",) * 63, ("ADV",) * 63, (0, *[1] * 62), ("root", *["advmod"] * 62))
EMPTY = Sentence(("a", "\u200b"), ("X", "X"), (0, 1), ("root", "dep"))


def tokenizer():
    return text.train_tokenizer(["we do n't .", "stop ."], 100)


def bank(train, dev):
    return treebanks.TreeBank("toy", Text("", ""), tuple(train), tuple(dev), Text("", ""), Text("", ""))


def test_pieces_know_their_word():
    (read,) = tree_tokens.read(tokenizer(), [WE_DO_NOT])
    assert read.units == [0, 1, 2, 3, 3, 3, 4, 5]  # n't is n, ' and t
    assert len(read.ids) == len(read.units)


def test_what_is_too_long_or_empty_is_left_out_and_counted():
    task = tree_tokens.prepare(
        bank([WE_DO_NOT, LONG], [EMPTY, SHORT]), train_rows=2, vocabulary=100, seed=0, device=CPU
    )
    assert [read.sentence for read in task.train] == [WE_DO_NOT]
    assert [read.sentence for read in task.dev] == [SHORT]
    assert task.left_out == 2


def test_a_batch_has_heads_as_units_and_padding_in_none():
    (batch,) = tree_tokens.batches(tree_tokens.read(tokenizer(), [WE_DO_NOT, SHORT]), 2, CPU)
    assert [read.sentence for read in batch.rows] == [SHORT, WE_DO_NOT]
    assert batch.heads.tolist() == [[0, 0, 1, 0, 0, 0], [0, 2, 0, 2, 2, 0]]
    assert batch.words.sum(1).tolist() == [2, 4]
    assert batch.pieces.sum(-1).tolist() == [[1, 1, 1, 1, 0, 0], [1, 1, 1, 3, 1, 1]]
    assert torch.equal(batch.pieces.sum(1), batch.real.float())


def test_the_seed_draws_the_sentences_and_the_fingerprint_tells_them():
    data = treebanks.load_tree_bank("opinions")
    one, same, other = (
        tree_tokens.prepare(data, train_rows=50, vocabulary=200, seed=seed, device=CPU) for seed in (0, 0, 1)
    )
    assert one.fingerprint() == same.fingerprint() != other.fingerprint()
    assert len(one.ids) == 50
    assert one.vocabulary <= 200
