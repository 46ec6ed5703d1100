"""What differs between runs: parameters, surroundings, results against the baseline, curves."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

from django.utils.translation import gettext as _

from demos import charts, curves, formatting, reading, run_facts, tables
from demos.models import Event, Run
from workers import registry

PARAMS_IN_A_NAME = 2
LOOKS = ("method", *(f"baseline-{number}" for number in range(1, curves.LOOKS + 1)), "teacher")


@dataclass(frozen=True)
class Line:
    """A fact with its value in each run, "" where a run does not have it."""

    name: str
    values: list[str]

    @property
    def differs(self) -> bool:
        return len(set(self.values)) > 1


@dataclass(frozen=True)
class Cell:
    """A result as printed; its difference to the baseline, "" for the baseline's own; better, worse or ""."""

    text: str
    difference: str = ""
    verdict: str = ""


@dataclass(frozen=True)
class ResultLine:
    """One metric of one role in every run. `role` is its slug in the baseline run; `stored_unit` that of `values`."""

    role: str
    metric: str
    role_label: str
    metric_label: str
    unit: str
    stored_unit: str
    values: list[float | None]
    cells: list[Cell | None]


@dataclass(frozen=True)
class Comparison:
    """Of runs whose first is the baseline."""

    runs: Sequence[Run]

    @property
    def baseline(self) -> Run:
        return self.runs[0]

    @cached_property
    def names(self) -> list[str]:
        """What a run is called here: what sets it apart, and its short id where nothing does."""
        told = [self._told_apart(place) for place in range(len(self.runs))]
        ids = [[str(run.id)[:8]] if told.count(words) > 1 else [] for run, words in zip(self.runs, told, strict=True)]
        return [_(", ").join([*words, *short]) for words, short in zip(told, ids, strict=True)]

    def _told_apart(self, place: int) -> list[str]:
        """Its method, where there are several, and how it differs from the others of its method."""
        run = self.runs[place]
        alike = [other for other, one in enumerate(self.runs) if one.method == run.method]
        differing = [line for line in self.params if len({line.values[other] for other in alike}) > 1]
        told = [] if self._one_method else [reading.method_title(run.method)]
        told += [f"{line.name} {line.values[place]}" for line in differing[:PARAMS_IN_A_NAME]]
        if len({self.runs[other].seed for other in alike}) > 1:
            told.append(_("seed %(seed)s") % {"seed": run.seed})
        return told

    @cached_property
    def params(self) -> list[Line]:
        return _lines([run_facts.params(run, reading.spec_or_none(run.method)) for run in self.runs])

    @cached_property
    def asked(self) -> list[Line]:
        """Method, preset, data and seed."""
        told = [
            (_("method"), [reading.method_title(run.method) for run in self.runs]),
            (_("preset"), [reading.preset_label(run) for run in self.runs]),
            (_("data"), [reading.data_title(run.data) for run in self.runs]),
            (_("seed"), [str(run.seed) for run in self.runs]),
        ]
        return [Line(name, values) for name, values in told]

    @cached_property
    def surroundings(self) -> list[Line]:
        """Code, data set, packages, device: all that a run says of what it ran on."""
        told = [run_facts.facts(run) + run_facts.data_facts(run) for run in self.runs]
        return _lines([[{"label": label, "value": value} for label, value in facts] for facts in told])

    # --- results ------------------------------------------------------------------------------------------------
    @cached_property
    def results(self) -> list[ResultLine]:
        """By role, then metric. Runs of different methods are matched by what a role is: teacher, baseline, method."""
        measured = [self._values(run) for run in self.runs]
        keys = dict.fromkeys(key for values in measured for key in values)
        roles = list(dict.fromkeys(role for role, _metric in keys))
        metrics = registry.metrics_in_order(metric for _role, metric in keys)
        ranked = sorted(keys, key=lambda key: (roles.index(key[0]), metrics.index(key[1])))
        return [self._result_line(*key, [values.get(key) for values in measured]) for key in ranked]

    def _values(self, run: Run) -> dict[tuple[str, str], float]:
        return {(self._roles(run)[result.role], result.metric): result.value for result in run.results.all()}

    def _roles(self, run: Run) -> dict[str, str]:
        """What a role of the run is called here, by its slug: its label, or its kind where methods differ."""
        spec = reading.spec_or_none(run.method)
        kinds = {"teacher": _("teacher"), "baseline": _("baseline"), "method": _("method")}
        found: dict[str, str] = {}
        seen: dict[str, int] = defaultdict(int)
        for slug, label, kind in tables.roles_of(spec, (result.role for result in run.results.all())):
            seen[kind] += 1
            word = kinds.get(kind, slug)
            found[slug] = label if self._one_method else word if seen[kind] == 1 else f"{word} {seen[kind]}"
        return found

    @cached_property
    def _one_method(self) -> bool:
        return len({run.method for run in self.runs}) == 1

    @cached_property
    def _units(self) -> dict[str, str]:
        return {result.metric: result.unit for run in self.runs for result in run.results.all()}

    def _result_line(self, role_label: str, metric: str, values: list[float | None]) -> ResultLine:
        unit = self._units[metric]
        cells = [_cell(metric, unit, value, values[0], is_baseline=place == 0) for place, value in enumerate(values)]
        slug = next((slug for slug, label in self._roles(self.baseline).items() if label == role_label), role_label)
        printed_unit = formatting.quantity(metric, 0, unit).unit
        label = formatting.metric_label(metric)
        return ResultLine(slug, metric, role_label, label, printed_unit, unit, values, cells)

    # --- curves -------------------------------------------------------------------------------------------------
    def curve_names(self) -> list[str]:
        """The scalars that at least one run has, most common first."""
        found = Event.objects.filter(run__in=self.runs, kind="scalar").order_by("body__name")
        return list(found.values_list("body__name", flat=True).distinct())

    def curve(self, name: str) -> charts.Chart | None:
        """One scalar of every run in one chart, each line with its run's name."""
        points: dict = defaultdict(list)
        said = Event.objects.filter(run__in=self.runs, kind="scalar", body__name=name).order_by("run", "seq")
        for run_id, body in said.values_list("run", "body"):
            points[run_id].append(body)
        lines = [
            charts.Series(
                self.names[place], _points(points[run.id], name), LOOKS[place % len(LOOKS)], place >= len(LOOKS)
            )
            for place, run in enumerate(self.runs)
            if points[run.id]
        ]
        label = formatting.metric_label(name.rpartition("/")[2].removeprefix("dev_"))
        return charts.line_chart("overlaid", name, _("step"), label, lines)


def _points(bodies: Iterable[dict], name: str) -> list[charts.Point]:
    is_share = formatting.unit_of(name.rpartition("/")[2].removeprefix("dev_")) == "share"
    return charts.downsample([(body["step"], body["value"] * (100 if is_share else 1)) for body in bodies])


def _cell(metric: str, unit: str, value: float | None, base: float | None, *, is_baseline: bool) -> Cell | None:
    if value is None:
        return None
    text = formatting.quantity(metric, value, unit).number
    if is_baseline or base is None:
        return Cell(text)
    if value == base:
        return Cell(text, "=")
    return Cell(text, formatting.signed(metric, value - base, unit), tables.verdict(metric, value - base))


def _lines(tables_of: list[list[dict]]) -> list[Line]:
    """Rows of {"label", "value"} of every run, put side by side by their label."""
    labels = dict.fromkeys(str(row["label"]) for rows in tables_of for row in rows)
    values = [{str(row["label"]): str(row["value"]) for row in rows} for rows in tables_of]
    return [Line(label, [found.get(label, "") for found in values]) for label in labels]
