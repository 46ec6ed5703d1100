"""A data set whose rows are named tuples: what such sets have in common, and its own class for each kind. No torch."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from typing import Any, ClassVar, NamedTuple

from workers.spec import Text


@dataclass(frozen=True)
class Splits:
    """Train and dev. A set made to question networks, not to train them, has no train."""

    classes: ClassVar[tuple[str, ...]] = ()  # that a network of this set tells apart, as one of texts has them
    labels: ClassVar[tuple[str, ...]] = ()
    name: str
    title: Text
    train: tuple[Any, ...]
    dev: tuple[Any, ...]
    licence: Text
    note: Text

    @property
    def sha256(self) -> str:
        """Over every field of every row that train and dev hold, in order."""
        digest = hashlib.sha256()
        for split, rows in (("train", self.train), ("dev", self.dev)):
            for row in rows:
                digest.update(json.dumps((split, *row), ensure_ascii=False).encode() + b"\n")
        return digest.hexdigest()

    def facts(self) -> dict:
        """What the results say about the data."""
        return {
            "name": self.name,
            "title": asdict(self.title),
            "split": "dev",
            "train_rows": len(self.train),
            "dev_rows": len(self.dev),
            **self._own_facts(),
            "example": self.dev[0].text if self.dev else "",
            "sha256": self.sha256,
            "licence": asdict(self.licence),
            "note": asdict(self.note),
        }

    def _own_facts(self) -> dict:
        return {}


class Tagged(NamedTuple):
    """A sentence's words, each with its tag."""

    words: tuple[str, ...]
    tags: tuple[str, ...]

    @property
    def text(self) -> str:
        return " ".join(self.words)


@dataclass(frozen=True)
class TaggedTexts(Splits):
    @property
    def tags(self) -> tuple[str, ...]:
        """Those of train, in the alphabet's order."""
        return tuple(sorted({tag for row in self.train for tag in row.tags}))

    def _own_facts(self) -> dict:
        return {"dev_words": sum(len(row.words) for row in self.dev), "tags": list(self.tags)}


class Gap(NamedTuple):
    """A sentence without one word. `candidates` hold the answer too, in an order that tells nothing."""

    left: str
    right: str
    answer: str
    candidates: tuple[str, ...]
    category: str

    def filled(self, word: str) -> str:
        return " ".join(part for part in (self.left, word, self.right) if part)

    @property
    def text(self) -> str:
        return self.filled(self.answer)


@dataclass(frozen=True)
class ClozeTexts(Splits):
    def _own_facts(self) -> dict:
        return {"categories": sorted({row.category for row in self.dev})}


class MinimalPair(NamedTuple):
    """Two sentences that differ in what makes one of them wrong."""

    good: str
    bad: str
    phenomenon: str

    @property
    def text(self) -> str:
        return self.good


@dataclass(frozen=True)
class MinimalPairs(Splits):
    def _own_facts(self) -> dict:
        return {"phenomena": sorted({row.phenomenon for row in self.dev})}
