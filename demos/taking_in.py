"""Runs that `python -m workers sweep` measured become runs of this site, with all that their jobs said.

They are taken from a folder that only this site's own user can write, who could as well write to its database. A run is
taken in whole or not at all, and once: its id was settled when it was measured. One that is removed here stays removed,
for its folder says that it was here (MARK).
"""

from __future__ import annotations

import json
import logging
import uuid
from collections.abc import Iterator
from datetime import datetime
from itertools import groupby
from pathlib import Path

from django.db import transaction
from django.utils import timezone

from demos import holding, reading, recording
from demos.configurations import configuration_of
from demos.events import append, state_event
from demos.models import Run
from demos.queueing import lease_end
from workers import registry, sweep
from workers.spec import InvalidParams

logger = logging.getLogger(__name__)

WORKER = "python -m workers sweep"  # what the run's page says for its worker
MARK = "taken-in"
CANNOT = (KeyError, ValueError, OSError, InvalidParams, recording.ArtifactRefused)


class NotTakenIn(ValueError):
    """The folder holds no run that this site can take; the message is for people."""


def take_in_new(root: Path) -> list[Run]:
    """The complete runs below a folder that were not looked at before. What cannot be taken is logged, once."""
    found = []
    for folder in _complete(root):
        if (folder / MARK).exists():
            continue
        try:
            found += filter(None, [take_in(folder)])
        except NotTakenIn as error:
            logger.warning("%s", error)
        (folder / MARK).touch()
    return found


def take_in_all(root: Path) -> Iterator[Run]:
    """Also what was here before and is not any more. Raises NotTakenIn."""
    for folder in _complete(root):
        if run := take_in(folder):
            yield run
        (folder / MARK).touch()


def _complete(root: Path) -> list[Path]:
    return sorted(file.parent for file in root.glob(f"*/{sweep.MEASURED}"))


def take_in(folder: Path) -> Run | None:
    """The run of a folder; None where it is here already. Raises NotTakenIn."""
    try:
        return _take_in(folder)
    except CANNOT as error:
        raise NotTakenIn(f"{folder} cannot be taken in: {type(error).__name__}, {error}") from error


def _take_in(folder: Path) -> Run | None:
    said = sweep.read_measured(folder)
    if said is None:
        raise ValueError(f"no {sweep.MEASURED} that can be read")
    began, ended = (datetime.fromisoformat(said[name]) for name in ("began", "ended"))
    lines = map(json.loads, (folder / sweep.EVENTS).read_text(encoding="utf-8").splitlines())
    lines = [line for line in lines if line["event"]["kind"] != "end"]
    batches = [(datetime.fromisoformat(at), [line["event"] for line in said]) for at, said in groupby(lines, _at)]
    with transaction.atomic():
        run, is_new = Run.objects.get_or_create(id=uuid.UUID(said["id"]), defaults=_fields(said["asked"], began))
        if not is_new:
            return None
        append(run.id, [state_event(Run.State.STARTING)], at=began)
        _write([recording.Batch(run, events, folder, at) for at, events in batches])
        holding.end_run(run=run, state=Run.State.SUCCEEDED)
        Run.objects.filter(pk=run.pk).update(created_at=began, ended_at=ended)
    run.refresh_from_db()
    return run


def _write(batches: list[recording.Batch]) -> None:
    """All of them, or no file of any."""
    try:
        for batch in batches:
            batch.write()
    except BaseException:  # raised again: files without their rows would stay for ever
        for batch in batches:
            batch.drop_files()
        raise


def _at(line: dict) -> str:
    return line["at"]


def _fields(asked: dict, began: datetime) -> dict:
    """Held by this process for as long as the transaction lasts. Raises UnknownMethod, InvalidParams."""
    spec = registry.get_spec(asked["method"])
    params = spec.clean(asked["params"], preset=spec.preset(asked["preset"]))
    return {
        "method": spec.slug, "preset": asked["preset"], "data": asked["data"], "seed": asked["seed"],
        "params": params, "queue": spec.preset(asked["preset"]).needs, "paper": reading.paper_of(spec),
        "configuration": configuration_of(method=spec.slug, data=asked["data"], params=params),
        "state": Run.State.STARTING, "attempts": 1, "worker": WORKER, "lease": uuid.uuid4(),
        "lease_until": lease_end(), "started_at": min(began, timezone.now()),
    }  # fmt: skip
