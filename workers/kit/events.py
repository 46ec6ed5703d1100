"""The only way out of a running job: events. Every event is a dict that JSON can hold, told by its `kind`.

stage        name, title {en, zh}, index, count    a step of the method begins
progress     share (0 to 1), done, total           of the current stage
scalar       name ("student/soft_loss"), step, value
log          text {en, zh}; in what older versions stored, one string for both
result       role, metric, value, unit             one measured number
figure       slug, data                            the method's own figure, data as below
artifact     name, path                            a file the job wrote
environment  what the job ran on: device, threads, packages, data set with hash and licence, cached teacher

The data of a figure, told by `kind` (lines where there is none). A value may be None: nothing is drawn there. `name` is
a role's slug, or begins with one and a slash; a label is a string or {"en", "zh"}. The axes are named by the spec's
Figure: `x` is what the categories or columns are, `y` what bars measure or what the rows of a heat map are.
lines    {"x": [numbers], "series": [{"name", "y": [a value a number of x]}]}
bars     {"kind": "bars", "categories": [labels], "series": [{"name", "y": [a value a category]}]}
heatmap  {"kind": "heatmap", "rows": [labels], "columns": [labels], "values": [[a value a column] a row],
          "low", "high": ends of the colour scale; the lowest and the highest value where they are left out}
tree     {"kind": "tree", "words": [labels], "gold": [[i, j] an edge], "predicted": [[i, j] an edge]}, words counted
          from 0; `gold` is empty where nobody knows it. `y` names the tree above the words, `x` the one below
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from typing import Any

from workers.pages import Words, shared_words
from workers.spec import Text

Event = dict[str, Any]


def in_both(text: Any) -> dict[str, str]:
    """What a log event carries. A plain string (what a library printed, a line of an older version) is both."""
    if isinstance(text, Text):
        return text.as_dict()
    return text if isinstance(text, dict) else {"en": str(text), "zh": str(text)}


def log_text(text: Any, language: str = "en") -> str:
    """The words of a log event's `text`, whatever version stored it."""
    both = in_both(text)
    return Text(both["en"], both["zh"]).in_language(language)


class Cancelled(Exception):
    """The user stopped the run; the job unwinds."""


class Diverged(ValueError):
    """A loss or a metric is no finite number. `said`: so in both languages, for whoever reads why the run ended."""

    def __init__(self, said: Text):
        super().__init__(said.en)
        self.said = said


def figure_fault(data: Any) -> str:
    """What is wrong with a figure's data, "" for nothing."""
    kind = data.get("kind", "lines") if isinstance(data, dict) else None
    try:
        if kind == "heatmap":
            faults = (_values_fault("columns", data["columns"], row) for row in data["values"])
            ends = [data.get("low"), data.get("high")]
            return _length_fault("rows", data["rows"], data["values"]) or next(filter(None, faults), _odd_value(ends))
        if kind == "tree":
            return next(filter(None, (_edges_fault(data["words"], data[name]) for name in ("gold", "predicted"))), "")
        if kind not in ("lines", "bars"):
            return f"is of no kind there is: {kind!r}"
        along = "x" if kind == "lines" else "categories"
        faults = (_values_fault(along, data[along], line["y"]) for line in data["series"] if line["name"])
        return next(filter(None, faults), _odd_value(data["x"]) if kind == "lines" else "")
    except KeyError as missing:
        return f"lacks {missing}"
    except TypeError:
        return f"is not shaped as its kind, {kind}, asks for"


def figure_size(data: Any) -> int:
    """How many values a figure draws; its data are without fault."""
    if data.get("kind") == "tree":
        return sum(len(data[part]) for part in ("words", "gold", "predicted"))
    lines = data["values"] if data.get("kind") == "heatmap" else [line["y"] for line in data["series"]]
    return sum(len(line) for line in lines)


def _length_fault(along: str, names: list, values: list) -> str:
    return "" if len(names) == len(values) else f"has {len(values)} values along {len(names)} {along}"


def _values_fault(along: str, names: list, values: list) -> str:
    return _length_fault(along, names, values) or _odd_value(values)


def _edges_fault(words: list, edges: list) -> str:
    """Unpacking and comparing raise TypeError for what is no pair of numbers."""
    places = range(len(words))
    for edge in edges:
        if len(edge) != 2 or edge[0] == edge[1] or not all(type(end) is int and end in places for end in edge):
            return f"has an edge that joins no two of {len(words)} words: {edge}"
    return ""


def _odd_value(values: list) -> str:
    """`math.isfinite` raises TypeError for what is no number."""
    odd = any(value is not None and not math.isfinite(value) for value in values)
    return "has a value that is not finite" if odd else ""


class Report:
    """What a job calls while it runs. Every call raises Cancelled once the user has stopped the run.

    What it says to people it names by a key of `words`, the method's pages: each event carries both languages.
    """

    PROGRESS_EVERY_S = 0.2

    def __init__(self, send: Callable[[Event], None], is_cancelled: Callable[[], bool] = lambda: False):
        self.words: Words = shared_words()
        self._send = send
        self._is_cancelled = is_cancelled
        self._progress_at = 0.0

    def _emit(self, kind: str, **body: Any) -> None:
        if self._is_cancelled():
            raise Cancelled
        self._send({"kind": kind, **body})

    def stage(self, name: str, title: Text, *, index: int, count: int) -> None:
        self._progress_at = 0.0
        self._emit("stage", name=name, title=title.as_dict(), index=index, count=count)

    def progress(self, done: int, total: int) -> None:
        """Sent at most five times a second, and always when `done` reaches `total`."""
        now = time.monotonic()
        if done < total and now - self._progress_at < self.PROGRESS_EVERY_S:
            if self._is_cancelled():
                raise Cancelled
            return
        self._progress_at = now
        self._emit("progress", share=done / total if total else 1.0, done=done, total=total)

    def scalar(self, name: str, step: int, value: float) -> None:
        """Raises Diverged where the value is not finite: the run ends in words."""
        if not math.isfinite(value):
            raise Diverged(
                Text(
                    f"{name} is {value} at step {step}: training diverged; a lower learning rate may help",
                    f"第 {step} 步的 {name} 为 {value}：训练已发散；调低学习率或许有帮助。",
                )
            )
        self._emit("scalar", name=name, step=step, value=float(value))

    def log(self, key: str | Text, /, **values: Any) -> None:
        """The sentence log.KEY of the words, its placeholders filled; or one that says itself."""
        text = key if isinstance(key, Text) else self.words(f"log.{key}", **values)
        self._emit("log", text=text.as_dict())

    def label(self, key: str, /, **values: Any) -> dict[str, str]:
        """The word labels.KEY, as a figure's data take it."""
        return self.words(f"labels.{key}", **values).as_dict()

    def result(self, role: str, metric: str, value: float, unit: str = "") -> None:
        self._emit("result", role=role, metric=metric, value=float(value), unit=unit)

    def figure(self, slug: str, data: Any) -> None:
        """Raises ValueError where the data is not what its kind asks for: the page could not draw it."""
        if wrong := figure_fault(data):
            raise ValueError(f"the figure {slug!r} {wrong}")
        self._emit("figure", slug=slug, data=data)

    def artifact(self, name: str, path: str) -> None:
        self._emit("artifact", name=name, path=path)

    def environment(self, **facts: Any) -> None:
        self._emit("environment", **facts)


class Stages:
    """Numbers a job's stages as they come. `count`: how many there will be; it may be changed on the way."""

    def __init__(self, report: Report, count: int):
        self._report = report
        self.count = count
        self.index = 0

    def __call__(self, name: str, *, title: str = "", **values: Any) -> None:
        """Its title is the word stages.NAME, or stages.TITLE where the same stage may go by another."""
        self.index += 1
        words = self._report.words(f"stages.{title or name}", **values)
        self._report.stage(name, words, index=self.index, count=self.count)
