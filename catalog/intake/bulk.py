"""Rows by the thousand. Django's bulk_create binds each value of each row by itself, which costs most of an import."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from django.db import connection, models
from django.utils import timezone

_LOCKED = ("catalog_paper", "catalog_author", "catalog_venue")


def lock_catalogue() -> None:
    """No two imports write at once, so that neither makes a row that the other has just made.

    On SQLite the transaction itself is the lock. Readers go on in either case.
    """
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(f"LOCK TABLE {', '.join(_LOCKED)} IN SHARE ROW EXCLUSIVE MODE")


@contextmanager
def without_waiting() -> Iterator[None]:
    """A transaction begun in here fails at once where another process is writing to SQLite. Elsewhere rows can be
    skipped that are locked, and nothing is changed."""
    if connection.vendor != "sqlite" or connection.in_atomic_block:
        yield
        return
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA busy_timeout")
        (usual_ms,) = cursor.fetchone()
        cursor.execute("PRAGMA busy_timeout = 0")
        try:
            yield
        finally:
            cursor.execute(f"PRAGMA busy_timeout = {int(usual_ms)}")


def give_ids(rows: Sequence[models.Model]) -> None:
    """Sets primary keys that nobody else will get; to be called with the catalogue locked."""
    if not rows:
        return
    table, column = rows[0]._meta.db_table, rows[0]._meta.pk.column
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("SELECT coalesce(max(seq), 0) FROM sqlite_sequence WHERE name = %s", [table])
            first = cursor.fetchone()[0] + 1
            ids: Iterable[int] = range(first, first + len(rows))
        else:
            sequence = "SELECT nextval(pg_get_serial_sequence(%s, %s)) FROM generate_series(1, %s)"
            cursor.execute(sequence, [table, column, len(rows)])
            ids = [number for (number,) in cursor.fetchall()]
    for row, number in zip(rows, ids, strict=True):
        row.pk = number


def insert(rows: Sequence[models.Model]) -> None:
    """Rows of one model, complete: keys given, defaults set. Times that Django sets by itself are now."""
    if not rows:
        return
    fields = [field for field in rows[0]._meta.concrete_fields if rows[0].pk is not None or not field.primary_key]
    now = timezone.now()
    for field in fields:
        if getattr(field, "auto_now", False) or getattr(field, "auto_now_add", False):
            for row in rows:
                setattr(row, field.attname, now)
    columns = [_column(rows, field) for field in fields]
    insert_values(type(rows[0]), [field.column for field in fields], zip(*columns, strict=True))


def insert_values(model: type[models.Model], columns: Sequence[str], values: Iterable[Sequence[Any]]) -> None:
    """Values as the database takes them."""
    quote = connection.ops.quote_name
    names, places = ", ".join(map(quote, columns)), ", ".join(["%s"] * len(columns))
    statement = f"INSERT INTO {quote(model._meta.db_table)} ({names}) VALUES ({places})"  # noqa: S608 (quoted names)
    with connection.cursor() as cursor:
        cursor.executemany(statement, list(values))


def _column(rows: Sequence[models.Model], field: models.Field) -> list[Any]:
    values, convert = [row.__dict__[field.attname] for row in rows], _converter(field)
    return list(map(convert, values)) if convert else values


def _converter(field: models.Field) -> Callable[[Any], Any] | None:
    """What makes a value one that the database takes; None where it is one already."""
    if isinstance(field, models.JSONField):
        return json.dumps
    target = field.target_field if field.is_relation else field
    if isinstance(target, models.CharField | models.TextField | models.IntegerField):
        return None
    prepared: dict[Any, Any] = {}  # times and import ids: few values in many rows

    def convert(value: Any) -> Any:
        if value not in prepared:
            prepared[value] = field.get_db_prep_save(value, connection)
        return prepared[value]

    return convert


def rows_with(
    model: type[models.Model], column: str, values: Iterable[Any], *columns: str, lower: bool = False
) -> list[tuple]:
    """`columns` of the rows whose `column` (in small letters, with `lower`) is one of many values.

    The values go as one parameter: Django would look at each by itself. Blank ones are not asked for, and saying so
    lets SQLite use the indexes that leave blanks out.
    """
    values = sorted(set(values))
    if not values:
        return []
    quote, field = connection.ops.quote_name, model._meta.get_field
    name = quote(field(column).column)
    asked = f"LOWER({name})" if lower else name
    is_sqlite = connection.vendor == "sqlite"
    among = "IN (SELECT value FROM json_each(%s))" if is_sqlite else "= ANY(%s)"
    not_blank = f"AND NOT ({name} = '')" if isinstance(values[0], str) else ""
    wanted = ", ".join(quote(field(each).column) for each in columns)
    statement = f"SELECT {wanted} FROM {quote(model._meta.db_table)} WHERE {asked} {among} {not_blank}"  # noqa: S608
    with connection.cursor() as cursor:
        cursor.execute(statement, [json.dumps(values, ensure_ascii=False) if is_sqlite else values])
        return cursor.fetchall()
