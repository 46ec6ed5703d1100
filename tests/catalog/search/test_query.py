"""What was typed as a tree."""

import pytest

from catalog.search.filters import NAMES
from catalog.search.query import And, Filter, Not, Or, Text, parse

BERT, ELMO, KD = Text("bert"), Text("elmo"), Text("蒸馏")


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        ("bert elmo", And((BERT, ELMO))),
        ("bert AND elmo", And((BERT, ELMO))),
        ("bert OR elmo 蒸馏", Or((BERT, And((ELMO, KD))))),
        ("(bert OR elmo) 蒸馏", And((Or((BERT, ELMO)), KD))),
        ("bert -elmo", And((BERT, Not(ELMO)))),
        ("bert NOT (elmo 蒸馏)", And((BERT, Not(And((ELMO, KD)))))),
        ("NOT NOT bert", BERT),
        ("（bert｜elmo）", Text("bert|elmo")),
        ('"bert elmo"', Text("bert elmo", exact=True)),
        ('"bert elmo', Text("bert elmo")),
        ('venue:"NeurIPS Workshop" -tag:x', And((Filter("venue", "NeurIPS Workshop"), Not(Filter("tag", "x"))))),
        ("doi:10.1016/s0031(96)00142", Filter("doi", "10.1016/s0031(96)00142")),
        ("(tag:x OR tag:y)", Or((Filter("tag", "x"), Filter("tag", "y")))),
        ("https://arxiv.org/abs/1910.01108v2", Filter("id", "https://arxiv.org/abs/1910.01108v2")),
        ("((( bert", BERT),
        ("bert ))) OR", BERT),
        ("TinyBERT: bert", And((Text("TinyBERT:"), BERT))),
        ("tag:", None),
        ('- () ""', None),
    ],
)
def test_tree(text, tree):
    assert parse(text, NAMES).tree == tree


def test_an_unknown_filter_is_words_and_is_remembered():
    query = parse("tagg:pruning", NAMES)
    assert query.tree == Text("tagg:pruning") and query.unknown == [Filter("tagg", "pruning")]


@pytest.mark.parametrize("text", ["bert OR elmo", "(bert OR elmo", '"bert', "bert -(elmo"])
def test_what_is_put_behind_a_query_narrows_all_of_it(text):
    query = parse(text, NAMES)
    longer = parse(" ".join([*(part.typed for part in query.parts), "tag:x"]), NAMES)
    assert longer.parts[-1].node == Filter("tag", "x")
    assert len(longer.parts) == len(query.parts) + 1


def test_a_long_query_is_cut_and_says_so():
    assert parse("a1 " * 300, NAMES).cut and len(parse("a1 " * 300, NAMES).parts) <= 32
    assert not parse("bert", NAMES).cut
