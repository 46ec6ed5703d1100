"""A family's page: the footing, the plot, one table of all networks, and what it says beside what the papers say."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from demos import formatting, reading, verdicts
from demos.estimates import usual_time
from demos.families.reading import FamilyRuns, data_sets, measured_runs
from demos.forms import printed_value
from demos.groups.tables import judged, unit_words
from demos.leaderboard import labels, plot, table
from demos.leaderboard.addresses import runs_url
from demos.leaderboard.board import Board, board_over
from demos.leaderboard.choices import Choices, Picker
from demos.leaderboard.networks import Network
from demos.leaderboard.plot import family_of
from demos.leaderboard.scatter import key_mark
from demos.verdicts import Judged, Order
from workers import registry
from workers.comparison import Comparison, Entry, comparison
from workers.registry import Family
from workers.spec import MethodSpec, Param, Value
from workers.statistics import SEEDS_FOR_A_CLAIM, Summary, paired

PRESETS = ("small", "smoke", "full")
SHOWN_COSTS = ("size_bytes", "parameters_body", "latency_p50_ms")
MOST_SEEDS = 10


@dataclass(frozen=True)
class Row:
    """One network. `gain`: of its method over it, seed by seed; None for the method itself and for teachers.

    `metric`: what the quality is, where the methods of the family do not have the same.
    """

    network: Network
    name: str
    mark: SafeString
    metric: str
    quality: str
    interval: str
    gain: str
    order: str
    verdict: str
    costs: list[tuple[str, str]]
    seeds: int
    runs_url: str
    on_front: bool


@dataclass(frozen=True)
class Part:
    """A method's rows, and what its paper says beside them. `exceptions`: where it differs from the footing."""

    spec: MethodSpec
    exceptions: str
    rows: list[Row]
    claims: list[Judged]
    order: Order | None
    missing: int


def asked_for(family: Family, asked: Mapping[str, str]) -> tuple[FamilyRuns, Picker]:
    """The comparison that an address asks for. Raises NothingToCompare."""
    picker = Picker(asked)
    preset = picker.one_of("preset", presets_of(family), next(iter(presets_of(family)), ""))
    found = comparison(family.slug, preset)
    counted = measured_runs(found)
    usual = max(counted, key=counted.get, default="")
    if not counted.get(usual):
        usual = next((entry.preset.data for entry in found.entries if entry.preset.data in counted), usual)
    data = picker.one_of("data", counted, usual)
    seeds = picker.whole("seeds", 1, MOST_SEEDS) if asked.get("seeds") else SEEDS_FOR_A_CLAIM
    return FamilyRuns(found, data, range(seeds), picker.one_of("cost", SHOWN_COSTS, SHOWN_COSTS[0])), picker


def presets_of(family: Family) -> tuple[str, ...]:
    specs = [spec for spec in registry.all_specs().values() if spec.family == family.slug]
    return tuple(name for name in PRESETS if any(preset.name == name for spec in specs for preset in spec.presets))


def family_context(family: Family, asked: Mapping[str, str]) -> dict[str, Any]:
    found, picker = asked_for(family, asked)
    quality, *others = (metric.slug for metric in found.qualities)
    choices = Choices(data=found.data, quality=quality, cost=found.cost)
    board = board_over(choices, found.networks)
    told_apart = labels.settings_told_apart(found.networks)
    columns = [cost for cost in SHOWN_COSTS if any(one.summary(cost) for one in found.networks)]
    missing = sum(map(len, found.missing.values()))
    return {
        "family": family,
        "found": found,
        "preset": found.comparison.preset,
        "fields": fields(family, found),
        "refused": [refused.value for refused in picker.refused],
        "footing": footing(found.comparison),
        "teachers": [_row(one, found, board, columns) for one in found.networks if one.kind == "teacher"],
        "parts": [part(entry, found, board, columns) for entry in found.comparison.entries],
        "columns": [(formatting.metric_label(cost), formatting.quantity(cost, 0).unit) for cost in columns],
        "quality": _("Quality") if others else formatting.metric_label(quality),
        "quality_unit": "" if others else formatting.quantity(quality, 0).unit,
        "gain_unit": "" if others else unit_words(quality, "", difference=True),
        "plot": plot.plot_of(board, told_apart),
        "front": len(board.front),
        "missing": missing,
        "under_way": len(found.under_way),
        "seconds": seconds_of_missing(found) if missing else None,
        "seeds": len(found.seeds),
        "command": command(found),
        "data_here": data_sets(found.comparison).get(found.data, False),
        "words": {"quality": formatting.metric_label(quality), "cost": formatting.metric_label(found.cost)},
    }


@dataclass(frozen=True)
class Field:
    name: str
    label: str
    options: list[tuple[str, str]]
    value: str


def fields(family: Family, found: FamilyRuns) -> list[Field]:
    counted = measured_runs(found.comparison)
    labels_of = {preset.name: formatting.local(preset.label) for e in found.comparison.entries for preset in [e.preset]}
    presets = [(name, labels_of.get(name) or _preset_label(family, name)) for name in presets_of(family)]
    data = [(name, f"{reading.data_title(name)} ({count})") for name, count in counted.items()]
    costs = [(cost, formatting.metric_label(cost)) for cost in SHOWN_COSTS]
    return [
        Field("preset", _("Set-up"), presets, found.comparison.preset),
        Field("data", _("Data"), data, found.data),
        Field("cost", _("Against"), costs, found.cost),
    ]


def _preset_label(family: Family, name: str) -> str:
    specs = [spec for spec in registry.all_specs().values() if spec.family == family.slug]
    found = (preset.label for spec in specs for preset in spec.presets if preset.name == name)
    return formatting.local(next(found, None))


# --- the footing ------------------------------------------------------------------------------------------------
def footing(found: Comparison) -> list[tuple[str, str]]:
    """Label and value of what the methods share, in the order in which the family states it."""
    params = [param for spec in found.specs for param in spec.params]
    named = {name: [param for param in params if param.name == name] for name in found.shared}
    return [_shared(named[name], value) for name, value in found.shared.items() if named[name]]


def _shared(params: list[Param], value: Value) -> tuple[str, str]:
    """As a method prints it that knows the value: one whose student is of another kind does not."""
    knowing = next((param for param in params if value in dict(param.choices)), params[0])
    return _label(knowing), printed_value(knowing, value)


def _label(param: Param) -> str:
    return formatting.local(param.label)


def exceptions(entry: Entry) -> str:
    """Student network: BiLSTM, 32 units; 7 epochs in all."""
    own = [f"{_label(param)}{_(': ')}{printed_value(param, entry.params[param.name])}" for param in entry.exceptions]
    if entry.other_budget is not None:
        own.append(_("%(epochs)d student epochs in all") % {"epochs": entry.other_budget})
    return _("; ").join(own)


# --- the table --------------------------------------------------------------------------------------------------
def part(entry: Entry, found: FamilyRuns, board: Board, columns: list[str]) -> Part:
    own = [one for one in found.networks if one.spec.slug == entry.spec.slug and one.kind != "teacher"]
    measured = found.measured(entry)
    return Part(
        spec=entry.spec,
        exceptions=exceptions(entry),
        rows=[_row(one, found, board, columns, own) for one in own],
        claims=verdicts.judged_claims(entry.spec, [measured]),
        order=verdicts.measured_order(entry.spec, [measured]),
        missing=len(found.missing.get(entry.spec.slug, ())),
    )


def _row(network: Network, found: FamilyRuns, board: Board, columns: list[str], own: Iterable[Network] = ()) -> Row:
    quality, says_metric = network.spec.quality.slug, len(found.qualities) > 1
    gain = _gain(network, own, quality)
    gain_unit = unit_words(quality, "", difference=True) if says_metric else ""
    verdict, words = judged(quality, gain) if gain else ("", "")
    return Row(
        network=network,
        name=labels.role_label(network),
        mark=key_mark(family_of(network), network.kind),
        metric=plot.axis_name(quality) if says_metric else "",
        quality=formatting.spread_number(quality, network.summary(quality)),
        interval=formatting.interval(quality, network.summary(quality)),
        gain=str(formatting.Quantity(formatting.signed_spread(quality, gain), gain_unit)) if gain else "",
        order=words,
        verdict=verdict,
        costs=[(plot.axis_name(cost), table.cost_words(network, cost)) for cost in columns],
        seeds=len(network.seeds),
        runs_url=runs_url(network),
        on_front=network.key in board.front,
    )


def _gain(network: Network, own: Iterable[Network], metric: str) -> Summary | None:
    """Of the method over one of its baselines; None for any other network, and where no seed has both."""
    method = next((one for one in own if one.kind == "method"), None)
    if network.kind != "baseline" or method is None:
        return None
    return paired(_by_seed(method, metric), _by_seed(network, metric))


def _by_seed(network: Network, metric: str) -> dict[int, float]:
    return {seed: one.values[metric] for seed, one in network.newest.items() if metric in one.values}


# --- what is missing --------------------------------------------------------------------------------------------
def seconds_of_missing(found: FamilyRuns) -> float | None:
    """One after another; None where nobody has timed one of them."""
    entries = {entry.spec.slug: entry for entry in found.comparison.entries}
    total = 0.0
    for slug, seeds in found.missing.items():
        usual = usual_time(entries[slug].spec, found.comparison.preset, found.data, entries[slug].params)
        if usual is None:
            return None
        total += usual.seconds * len(seeds)
    return total


def command(found: FamilyRuns) -> str:
    """The command line that measures the same."""
    comparison = found.comparison
    words = f"python -m workers sweep {comparison.family} --preset {comparison.preset} --seeds {len(found.seeds)}"
    return f"{words} --data {found.data}"
