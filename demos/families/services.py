"""Starts what a family's comparison still lacks."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from demos.families.reading import FamilyRuns
from demos.groups import services
from demos.services import refuse_absent_values


def measure_missing(*, found: FamilyRuns, owner: Any = None) -> int:
    """A group a method, over the seeds that it lacks: all of them, or none. How many runs. Raises RunRefused."""
    with transaction.atomic():
        for entry in found.comparison.entries:
            if seeds := found.missing.get(entry.spec.slug):
                refuse_absent_values(entry.spec, entry.params)
                services.start(
                    spec=entry.spec, preset=found.comparison.preset, data=found.data, seeds=seeds,
                    params=entry.params, varied={}, owner=owner,
                )  # fmt: skip
    return sum(map(len, found.missing.values()))
