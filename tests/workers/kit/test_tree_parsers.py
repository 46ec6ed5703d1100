"""Parsers that nobody trained: offsets and guesses by hand, chosen on one half and counted on the other."""

import math

import pytest
import torch

from workers.kit import text, tree_parsers, tree_tokens
from workers.kit.tree_parsers import Contest, Half, Halves
from workers.kit.trees import Sentence

DOG = ("the", "dog", "barks", "."), ("DET", "NOUN", "VERB", "PUNCT"), (2, 3, 0, 3), ("det", "nsubj", "root", "punct")
SENTENCES = [Sentence(*DOG), Sentence(("run", "fast"), ("VERB", "ADV"), (0, 1), ("root", "advmod"))]


@pytest.fixture(scope="module")
def half():
    """Its words are run fast the dog barks . : batches begin with what is short."""
    tokenizer = text.train_tokenizer([" ".join(sentence.words) for sentence in SENTENCES], 50)
    return Half.of(tree_tokens.read(tokenizer, SENTENCES), torch.device("cpu"))


def test_offsets_and_uniform_attention_by_hand(half):
    right = dict(zip(tree_parsers.offsets(3), tree_parsers.right_of_offsets(half, 3).tolist(), strict=True))
    assert (right[1], right[2]) == ([0, 0, 1, 1, 0, 0], [0, 0, 0, 0, 0, 0])
    assert (right[-1], right[-3]) == ([1, 1, 0, 0, 0, 1], [1, 0, 0, 0, 1, 0])  # before the first word is the root
    assert tree_parsers.right_of_uniform(half)[0].tolist() == pytest.approx([0, 1, 1 / 3, 1 / 3, 0, 1 / 3])


def test_a_parser_is_chosen_on_one_half_and_counted_on_the_other_with_its_error(half):
    assert half.members(["det", "nsubj"]).sum(0).tolist() == [5, 1, 1]  # all words but signs, the root among them
    one, other = torch.tensor([[1.0, 1, 1, 0, 0, 1]]), torch.tensor([[0.0, 0, 0, 1, 0, 1]])
    first, second = torch.cat([one, other]), torch.cat([other, one])
    right = {"own": (first, second), "rule": (other, other)}
    contest = Contest.between(right, Halves(half, half, ["det", "nsubj"]))
    own = contest.scores["own"]
    assert (own.best.tolist(), own.accuracy.tolist()) == ([0, 0, 1], pytest.approx([1 / 5, 0, 0]))
    assert own.chosen[:, 0].tolist() == own.counted[:, 0].flip(0).tolist() == pytest.approx([3 / 5, 1 / 5])
    assert [value.tolist() for value in contest.gain_on("own", "rule")] == [[0, 0, -1], [0, 0, 0]]
    better = tree_parsers.Score(*[torch.tensor(0)] * 5)._replace(right=one)
    mean, error = tree_parsers.difference(better, better._replace(right=other), contest.members[:, :1])
    assert (mean.item(), error.item()) == pytest.approx((2 / 5, math.sqrt((4 / 5 - 4 / 25) / 5)))


def test_relations_are_asked_that_are_common_in_both_halves(half):
    often = half._replace(relations=["obj"] * 30 + ["det"] * 40 + ["root"] * 50 + ["acl"] * 25)
    few = half._replace(relations=["det"] * 20 + ["obj"] * 21 + ["root"] * 50 + ["acl"] * 19)
    assert Halves.of(often, few).relations == ["obj", "det"]  # frequent first where they are counted
