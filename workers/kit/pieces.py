"""Words of tokenized texts: a tokenizer of ours has a token for each, a ready-made one may cut them up. No torch."""

from __future__ import annotations

from collections.abc import Sequence

WORD_BEGINS = ("Ġ", "▁")  # how some tokenizers mark a token that begins a word; BERT's mark what goes on, by ##
Word = tuple[int, ...]  # its tokens


def going_on(tokens: Sequence[str]) -> list[bool]:
    """Which tokens of a vocabulary go on with a word that another began. In a vocabulary of ours none does."""
    if any(token.startswith(WORD_BEGINS) for token in tokens):
        return [token.isalpha() and not token.startswith(WORD_BEGINS) for token in tokens]
    return [token.startswith("##") for token in tokens]


def words_of(row: Sequence[int], goes_on: Sequence[bool]) -> list[Word]:
    """The words between [CLS] and [SEP]."""
    words: list[Word] = []
    for token in row[1:-1]:
        if words and goes_on[token]:
            words[-1] += (token,)
        else:
            words.append((token,))
    return words


def spelt(word: Word, tokens: Sequence[str]) -> str:
    return "".join(tokens[token].removeprefix("##").lstrip("Ġ▁") for token in word).lower()
