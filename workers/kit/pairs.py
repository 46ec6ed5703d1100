"""The built-in pairs of sentences, seeded: one says of two scenes what follows, the other how alike they are.

Inferences: the second sentence is drawn before the label, and the first is then made to fit both, so that the second
alone tells nothing. Opposites exclude each other here ("praised" and "criticised"), and a name in both is the same one.
Similarities: the score is what two scenes have in common, part by part. No sentence of dev stands in train.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import cache, partial
from itertools import islice

from workers.kit import scenes
from workers.kit.draws import Draw
from workers.kit.scenes import Scene, another, scene
from workers.spec import Text

INFERENCES, SIMILARITIES = "inferences", "similarities"
TITLES = {
    INFERENCES: Text("Built-in inferences", "内置推断句对"),
    SIMILARITIES: Text("Built-in similarities", "内置相似句对"),
}
NOTES = {
    INFERENCES: Text(
        "opposites exclude each other; the second sentence alone tells nothing", "反义词互斥；仅凭第二句无从判断"
    ),
    SIMILARITIES: Text(
        "the score is what the two scenes have in common, part by part: "
        "other words, the passive and the order of the phrases cost nothing",
        "评分为两个场景各部分的相同程度之和：换用同义词、被动句或调换短语次序均不扣分",
    ),
}
SEEDS = {INFERENCES: 20060430, SIMILARITIES: 20120607}
TRAIN_ROWS, DEV_ROWS = 8_000, 1_000
CLASSES = ("entailment", "neutral", "contradiction")
SCALE = (0.0, 5.0)
# What each part of a scene counts for: 5 together. Half of it is lost where the other word is of the same kind, or
# where the part is told in one sentence alone.
WEIGHTS = {
    "subject": 1.0,
    "deed": 1.25,
    "object": 1.0,
    "subject_quality": 0.5,
    "object_quality": 0.5,
    "place": 0.75,
}

Row = tuple[str, str, int | float]


@cache
def generate(name: str) -> tuple[tuple[Row, ...], tuple[Row, ...]]:
    """Train and dev of one of the two sets."""
    draw = Draw(SEEDS[name])
    make = partial({INFERENCES: _inference, SIMILARITIES: _similarity}[name], draw)
    dev = tuple(islice(_distinct(make, set()), DEV_ROWS))
    told = {sentence for first, second, _ in dev for sentence in (first, second)}
    return tuple(islice(_distinct(make, told), TRAIN_ROWS)), dev


def _distinct(make: Callable[[], Row], told: set[str]) -> Iterator[Row]:
    """Rows of two different sentences, none twice and none with a sentence of `told`."""
    seen: set[tuple[str, str]] = set()
    while True:
        first, second, value = make()
        if first != second and not {first, second} & told and (first, second) not in seen:
            seen.add((first, second))
            yield first, second, value


def _inference(draw: Draw) -> Row:
    """First sentence, second sentence, and the class of what the first says of the second."""
    full = scene(draw)
    left_out = {part: None for part in ("subject_quality", "object_quality", "place") if draw.chance(0.5)}
    broadly = frozenset(part for part in ("subject", "object") if draw.chance(0.25))
    second = replace(full, **left_out, broadly=broadly, denied=draw.chance(0.3))
    label = int(draw.one(range(len(CLASSES))))
    first = replace(full, deed=full.deed.turned if second.denied else full.deed)  # "never praised": it criticised
    if label == CLASSES.index("contradiction"):
        first = _excluding(draw, first, second)
    elif label == CLASSES.index("neutral"):
        first = _leaving_open(draw, first, second)
    left_out = {part: None for part in left_out if draw.chance(0.4)}
    return replace(first, **left_out).told(draw), second.told(draw), label


def _excluding(draw: Draw, first: Scene, second: Scene) -> Scene:
    """A deed, or a quality that both tell, is turned into its opposite."""
    turnable = ["deed", "deed", *(part for part in ("subject_quality", "object_quality") if getattr(second, part))]
    part = draw.one(turnable)
    return replace(first, **{part: getattr(first, part).turned})


def _leaving_open(draw: Draw, first: Scene, second: Scene) -> Scene:
    """What the second tells is not told in the first, or told of others."""
    ways = [part for part in ("subject_quality", "object_quality", "place") if getattr(second, part)]
    way = draw.one([*ways, "object", "swapped" if scenes.is_to_person(first) else "subject"])
    if way == "swapped":
        return first.swapped()
    if way in ("subject", "object"):
        words = scenes.PEOPLE if way == "subject" or scenes.is_to_person(first) else scenes.THINGS
        other_kind = tuple(word for word in words if word.kind != getattr(first, way).kind and word != first.subject)
        return replace(first, **{way: draw.one(other_kind)})
    return replace(first, **{way: None})


def _similarity(draw: Draw) -> Row:
    """Two sentences in either order and their score."""
    first = scene(draw)
    how_many = draw.one(range(len(WEIGHTS) + 1))
    parts = list(WEIGHTS)
    second = first
    for _ in range(how_many):
        part = draw.one(parts)
        parts.remove(part)
        second = _changed(draw, second, part)
    if scenes.is_to_person(first) and draw.chance(0.15):
        second = second.swapped()
    told = [first.told(draw), second.told(draw)]
    return (*(reversed(told) if draw.chance(0.5) else told), likeness(first, second))


def _changed(draw: Draw, told: Scene, part: str) -> Scene:
    """With another word in this part, or without it."""
    word = getattr(told, part)
    if part.endswith("_quality"):
        of_people = part == "subject_quality" or scenes.is_to_person(told)
        qualities = scenes.QUALITIES_OF_PEOPLE if of_people else scenes.QUALITIES_OF_THINGS
        other = draw.one((None, word.turned, another(draw, qualities, word)))
    elif part == "deed":
        other = word.turned if draw.chance(0.5) else another(draw, scenes.DEEDS, word)
    elif part == "place":
        other = None if draw.chance(0.3) else another(draw, scenes.PLACES, word)
    else:
        words = scenes.PEOPLE if part == "subject" or scenes.is_to_person(told) else scenes.THINGS
        there = {told.subject, told.object}
        free = tuple(each for each in words if each not in there)
        other = another(draw, free, word, kind=word.kind if draw.chance(0.4) else "")
    return replace(told, **{part: other})


def likeness(first: Scene, second: Scene) -> float:
    """From 0 to 5: the weights of the parts that are the same, and half of those that are near."""
    return sum(weight * _nearness(getattr(first, part), getattr(second, part)) for part, weight in WEIGHTS.items())


def _nearness(one: scenes.Word | None, other: scenes.Word | None) -> float:
    if one == other:
        return 1.0
    if one is None or other is None:
        return 0.5
    return 0.5 if one.kind and one.kind == other.kind else 0.0
