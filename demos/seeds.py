"""A run beside those that differ from it in nothing but the seed: how far its numbers may be chance."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from demos.models import Result, Run
from demos.statistics import Summary, paired, summary

TIME_UNITS = ("s", "ms", "examples/s")  # comparable on one kind of device alone
Key = tuple[str, str]  # role, metric


@dataclass(frozen=True)
class OverSeeds:
    """Values by role and metric, one a seed: the latest run's. `seeds` is how many seeds there are at all."""

    values: dict[Key, dict[int, float]]
    seeds: int = 0

    def of(self, role: str, metric: str) -> Summary | None:
        """None for fewer than two seeds: one has no spread."""
        values = self.values.get((role, metric), {})
        return summary(list(values.values())) if len(values) > 1 else None

    def difference(self, role: str, baseline: str, metric: str) -> Summary | None:
        """Of role minus baseline, seed by seed."""
        found = paired(self.values.get((role, metric), {}), self.values.get((baseline, metric), {}))
        return found if found and found.n > 1 else None


def over_seeds(run: Run) -> OverSeeds:
    """One query."""
    if not run.configuration:
        return OverSeeds({})
    alike = Result.objects.filter(run__configuration=run.configuration, run__state=Run.State.SUCCEEDED)
    values: dict[Key, dict[int, float]] = defaultdict(dict)
    rows = alike.order_by("run__created_at").values_list(
        "role", "metric", "value", "unit", "run__seed", "run__device_class"
    )
    for role, metric, value, unit, seed, device_class in rows:
        if unit not in TIME_UNITS or device_class == run.device_class:
            values[role, metric][seed] = value
    return OverSeeds(dict(values), len({seed for by_seed in values.values() for seed in by_seed}))
