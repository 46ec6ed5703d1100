"""Which runs a family's comparison consists of: those with the shared settings, over the seeds that are asked for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from django.conf import settings

from demos.configurations import configuration_of
from demos.leaderboard import measurements
from demos.leaderboard.board import device_of
from demos.leaderboard.measurements import COSTS, MeasuredRun, Measurement
from demos.leaderboard.networks import Network, networks_of
from demos.models import Run
from demos.verdicts import Measured, measured_in
from workers import registry
from workers.comparison import Comparison, Entry
from workers.spec import Metric


@dataclass
class FamilyRuns:
    """A comparison on one data set, with what was measured of it. Four queries."""

    comparison: Comparison
    data: str
    seeds: Sequence[int]
    cost: str = "size_bytes"

    @cached_property
    def configurations(self) -> dict[str, str]:
        """By method: what its runs are known by."""
        return {
            entry.spec.slug: configuration_of(method=entry.spec.slug, data=self.data, params=entry.params)
            for entry in self.comparison.entries
        }

    @cached_property
    def runs(self) -> list[MeasuredRun]:
        """Newest first."""
        known = set(self.configurations.values())
        return [run for run in measurements.runs_on(self.data) if run.configuration.key in known]

    @cached_property
    def measurements(self) -> list[Measurement]:
        """Where the cost is a time, of the commonest kind of device alone: times of two are not compared."""
        found = measurements.measurements_on(self.data, self.runs) if self.runs else []
        if self.cost in COSTS and measurements.is_time(self.cost):
            devices = [device_of(run) for run in self.runs]
            usual = max(set(devices), key=devices.count, default="")
            return [one for one in found if device_of(one.run) == usual]
        return found

    @cached_property
    def qualities(self) -> list[Metric]:
        """By what the methods are judged, each with its own; that of most of them first."""
        return [quality for quality, _count in Counter(spec.quality for spec in self.comparison.specs).most_common()]

    @cached_property
    def networks(self) -> list[Network]:
        """Those with their method's quality; the methods' in the family's order, each with its baselines before it."""
        order = {
            (entry.spec.slug, role.slug): (place, at)
            for place, entry in enumerate(self.comparison.entries)
            for at, role in enumerate(entry.spec.roles)
        }
        found = [one for one in networks_of(self.measurements) if one.summary(one.spec.quality.slug)]
        return sorted(found, key=lambda one: order[one.spec.slug, one.role.slug])

    @cached_property
    def under_way(self) -> set[tuple[str, int]]:
        """Method and seed of runs that wait or work."""
        slugs = {key: slug for slug, key in self.configurations.items()}
        active = Run.objects.filter(configuration__in=slugs).exclude(state__in=Run.ENDED)
        return {(slugs[key], seed) for key, seed in active.values_list("configuration", "seed")}

    @cached_property
    def missing(self) -> dict[str, list[int]]:
        """By method: seeds that were not measured and are not being measured."""
        here = {(run.method, run.seed) for run in self.runs} | self.under_way
        found = {
            entry.spec.slug: [seed for seed in self.seeds if (entry.spec.slug, seed) not in here]
            for entry in self.comparison.entries
        }
        return {slug: seeds for slug, seeds in found.items() if seeds}

    @cached_property
    def _measured(self) -> dict[str, Measured]:
        return measured_in(self.configurations.values())

    def measured(self, entry: Entry) -> Measured:
        """All that the method's runs measured, in the form that verdicts are judged on."""
        key = self.configurations[entry.spec.slug]
        return self._measured.get(key) or Measured(configuration=key, data=self.data, preset=self.comparison.preset)


def data_sets(found: Comparison) -> dict[str, bool]:
    """Those that every method takes: whether it can be read here."""
    listed = {one.name: one.available for one in registry.data_sets(found.specs[0], settings.DATA_DIR)}
    return {name: listed[name] for name in found.data}


def measured_runs(found: Comparison) -> Mapping[str, int]:
    """How many runs of the comparison succeeded, by data set. One query."""
    of_data = {
        configuration_of(method=entry.spec.slug, data=name, params=entry.params): name
        for name in found.data
        for entry in found.entries
    }
    counted = dict.fromkeys(found.data, 0)
    succeeded = Run.objects.filter(configuration__in=of_data, state=Run.State.SUCCEEDED)
    for key in succeeded.values_list("configuration", flat=True):
        counted[of_data[key]] += 1
    return counted
