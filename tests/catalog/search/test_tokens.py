"""Texts as tokens, for the index and for queries."""

import pytest

from catalog.search.tokens import phrases_of, tokens_of


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Don’t  Stop", "dont stop"),
        ("Ｍarasović, Łukasz", "marasovic lukasz"),
        ("10.18653/v1/P19-1001", "10 18653 v1 p19 1001"),
        ("知识蒸馏", "知识 识蒸 蒸馏 馏"),
        ("用BERT的", "用 bert 的"),
        ("知识，蒸馏", "知识 识 蒸馏 馏"),
        ("--- “ ” ***", ""),
    ],
)
def test_words_stand_in_their_order(text, words):
    assert " ".join(tokens_of(text).words) == words


@pytest.mark.parametrize(
    ("text", "beside"),
    [
        ("TinyBERT", "bert ert"),
        ("RoBERTa", "berta erta rta"),
        ("word2vec", "2vec vec"),
        ("mT5", "t5"),
        ("state-of-the-art", "stateoftheart"),
        ("GPT-2", "gpt2"),
        ("Transformer plain", ""),
    ],
)
def test_names_and_compounds_are_found_by_more_than_themselves(text, beside):
    assert set(beside.split()) <= set(tokens_of(text).beside)
    assert bool(tokens_of(text).beside) == bool(beside)


def test_a_query_in_chinese_leaves_its_end_open():
    assert phrases_of("知识蒸馏") == [("知识", "识蒸", "蒸馏")]
    assert phrases_of("蒸馏的BERT") == [("蒸馏", "馏的", "的", "bert")]
    assert phrases_of("馏") == [("馏",)]


def test_a_hyphen_is_asked_for_both_ways():
    assert phrases_of("pre-trained model") == [("pre", "trained", "model"), ("pretrained", "model")]


def test_what_the_index_says_of_a_text_answers_a_query_for_each_of_its_stretches():
    text = "基于BERT的知识蒸馏 models"
    words = tokens_of(text).words
    for start in range(len(text)):
        for end in range(start + 1, len(text) + 1):
            for phrase in phrases_of(text[start:end].strip())[:1]:
                assert _occurs(phrase, words), (text[start:end], phrase)


def _occurs(phrase: tuple[str, ...], words: tuple[str, ...]) -> bool:
    """As the index looks: the last word may go on. A stretch may begin in the middle of a Latin word."""
    *first, last = phrase
    places = range(len(words) - len(first))
    return any(
        words[place + len(first)].startswith(last) and list(words[place : place + len(first)]) == first
        for place in places
    ) or (phrase[0] not in words and phrase[0].isascii())
