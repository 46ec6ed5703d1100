"""The site into a folder: a JSON Lines file a table, papers.bib, every stored file, a manifest with hashes."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from django.core.files.storage import default_storage
from django.db import connection, models, transaction

from catalog.exporters import BIBTEX
from catalog.models import Paper
from demos.archive.manifest import ArchiveRefused, Manifest, sha256_of
from demos.archive.tables import file_fields, rows_of, tables

_PAPERS_AT_A_TIME = 500


def dump_site(*, folder: Path, with_people: bool = False) -> Manifest:
    """As the site is at one moment, while others go on writing. Raises ArchiveRefused where the folder has anything."""
    folder.mkdir(parents=True, exist_ok=True)
    if any(folder.iterdir()):
        raise ArchiveRefused(f"{folder} is not empty.")
    with _one_moment():
        manifest = Manifest.of_this_site(with_people=with_people)
        for model in tables(with_people=with_people):
            _dump_table(model, folder, manifest)
        _write(
            folder / "papers.bib",
            BIBTEX.document_for(Paper.objects.for_export().order_by("pk").iterator(_PAPERS_AT_A_TIME)),
        )
        manifest.documents["papers.bib"] = {"sha256": sha256_of(folder / "papers.bib")}
    manifest.write(folder)
    return manifest


@contextmanager
def _one_moment() -> Iterator[None]:
    """One snapshot for all reads, which no writer waits for: SQLite's IMMEDIATE would hold every writer up."""
    if connection.in_atomic_block:
        yield
    elif connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("BEGIN DEFERRED")
            try:
                yield
            finally:
                cursor.execute("COMMIT")
    else:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            yield


def _dump_table(model: type[models.Model], folder: Path, manifest: Manifest) -> None:
    path = folder / "tables" / f"{model._meta.label_lower}.jsonl"
    count = 0

    def lines() -> Iterator[str]:
        nonlocal count
        for row in rows_of(model, with_people=manifest.with_people):
            count += 1
            for field in file_fields(model):
                if row[field.attname]:
                    _copy(row[field.attname], folder, manifest)
            yield json.dumps(row, ensure_ascii=False) + "\n"

    _write(path, lines())
    relative = path.relative_to(folder).as_posix()
    manifest.tables[model._meta.label_lower] = {"path": relative, "rows": count, "sha256": sha256_of(path)}


def _copy(name: str, folder: Path, manifest: Manifest) -> None:
    """One that is gone from storage is told, and does not hold the others up."""
    if not default_storage.exists(name):
        manifest.missing.append(name)
        return
    path = folder / "files" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    with default_storage.open(name) as source, path.open("wb") as target:
        shutil.copyfileobj(source, target)
    relative = path.relative_to(folder).as_posix()
    manifest.files[name] = {"path": relative, "size_bytes": path.stat().st_size, "sha256": sha256_of(path)}


def _write(path: Path, pieces: Iterable[str]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as file:
        file.writelines(pieces)
