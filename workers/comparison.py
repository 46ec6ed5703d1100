"""Methods of a family side by side: the same teacher, texts, labels, student and step budget, over several seeds.

What they share stands in the family's folder as SHARED, by preset. A method takes each of these values for its
parameter of that name. Where it cannot (its student is of another kind, say) it keeps its own and is an exception,
which whoever shows the comparison must say. No torch.
"""

from __future__ import annotations

import importlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from workers import methods, registry
from workers.spec import MethodSpec, Param, Preset, Value

EPOCHS = "epochs"


class NothingToCompare(ValueError):
    """No method of the family can take part; the message is for people."""


@dataclass(frozen=True)
class Entry:
    """A method as it takes part: its parameters, and where they are not what the others have."""

    spec: MethodSpec
    preset: Preset
    shared: Mapping[str, Value]

    @cached_property
    def params(self) -> dict[str, Value]:
        """Every parameter of the method."""
        given = {param.name: self.shared[param.name] for param in self.spec.params if self._takes(param)}
        return self.spec.clean(given, preset=self.preset)

    def _takes(self, param: Param) -> bool:
        if param.name not in self.shared:
            return False
        return param.type != "choice" or self.shared[param.name] in dict(param.choices)

    @cached_property
    def exceptions(self) -> list[Param]:
        """Parameters that have a shared value, and another one here."""
        return [
            param
            for param in self.spec.params
            if param.name in self.shared and self.params[param.name] != self.shared[param.name]
        ]

    @property
    def other_budget(self) -> int | None:
        """The student's epochs in all, where the stages that they are divided into do not make up the shared number."""
        epochs = sum(int(self.params[name]) for name in self.spec.budget if name in self.params)
        return None if epochs == self.shared.get(EPOCHS, epochs) else epochs


@dataclass(frozen=True)
class Comparison:
    family: str
    preset: str
    shared: Mapping[str, Value]
    entries: tuple[Entry, ...]

    @property
    def specs(self) -> list[MethodSpec]:
        return [entry.spec for entry in self.entries]

    @cached_property
    def data(self) -> list[str]:
        """Names of the sets that every method takes, in the first one's order."""
        first, *others = self.specs
        return [name for name in first.data_sets if all(name in spec.data_sets for spec in others)]


def comparison(family: str, preset: str, only: Iterable[str] = ()) -> Comparison:
    """The family's methods that have the preset, or `only` those of these slugs. Raises NothingToCompare."""
    known = [spec for spec in registry.all_specs().values() if spec.family == family]
    wanted = set(only) or {spec.slug for spec in known}
    if unknown := wanted - {spec.slug for spec in known}:
        raise NothingToCompare(f"the family {family!r} has no method {', '.join(sorted(unknown))}")
    shared = shared_by(family, preset)
    chosen = [(spec, found) for spec in known if spec.slug in wanted for found in spec.presets if found.name == preset]
    if not chosen:
        raise NothingToCompare(f"no method of the family {family!r} has a preset {preset!r}")
    return Comparison(family, preset, shared, tuple(Entry(spec, found, shared) for spec, found in chosen))


def shared_by(family: str, preset: str) -> Mapping[str, Value]:
    """Empty where the family has settled nothing: each method then runs its preset as it is."""
    package = importlib.import_module(f"{methods.__name__}.{family.replace('-', '_')}")
    return getattr(package, "SHARED", {}).get(preset, {})


@dataclass(frozen=True)
class Planned:
    """One run of a comparison."""

    entry: Entry
    data: str
    seed: int

    @property
    def name(self) -> str:
        """Also that of its folder."""
        return f"{self.entry.spec.slug}-{self.entry.preset.name}-{self.data}-{self.seed}"

    def asked(self) -> dict[str, Any]:
        spec, preset = self.entry.spec, self.entry.preset
        return {
            "method": spec.slug, "preset": preset.name, "data": self.data, "seed": self.seed,
            "params": self.entry.params,
        }  # fmt: skip


def planned(found: Comparison, data: Sequence[str], seeds: Sequence[int]) -> list[Planned]:
    """Set by set and seed by seed, so that every method has its first result before any has its second."""
    return [Planned(entry, name, seed) for name in data for seed in seeds for entry in found.entries]
