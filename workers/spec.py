"""What a method is, said without torch: its parameters, presets, data, roles, figures and claims.

The web process, the API, the command line and the tests of every method are built from a `MethodSpec`. A folder's spec
holds no words: `number`, `role`, `figure` and the others here make its parts, and workers/pages.py adds to each what
the method's pages say of it in both languages. Standard library only.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from workers.data_kinds import Source
from workers.wording import UNSAID, Said, Text
from workers.wording import said as said

Value = int | float | bool | str


class InvalidParams(ValueError):
    """Values outside a spec. `errors` maps a parameter's name to what is wrong, for people."""

    def __init__(self, errors: dict[str, Text]):
        self.errors = errors
        super().__init__("; ".join(f"{name}: {text.en}" for name, text in errors.items()))


@dataclass(frozen=True)
class Param:
    """One argument of a job: type, default, bounds, and the words a person reads beside it.

    A "text" is one line; `maximum` is how many characters it may have. `why_not` tells of a value, and of the data
    folder if there is one, why it cannot be had on this machine, None where it can; `clean` does not ask it.
    """

    name: str
    type: Literal["int", "float", "bool", "choice", "text"]
    default: Value
    label: Text = UNSAID
    help: Text = UNSAID
    minimum: float | None = None
    maximum: float | None = None
    choices: tuple[tuple[str, Text], ...] = ()
    unit: str = ""
    symbol: str = ""
    why_not: Callable[[Value, Path | str | None], Text | None] | None = None

    def clean(self, value: Any) -> Value:
        """The value in the parameter's type. Raises ValueError with a `Text` as its argument."""
        if self.type == "bool":
            return self._clean_bool(value)
        if self.type == "choice":
            return self._clean_choice(value)
        if self.type == "text":
            return self._clean_text(value)
        return self._clean_number(value)

    def _clean_bool(self, value: Any) -> bool:
        if isinstance(value, bool):
            return value
        word = str(value).lower()
        if word not in {"true", "1", "on", "yes", "false", "0", "off", "no"}:
            raise ValueError(Text("must be true or false", "须为 true 或 false"))
        return word in {"true", "1", "on", "yes"}

    def _clean_choice(self, value: Any) -> str:
        names = [name for name, _ in self.choices]
        if value not in names:
            listed = ", ".join(names)
            raise ValueError(Text(f"must be one of {listed}", f"须为以下之一：{listed}"))
        return value

    def _clean_text(self, value: Any) -> str:
        if not isinstance(value, str):
            raise ValueError(Text("must be text", "须为文本"))
        line, most = value.strip(), int(self.maximum or 0)
        if not line.isprintable():
            raise ValueError(Text("must be one line without control characters", "须为一行，且不含控制字符"))
        if len(line) > most:
            raise ValueError(Text(f"must have at most {most} characters", f"最多 {most} 个字符"))
        return line

    def _clean_number(self, value: Any) -> int | float:
        if isinstance(value, bool):
            raise ValueError(Text("must be a number", "须为数字"))
        try:
            number = float(value)
        except (TypeError, ValueError):
            raise ValueError(Text("must be a number", "须为数字")) from None
        if not math.isfinite(number):
            raise ValueError(Text("must be a finite number", "须为有限的数"))
        if self.type == "int" and number != int(number):
            raise ValueError(Text("must be a whole number", "须为整数"))
        low, high = self.minimum, self.maximum
        if (low is not None and number < low) or (high is not None and number > high):
            raise ValueError(Text(f"must be between {low:g} and {high:g}", f"须在 {low:g} 与 {high:g} 之间"))
        return int(number) if self.type == "int" else number


def number(name: str, default: float, low: float, high: float, symbol: str = "") -> Param:
    return Param(name, "float", default, minimum=low, maximum=high, symbol=symbol)


def whole(name: str, default: int, low: int, high: int, symbol: str = "", *, unit: str = "") -> Param:
    return Param(name, "int", default, minimum=low, maximum=high, symbol=symbol, unit=unit)


def switch(name: str, *, on: bool = True) -> Param:
    """A part of a method that can be left out."""
    return Param(name, "bool", on)


def choice(name: str, default: str, *others: str, symbol: str = "") -> Param:
    """Of names, the default first."""
    choices = tuple((one, UNSAID) for one in (default, *others))
    return Param(name, "choice", default, choices=choices, symbol=symbol)


def line(name: str, default: str = "", *, most: int = 200) -> Param:
    """Of at most `most` characters."""
    return Param(name, "text", default, maximum=most)


@dataclass(frozen=True)
class Preset:
    """A named set-up; `needs` names the queue.

    `seconds` is what it took, without a cached teacher, on two CPU cores (or one GPU where it needs one); None where
    nobody has measured it yet.
    """

    name: Literal["smoke", "small", "full"]
    label: Text
    help: Text
    data: str
    seconds: int | None = None
    needs: Literal["cpu", "gpu"] = "cpu"
    values: Mapping[str, Value] = field(default_factory=dict)


Footing = Mapping[str, Mapping[str, Value]]  # a family's values, by preset


def at(data: str, seconds: int | None = None, **values: Value) -> tuple[str, int | None, Mapping[str, Value]]:
    """What a preset of a method says: its data, what it takes, and the values that are not the footing's."""
    return data, seconds, values


def presets(footing: Footing | None = None, **by_name: tuple[str, int | None, Mapping[str, Value]]) -> tuple:
    """Presets in this order; "full" is for a GPU. A footing's value is the method's, unless it says another."""
    return tuple(
        Preset(
            name, UNSAID, UNSAID, data, seconds, "gpu" if name == "full" else "cpu",
            {**(footing or {}).get(name, {}), **values},
        )
        for name, (data, seconds, values) in by_name.items()
    )  # fmt: skip


@dataclass(frozen=True)
class Figure:
    """A plot on the run page. `series` are the prefixes of the scalar names it draws, in order."""

    slug: str
    title: Text
    x: Text
    y: Text
    series: tuple[str, ...]


def figure(slug: str, *series: str) -> Figure:
    return Figure(slug, UNSAID, UNSAID, UNSAID, series)


def figures(*slugs: str) -> tuple[Figure, ...]:
    """Figures whose data the job reports itself."""
    return tuple(figure(slug) for slug in slugs)


def curve(slug: str, of: str, *roles: str) -> Figure:
    """A line a role: the scalar `of` that each reports while it is trained."""
    return figure(slug, *(f"{role}/{of}" for role in roles))


@dataclass(frozen=True)
class Claim:
    """A figure that the paper itself states. Only figures with a checked source stand in a spec.

    What judges it (demos/verdicts.py) is optional: `metric` of `role`, said to be better `than` another role's.
    `number` is in the metric's unit, on `data`, and is held against runs of `preset` alone: the one with the paper's
    set-up.
    """

    what: Text
    value: Text
    source: Text
    metric: str = ""
    role: str = ""
    than: str = ""
    number: float | None = None
    data: str = ""
    preset: str = ""
    slug: str = ""


def claim(slug: str, metric: str = "", role: str = "", than: str = "", **held_against: Any) -> Claim:
    """`held_against`: number, data and preset."""
    return Claim(UNSAID, UNSAID, UNSAID, metric, role, than, slug=slug, **held_against)


def order(better: str, worse: str, metric: str = "accuracy") -> Claim:
    """That one role is better than another; its words stand under claims.BETTER-over-WORSE."""
    return claim(f"{better}-over-{worse}", metric, better, worse)


@dataclass(frozen=True)
class Symbol:
    """A symbol of the page's formulas, as LaTeX, what it stands for, and the names it has in the job's code."""

    latex: str
    meaning: Text
    code: tuple[str, ...] = ()
    name: str = ""


def symbol(name: str, *code: str, latex: str = "") -> Symbol:
    """`name` is the key of its meaning, and its LaTeX where none is given."""
    return Symbol(latex or name, UNSAID, code, name)


def symbols(*names: str) -> tuple[Symbol, ...]:
    """Symbols that the code does not name."""
    return tuple(symbol(name) for name in names)


def symbols_in_code(*names: str) -> tuple[Symbol, ...]:
    """Symbols that are called the same in the code."""
    return tuple(symbol(name, name) for name in names)


@dataclass(frozen=True)
class Role:
    """Whose numbers a result is: the teacher's, a baseline's, the method's. Tables keep the spec's order.

    `depends_on` names the parameters that, with data and seed, settle this network's numbers; empty: all of them. Two
    methods have the same teacher where these have the same values.
    """

    slug: str
    label: Text
    kind: Literal["teacher", "baseline", "method"]
    depends_on: tuple[str, ...] = ()


@dataclass(frozen=True)
class Metric:
    """What a job may report of a network. One slug means one thing in every method."""

    slug: str
    label: Text
    unit: str  # what the value is stored in: "share" is 0 to 1, shown in per cent; "points" the difference of two
    better: Literal["higher", "lower", ""] = ""

    @property
    def sign(self) -> int:
        """Times a difference: above 0 where it is for the better, 0 where neither way is."""
        return {"higher": 1, "lower": -1, "": 0}[self.better]


def metric(slug: str, unit: str, better: Literal["higher", "lower", ""]) -> Metric:
    """A method's own."""
    return Metric(slug, UNSAID, unit, better)


ACCURACY = Metric("accuracy", Text("Accuracy", "准确率"), "share", "higher")
MACRO_F1 = Metric("macro_f1", Text("Macro F1", "宏平均 F1"), "share", "higher")


def teacher(*depends_on: str, slug: str = "teacher") -> Role:
    return Role(slug, UNSAID, "teacher", depends_on)


def baseline(slug: str, *depends_on: str) -> Role:
    return Role(slug, UNSAID, "baseline", depends_on)


def baselines(*slugs: str) -> tuple[Role, ...]:
    """Baselines that every parameter settles."""
    return tuple(baseline(slug) for slug in slugs)


def method(slug: str, *depends_on: str) -> Role:
    return Role(slug, UNSAID, "method", depends_on)


# What parameters must keep to together: cleaned values in, what is wrong out, by the name of the one to change.
Check = Callable[[Mapping[str, Value]], Mapping[str, "Text | Said"]]


@dataclass(frozen=True)
class MethodSpec:
    slug: str
    family: str  # a slug of FAMILIES in workers/registry.py
    paper: str  # an arXiv id, or the paper's exact title: how the catalogue finds its row
    params: tuple[Param, ...]
    presets: tuple[Preset, ...]
    data: tuple[Source, ...]  # the kinds of data that the job reads, the default set's first
    roles: tuple[Role, ...]  # teacher, then baselines, then the method
    # Of quality, the first being the one that the method is judged by: of workers/metrics.py, or the method's own.
    metrics: tuple[Metric, ...] = (ACCURACY, MACRO_F1)
    figures: tuple[Figure, ...] = ()
    claims: tuple[Claim, ...] = ()
    symbols: tuple[Symbol, ...] = ()
    checks: tuple[Check, ...] = ()
    tiny: Mapping[str, Value] = field(default_factory=dict)  # smaller than smoke: what the tests of every method run
    budget: tuple[str, ...] = ("epochs",)  # the parameters that together say how long the student is trained
    title: Text = UNSAID
    summary: Text = UNSAID
    shrunk: Text | None = None  # what the reference job makes smaller or leaves out
    words: Callable[..., Text] | None = None  # of the method's pages: workers/pages.py fills in this and all labels
    folder: str = ""  # dotted module path, filled in by the registry

    @property
    def quality(self) -> Metric:
        """What the method is judged by: on every page, in every order, and which of its runs is its best."""
        return self.metrics[0]

    @property
    def data_sets(self) -> tuple[str, ...]:
        """Names of the sets that the job takes, each once, the default first."""
        return tuple(dict.fromkeys(name for source in self.data for name in source.names))

    @property
    def takes_hub(self) -> bool:
        return any(source.takes_hub for source in self.data)

    def preset(self, name: str) -> Preset:
        """Raises KeyError with the names that exist."""
        for preset in self.presets:
            if preset.name == name:
                return preset
        raise KeyError(f"no preset {name!r}; there are {', '.join(p.name for p in self.presets)}")

    def values_of(self, preset: Preset) -> dict[str, Value]:
        """Every parameter's value under a preset."""
        return {param.name: preset.values.get(param.name, param.default) for param in self.params}

    def clean(self, values: Mapping[str, Any], *, preset: Preset | None = None) -> dict[str, Value]:
        """All parameters, validated; what is not given comes from the preset, then the default.

        Raises InvalidParams naming every bad or unknown value, not only the first.
        """
        cleaned: dict[str, Value] = {}
        errors: dict[str, Text] = {}
        known = {param.name for param in self.params}
        for name in values:
            if name not in known:
                errors[name] = Text("is not a parameter of this method", "不是此方法的参数")
        base = preset.values if preset else {}
        for param in self.params:
            try:
                cleaned[param.name] = param.clean(values.get(param.name, base.get(param.name, param.default)))
            except ValueError as error:
                errors[param.name] = error.args[0]
        if not errors:
            for check in self.checks:
                errors |= {name: self._spoken(found) for name, found in check(cleaned).items()}
        if errors:
            raise InvalidParams(errors)
        return cleaned

    def _spoken(self, found: Text | Said) -> Text:
        return self.words(f"checks.{found.key}", **found.values) if isinstance(found, Said) else found
