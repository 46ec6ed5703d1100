"""Kinds of data that jobs read: what a set of each promises, and how it is loaded. Standard library only."""

from __future__ import annotations

import importlib
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from workers.wording import Text

HUB = "hub:"  # how the name of a data set of the Hugging Face hub begins


class Data(Protocol):
    """What a job is given, of whichever kind."""

    name: str
    title: Text
    licence: Text
    note: Text

    @property
    def sha256(self) -> str: ...

    def facts(self) -> dict: ...


@dataclass(frozen=True)
class SetFacts:
    """A data set, known before it is read. `files` are its places in DATA_DIR, none where it is built in.

    `origin` is the address that it came from, as far as there is one.
    """

    name: str
    title: Text
    licence: Text
    origin: str = ""
    files: tuple[str, ...] = ()


@dataclass(frozen=True)
class Source:
    """A kind of data that jobs read: what each of its sets promises, and which sets there are, the built-in one first.

    `load` is "module:function", imported at first use and called with a set's name and DATA_DIR. One that `takes_hub`
    is asked for "hub:owner/name" too, and raises OtherKind (workers/kit/files.py) where that is a set of another kind.
    """

    slug: str
    promise: Text
    sets: tuple[SetFacts, ...]
    load: str
    takes_hub: bool = False

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(one.name for one in self.sets)

    def takes(self, name: str) -> bool:
        return name in self.names or (self.takes_hub and name.startswith(HUB))

    def read(self, name: str, data_dir: Path | str | None) -> Data:
        """Raises DataError where the set is absent or damaged."""
        module, _, function = self.load.partition(":")
        return getattr(importlib.import_module(module), function)(name, data_dir)
