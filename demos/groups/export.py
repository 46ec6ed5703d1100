"""A group's numbers for other programs: one row a point, role and metric."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from typing import Any

from demos.formatting import unit_of
from demos.groups.reading import GroupRuns, PointRuns
from demos.models import Group

SUMMARY = ("n", "mean", "deviation", "low", "high")


def summaries(found: GroupRuns) -> Iterator[tuple[PointRuns, dict[str, Any]]]:
    """Values as they are stored: a share is 0 to 1, a size is in bytes. `low` and `high`: 95 % interval of the mean."""
    roles, metrics = [slug for slug, *_rest in found.roles()], found.metrics()
    for point in found.points:
        for role in roles:
            for metric in metrics:
                if summed := point.summary(role, metric):
                    named = {"role": role, "metric": metric, "unit": unit_of(metric, found.unit(metric))}
                    yield point, named | {name: getattr(summed, name) for name in SUMMARY}


def as_csv(found: GroupRuns) -> str:
    names = list(found.grid.varied)
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow([*names, "role", "metric", "unit", *SUMMARY])
    for point, row in summaries(found):
        writer.writerow([*(point.values[name] for name in names), *("" if v is None else v for v in row.values())])
    return text.getvalue()


def file_name(group: Group) -> str:
    return f"{group.method}-group-{str(group.id)[:8]}.csv"
