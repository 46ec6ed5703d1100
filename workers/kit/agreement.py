"""Built-in sentences in which the grammar settles one word, seeded: sentences with a gap, and right beside wrong.

What settles the word is a phenomenon: the number of a subject, near or far; of a reflexive or a demonstrative; the case
of a pronoun; the sound behind an article; or the opinion that the sentence began with. No sentence of dev stands in
train. No torch.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache
from itertools import islice
from typing import NamedTuple

from workers.kit import grammar, scenes, wordlists
from workers.kit.draws import Draw
from workers.kit.splits import Gap, MinimalPair
from workers.spec import Text

GAPS, CONTRASTS = "gaps", "contrasts"
TITLES = {GAPS: Text("Built-in gaps", "内置填空句"), CONTRASTS: Text("Built-in contrasts", "内置正误句对")}
SEEDS = {GAPS: 19531001, CONTRASTS: 19570214}
TRAIN_ROWS, DEV_ROWS = 4_000, 1_000

PEOPLE = tuple(form for word in scenes.PEOPLE for form in word.forms)  # each takes a plain -s
ADJECTIVES = tuple(form for word in scenes.QUALITIES_OF_PEOPLE for form in word.forms)
VERBS = tuple("admire fear trust help know visit mention remember avoid respect like follow greet thank".split())  # noqa: SIM905
WHERE = ("near", "behind", "beside", "opposite")
VOWELS = tuple("aeiou")


class Choice(NamedTuple):
    """Which of two words stands between left and right."""

    left: str
    right: str
    answer: str
    wrong: str


def _person(draw: Draw, plural: bool) -> str:
    return draw.one(PEOPLE) + "s" * plural


def _be(draw: Draw, plural: bool) -> tuple[str, str]:
    """The right form and the wrong one."""
    forms = draw.one((("is", "are"), ("was", "were")))
    return forms[plural], forms[not plural]


def _end(draw: Draw) -> str:
    return f"{draw.one(ADJECTIVES)} ."


def agreement(draw: Draw) -> Choice:
    plural = draw.chance(0.5)
    return Choice(f"the {draw.one(ADJECTIVES)} {_person(draw, plural)}", _end(draw), *_be(draw, plural))


def agreement_across_phrase(draw: Draw) -> Choice:
    """What stands nearest may have the other number."""
    plural = draw.chance(0.5)
    near = f"{draw.one(WHERE)} the {_person(draw, draw.chance(0.5))}"
    return Choice(f"the {_person(draw, plural)} {near}", _end(draw), *_be(draw, plural))


def agreement_across_clause(draw: Draw) -> Choice:
    plural, others = draw.chance(0.5), draw.chance(0.5)
    clause = f"that the {_person(draw, others)} {draw.one(VERBS)}{'s' * (not others)}"
    return Choice(f"the {_person(draw, plural)} {clause}", _end(draw), *_be(draw, plural))


def reflexive(draw: Draw) -> Choice:
    plural = draw.chance(0.5)
    forms = draw.one(("himself", "herself")), "themselves"
    left = f"the {draw.one(ADJECTIVES)} {_person(draw, plural)} {draw.one(VERBS)}{'s' * (not plural)}"
    return Choice(left, ".", forms[plural], forms[not plural])


def demonstrative(draw: Draw) -> Choice:
    plural = draw.chance(0.5)
    forms = draw.one((("this", "these"), ("that", "those")))
    right = f"{_person(draw, plural)} greeted the {draw.one(ADJECTIVES)} {_person(draw, draw.chance(0.5))} ."
    return Choice("", right, forms[plural], forms[not plural])


def pronoun_case(draw: Draw) -> Choice:
    as_subject = draw.chance(0.5)
    forms = draw.one((("he", "him"), ("they", "them"), ("we", "us"), ("she", "her")))
    person = f"the {draw.one(ADJECTIVES)} {_person(draw, draw.chance(0.5))}"
    left, right = ("", f"thanked {person} .") if as_subject else (f"{person} thanked", ".")
    return Choice(left, right, forms[not as_subject], forms[as_subject])


def article(draw: Draw) -> Choice:
    vowel = draw.chance(0.5)
    word = draw.one([word for word in (*ADJECTIVES, *PEOPLE) if word.startswith(VOWELS) == vowel])
    rest = f"{word} {_person(draw, False)}" if word in ADJECTIVES else word
    forms = ("an", "a") if vowel else ("a", "an")
    return Choice(f"the {_person(draw, draw.chance(0.5))} greeted", f"{rest} in {draw.one(wordlists.PLACES)} .", *forms)


def opinion(draw: Draw) -> Choice:
    """Two clauses that agree; what each says of its part, the grammar of opinions knows."""
    domain, good = draw.one(tuple(wordlists.DOMAINS)), draw.chance(0.5)
    part = draw.one(wordlists.DOMAINS[domain][1])
    words = wordlists.GOOD_ADJECTIVES, wordlists.BAD_ADJECTIVES
    said = grammar.clause(draw, domain, good).text
    return Choice(f"{said} and the {part} was", ".", draw.zipf(words[not good]), draw.zipf(words[good]))


CHOICES: dict[str, Callable[[Draw], Choice]] = {
    "agreement": agreement,
    "agreement-across-phrase": agreement_across_phrase,
    "agreement-across-clause": agreement_across_clause,
    "reflexive": reflexive,
    "demonstrative": demonstrative,
    "pronoun-case": pronoun_case,
    "article": article,
}
CATEGORIES = (*CHOICES, "opinion")
PHENOMENA = (*CHOICES, "word-order")


def gap(draw: Draw) -> Gap:
    category = draw.one(CATEGORIES)
    found = opinion(draw) if category == "opinion" else CHOICES[category](draw)
    return Gap(found.left, found.right, found.answer, tuple(sorted((found.answer, found.wrong))), category)


def contrast(draw: Draw) -> MinimalPair:
    phenomenon = draw.one(PHENOMENA)
    if phenomenon == "word-order":
        return _word_order(draw)
    left, right, answer, wrong = CHOICES[phenomenon](draw)
    good, bad = (" ".join(part for part in (left, word, right) if part) for word in (answer, wrong))
    return MinimalPair(good, bad, phenomenon)


def _word_order(draw: Draw) -> MinimalPair:
    """Two neighbours change places: article and adjective, or adjective and noun."""
    adjective, person = draw.one(ADJECTIVES), _person(draw, draw.chance(0.5))
    rest = f"thanked the {_person(draw, draw.chance(0.5))} in {draw.one(wordlists.PLACES)} ."
    wrong = draw.one((f"{adjective} the {person}", f"the {person} {adjective}"))
    return MinimalPair(f"the {adjective} {person} {rest}", f"{wrong} {rest}", "word-order")


@cache
def generate(name: str) -> tuple[tuple, tuple]:
    """Train and dev of gaps (Gap) or of contrasts (MinimalPair)."""
    rows = _distinct({GAPS: gap, CONTRASTS: contrast}[name], Draw(SEEDS[name]))
    dev = tuple(islice(rows, DEV_ROWS))
    return tuple(islice(rows, TRAIN_ROWS)), dev


def _distinct(make: Callable[[Draw], Gap | MinimalPair], draw: Draw) -> Iterator[Gap | MinimalPair]:
    """Each right sentence once."""
    said: set[str] = set()
    while True:
        row = make(draw)
        if row.text not in said:
            said.add(row.text)
            yield row
