"""Runs for the tests that only look: their pages' addresses, and rows that no quick job would leave."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass
from uuid import UUID

from tests.running_site import ROOT, Site

STOCK = """
import math
from datetime import timedelta
from django.utils import timezone
from demos.configurations import configuration_of
from demos.models import Event, Result, Run
from workers.comparison import comparison
from workers.registry import get_spec
spec = get_spec("hinton-kd")
params = spec.values_of(spec.preset("small"))
now = timezone.now()
def run(state, cause, said):
    made = Run.objects.create(method=spec.slug, preset="small", data="opinions", params=params, attempts=1, state=state,
        cause_en=cause, cause_zh=cause, started_at=now - timedelta(seconds=40), ended_at=now)
    Event.objects.bulk_create([Event(run=made, seq=seq, kind=kind, body=body, at=now)
                               for seq, (kind, body) in enumerate(said, start=1)])
    print(made.get_absolute_url())
for entry in comparison("distillation", "small", ["tinybert"]).entries:  # few, on other data: the leaderboard's stays
    asked = dict(method=entry.spec.slug, data="sst2", params=entry.params)
    for seed in range(3):
        made = Run.objects.create(**asked, preset="small", seed=seed, state="succeeded", configuration=configuration_of(
            **asked), attempts=1, started_at=now - timedelta(seconds=90), ended_at=now)
        Result.objects.bulk_create([Result(run=made, role=role.slug, metric=metric, value=value, position=place)
            for place, role in enumerate(entry.spec.roles)
            for metric, value in (("accuracy", 0.9 - place / 50 + seed / 400), ("size_bytes", 9e5 / (place + 1)))])
lines = [("log", {"text": f"line {number}"}) for number in range(1000)]
run("failed", "student/loss is nan at step 7: training diverged", lines)
loss = [("scalar", {"name": "student/soft_loss", "step": step, "value": 9 if step == 1711 else math.exp(-step / 900)})
        for step in range(3000)]
run("succeeded", "", loss)
"""


@dataclass(frozen=True)
class Made:
    """Addresses of pages. `run` and `other` differ in one parameter and make a group; `again` repeats `run`."""

    group: str
    run: str
    other: str
    again: str
    cancelled: str
    failed: str
    long: str

    def at(self, path: str) -> str:
        """A path with names of runs in braces, as /runs/{run}/."""
        return path.format_map({name: id_in(address) for name, address in vars(self).items()})


def id_in(address: str) -> str:
    return str(UUID(address.rstrip("/").rpartition("/")[2]))


def store_runs(site: Site) -> tuple[str, str]:
    """Addresses of a failed run with a thousand lines, and of one with three thousand points and a peak."""
    environment = os.environ | {"VAR_DIR": str(site.state_dir)}
    done = subprocess.run(
        [sys.executable, "manage.py", "shell", "-v", "0", "-c", STOCK],
        cwd=ROOT, env=environment, capture_output=True, text=True, check=True,
    )  # fmt: skip
    failed, long = done.stdout.split()[-2:]
    return site.url + failed, site.url + long
