"""The words of a method in both languages: what stands above the text in its page.md and page.zh.md.

Each file begins with TOML between two lines of +++. A word is looked up by its table and key ("roles.student"), in the
method's own files first, then in those that all methods share: workers/kit/words.md and words.zh.md. A value may have
placeholders, as str.format has them. Standard library only.

title, summary, shrunk     of the method
[params.NAME]              label, help; choices.VALUE
[presets.NAME]             label, help
[roles]                    by slug
[figures.SLUG]             title, x, y
[symbols]                  by plain name
[claims.SLUG]              what, value, source
[metrics]                  labels of the method's own, by slug
[checks]                   what is wrong with values, or with what a run was given
[stages] [log] [labels]    what the job says: titles of its stages, log lines, words in figures
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

from workers.spec import UNSAID, Claim, Figure, MethodSpec, Metric, Param, Preset, Role, Symbol, Text

FENCE = "+++"
PAGES = {"en": "page.md", "zh": "page.zh.md"}
SHARED = {language: Path(__file__).parent / "kit" / name for language, name in
          {"en": "words.md", "zh": "words.zh.md"}.items()}  # fmt: skip


class PageError(ValueError):
    """A page's front matter cannot be read, or lacks a word; the message names the file."""


def body(path: Path) -> str:
    """The page's Markdown, without the words above it."""
    text = path.read_text(encoding="utf-8")
    return _parts(path)[1] if text.startswith(f"{FENCE}\n") else text


def front_matter(path: Path) -> dict[str, str]:
    """Every word of one file by its dotted key. Raises PageError."""
    try:
        return dict(_flat(tomllib.loads(_parts(path)[0])))
    except tomllib.TOMLDecodeError as error:
        raise PageError(f"{path}: {error}") from error


def _parts(path: Path) -> tuple[str, str]:
    before, fence, rest = path.read_text(encoding="utf-8").partition(f"{FENCE}\n")
    words, closed, text = rest.partition(f"\n{FENCE}\n")
    if before or not fence or not closed:
        raise PageError(f"{path}: begins with its words between two lines of {FENCE}")
    return words, text.lstrip("\n")


def _flat(table: Mapping[str, Any], above: str = "") -> Iterator[tuple[str, str]]:
    for key, value in table.items():
        if isinstance(value, Mapping):
            yield from _flat(value, f"{above}{key}.")
        else:
            yield f"{above}{key}", str(value)


@dataclass(frozen=True)
class Words:
    """By key, in both languages. Called with a key and what its placeholders stand for."""

    own: Mapping[str, Text]
    shared: Mapping[str, Text]
    home: str  # for whoever must add a word

    def find(self, *keys: str) -> Text | None:
        """Of the first of these keys that there is, the method's own before those that all share."""
        for key in keys:
            if found := self.own.get(key) or self.shared.get(key):
                return found
        return None

    def __call__(self, key: str, /, **values: Any) -> Text:
        """Raises PageError where there is no such word."""
        if not (found := self.find(key)):
            raise PageError(f"{self.home}: no word for {key!r}")
        return found.format(**values) if values else found


@cache
def words_in(folder: Path) -> Words:
    """Of a method's folder. Raises PageError, also where one language has a key that the other lacks."""
    return Words(_pair(folder / PAGES["en"], folder / PAGES["zh"]), shared_words().own, str(folder))


@cache
def shared_words() -> Words:
    return Words(_pair(SHARED["en"], SHARED["zh"]), {}, str(SHARED["en"]))


def _pair(english: Path, chinese: Path) -> dict[str, Text]:
    en, zh = front_matter(english), front_matter(chinese)
    for path, missing in ((chinese, en.keys() - zh.keys()), (english, zh.keys() - en.keys())):
        if missing:
            raise PageError(f"{path}: lacks {', '.join(sorted(missing))}")
    return {key: Text(text, zh[key]) for key, text in en.items()}


# --- a spec with its words --------------------------------------------------------------------------------------------
def worded(spec: MethodSpec, folder: Path) -> MethodSpec:
    """The spec as people read it. Raises PageError where its pages lack a word."""
    words = words_in(folder)
    return replace(
        spec,
        words=words,
        title=words("title"),
        summary=words("summary"),
        shrunk=words.find("shrunk"),
        params=tuple(_param(param, words) for param in spec.params),
        presets=tuple(_preset(preset, words) for preset in spec.presets),
        roles=tuple(_role(role, words) for role in spec.roles),
        metrics=tuple(_metric(metric, words) for metric in spec.metrics),
        figures=tuple(_figure(figure, words) for figure in spec.figures),
        claims=tuple(_claim(claim, words) for claim in spec.claims),
        symbols=tuple(_symbol(symbol, words) for symbol in spec.symbols),
    )


def _param(param: Param, words: Words) -> Param:
    key = f"params.{param.name}"
    choices = tuple(
        (name, words(f"{key}.choices.{name}") if label is UNSAID else label) for name, label in param.choices
    )
    return replace(param, label=words(f"{key}.label"), help=words(f"{key}.help"), choices=choices)


def _preset(preset: Preset, words: Words) -> Preset:
    key = f"presets.{preset.name}"
    return replace(preset, label=words(f"{key}.label"), help=words(f"{key}.help"))


def _role(role: Role, words: Words) -> Role:
    return replace(role, label=words(f"roles.{role.slug}"))


def _metric(metric: Metric, words: Words) -> Metric:
    return replace(metric, label=words(f"metrics.{metric.slug}")) if metric.label is UNSAID else metric


def _figure(figure: Figure, words: Words) -> Figure:
    """Where a page names no axis x, it is the step of training."""
    key = f"figures.{figure.slug}"
    x = words.find(f"{key}.x", "labels.step")
    return replace(figure, title=words(f"{key}.title"), x=x, y=words(f"{key}.y"))


def _claim(claim: Claim, words: Words) -> Claim:
    key = f"claims.{claim.slug}"
    return replace(claim, what=words(f"{key}.what"), value=words(f"{key}.value"), source=words(f"{key}.source"))


def _symbol(symbol: Symbol, words: Words) -> Symbol:
    return replace(symbol, meaning=words(f"symbols.{symbol.name}"))
