"""Where the words of a query stand in a text."""

import pytest

from catalog.search.marks import pieces_of
from catalog.search.query import Text


def marked(text: str, *words: str, exact: bool = False) -> str:
    pieces = pieces_of(text, [Text(word, exact) for word in words])
    return "".join(f"[{piece.text}]" if piece.hit else piece.text for piece in pieces)


@pytest.mark.parametrize(
    ("text", "word", "expected"),
    [
        ("TinyBERT: Distilling BERT", "bert", "Tiny[BERT]: Distilling [BERT]"),
        ("Distilling", "distil", "[Distil]ling"),
        ("Pre-trained Models", "pretrained", "[Pre-trained] Models"),
        ("pretrained", "pre-trained", "[pretrained]"),
        ("Pre-trained Models", "trained", "Pre-[trained] Models"),
        ("smart art", "art", "smart [art]"),
        ("用知识蒸馏压缩", "蒸馏", "用知识[蒸馏]压缩"),
        ("Ana Marasović", "marasovic", "Ana [Marasović]"),
        ("a <b> c", "b", "a <[b]> c"),
        ("nothing", "else", "nothing"),
    ],
)
def test_a_word_is_marked_where_the_index_finds_it(text, word, expected):
    assert marked(text, word) == expected


def test_whole_words_leave_longer_ones_alone():
    assert marked("model models", "model", exact=True) == "[model] models"


def test_hits_that_touch_are_one():
    assert marked("蒸馏BERT", "蒸馏", "bert") == "[蒸馏BERT]"
