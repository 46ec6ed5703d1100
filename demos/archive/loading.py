"""A folder that `dumping` made back into a site: all of it or nothing, and only where there is none yet."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path

from django.contrib.auth.models import Group
from django.core.exceptions import ValidationError
from django.core.files import File
from django.core.files.storage import default_storage
from django.core.management.color import no_style
from django.db import DatabaseError, connection, models, transaction

from catalog import search
from demos.archive.manifest import ArchiveRefused, Manifest
from demos.archive.tables import instance_of, tables

_ROWS_AT_A_TIME = 1_000


def load_site(*, folder: Path) -> Manifest:
    """Checks every hash before it writes. Raises ArchiveRefused; then the site is as it was."""
    manifest = Manifest.read(folder)
    manifest.check(folder)
    models_here = tables(with_people=manifest.with_people)
    if {model._meta.label_lower for model in models_here} != set(manifest.tables):
        raise ArchiveRefused("The archive has other tables than this code.")
    _refuse_unless_empty(models_here)
    written: list[str] = []
    try:
        with transaction.atomic():
            for model in models_here:
                _load_table(model, folder, manifest)
            _load_files(folder, manifest, written)
            search.reindex()
            _reset_sequences(models_here)
    except (DatabaseError, ValueError, ValidationError) as error:
        _remove(written)
        raise ArchiveRefused(f"The archive does not fit: {error}") from error
    except BaseException:  # Ctrl-C too: rows are rolled back, files have to be removed; raised again
        _remove(written)
        raise
    return manifest


def _refuse_unless_empty(models_here: list[type[models.Model]]) -> None:
    for model in models_here:
        if model._base_manager.exists():
            count = model._base_manager.count()
            raise ArchiveRefused(
                f"The database is not empty: {model._meta.label} has {count} rows. Nothing was written."
            )


def _load_table(model: type[models.Model], folder: Path, manifest: Manifest) -> None:
    facts = manifest.tables[model._meta.label_lower]
    count = 0
    with (folder / facts["path"]).open(encoding="utf-8") as lines:
        for batch in _batches(lines, _ROWS_AT_A_TIME):
            rows = [instance_of(model, json.loads(line)) for line in batch]
            _insert(model, rows)
            _join_groups(rows)
            count += len(rows)
    if count != facts["rows"]:
        raise ArchiveRefused(f"{facts['path']} has {count} rows, not {facts['rows']}.")


def _insert(model: type[models.Model], rows: list[models.Model]) -> None:
    """As `bulk_create` does, but raw: times of creation and change stay as they were."""
    fields = model._meta.concrete_fields
    size = max(connection.ops.bulk_batch_size(fields, rows), 1)
    for batch in _batches(rows, size):
        model._base_manager._insert(batch, fields=fields, using=connection.alias, raw=True)


def _batches(things: Iterable, size: int) -> Iterator[list]:
    things = iter(things)
    while batch := list(islice(things, size)):
        yield batch


def _join_groups(rows: list[models.Model]) -> None:
    """By name: a migration has made the groups here, under ids of its own."""
    for person in rows:
        for name in getattr(person, "group_names", ()):
            group, _ = Group.objects.get_or_create(name=name)
            group.user_set.through.objects.create(group=group, **{f"{person._meta.model_name}_id": person.pk})


def _load_files(folder: Path, manifest: Manifest, written: list[str]) -> None:
    for name, facts in manifest.files.items():
        if default_storage.exists(name):
            raise ArchiveRefused(f"There is a file {name} here already.")
        with (folder / facts["path"]).open("rb") as source:
            written.append(default_storage.save(name, File(source)))


def _remove(names: list[str]) -> None:
    for name in names:
        default_storage.delete(name)


def _reset_sequences(models_here: list[type[models.Model]]) -> None:
    """PostgreSQL counts on from where it was, whatever ids came in."""
    with connection.cursor() as cursor:
        for statement in connection.ops.sequence_reset_sql(no_style(), models_here):
            cursor.execute(statement)
