"""Texts as tokens: what the index holds and what a query asks for come from the same few rules.

- Case, width, accents and strokes are folded (catalog.folding); apostrophes vanish ("Don't" is "dont").
- Latin and other letters make whole words; every query word is a prefix, so "distil" finds "distillation".
- Chinese makes overlapping pairs and the last character: 知识蒸馏 is 知识 识蒸 蒸馏 馏. So a text of two characters or
  more is a phrase of pairs, found wherever it stands, and a single character is a prefix of the pairs.
- A hyphenated compound is indexed by its parts and, beside them, joined: pre trained, and pretrained.
- A name (a word with inner capitals or digits) is indexed, beside itself, by what follows each of them: TinyBERT is
  found by "bert", word2vec by "vec".

What stands beside a text is kept apart from it (`Tokens.beside`), so that phrases meet only what was written.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import NamedTuple

from catalog.folding import fold_letters

TOKEN_MAX_CHARACTERS = 60
PART_MIN_CHARACTERS = 3
NAME_MAX_CHARACTERS = 30  # longer ones are no names
_CACHED_CHARACTERS = 40  # what is longer will hardly come again
_CACHED = 16_384  # texts, and words, each; four times as many index thirty thousand papers no quicker

HAN = "\u3005\u3007\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_DROPPED = re.compile("['`´‘’ʼ\u00ad\u200b-\u200f\u2060\ufeff]")
_PIECE = re.compile(rf"[{HAN}]+|[^\W_{HAN}]+|[-\u2010-\u2015\u2212]")
_HAN_RUN = re.compile(rf"[{HAN}]+")
_AROUND_WORDS = ",.:;!?()[]"
_INNER = re.compile(r"(?<=.)(?:[A-Z]|(?<=\D)\d|(?<=\d)\D)")


class Tokens(NamedTuple):
    """The words of a text in their order, and what else finds it."""

    words: tuple[str, ...]
    beside: tuple[str, ...]


def tokens_of(text: str) -> Tokens:
    """For the index. Names of people, venues and topics come again and again."""
    return _of_text(text) if len(text) <= _CACHED_CHARACTERS else _read_text(text)


@lru_cache(maxsize=_CACHED)
def _of_text(text: str) -> Tokens:
    return _read_text(text)


def _read_text(text: str) -> Tokens:
    words: list[str] = []
    beside: list[str] = []
    for chunk in text.split():
        bare = chunk.strip(_AROUND_WORDS)
        if bare.isascii() and bare.isalpha() and (len(bare) == 1 or bare[1:].islower()):  # most words: one token each
            words.append(bare.lower()[:TOKEN_MAX_CHARACTERS])
            continue
        found = _of_chunk(chunk) if len(chunk) <= _CACHED_CHARACTERS else _read_chunk(chunk)
        words += found.words
        beside += found.beside
    return Tokens(tuple(words), tuple(beside))


def is_han(character: str) -> bool:
    return bool(_HAN_RUN.match(character))


def phrases_of(text: str) -> list[tuple[str, ...]]:
    """For a query: token sequences of which one must occur. None for a text without letters and digits.

    Two for a text with a hyphen: by its parts, and joined.
    """
    phrases = [_asked(text)]
    joined = re.sub(r"(?<=[^\W_])[-\u2010-\u2015\u2212]+(?=[^\W_])", "", text)
    if joined != text:
        phrases.append(_asked(joined))
    return [phrase for phrase in dict.fromkeys(phrases) if phrase]


def is_prefix(token: str) -> bool:
    """Whether a query's last word may go on. One Latin letter may not: it would mean a tenth of the index."""
    return len(token) == 1 if is_han(token[0]) else len(token) > 1


def _asked(text: str) -> tuple[str, ...]:
    """Like the index, but Chinese at the end may go on in the text: no single last character, unless it is alone."""
    words = tokens_of(text).words
    if len(words) > 1 and len(words[-1]) == 1 and is_han(words[-1]) and words[-2].endswith(words[-1]):
        return words[:-1]
    return words


@lru_cache(maxsize=_CACHED)
def _of_chunk(chunk: str) -> Tokens:
    return _read_chunk(chunk)


def _read_chunk(chunk: str) -> Tokens:
    """A chunk has no white space in it."""
    bare = unicodedata.normalize("NFKD", _DROPPED.sub("", chunk))
    if not bare.isascii():
        bare = "".join(char for char in bare if unicodedata.category(char) != "Mn")
    words: list[str] = []
    beside: list[str] = []
    compound: list[str] = []  # the parts so far of what hyphens hold together
    end = -1
    hyphen = False
    for match in _PIECE.finditer(bare):
        piece = match[0]
        adjoins = match.start() == end
        end = match.end()
        if _HAN_RUN.match(piece):
            words += _pairs(piece)
            beside += _joined(compound)
            compound, hyphen = [], False
        elif piece[0].isalnum():
            word = fold_letters(piece)[:TOKEN_MAX_CHARACTERS]
            if not (adjoins and hyphen):
                beside += _joined(compound)
                compound = []
            compound.append(word)
            words.append(word)
            beside += _parts(piece)
            hyphen = False
        else:
            hyphen = adjoins
    return Tokens(tuple(words), (*beside, *_joined(compound)))


def _pairs(run: str) -> list[str]:
    return [*(run[index : index + 2] for index in range(len(run) - 1)), run[-1]]


def _joined(compound: list[str]) -> list[str]:
    return ["".join(compound)[:TOKEN_MAX_CHARACTERS]] if len(compound) > 1 else []


def _parts(word: str) -> list[str]:
    """What follows each inner capital and each change between letters and digits."""
    if len(word) > NAME_MAX_CHARACTERS:
        return []
    parts = (fold_letters(word[match.start() :]) for match in _INNER.finditer(word))
    return [part for part in parts if len(part) >= (2 if any(map(str.isdigit, part)) else PART_MIN_CHARACTERS)]


def fold(text: str) -> str:
    """The words of a text as the index has them."""
    return " ".join(tokens_of(text).words)
