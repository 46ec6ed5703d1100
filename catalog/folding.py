"""Letters compared without case, width, accents and strokes: titles, names and searches all fold them here."""

from __future__ import annotations

import unicodedata

# To Unicode a stroke is no mark on a letter, nor is a ligature two letters: NFKD leaves these whole. It is not
# needed for ß, which case folding makes ss.
_WHOLE = str.maketrans(
    {"ł": "l", "ø": "o", "đ": "d", "ð": "d", "ħ": "h", "ŧ": "t", "ı": "i", "þ": "th", "æ": "ae", "œ": "oe"}
)


def fold_letters(text: str) -> str:
    """Marks are gone; punctuation and blanks stay. Folding case may compose or decompose anew, hence twice NFKD."""
    if text.isascii():
        return text.lower()
    folded = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
    return "".join(char for char in folded.translate(_WHOLE) if unicodedata.category(char) != "Mn")
