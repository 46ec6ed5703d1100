"""`?fields=slug,title`: answers with what was asked for, and reads no more than that from the database."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from rest_framework import serializers

from catalog.api.errors import BadQuery


@dataclass(frozen=True)
class Needs:
    """What a field reads: columns of its own row, rows joined to it, rows fetched beside it (one query each)."""

    columns: tuple[str, ...] = ()
    joined: tuple[str, ...] = ()
    fetched: tuple[str, ...] = ()


class Sparse:
    """For a serializer of rows. `fields` are those to give; without it, all.

    Of Meta, `summary` names what lists give by themselves, `alone` what only one row by itself can give.
    `needs` names what a field reads where that is more than the column of its own name.
    """

    needs: dict[str, Needs] = {}
    always: tuple[str, ...] = ()  # columns for the order, the address and the ETag

    def __init__(self, *args, fields: Iterable[str] | None = None, **kwargs):
        self.wanted = None if fields is None else frozenset(fields)
        super().__init__(*args, **kwargs)

    def get_fields(self) -> dict[str, serializers.Field]:
        fields = super().get_fields()
        if self.wanted is None:
            return fields
        return {name: field for name, field in fields.items() if name in self.wanted}

    @classmethod
    def available(cls, *, listing: bool) -> list[str]:
        """Names of all fields; in a list those that cost each row a query of its own are not to be had."""
        alone = getattr(cls.Meta, "alone", ()) if listing else ()
        return [name for name in cls.Meta.fields if name not in alone]

    @classmethod
    def usual(cls, *, listing: bool) -> list[str]:
        """Names of the fields that are given where nothing is asked for."""
        return list(getattr(cls.Meta, "summary", cls.Meta.fields) if listing else cls.Meta.fields)

    @classmethod
    def prepared(cls, rows: QuerySet, names: Iterable[str]) -> QuerySet:
        """The rows with what these fields read, and nothing else of the heavy columns."""
        needs = [cls.needs.get(name, Needs(columns=(name,))) for name in names]
        joined = {path for need in needs for path in need.joined}
        fetched = dict.fromkeys(path for need in needs for path in need.fetched)
        columns = {*cls.always, *(column for need in needs for column in need.columns), *joined}
        own = {field.name for field in rows.model._meta.concrete_fields}
        rows = rows.only("pk", *sorted(column for column in columns if column.partition("__")[0] in own))
        rows = rows.select_related(*sorted(joined)) if joined else rows
        return rows.prefetch_related(*fetched)


def fields_asked_for(text: str, valid: list[str]) -> list[str]:
    """Raises BadQuery, which names what there is."""
    asked = [name.strip() for name in text.split(",") if name.strip()]
    for name in asked:
        if name not in valid:
            raise BadQuery(
                _("There is no field “%(name)s”.%(nearest)s") % {"name": name[:60], "nearest": nearest(name, valid)},
                members={"fields": valid},
            )
    if not asked:
        raise BadQuery(_("`fields` takes one or more names, with commas between."), members={"fields": valid})
    return asked


def nearest(name: str, valid: Iterable[str]) -> str:
    """ " Did you mean …?", or nothing."""
    found = get_close_matches(name[:60], list(valid), n=1, cutoff=0.5)
    return " " + _("Did you mean “%s”?") % found[0] if found else ""
