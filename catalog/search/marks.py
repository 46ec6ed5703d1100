"""Where in a text the words of a query stand, by the rules by which the index found them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from catalog.folding import fold_letters
from catalog.search.query import Text
from catalog.search.tokens import HAN, NAME_MAX_CHARACTERS

_RUN = re.compile(rf"[{HAN}]+|[^\W_{HAN}]+")
_WORD_GOES_ON = re.compile(rf"[^\W_{HAN}]")
_BETWEEN_LETTERS = "[-\u2010-\u2015\u2212'’]?"  # "pretrained" is marked in "pre-trained", "dont" in "don't"
_BETWEEN_RUNS = r"[\W_]*"


@dataclass(frozen=True)
class Piece:
    text: str
    hit: bool


def pieces_of(text: str, words: Iterable[Text]) -> list[Piece]:
    """The text cut where the words occur in it."""
    spans = spans_of(text, words)
    pieces, position = [], 0
    for start, end in spans:
        pieces += [Piece(text[position:start], False)] if start > position else []
        pieces.append(Piece(text[start:end], True))
        position = end
    return [*pieces, Piece(text[position:], False)] if position < len(text) else pieces


def spans_of(text: str, words: Iterable[Text]) -> list[tuple[int, int]]:
    """From where to where, in order, none touching another."""
    words = tuple(words)
    if not words or not text:
        return []
    folded, origin = _folded(text)
    found = []
    for word in words:
        for match in _pattern(word).finditer(folded):
            start, end = origin[match.start()], origin[match.end() - 1] + 1
            if _begins(text, start) and not (word.exact and end < len(text) and _WORD_GOES_ON.match(text[end])):
                found.append((start, end))
    return _united(found)


@lru_cache(maxsize=512)
def _pattern(word: Text) -> re.Pattern:
    runs = []
    for run in _RUN.findall(fold_letters(word.text)):
        between = "" if _RUN.match(run[0]) and not _WORD_GOES_ON.match(run[0]) else _BETWEEN_LETTERS
        runs.append(between.join(map(re.escape, run[:NAME_MAX_CHARACTERS])))
    return re.compile(_BETWEEN_RUNS.join(runs) or "(?!)")


def _begins(text: str, start: int) -> bool:
    """Whether a word begins there, or a part of a name: Tiny|BERT, word|2|vec."""
    if start == 0 or not _WORD_GOES_ON.match(text[start]) or not _WORD_GOES_ON.match(text[start - 1]):
        return True
    return text[start].isupper() or text[start].isdigit() != text[start - 1].isdigit()


def _folded(text: str) -> tuple[str, range | list[int]]:
    """The text folded, and for each character of that the place it came from."""
    if text.isascii():
        return text.lower(), range(len(text))
    folded: list[str] = []
    origin: list[int] = []
    for index, character in enumerate(text):
        for part in _folded_character(character):
            folded.append(part)
            origin.append(index)
    return "".join(folded), origin


@lru_cache(maxsize=8192)
def _folded_character(character: str) -> str:
    return fold_letters(character)


def _united(spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    united: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if united and start <= united[-1][1]:
            united[-1] = (united[-1][0], max(end, united[-1][1]))
        else:
            united.append((start, end))
    return united
