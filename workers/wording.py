"""A sentence or label in both languages, or the key under which one is looked up. Standard library only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Text:
    """One sentence or label in both languages of the interface."""

    en: str
    zh: str

    def in_language(self, language: str) -> str:
        return self.zh if language.lower().startswith("zh") else self.en

    def format(self, **values: Any) -> Text:
        """With its placeholders filled; a value that is a Text is said in each language."""

        def said(language: str) -> dict[str, Any]:
            return {name: v.in_language(language) if isinstance(v, Text) else v for name, v in values.items()}

        return Text(self.en.format(**said("en")), self.zh.format(**said("zh")))

    def as_dict(self) -> dict[str, str]:
        return {"en": self.en, "zh": self.zh}


UNSAID = Text("", "")  # where a page's words will stand


@dataclass(frozen=True)
class Said:
    """A sentence by its key in the method's pages, and what its placeholders stand for."""

    key: str
    values: Mapping[str, Any]


def said(key: str, **values: Any) -> Said:
    return Said(key, values)
