"""Titles compared and written into addresses: two spellings of one title share a key; every title has a slug."""

from __future__ import annotations

import hashlib
import re
from functools import lru_cache

from catalog.folding import fold_letters

SLUG_MAX_LENGTH = 100
_HASH_LENGTH = 8
_NO_LETTER = re.compile(r"[^a-z0-9]+")


@lru_cache(maxsize=8192)  # while a document is taken in, each of its titles and names is asked about several times
def title_key(title: str) -> str:
    """The letters and digits of a title, of any script, without case, width, accents and strokes.

    Nothing else counts: lists glue words together ("forTask-Agnostic"), drop hyphens and vary the punctuation.
    A title of signs alone keeps its signs, so that no two such titles share the empty key.
    """
    if title.isascii() and (key := _NO_LETTER.sub("", title.lower())):  # most titles and names: ten times as fast
        return key
    folded = fold_letters(title)
    return "".join(filter(str.isalnum, folded)) or "".join(folded.split())


def slug_for(title: str, short_name: str = "") -> str:
    """An ASCII slug, at most SLUG_MAX_LENGTH long and cut between words; the same title always gives the same.

    Where ASCII says less than half of the title, as in Chinese, a short hash of the title stands behind
    whatever it does say, or behind the short name.
    """
    words = _ascii_words(title)
    key = title_key(title)
    if 2 * sum(map(len, words)) >= len(key) > 0 and words:
        return _joined(words, SLUG_MAX_LENGTH)
    digest = hashlib.sha256((key or title).encode()).hexdigest()[:_HASH_LENGTH]
    stem = _joined(words or _ascii_words(short_name) or ["paper"], SLUG_MAX_LENGTH - _HASH_LENGTH - 1)
    return f"{stem}-{digest}"


def _ascii_words(text: str) -> list[str]:
    return _NO_LETTER.sub(" ", fold_letters(text).replace("'", "").replace("’", "")).split()


def _joined(words: list[str], length: int) -> str:
    slug = words[0][:length]
    for word in words[1:]:
        if len(slug) + 1 + len(word) > length:
            break
        slug += f"-{word}"
    return slug
