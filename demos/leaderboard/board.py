"""One leaderboard, put together: which runs fit, the networks they trained, which of them stand on the front."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from catalog.models import Paper
from demos import reading
from demos.leaderboard import measurements
from demos.leaderboard.choices import ANY, KINDS, MAX_SEEDS, UNKNOWN_DEVICE, Choices, Picker, Refused
from demos.leaderboard.front import pareto_front
from demos.leaderboard.measurements import COSTS, NO_TEACHER, MeasuredRun, Measurement
from demos.leaderboard.networks import Network, networks_of
from workers import registry
from workers.spec import MethodSpec

SORT_BY_COUNT = ("seeds", "runs", "measured")
SORTS = ("quality", *COSTS, *SORT_BY_COUNT)


@dataclass(frozen=True)
class Options:
    """What else could be asked for: values with how many runs have them, the commonest first."""

    data: dict[str, int] = field(default_factory=dict)
    qualities: list[str] = field(default_factory=list)
    costs: list[str] = field(default_factory=list)
    methods: dict[str, int] = field(default_factory=dict)
    teachers: dict[str, int] = field(default_factory=dict)
    devices: dict[str, int] = field(default_factory=dict)
    examples: dict[str, MeasuredRun] = field(default_factory=dict)  # a run of each teacher, which says what it is


@dataclass(frozen=True)
class Board:
    """`networks` in the order asked for. `front`: the keys of those that no other beats in both quality and cost."""

    choices: Choices
    options: Options = field(default_factory=Options)
    networks: list[Network] = field(default_factory=list)
    front: frozenset[str] = frozenset()
    refused: tuple[Refused, ...] = ()
    measured: int = 0  # networks before those with too few seeds, and kinds not asked for, were left out

    @property
    def plotted(self) -> list[Network]:
        """Those that have both a quality and the cost."""
        return [one for one in self.networks if one.summary(self.choices.quality) and one.summary(self.choices.cost)]

    @property
    def on_front(self) -> list[Network]:
        """The cheapest first."""
        if not self.front:
            return []
        sign = 1 if measurements.cheaper_is_lower(self.choices.cost) else -1
        found = [network for network in self.networks if network.key in self.front]
        return sorted(found, key=lambda network: sign * network.summary(self.choices.cost).mean)


def board_of(asked: Mapping[str, str]) -> Board:
    """Three queries, however much was measured. `asked`: as in the address; what makes no sense is in `refused`."""
    picker = Picker(asked)
    data_sets = measurements.data_sets()
    data = picker.one_of("data", data_sets, next(iter(data_sets), ""))
    runs = measurements.runs_on(data) if data else []

    methods = _counted(run.method for run in runs)
    method = picker.one_of("method", methods, "")
    runs = [run for run in runs if method in ("", run.method)]
    teachers = _counted(run.teacher for run in runs)
    examples = {run.teacher: run for run in reversed(runs)}
    teacher = picker.one_of("teacher", (*teachers, ANY), _default_teacher(teachers))
    runs = [run for run in runs if teacher in (ANY, run.teacher) or run.teacher == NO_TEACHER]

    found = measurements.measurements_on(data, runs) if runs else []
    present = {metric for measurement in found for metric in measurement.values}
    specs = {run.method: run.spec for run in runs}.values()
    qualities = [slug for slug in measurements.qualities(specs) if slug in present]
    costs = [slug for slug in COSTS if slug in present]
    quality = picker.one_of("quality", qualities, _usual_quality(specs, qualities))
    cost = picker.one_of("cost", costs, _first(("size_bytes", *costs), costs))

    devices = _counted(device_of(run) for run in runs)
    device = _device(picker, devices, cost)
    found = [measurement for measurement in found if device in (ANY, device_of(measurement.run))]

    choices = Choices(
        data, quality, cost, method, picker.one_of("kind", KINDS, ""), teacher, device,
        picker.whole("seeds", 1, MAX_SEEDS), picker.one_of("sort", _signed(SORTS), "quality"),
    )  # fmt: skip
    options = Options(data_sets, qualities, costs, methods, teachers, devices, examples)
    return _board(choices, options, found, picker.refused)


def _board(choices: Choices, options: Options, found: list[Measurement], refused: list[Refused]) -> Board:
    every = [network for network in networks_of(found) if network.summary(choices.quality)]
    fitting = [one for one in every if choices.kind in ("", one.kind) and len(one.seeds) >= choices.seeds]
    board = board_over(choices, _sorted(fitting, choices))
    return replace(board, options=options, refused=tuple(refused), measured=len(every))


def board_over(choices: Choices, networks: list[Network]) -> Board:
    """These networks, in this order, with their front."""
    board = Board(choices, networks=networks, measured=len(networks))
    if not networks or not choices.cost:
        return board
    plotted = board.plotted
    sign = registry.metric(choices.quality).sign
    places = [(sign * one.summary(choices.quality).mean, one.summary(choices.cost).mean) for one in plotted]
    front = pareto_front(places, cheaper_is_lower=measurements.cheaper_is_lower(choices.cost))
    return replace(board, front=frozenset(plotted[index].key for index in front))


def papers_of(specs: Iterable[MethodSpec]) -> dict[str, Paper]:
    """The catalogue's row of each method's paper, by the method's slug; two queries."""
    specs = {spec.slug: spec for spec in specs}
    if not specs:
        return {}
    papers = list(Paper.objects.filter(reading.of_runnable_papers()).prefetch_related("alternative_titles"))
    found = {slug: next((p for p in papers if reading.is_about(spec, p)), None) for slug, spec in specs.items()}
    return {slug: paper for slug, paper in found.items() if paper}


def device_of(run: MeasuredRun) -> str:
    return run.device_class or UNKNOWN_DEVICE


def _device(picker: Picker, devices: dict[str, int], cost: str) -> str:
    """Times of two devices never share a plot: where the cost is a time, one device has to be chosen."""
    usual = next(iter(devices), ANY)
    device = picker.one_of("device", (*devices, ANY), usual)
    if device == ANY and len(devices) > 1 and cost and measurements.is_time(cost):
        picker.refuse("device", tuple(devices), usual)
        return usual
    return device


def _default_teacher(teachers: dict[str, int]) -> str:
    return next((teacher for teacher in teachers if teacher != NO_TEACHER), ANY)


def _counted(values: Iterable[str]) -> dict[str, int]:
    return dict(Counter(values).most_common())


def _usual_quality(specs: Iterable[MethodSpec], qualities: list[str]) -> str:
    """By which most of the methods are judged; of those that were measured."""
    judged_by = Counter(spec.quality.slug for spec in specs)
    return max(qualities, key=lambda slug: judged_by[slug], default="")


def _first(wanted: Iterable[str], present: list[str]) -> str:
    return next((one for one in wanted if one in present), "")


def _signed(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(sign + name for name in names for sign in ("", "-"))


def _sorted(networks: list[Network], choices: Choices) -> list[Network]:
    """Best first, or worst first with a minus; what was not measured stands last either way."""
    column = choices.sort.removeprefix("-")
    keys = {
        "seeds": lambda n: len(n.seeds),
        "runs": lambda n: n.runs,
        "measured": lambda n: n.last_measured.timestamp(),
    }
    if column in keys:
        return sorted(networks, key=keys[column], reverse=not choices.sort.startswith("-"))
    metric = choices.quality if column == "quality" else column
    sign = registry.metric(metric).sign * (-1 if choices.sort.startswith("-") else 1)
    present = [network for network in networks if metric and network.summary(metric)]
    absent = [network for network in networks if not (metric and network.summary(metric))]
    return sorted(present, key=lambda network: -sign * network.summary(metric).mean) + absent
