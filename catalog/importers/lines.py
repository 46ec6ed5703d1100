"""Places in a text as the numbers of its lines."""

from __future__ import annotations


class LineCounter:
    """Counts from 1. Places are asked for in their order, so that no part of the text is looked at twice."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._end = "\n" if "\n" in text else "\r"
        self._line, self._counted = 1, 0

    def at(self, place: int) -> int:
        if place > self._counted:
            self._line += self._text.count(self._end, self._counted, place)
            self._counted = place
        return self._line
