"""What runs have cost here: the usual time of a set-up, from past runs of the same kind of device."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from statistics import median
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from demos import formatting
from demos.configurations import configuration_of
from demos.models import Run
from workers.spec import InvalidParams, MethodSpec, Preset

LATEST = 10  # runs a usual time is taken from: what code and machine are now, not what they were


@dataclass(frozen=True)
class Estimate:
    """What a run will probably take, and how that is known.

    `runs`: how many past runs it is the median of; 0: the figure that the method itself states. `here`: measured on a
    kind of device that serves the queue now.
    """

    seconds: float
    runs: int = 0
    device_class: str = ""
    here: bool = False
    needs: str = "cpu"

    def __str__(self) -> str:
        """About 19 s here, from 12 runs."""
        return _("%(time)s %(source)s") % {"time": self.short, "source": self.source}

    @property
    def short(self) -> str:
        return _("about %(time)s") % {"time": formatting.duration(self.seconds)}

    @property
    def source(self) -> str:
        """How it is known, to stand behind the time."""
        if not self.runs:
            return _("on one GPU") if self.needs == "gpu" else _("on two CPU cores")
        runs = ngettext("from %(runs)d run", "from %(runs)d runs", self.runs) % {"runs": self.runs}
        where = _("here, %(runs)s") if self.here else _("on %(device)s, %(runs)s")
        return where % {"device": self.device_class, "runs": runs}


@dataclass(frozen=True)
class SetUp:
    """What decides how long a run takes, but for the device and the seed."""

    spec: MethodSpec
    preset: Preset
    data: str
    configuration: str

    @property
    def usual_configuration(self) -> str:
        """That of the preset with nothing changed, on the same data."""
        params = self.spec.clean({}, preset=self.preset)
        return configuration_of(method=self.spec.slug, data=self.data, params=params)


def set_up(spec: MethodSpec, preset: Preset, data: str = "", params: Mapping[str, Any] | None = None) -> SetUp:
    """The preset as it is, where neither data nor parameters are named."""
    data = data or preset.data
    try:
        cleaned = spec.clean(params or {}, preset=preset)
    except InvalidParams:  # an old run whose parameters the spec has changed since
        cleaned = dict(params or {})
    return SetUp(spec, preset, data, configuration_of(method=spec.slug, data=data, params=cleaned))


class Costs:
    """Past times of some set-ups, read in one query however many set-ups there are."""

    def __init__(self, set_ups: Iterable[SetUp]):
        wanted = {key for one in set_ups for key in (one.configuration, one.usual_configuration)}
        self._times: dict[str, dict[str, list[float]]] = defaultdict(lambda: defaultdict(list))
        for run in Run.objects.latest_of_configurations(wanted, LATEST) if wanted else ():
            self._times[run.configuration][run.device_class].append(_took_s(run))

    def of(self, asked: SetUp, device_classes: Collection[str] = ()) -> Estimate | None:
        """From runs on one of these kinds of device, or on any where none is named; else what the method states.

        Where nobody ran it with these parameters, from runs of the preset as it is: other changes than these may take
        ten times as long. Where the method states nothing for this data, from runs on whatever other device there were.
        """
        past = self._times.get(asked.configuration), self._times.get(asked.usual_configuration)
        for times in filter(None, past):
            if found := _measured(times, device_classes or times):
                return found
        if asked.preset.seconds is not None and asked.data == asked.preset.data:
            return Estimate(asked.preset.seconds, needs=asked.preset.needs)
        return next((_measured(times, times, here=False) for times in filter(None, past)), None)


def _measured(times: Mapping[str, list[float]], classes: Iterable[str], *, here: bool = True) -> Estimate | None:
    """Of several kinds of device the slower one's time: better early than late."""
    found = [
        Estimate(median(times[name]), runs=len(times[name]), device_class=name, here=here)
        for name in classes
        if times.get(name)
    ]
    return max(found, key=lambda estimate: estimate.seconds, default=None)


def _took_s(run: Run) -> float:
    return (run.ended_at - run.started_at).total_seconds()
