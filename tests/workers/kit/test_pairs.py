"""The built-in pairs: what the labels and scores follow from, and that no short cut gives them away."""

import math
from collections import Counter
from dataclasses import replace

import pytest

from workers.kit import data, pairs, scenes
from workers.kit.draws import Draw
from workers.kit.scenes import DEEDS, PEOPLE, PLACES, QUALITIES_OF_PEOPLE, Scene

SINGER, PAINTER, JUDGE = (
    next(word for word in PEOPLE if form in word.forms) for form in ("singer", "painter", "judge")
)
PRAISED = DEEDS[0]
YOUNG, RICH = QUALITIES_OF_PEOPLE[0], QUALITIES_OF_PEOPLE[2]
WHOLE = Scene(SINGER, PRAISED, JUDGE, YOUNG, RICH, PLACES[0])


@pytest.mark.parametrize(
    ("changes", "score"),
    [
        ({}, 5.0),
        ({"subject": PAINTER}, 4.5),  # another artist: half
        ({"subject": JUDGE}, 4.0),
        ({"deed": PRAISED.turned}, 3.75),
        ({"place": None}, 4.625),
        ({"subject_quality": YOUNG.turned, "object_quality": None}, 4.25),
    ],
)
def test_the_score_is_what_the_scenes_have_in_common(changes, score):
    assert pairs.likeness(WHOLE, replace(WHOLE, **changes)) == score


def test_who_did_it_to_whom_counts_though_the_words_are_the_same():
    assert pairs.likeness(WHOLE, WHOLE.swapped()) == 2.0
    assert WHOLE.swapped().swapped() == WHOLE


def test_one_scene_is_told_in_many_ways():
    told = {WHOLE.told(Draw(seed)) for seed in range(60)}
    assert len(told) > 30
    assert any(sentence.startswith("in lisbon , ") for sentence in told)
    assert any(" was praised by the " in sentence for sentence in told)


def test_a_word_s_opposite_is_not_another_word():
    for seed in range(50):
        other = scenes.another(Draw(seed), DEEDS, PRAISED)
        assert other not in (PRAISED, PRAISED.turned)


def test_words_have_opposites_that_have_them_in_turn():
    for word in (*DEEDS, *scenes.DEEDS_TO_THINGS, *QUALITIES_OF_PEOPLE, *scenes.QUALITIES_OF_THINGS):
        assert word.turned.turned == word
        assert not {*word.forms} & {*word.opposite}


def _ranks(values):
    order = sorted(values)
    first = {value: place for place, value in reversed(list(enumerate(order)))}
    counts = Counter(order)
    return [first[value] + (counts[value] - 1) / 2 for value in values]


def _spearman(one, other):
    x, y = _ranks(one), _ranks(other)
    middle = (len(x) - 1) / 2
    across = sum((a - middle) * (b - middle) for a, b in zip(x, y, strict=True))
    return across / math.sqrt(sum((a - middle) ** 2 for a in x) * sum((b - middle) ** 2 for b in y))


def _cosine(one, other):
    a, b = Counter(one.split()), Counter(other.split())
    return sum(a[w] * b[w] for w in a) / math.sqrt(sum(v * v for v in a.values()) * sum(v * v for v in b.values()))


def test_a_bag_of_words_ranks_similarities_in_part():
    _, dev = pairs.generate(pairs.SIMILARITIES)
    found = _spearman([_cosine(first, second) for first, second, _ in dev], [score for *_, score in dev])
    assert 0.6 < found < 0.85


def test_scores_lie_all_over_their_scale():
    scores = [score for *_, score in pairs.generate(pairs.SIMILARITIES)[1]]
    assert (min(scores), max(scores)) == pairs.SCALE
    assert all(sum(low <= score < low + 1 for score in scores) > 150 for low in range(1, 5))


def test_labels_are_balanced_and_the_second_sentence_alone_tells_nothing():
    """A naive Bayes classifier on its words is at chance."""
    train, dev = pairs.generate(pairs.INFERENCES)
    rows = Counter(label for *_, label in train)
    assert min(rows.values()) > 0.31 * len(train)
    words = [
        Counter(word for _, second, label in train if label == each for word in second.split()) for each in range(3)
    ]
    totals = [sum(counter.values()) for counter in words]

    def guess(sentence):
        likely = [sum(math.log((c[w] + 1) / t) for w in sentence.split()) for c, t in zip(words, totals, strict=True)]
        return likely.index(max(likely))

    assert sum(guess(second) == label for _, second, label in dev) < 0.39 * len(dev)


def test_the_built_in_pairs_are_data_sets_like_those_in_files():
    inferences, similarities = data.load("inferences"), data.load("similarities")
    assert inferences.has_pairs and similarities.has_pairs
    assert (inferences.task, inferences.classes) == ("classification", ("entailment", "neutral", "contradiction"))
    assert (similarities.task, similarities.scale, similarities.classes) == ("regression", (0.0, 5.0), ())
