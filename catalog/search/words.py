"""Where words stand in the index, and what may be asked of it. Both databases keep these four places apart."""

from __future__ import annotations

from dataclasses import dataclass

from catalog.search.query import And, Not, Or, Text
from catalog.search.tokens import is_prefix

# A token of ours, as no text has one: between what no phrase may cross, in every paper, before a nickname.
BREAK, EVERY, NICKNAME = "¶", "¤", "‖"


@dataclass(frozen=True)
class Document:
    """A paper in the index: tokens with BREAKs. The order of the places is that of their weights A to D."""

    paper_id: int
    titles: list[str]
    parts: list[str]  # of the words of the titles: what stands beside them (catalog.search.tokens), the nickname's key
    authors: list[str]
    rest: list[str]  # venue, year, topics, identifiers, notes

    @property
    def places(self) -> tuple[list[str], ...]:
        return self.titles, self.parts, self.authors, self.rest


@dataclass(frozen=True)
class Scope:
    """Places by their weights, none for all; `whole`: no word is a prefix."""

    places: str = ""
    whole: bool = False


ANYWHERE = Scope()
TITLES_WHOLE = Scope("A", whole=True)
TITLES = Scope("AB")
TITLES_AND_AUTHORS = Scope("ABC")
AUTHORS = Scope("C")


@dataclass(frozen=True)
class Nickname:
    """The paper whose short name has this key (catalog.titles.title_key)."""

    key: str


Words = Text | Nickname | Not | And | Or


@dataclass(frozen=True)
class Phrase:
    """Tokens one behind the other; `prefix`: the last one may go on."""

    tokens: tuple[str, ...]
    prefix: bool


def phrases(text: Text, scope: Scope) -> list[Phrase]:
    """Of which one must occur. A single Chinese character is a prefix even where whole words are asked for."""
    whole = text.exact or scope.whole
    return [
        Phrase(tokens, is_prefix(tokens[-1]) and (not whole or (not tokens[-1].isascii() and len(tokens[-1]) == 1)))
        for tokens in text.phrases
    ]


def is_word(token: str) -> bool:
    """Whether a token of the index is a word to suggest: no number, no Chinese pair, no mark of ours."""
    return token.isascii() and token.isalpha()
