"""What people change most when they run a method."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from demos import formatting
from demos.forms import printed_value
from demos.models import Run
from workers.spec import MethodSpec

RUNS_LOOKED_AT = 500
SHOWN = 5
VALUES_SHOWN = 4


@dataclass(frozen=True)
class Habit:
    """A parameter that runs had otherwise than their preset: in how many runs, and the values used most."""

    label: str
    runs: int
    values: list[tuple[str, int]]


def habits(spec: MethodSpec) -> list[Habit]:
    """Over the newest runs of the method. One query."""
    values: dict[str, Counter] = {}
    asked = Run.objects.of_method(spec.slug).order_by("-created_at").values_list("preset", "params")[:RUNS_LOOKED_AT]
    usual = {preset.name: spec.values_of(preset) for preset in spec.presets}
    for preset, params in asked:
        for name, value in params.items():
            if preset in usual and name in usual[preset] and value != usual[preset][name]:
                values.setdefault(name, Counter())[value] += 1
    found = [
        Habit(
            formatting.local(param.label),
            values[param.name].total(),
            [(printed_value(param, value), n) for value, n in values[param.name].most_common(VALUES_SHOWN)],
        )
        for param in spec.params
        if param.name in values
    ]
    return sorted(found, key=lambda habit: -habit.runs)[:SHOWN]
