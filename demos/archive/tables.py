"""What an archive of the site holds: every row of the catalogue and of the runs, as plain values, and their files.

People stay out unless they are asked for: accounts with their password hashes, tokens' hashes, reading lists with
their private notes, and who did what. What is made anew is left out too: the search index, the workers of the moment,
and the keys that keep a repeated request from starting twice.
"""

from __future__ import annotations

import datetime
import uuid
from collections.abc import Iterator
from typing import Any

from django.apps import apps
from django.contrib.auth import get_user_model
from django.db import models

APPS = ("catalog", "demos")
DERIVED = ("catalog.indexversion", "demos.worker", "demos.idempotencykey")
PRIVATE = ("catalog.reading", "catalog.apitoken")
_READ_AT_A_TIME = 2_000


def tables(*, with_people: bool) -> list[type[models.Model]]:
    """In no order that matters: foreign keys are looked at when the load is committed."""
    left_out = DERIVED if with_people else DERIVED + PRIVATE
    found = [model for app in APPS for model in apps.get_app_config(app).get_models(include_auto_created=True)]
    people = [get_user_model()] if with_people else []
    return people + [model for model in found if model._meta.label_lower not in left_out]


def rows_of(model: type[models.Model], *, with_people: bool) -> Iterator[dict[str, Any]]:
    """By primary key. Without people, columns that name one are null."""
    fields = model._meta.concrete_fields
    names = [field.attname for field in fields]
    of_people = {field.attname for field in fields if _names_a_person(field)} if not with_people else set()
    groups = _groups() if model is get_user_model() else {}
    for values in model._base_manager.order_by("pk").values_list(*names).iterator(_READ_AT_A_TIME):
        row = dict(zip(names, map(_plain, values), strict=True))
        row.update(dict.fromkeys(of_people))
        if model._meta.label_lower == "catalog.changeset" and not with_people:
            row["rows"] = [_without_people(kept) for kept in row["rows"] if kept["model"] not in PRIVATE]
        if model is get_user_model():
            row["groups"] = groups.get(row["id"], [])
        yield row


def instance_of(model: type[models.Model], row: dict[str, Any]) -> models.Model:
    """Raises ValueError or ValidationError where the row is none of this model."""
    fields = {field.attname: field for field in model._meta.concrete_fields}
    groups = row.pop("groups", []) if model is get_user_model() else None
    if set(row) != set(fields):
        raise ValueError(f"{model._meta.label} has other columns: {sorted(set(row) ^ set(fields))}")
    instance = model(**{name: fields[name].to_python(value) for name, value in row.items()})
    if groups is not None:
        instance.group_names = groups
    return instance


def file_fields(model: type[models.Model]) -> list[models.FileField]:
    return [field for field in model._meta.concrete_fields if isinstance(field, models.FileField)]


def _groups() -> dict[int, list[str]]:
    """The names of each person's groups: ids of groups differ between sites."""
    found: dict[int, list[str]] = {}
    for person, name in (
        get_user_model()
        .groups.through.objects.order_by("group__name")
        .values_list(get_user_model()._meta.model_name + "_id", "group__name")
    ):
        found.setdefault(person, []).append(name)
    return found


def _names_a_person(field: models.Field) -> bool:
    return field.related_model is get_user_model()


def _without_people(kept: dict[str, Any]) -> dict[str, Any]:
    """A row beside a step of the history (catalog.history.rows)."""
    fields = apps.get_model(kept["model"])._meta.concrete_fields
    names = {field.attname for field in fields if _names_a_person(field)}

    def stripped(values: dict[str, Any] | None) -> dict[str, Any] | None:
        return values and {name: None if name in names else value for name, value in values.items()}

    return kept | {"before": stripped(kept["before"]), "after": stripped(kept["after"])}


def _plain(value: Any) -> Any:
    """As JSON says it, to the microsecond; the field's `to_python` reads it back."""
    if isinstance(value, datetime.datetime | datetime.date):
        return value.isoformat()
    return str(value) if isinstance(value, uuid.UUID) else value
