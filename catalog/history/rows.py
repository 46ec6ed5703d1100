"""Rows that point at papers and have no history of their own: readings, verdicts, runs, whatever another app has.

A paper that is removed takes them along or leaves them pointing at nothing; a merge points them at another paper.
The step keeps what each was before and after, so that its return leaves them as they were. Found through the models'
relations: the catalogue need not know who points at its papers.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.apps import apps
from django.db import IntegrityError, models, transaction

from catalog.models import (
    AlternativeTitle,
    Authorship,
    Change,
    Entry,
    FormerAddress,
    Note,
    Paper,
    PaperLink,
    PaperVersion,
)

Place = tuple[str, str]  # (app_label.model, primary key as text)
Values = dict[str, Any]
# In snapshots, or (Change) put right by restoring itself.
_KNOWN = {AlternativeTitle, Authorship, Change, Entry, FormerAddress, Note, PaperLink, PaperVersion}


def relations_beside() -> list[models.ManyToOneRel]:
    """Foreign keys to Paper whose rows no snapshot holds."""
    return [
        relation
        for relation in Paper._meta.related_objects
        if not relation.many_to_many and relation.related_model not in _KNOWN
    ]


def rows_beside(paper_ids: Iterable[int], also: Iterable[Place] = ()) -> dict[Place, Values]:
    """Rows that point at these papers, and those of `also` that exist: whole where they go with the paper,
    else the pointing column alone."""
    paper_ids, places = list(paper_ids), set(also)
    found: dict[Place, Values] = {}
    for relation in relations_beside():
        model, field = relation.related_model, relation.field
        label = model._meta.label_lower
        named = [pk for place, pk in places if place == label]
        asked = models.Q(**{f"{field.name}__in": paper_ids}) | models.Q(pk__in=named)
        whole = relation.on_delete is models.CASCADE
        for row in model._base_manager.filter(asked):
            fields = model._meta.concrete_fields if whole else [field]
            values = {each.attname: _as_json(each, row) for each in fields if not each.primary_key}
            found.setdefault((label, str(row.pk)), {}).update(values)
    return found


def _as_json(field: models.Field, row: models.Model) -> Any:
    value = getattr(row, field.attname)
    plain = value is None or isinstance(value, str | int | float | bool | list | dict)
    return value if plain else field.value_to_string(row)


def differing(before: dict[Place, Values], after: dict[Place, Values]) -> list[dict]:
    """For `ChangeSet.rows`: each row that is not as it was, with the columns that differ; None: it was not there."""
    rows = []
    for place in before.keys() | after.keys():
        old, new = before.get(place), after.get(place)
        if old == new:
            continue
        if old is not None and new is not None:
            names = [name for name in old if old[name] != new.get(name)]
            old, new = {name: old[name] for name in names}, {name: new.get(name) for name in names}
        rows.append({"model": place[0], "pk": place[1], "before": old, "after": new})
    return sorted(rows, key=lambda row: (row["model"], row["pk"]))


def put_back(rows: list[dict]) -> None:
    """Undoes what a step did to these rows. One that was changed since, or can stand there no more, stays as it is."""
    for row in rows:
        if row["before"] is None:
            apps.get_model(row["model"])._base_manager.filter(pk=row["pk"]).delete()
    for row in rows:
        model = apps.get_model(row["model"])
        if row["before"] is not None and row["after"] is not None:
            _set(model, row)
    for row in rows:
        if row["after"] is None:
            _insert(apps.get_model(row["model"]), row["pk"], row["before"])


def _set(model: type[models.Model], row: dict) -> None:
    before, after = _as_python(model, row["before"]), _as_python(model, row["after"])
    # A time of change moves with every write: it says nothing on whether somebody else wrote.
    as_left = {name: value for name, value in after.items() if not getattr(_field(model, name), "auto_now", False)}
    if not _targets_exist(model, before):
        return
    try:
        with transaction.atomic():
            model._base_manager.filter(pk=row["pk"], **as_left).update(**before)
    except IntegrityError:
        return


def _insert(model: type[models.Model], pk: str, values: Values) -> None:
    row = model(pk=model._meta.pk.to_python(pk), **_as_python(model, values))
    if model._base_manager.filter(pk=row.pk).exists() or not _targets_exist(model, values):
        return
    try:
        with transaction.atomic():
            row.save_base(raw=True, force_insert=True)  # raw: times as they were, not now
    except IntegrityError:
        return


def _targets_exist(model: type[models.Model], values: Values) -> bool:
    """SQLite looks at foreign keys only on commit: too late to leave out the one row that is at fault."""
    return all(
        value is None or field.related_model._base_manager.filter(pk=value).exists()
        for name, value in values.items()
        if (field := _field(model, name)).many_to_one or field.one_to_one
    )


def _as_python(model: type[models.Model], values: Values) -> Values:
    return {name: _field(model, name).to_python(value) for name, value in values.items()}


def _field(model: type[models.Model], attname: str) -> models.Field:
    return next(field for field in model._meta.concrete_fields if field.attname == attname)
