"""Dependency trees of sentences: as a grammar grows them (Node) and as a tree bank writes them (Sentence). No torch."""

from __future__ import annotations

from typing import NamedTuple


class Sentence(NamedTuple):
    """Words in order, each with its UPOS tag, its head (1 for the first word, 0 for none) and its relation to it."""

    words: tuple[str, ...]
    upos: tuple[str, ...]
    heads: tuple[int, ...]
    relations: tuple[str, ...]

    @property
    def text(self) -> str:
        return " ".join(self.words)


class Node(NamedTuple):
    """A word with what depends on it, to its left and to its right, in the sentence's order.

    Grown from the head outward, so every tree has one root, no cycle, and no arc that crosses another.
    """

    form: str
    upos: str
    left: tuple[tuple[str, Node], ...] = ()
    right: tuple[tuple[str, Node], ...] = ()

    def before(self, **phrases: Node) -> Node:
        """With these, by their relation, in front of all that is here. `nmod_poss` stands for nmod:poss."""
        return Node(self.form, self.upos, (*phrases.items(), *self.left), self.right)

    def after(self, **phrases: Node) -> Node:
        """With these, by their relation, behind all that is here."""
        return Node(self.form, self.upos, self.left, (*self.right, *phrases.items()))

    @property
    def text(self) -> str:
        """The words with one space between any two, signs too."""
        words: list[str] = []
        self._say(words)
        return " ".join(words)

    def _say(self, words: list[str]) -> None:
        for _, phrase in self.left:
            phrase._say(words)
        words.append(self.form)
        for _, phrase in self.right:
            phrase._say(words)

    def sentence(self) -> Sentence:
        rows: list[list] = []  # word, tag, head, relation
        rows[self._write(rows) - 1][2:] = 0, "root"
        return Sentence(*map(tuple, zip(*rows, strict=True)))

    def _write(self, rows: list[list]) -> int:
        """Appends a row for each word in order; returns the number of this node's own."""
        left = [(relation, phrase._write(rows)) for relation, phrase in self.left]
        rows.append([self.form, self.upos, 0, ""])
        own = len(rows)
        right = [(relation, phrase._write(rows)) for relation, phrase in self.right]
        for relation, number in left + right:
            rows[number - 1][2:] = own, relation.replace("_", ":")
        return own
