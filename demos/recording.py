"""Writes what a job says: its events in order, and the rows that some of them stand for.

A batch may be written again where the database did not answer. That also happens after a commit whose confirmation was
lost, so a batch carries the time at which it was handed in, and is known by it.
"""

from __future__ import annotations

import hashlib
import json
import os
import stat
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.files import File
from django.db import transaction
from django.utils import timezone

from demos.events import append, state_event
from demos.holding import LeaseLost, held
from demos.models import Artifact, Result, Run, artifact_path


class ArtifactRefused(ValueError):
    """A file that a job may not hand out; the message is for people."""


def record_events(*, run: Run, events: Iterable[dict], out_dir: Path) -> None:
    """One batch, all of it or nothing. Raises LeaseLost, ArtifactRefused, OSError; none leaves anything written."""
    batch = Batch(run, events, out_dir)
    try:
        batch.write()
    except BaseException:  # raised again: a file without its row would stay for ever
        batch.drop_files()
        raise


class Batch:
    """`at`: when it was said, where that was not just now."""

    def __init__(self, run: Run, events: Iterable[dict], out_dir: Path, at: datetime | None = None):
        self._run = run
        self._out_dir = out_dir
        self._at = at or timezone.now()
        self._tried = False
        self._artifacts: list[Artifact] = []
        self._events = _without_overtaken_progress([_sayable(event) for event in events])

    def write(self) -> None:
        """May be called again after one of heartbeat.AWAY; the files it has stored by then are not stored twice."""
        self._store_files()
        with transaction.atomic():
            if self._tried and self._run.events.filter(at=self._at).exists():
                return
            self._tried = True
            _write(self._run, self._events, self._artifacts, self._at)

    def drop_files(self) -> None:
        for artifact in self._artifacts:
            artifact.file.storage.delete(artifact.file.name)
        self._artifacts.clear()

    def _store_files(self) -> None:
        """Each event of a file becomes what people may see of it: an id instead of a path on the worker."""
        for index, event in enumerate(self._events):
            if event["kind"] == "artifact" and "path" in event:
                artifact = _stored(self._run, event, self._out_dir)
                self._artifacts.append(artifact)
                facts = {"id": str(artifact.id), "size_bytes": artifact.size_bytes, "sha256": artifact.sha256}
                self._events[index] = {"kind": "artifact", "name": artifact.name, **facts}


def _write(run: Run, events: list[dict], artifacts: list[Artifact], at: datetime) -> None:
    if not held(run).update(lease=run.lease, **_changes(run, events)):  # always an UPDATE: it takes the row's lock
        raise LeaseLost(run.id)
    _store_results(run, [event for event in events if event["kind"] == "result"])
    for artifact in artifacts:
        for replaced in run.artifacts.filter(name=artifact.name):
            transaction.on_commit(lambda file=replaced.file: file.storage.delete(file.name))
            replaced.delete()
        artifact.save(force_insert=True)
    append(run.id, [state_event(Run.State.RUNNING) if event["kind"] == "started" else event for event in events], at=at)


def _sayable(event: dict) -> dict:
    """PostgreSQL keeps no NUL in a text, and a job may print one."""
    said = json.dumps(event)
    return json.loads(said.replace("\\u0000", "\\ufffd")) if "\\u0000" in said else event


def _without_overtaken_progress(events: list[dict]) -> list[dict]:
    """Of progress within a batch only the last is worth a row."""
    last = max((index for index, event in enumerate(events) if event["kind"] == "progress"), default=-1)
    return [event for index, event in enumerate(events) if event["kind"] != "progress" or index == last]


def _changes(run: Run, events: list[dict]) -> dict[str, Any]:
    """What the batch changes in the run's own row."""
    fields: dict[str, Any] = {}
    for event in events:
        if event["kind"] == "started":
            fields["state"] = Run.State.RUNNING
        elif event["kind"] == "stage":
            fields |= {"stage_en": event["title"]["en"][:200], "stage_zh": event["title"]["zh"][:200], "progress": 0.0}
        elif event["kind"] == "progress":
            fields["progress"] = min(1.0, max(0.0, float(event["share"])))
        elif event["kind"] == "environment":
            run.environment = {**run.environment, **{key: value for key, value in event.items() if key != "kind"}}
            fields["environment"] = run.environment
            fields["device_class"] = str(run.environment.get("device_name", ""))[:120]
    return fields


def _store_results(run: Run, events: list[dict]) -> None:
    """One row a role and metric; a metric said twice keeps its place and takes the later value."""
    latest = {(event["role"], event["metric"]): event for event in events}
    if not latest:
        return
    position = run.results.count()
    rows = [
        Result(run=run, role=role, metric=metric, value=event["value"], unit=event["unit"], position=position + index)
        for index, ((role, metric), event) in enumerate(latest.items())
    ]
    Result.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=["run", "role", "metric"], update_fields=["value", "unit"]
    )


def _stored(run: Run, event: dict, out_dir: Path) -> Artifact:
    """In the storage, not yet in the database. Where the storage is full, nothing of the file stays in it."""
    path = _path_within(out_dir, event["path"])
    artifact = Artifact(run=run, name=event["name"][:200], size_bytes=path.stat().st_size, sha256=_sha256(path))
    storage, name = artifact.file.storage, artifact_path(artifact, path.name)
    try:
        with path.open("rb") as source:
            artifact.file.name = storage.save(name, File(source))
    except BaseException:  # raised again: half a file is worth nothing
        storage.delete(name)
        raise
    return artifact


def _path_within(out_dir: Path, given: str) -> Path:
    """Relative paths count from `out_dir`. Raises ArtifactRefused for what lies elsewhere, links, folders, giants."""
    root = Path(os.path.realpath(out_dir))
    path = Path(os.path.normpath(root / given))
    if root not in path.parents or Path(os.path.realpath(path)) != path:
        raise ArtifactRefused(f"the file {given!r} lies outside the run's folder or is a link")
    found = path.lstat() if path.exists() else None
    if found is None or not stat.S_ISREG(found.st_mode):
        raise ArtifactRefused(f"the file {given!r} is not there or is no plain file")
    if found.st_size > settings.RUN_ARTIFACT_LIMIT_MB * 2**20:
        raise ArtifactRefused(f"the file {given!r} is larger than {settings.RUN_ARTIFACT_LIMIT_MB} MB")
    return path


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
