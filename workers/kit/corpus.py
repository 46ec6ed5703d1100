"""The built-in data: short opinion sentences from our own grammar, seeded, so that every job runs with no download.

Labels are balanced by chance, not by force. A share `LABEL_NOISE` of the training labels is turned round; the dev
labels are as the grammar made them. No sentence of dev stands in train. Each sentence has the tree that the grammar
gave it. The same on every platform.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from itertools import islice

from workers.kit import grammar
from workers.kit.draws import Draw
from workers.kit.trees import Node, Sentence
from workers.spec import Text

NAME = "opinions"
TITLE = Text("Built-in opinions", "内置观点句")
LICENCE = Text("our own generator", "由我们自己的程序生成")
SEED = 20150309
TRAIN_ROWS = 10_000
DEV_ROWS = 1_000
LABEL_NOISE = 0.08
CLASSES = ("negative", "positive")

Row = tuple[str, int]


@cache
def generate(
    seed: int = SEED, train_rows: int = TRAIN_ROWS, dev_rows: int = DEV_ROWS
) -> tuple[tuple[Row, ...], tuple[Row, ...]]:
    """Train and dev. Sentences are distinct over both; train labels carry `LABEL_NOISE`, dev labels do not."""
    draw = Draw(seed)
    listed = [(text, label) for text, label, _ in islice(_distinct(draw), train_rows + dev_rows)]
    dev, clean = listed[:dev_rows], listed[dev_rows:]
    noisy = tuple((text, 1 - label if draw.chance(LABEL_NOISE) else label) for text, label in clean)
    return noisy, tuple(dev)


def parses() -> tuple[tuple[Sentence, ...], tuple[Sentence, ...]]:
    """The trees of `generate()`'s train and dev, row by row."""
    trees = [tree.sentence() for _, _, tree in islice(_distinct(Draw(SEED)), TRAIN_ROWS + DEV_ROWS)]
    return tuple(trees[DEV_ROWS:]), tuple(trees[:DEV_ROWS])


def stream(seed: int) -> Iterator[str]:
    """Unlabelled sentences without end, none of them twice and none that stands in `generate()`'s train or dev."""
    labelled = {text for rows in generate() for text, _ in rows}
    return (text for text, _, _ in _distinct(Draw(seed)) if text not in labelled)


def _distinct(draw: Draw) -> Iterator[tuple[str, int, Node]]:
    """Text, label and tree of each sentence the first time that the grammar says it."""
    said: set[str] = set()
    while True:
        tree, label = grammar.sentence(draw)
        text = tree.text
        if text not in said:
            said.add(text)
            yield text, label, tree
