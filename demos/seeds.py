"""A run beside those that differ from it in nothing but the seed: how far its numbers may be chance."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field

from demos.models import Result, Run
from workers.statistics import Summary, paired, summary

TIME_UNITS = ("s", "ms", "examples/s")  # comparable on one kind of device alone
Key = tuple[str, str]  # role, metric


@dataclass
class OverSeeds:
    """What runs that differ in the seed alone have measured: values by role and metric, one a seed."""

    values: dict[Key, dict[int, float]] = field(default_factory=lambda: defaultdict(dict))

    @property
    def seeds(self) -> int:
        """How many there are at all."""
        return len({seed for by_seed in self.values.values() for seed in by_seed})

    def take(self, role: str, metric: str, seed: int, value: float) -> None:
        """Of a seed that ran twice the later run counts: give them oldest first."""
        self.values[role, metric][seed] = value

    def by_seed(self, role: str, metric: str) -> dict[int, float]:
        return self.values.get((role, metric), {})

    def of(self, role: str, metric: str) -> Summary | None:
        """None for fewer than two seeds: one has no spread."""
        values = self.by_seed(role, metric)
        return summary(list(values.values())) if len(values) > 1 else None

    def difference(self, role: str, baseline: str, metric: str) -> Summary | None:
        """Of role minus baseline, seed by seed; None for fewer than two common seeds."""
        found = paired(self.by_seed(role, metric), self.by_seed(baseline, metric))
        return found if found and found.n > 1 else None


def over_seeds(run: Run) -> OverSeeds:
    """One query."""
    found = OverSeeds()
    if not run.configuration:
        return found
    alike = Result.objects.filter(run__configuration=run.configuration, run__state=Run.State.SUCCEEDED)
    rows = alike.order_by("run__created_at").values_list(
        "role", "metric", "value", "unit", "run__seed", "run__device_class"
    )
    for role, metric, value, unit, seed, device_class in rows:
        if unit not in TIME_UNITS or device_class == run.device_class:
            found.take(role, metric, seed, value)
    return found
