"""Writes what a job says: its events in order, and the rows that some of them stand for."""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.files import File
from django.db import transaction

from demos.events import append
from demos.models import Artifact, Result, Run
from demos.services import LeaseLost


class ArtifactRefused(ValueError):
    """A file that a job may not hand out; the message is for people."""


def record_events(*, run: Run, events: Iterable[dict], out_dir: Path) -> None:
    """One batch, all of it or nothing. Raises LeaseLost, or ArtifactRefused; neither leaves anything written."""
    events = _without_overtaken_progress(list(events))
    kept: list[Artifact] = []
    try:
        events = [_kept(run, event, out_dir, kept) if event["kind"] == "artifact" else event for event in events]
        with transaction.atomic():
            _write(run, events, kept)
    except BaseException:  # raised again below: a file without its row would stay for ever
        for artifact in kept:
            artifact.file.storage.delete(artifact.file.name)
        raise


def _write(run: Run, events: list[dict], artifacts: list[Artifact]) -> None:
    fields = _changes(run, events)
    held = Run.objects.filter(pk=run.pk, state=Run.State.RUNNING, lease=run.lease)
    if not held.update(lease=run.lease, **fields):  # always an UPDATE: it takes the row's lock
        raise LeaseLost(run.id)
    _store_results(run, [event for event in events if event["kind"] == "result"])
    for artifact in artifacts:
        for replaced in run.artifacts.filter(name=artifact.name):
            transaction.on_commit(lambda file=replaced.file: file.storage.delete(file.name))
            replaced.delete()
        artifact.save(force_insert=True)
    append(run.id, events)


def _without_overtaken_progress(events: list[dict]) -> list[dict]:
    """Of progress within a batch only the last is worth a row."""
    last = max((index for index, event in enumerate(events) if event["kind"] == "progress"), default=-1)
    return [event for index, event in enumerate(events) if event["kind"] != "progress" or index == last]


def _changes(run: Run, events: list[dict]) -> dict[str, Any]:
    """What the batch changes in the run's own row."""
    fields: dict[str, Any] = {}
    for event in events:
        if event["kind"] == "stage":
            fields |= {"stage_en": event["title"]["en"][:200], "stage_zh": event["title"]["zh"][:200], "progress": 0.0}
        elif event["kind"] == "progress":
            fields["progress"] = min(1.0, max(0.0, float(event["share"])))
        elif event["kind"] == "environment":
            run.environment = {**run.environment, **{key: value for key, value in event.items() if key != "kind"}}
            fields["environment"] = run.environment
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


def _kept(run: Run, event: dict, out_dir: Path, kept: list[Artifact]) -> dict:
    """The event as people may see it: the file's id instead of its path on the worker."""
    path = _path_within(out_dir, event["path"])
    artifact = Artifact(run=run, name=event["name"][:200], size_bytes=path.stat().st_size, sha256=_sha256(path))
    with path.open("rb") as source:
        artifact.file.save(path.name, File(source), save=False)
    kept.append(artifact)
    facts = {"id": str(artifact.id), "size_bytes": artifact.size_bytes, "sha256": artifact.sha256}
    return {"kind": "artifact", "name": artifact.name, **facts}


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
