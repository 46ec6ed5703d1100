"""The built-in data: short opinion sentences from a seeded grammar of our own, so that every job runs with no download.

Each sentence carries the opinion that its writer holds now. A clause states an opinion with a polar word ("the plot
was very dull"); negation turns it round, "not only" does not; in a contrast one side wins ("although A, B" and "A, but
B": B); what others say, what was so before, and what ought to have been are distractors. Polar words follow Zipf's law,
so a few hundred labelled sentences show only part of them, while how clauses combine can be learnt from any of them.

Labels are balanced by chance, not by force. A share `LABEL_NOISE` of the training labels is turned round; the dev
labels are as the grammar made them. No sentence of dev stands in train. The same text on every platform: only
`random.Random.random` is used, whose sequence Python promises to keep.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from functools import cache
from itertools import accumulate

from workers.kit import wordlists as words

SEED = 20150309
TRAIN_ROWS = 10_000
DEV_ROWS = 1_000
LABEL_NOISE = 0.08
ZIPF_EXPONENT = 1.1
CLASSES = ("negative", "positive")

Row = tuple[str, int]


class Draw:
    """Seeded choices made of `random()` alone."""

    def __init__(self, seed: int):
        self._random = random.Random(seed)  # noqa: S311  # a corpus, not a secret

    def chance(self, share: float) -> bool:
        return self._random.random() < share

    def one(self, items: Sequence):
        return items[int(self._random.random() * len(items))]

    def zipf(self, items: Sequence[str]) -> str:
        """An item, the i-th with weight 1 / (i + 1) ** ZIPF_EXPONENT."""
        bounds = _zipf_bounds(len(items))
        at = self._random.random() * bounds[-1]
        low, high = 0, len(items) - 1
        while low < high:
            middle = (low + high) // 2
            low, high = (middle + 1, high) if bounds[middle] <= at else (low, middle)
        return items[low]


@cache
def _zipf_bounds(size: int) -> tuple[float, ...]:
    return tuple(accumulate(1 / (rank + 1) ** ZIPF_EXPONENT for rank in range(size)))


def clause(draw: Draw, domain: str, good: bool) -> str:
    """One clause about a part of the domain that says `good` or not; a third of them through a negation."""
    _, parts = words.DOMAINS[domain]
    part = draw.one(parts)
    if draw.chance(0.16):
        return _negated(draw, part, good)
    form = draw.one(("adjective",) * 5 + ("adverb", "verb", "noun", "only"))
    adjective = draw.zipf(words.GOOD_ADJECTIVES if good else words.BAD_ADJECTIVES)
    if form == "adverb":
        return f"the {part} worked {draw.zipf(words.GOOD_ADVERBS if good else words.BAD_ADVERBS)}"
    if form == "verb":
        return f"i {draw.zipf(words.GOOD_VERBS if good else words.BAD_VERBS)} the {part}"
    if form == "noun":
        return f"the {part} was {_a(draw.zipf(words.GOOD_NOUNS if good else words.BAD_NOUNS))}"
    if form == "only":
        other = draw.zipf(words.GOOD_ADJECTIVES if good else words.BAD_ADJECTIVES)
        return f"the {part} was not only {adjective} but also {other}"
    return f"the {part} was {_intensifier(draw)}{adjective}"


def _negated(draw: Draw, part: str, good: bool) -> str:
    adjective = draw.zipf(words.BAD_ADJECTIVES if good else words.GOOD_ADJECTIVES)
    form = draw.one(("not", "not", "never", "hardly", "anything", "far", "nobody", "verb"))
    if form == "not":
        return f"the {part} was not {_intensifier(draw)}{adjective}"
    if form == "verb":
        verb = draw.zipf(words.BAD_VERBS if good else words.GOOD_VERBS)
        return f"i never {verb} the {part}"
    return {
        "never": f"the {part} was never {adjective}",
        "hardly": f"the {part} was hardly {adjective}",
        "anything": f"the {part} was anything but {adjective}",
        "far": f"the {part} was far from {adjective}",
        "nobody": f"nobody could call the {part} {adjective}",
    }[form]


def _a(word: str) -> str:
    return f"an {word}" if word[0] in "aeiou" else f"a {word}"


def _intensifier(draw: Draw) -> str:
    return draw.one(words.INTENSIFIERS) + " " if draw.chance(0.4) else ""


def distractor(draw: Draw, domain: str) -> str:
    """An opinion that is not the writer's own of today: its polarity is drawn without regard to the label."""
    whole, parts = words.DOMAINS[domain]
    good = draw.chance(0.5)
    adjective = draw.zipf(words.GOOD_ADJECTIVES if good else words.BAD_ADJECTIVES)
    return draw.one(
        (
            f"my {draw.one(words.RELATIONS)} called it {adjective}",
            f"{draw.one(words.FIRST_NAMES)} said that {clause(draw, domain, good)}",
            f"the critics found the {draw.one(parts)} {adjective}",
            f"last {draw.one(words.MONTHS)} it was still {adjective}",
            f"i had expected {_a(adjective)} {draw.one(whole)}",
            f"the {draw.one(parts)} should have been {adjective}",
        )
    )


def setting(draw: Draw, domain: str) -> str:
    """A clause with no opinion at all."""
    whole = draw.one(words.DOMAINS[domain][0])
    return draw.one(
        (
            f"we came to the {whole} on a {draw.one(words.DAYS)}",
            f"{draw.one(words.FIRST_NAMES)} told me about the {whole} in {draw.one(words.PLACES)}",
            f"it took us {draw.one(words.NUMBERS)} hours by {draw.one(words.VEHICLES)}",
            f"there were {draw.one(words.NUMBERS)} of us with our {draw.one(words.COMPANIONS)}",
            f"i found this {whole} in {draw.one(words.PLACES)} in {draw.one(words.MONTHS)}",
        )
    )


def sentence(draw: Draw) -> Row:
    """A sentence and the label of the opinion in it (1: positive)."""
    domain = draw.one(tuple(words.DOMAINS))
    good = draw.chance(0.5)
    form = draw.one(("plain",) * 4 + ("setting",) * 4 + ("both",) * 4 + ("contrast",) * 2 + ("distractor",) * 2)
    own = clause(draw, domain, good)
    if form == "plain":
        text = own
    elif form == "contrast":
        text = _contrast(draw, clause(draw, domain, not good), own)
    elif form == "distractor":
        text = _with_distractor(draw, distractor(draw, domain), own)
    elif form == "setting":
        place = setting(draw, domain)
        text = f"{place} and {own}" if draw.chance(0.5) else f"{own} , {place}"
    else:
        text = f"{own} and {clause(draw, domain, good)}"
    if draw.chance(0.15):
        text = f"{draw.one(words.HEDGES)} {text}"
    return text + draw.one((" .", " .", " .", " !")), int(good)


def _contrast(draw: Draw, lost: str, won: str) -> str:
    return draw.one(
        (
            f"{lost} , but {won}",
            f"{lost} , yet {won}",
            f"although {lost} , {won} overall",
            f"{won} , even though {lost}",
            f"{won} despite the fact that {lost}",
        )
    )


def _with_distractor(draw: Draw, said: str, own: str) -> str:
    return draw.one((f"{said} , but for me {own}", f"{said} ; i think {own}", f"to me {own} , though {said}"))


@cache
def generate(
    seed: int = SEED, train_rows: int = TRAIN_ROWS, dev_rows: int = DEV_ROWS
) -> tuple[tuple[Row, ...], tuple[Row, ...]]:
    """Train and dev. Sentences are distinct over both; train labels carry `LABEL_NOISE`, dev labels do not."""
    draw = Draw(seed)
    rows: dict[str, int] = {}
    while len(rows) < train_rows + dev_rows:
        text, label = sentence(draw)
        rows.setdefault(text, label)
    listed = list(rows.items())
    dev, clean = listed[:dev_rows], listed[dev_rows:]
    noisy = tuple((text, 1 - label if draw.chance(LABEL_NOISE) else label) for text, label in clean)
    return noisy, tuple(dev)
