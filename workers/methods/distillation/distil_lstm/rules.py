"""The rules that make many texts out of few: masking, words of the same part of speech, n-grams. No torch.

Symbols as in job.py: p_mask and p_pos are a word's chances, p_ng is a text's; each text is gone through n_iter times.
"""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from workers.kit.pieces import Word
from workers.kit.tags import Tags
from workers.kit.text import FIRST, MASK, SEPARATOR

LONGEST_NGRAM = 5
HIDDEN = (MASK,)  # in place of a word, of however many pieces
Texts = Mapping[int, Sequence[Word]]  # by row
Chances = tuple[float, float, float]  # p_mask, p_pos, p_ng
Kind = Literal["", "masked", "replaced", "both", "n-gram"]  # what the rules did to a text


@dataclass(frozen=True)
class Made:
    source: int  # the row it was made of
    ids: tuple[int, ...]
    kind: Kind


@dataclass(frozen=True)
class TransferSet:
    """Rows are all drawn texts, then those that were made of `sources`."""

    drawn: Sequence[Sequence[int]]
    sources: Sequence[int]
    made: Sequence[Made]
    dropped: int  # made, but known already

    @property
    def texts(self) -> list[Sequence[int]]:
        """Token ids by row."""
        return [*self.drawn, *(text.ids for text in self.made)]

    @property
    def rows(self) -> list[int]:
        """Those of the set itself: what it grew from and what was made."""
        return [*self.sources, *range(len(self.drawn), len(self.drawn) + len(self.made))]


def one_text(words: Sequence[Word], chances: Chances, tags: Tags, draw: random.Random) -> tuple[list[Word], Kind]:
    """A text's words after one turn through all rules, and what they did to it.

    A word that is replaced may be drawn again; one that has no tag stays.
    """
    (p_mask, p_pos, p_ng), new = chances, list(words)
    for place, word in enumerate(words):
        u = draw.random()
        if u < p_mask:
            new[place] = HIDDEN
        elif u < p_mask + p_pos and word in tags.of:
            new[place] = draw.choice(tags.words[tags.of[word]])
    masked = HIDDEN in new
    replaced = any(after not in (before, HIDDEN) for before, after in zip(words, new, strict=True))
    kind: Kind = "both" if masked and replaced else "masked" if masked else "replaced" if replaced else ""
    if draw.random() < p_ng:
        n = draw.randint(1, LONGEST_NGRAM)
        if n < len(new):
            start = draw.randrange(len(new) - n + 1)
            new, kind = new[start : start + n], "n-gram"
    return new, kind


def ids_of(words: Sequence[Word], longest: int) -> tuple[int, ...]:
    """With [CLS] and [SEP]; cut where words of more pieces have come in and it is longer than networks read."""
    return (FIRST, *[token for word in words for token in word][: longest - 2], SEPARATOR)


def enlarge(
    texts: Texts, chances: Chances, n_iter: int, tags: Tags, *, longest: int, most: int, seed: int
) -> tuple[list[Made], int]:
    """What the rules make of texts, by row: n_iter turns each, in rounds over all of them.

    A text that is there already, as it was or made, is dropped; how many were is returned as well. Ends early where
    `most` have been made.
    """
    draw = random.Random(seed)  # noqa: S311  # not a secret
    known = {ids_of(words, longest) for words in texts.values()}
    made, dropped = [], 0
    for i in list(texts) * n_iter:
        if len(made) >= most:
            break
        words, kind = one_text(texts[i], chances, tags, draw)
        if (ids := ids_of(words, longest)) in known:
            dropped += 1
        else:
            known.add(ids)
            made.append(Made(i, ids, kind))
    return made, dropped
