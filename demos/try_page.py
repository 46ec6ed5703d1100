"""What the models of a run said to a text, as the page shows it side by side."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from demos import charts, curves, formatting, reading, tables, trying
from demos.models import Run
from workers.spec import MethodSpec, Text
from workers.trying import figures_fault

CLASSES_SHOWN = 6


class TryForm(forms.Form):
    text = forms.CharField(
        label=gettext_lazy("A sentence"),
        max_length=trying.MAX_TEXT,
        widget=forms.Textarea(attrs={"rows": 2, "class": "try-text", "spellcheck": "false"}),
    )


@dataclass(frozen=True)
class Share:
    """A class's probability: in words, as a bar in per cent, and whether it is the model's choice."""

    text: str
    bar: float
    chosen: bool


@dataclass(frozen=True)
class Line:
    """One model. `agrees` is None where there is no other teacher to agree with."""

    label: str
    kind: str
    says: str
    shares: list[Share]
    agrees: bool | None
    time: str


@dataclass(frozen=True)
class Answers:
    """`classes` names the columns; `unlisted` counts the classes that have none, because they are too many."""

    classes: list[str]
    lines: list[Line]
    tokens: list[dict]
    unknown: int
    cut: bool
    charts: list[charts.Chart] = field(default_factory=list)
    device: str = ""
    threads: int = 1
    unlisted: int = 0


def offer(run: Run) -> dict | None:
    """What the run's page shows before anybody has asked; None where the run cannot be asked."""
    if trying.models_of(run) is None:
        return None
    return {"form": TryForm(initial={"text": trying.example_of(run)}), "answers": None, "refusal": ""}


def answers_of(run: Run, said: dict) -> Answers:
    """`said`: an answer as workers/trying.py describes it."""
    spec = reading.spec_or_none(run.method)
    by_role = {one["role"]: one for one in said["answers"]}
    roles = tables.roles_of(spec, by_role)
    names = _names(by_role)
    listed = names[:CLASSES_SHOWN]
    teacher = next((_choice(by_role[role]) for role, _label, kind in roles if kind == "teacher"), None)
    tokens = said.get("tokens", [])
    return Answers(
        classes=listed,
        lines=[_line(by_role[role], label, kind, listed, teacher) for role, label, kind in roles],
        tokens=tokens,
        unknown=sum(not token["known"] for token in tokens),
        cut=bool(said.get("cut")),
        charts=_charts(spec, said.get("figures", [])),
        device=str(said.get("device", "")),
        threads=int(said.get("threads", 1)),
        unlisted=len(names) - len(listed),
    )


def _names(by_role: dict[str, dict]) -> list[str]:
    """The classes in their own order; where they are too many for the page, the likeliest of any model first."""
    highest: dict[str, float] = {}
    for one in by_role.values():
        for found in one["classes"]:
            highest[found["name"]] = max(found["probability"], highest.get(found["name"], 0.0))
    names = list(highest)
    return names if len(names) <= CLASSES_SHOWN else sorted(names, key=lambda name: -highest[name])


def _choice(one: dict) -> str:
    return max(one["classes"], key=lambda found: found["probability"])["name"] if one["classes"] else ""


def _line(one: dict, label: str, kind: str, listed: list[str], teacher: str | None) -> Line:
    choice = _choice(one)
    found = {each["name"]: each["probability"] for each in one["classes"]}
    shares = [_share(found.get(name, 0.0), name == choice) for name in listed]
    agrees = None if teacher is None or kind == "teacher" else choice == teacher
    return Line(label, kind, choice, shares, agrees, str(formatting.quantity("latency_p50_ms", one["ms"])))


def _share(probability: float, chosen: bool) -> Share:
    return Share(f"{100 * probability:.1f}", round(100 * probability, 1), chosen)


def _charts(spec: MethodSpec | None, figures: list[dict]) -> list[charts.Chart]:
    """Figures that the spec names, in the answer's order; none where any of them could not be drawn.

    Their ids differ from those of the run's own, and from each other where one figure is drawn several times.
    """
    if figures_fault(figures):
        return []
    known = {figure.slug: figure for figure in spec.figures} if spec else {}
    found = []
    for place, drawn in enumerate(figures):
        if drawn["slug"] in known:
            figure = replace(known[drawn["slug"]], slug=f"try-{drawn['slug']}-{place}")
            if "title" in drawn:
                figure = replace(figure, title=Text(drawn["title"]["en"], drawn["title"]["zh"]))
            found.append(curves.chart_of_figure(spec, figure, {}, drawn["data"], ""))
    return [chart for chart in found if chart]


def title(run: Run) -> str:
    return _("Try %(method)s") % {"method": reading.method_title(run.method)}
