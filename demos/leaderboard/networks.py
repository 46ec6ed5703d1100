"""The rows of the leaderboard: networks that were trained the same way, summed up over their seeds."""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

from demos.leaderboard.measurements import Measurement, hashed
from workers.spec import MethodSpec, Role
from workers.statistics import Summary, summary


@dataclass(frozen=True)
class Network:
    """A role of one configuration on one device class.

    A method's own network is one configuration's. A baseline, or a teacher, that several configurations trained alike
    is one network: `measurements` then come from all of them.
    """

    key: str
    measurements: list[Measurement]  # newest first

    @property
    def latest(self) -> Measurement:
        return self.measurements[0]

    @property
    def spec(self) -> MethodSpec:
        return self.latest.run.spec

    @property
    def role(self) -> Role:
        return self.latest.role

    @property
    def kind(self) -> str:
        return self.role.kind

    @property
    def device_class(self) -> str:
        return self.latest.run.device_class

    @property
    def preset(self) -> str:
        return self.latest.run.preset

    @property
    def teacher(self) -> str:
        return self.latest.run.teacher

    @property
    def settings(self) -> dict[str, Any]:
        return self.latest.run.configuration.settings_of(self.role)

    @property
    def last_measured(self) -> datetime:
        return self.latest.run.created_at

    @property
    def runs(self) -> int:
        return len(self.measurements)

    @cached_property
    def configurations(self) -> list[str]:
        """Those of its runs, the newest first."""
        return list(dict.fromkeys(measurement.run.configuration.key for measurement in self.measurements))

    @cached_property
    def newest(self) -> dict[int, Measurement]:
        """By seed. A seed counts once: the newest run of it, because the code may have changed since the others."""
        found: dict[int, Measurement] = {}
        for measurement in self.measurements:
            found.setdefault(measurement.run.seed, measurement)
        return found

    @property
    def seeds(self) -> list[int]:
        return sorted(self.newest)

    def summary(self, metric: str) -> Summary | None:
        """Over the seeds; None where it was not measured."""
        if metric not in self._summaries:
            values = [m.values[metric] for m in self.newest.values() if metric in m.values]
            self._summaries[metric] = summary(values) if values else None
        return self._summaries[metric]

    @cached_property
    def _summaries(self) -> dict[str, Summary | None]:
        return {}


def networks_of(measurements: Iterable[Measurement]) -> list[Network]:
    """In the order in which they were last measured, the latest first."""
    grouped: dict[Hashable, list[Measurement]] = {}
    for measurement in measurements:
        grouped.setdefault(_identity(measurement), []).append(measurement)
    return [Network(hashed([str(part) for part in key]), found) for key, found in grouped.items()]


def _identity(measurement: Measurement) -> tuple:
    """Equal for measurements of the same network up to the seed, on the same kind of device.

    A teacher is the same under any method. A baseline stays its method's own, and beside its teacher, because its
    agreement with the teacher is measured too.
    """
    run, role = measurement.run, measurement.role
    if role.kind == "teacher":
        return ("teacher", run.teacher, run.device_class)
    if role.kind == "baseline":
        return (run.method, role.slug, run.configuration.identities[role.slug], run.teacher, run.device_class)
    return (run.method, role.slug, run.configuration.key, run.device_class)
