"""Pages by cursor: a page begins after the last row of the one before, so the thousandth costs what the first costs.

A cursor holds that row's values of the order and which way to read; it is signed, so that none is made up. Rows that
are added or removed meanwhile neither repeat a row nor skip one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.core.exceptions import FieldDoesNotExist
from django.core.signing import BadSignature, Signer
from django.db.models import F, Field, Q, QuerySet
from django.db.models.expressions import OrderBy
from django.utils.translation import gettext as _
from rest_framework.pagination import BasePagination
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.urls import remove_query_param, replace_query_param

from catalog.api.errors import BadQuery, NoSuchPage

PAGE_SIZE = 50
PAGE_SIZE_MAX = 200
_signer = Signer(salt="catalog.api.cursor")


@dataclass(frozen=True)
class Term:
    """One term of an order: a column, an annotation, or a function of one. Empty values stand last.

    `name` is what the row calls the value, `lookup` what the query calls what is compared.
    """

    name: str
    lookup: str
    expression: Any
    descending: bool
    field: Field | None
    nulls_first: bool = False

    @property
    def nullable(self) -> bool:
        return bool(self.field and self.field.null)

    def backwards(self) -> Term:
        return replace(self, descending=not self.descending, nulls_first=self.nullable and not self.nulls_first)

    @property
    def ordering(self) -> OrderBy:
        nulls = {"nulls_first" if self.nulls_first else "nulls_last": True} if self.nullable else {}
        return OrderBy(self.expression, descending=self.descending, **nulls)

    def equals(self, value: Any) -> Q:
        return Q(**{f"{self.lookup}__isnull": True}) if value is None else Q(**{self.lookup: value})

    def beyond(self, value: Any) -> Q:
        """Rows that stand after this value, by this term alone."""
        nowhere, empty = Q(pk__in=[]), Q(**{f"{self.lookup}__isnull": True})
        if value is None:
            return ~empty if self.nulls_first else nowhere
        further = Q(**{f"{self.lookup}__{'lt' if self.descending else 'gt'}": value})
        return further | empty if self.nullable and not self.nulls_first else further

    def value_of(self, row: Any) -> Any:
        value = getattr(row, self.name)
        return value if value is None or isinstance(value, int | float | str) else _text(value)

    def read(self, value: Any) -> Any:
        return self.field.to_python(value) if self.field else value


def _text(value: Any) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)


def terms_of(queryset: QuerySet) -> list[Term]:
    """The queryset's order, made unique by the key at its end."""
    ordering = queryset.query.order_by or queryset.model._meta.ordering
    terms = [_term(queryset, wanted) for wanted in ordering]
    if not terms or not (terms[-1].field and terms[-1].field.unique):
        terms.append(_term(queryset, "pk"))
    return terms


def _term(queryset: QuerySet, wanted: Any) -> Term:
    descending = False
    if isinstance(wanted, str):
        descending, wanted = wanted.startswith("-"), F(wanted.removeprefix("-"))
    if isinstance(wanted, OrderBy):
        descending, wanted = wanted.descending, wanted.expression
    plain = isinstance(wanted, F)
    name = wanted.name if plain else wanted.get_source_expressions()[0].name
    meta = queryset.model._meta
    try:
        field = meta.pk if name == "pk" else meta.get_field(name)
    except FieldDoesNotExist:
        field = None
    name = field.attname if field else name
    return Term(name, name if plain else f"order_by_{name}", wanted, descending, field)


def after(terms: Sequence[Term], values: Sequence[Any]) -> Q:
    """Rows behind the one with these values: a > x or (a = x and (b > y or ...))."""
    condition = Q(pk__in=[])
    for term, value in reversed(list(zip(terms, values, strict=True))):
        condition = term.beyond(value) | (term.equals(value) & condition)
    return condition


class CursorPages(BasePagination):
    """`?cursor=…&page_size=100`; with `?count=true` the answer says how many rows there are on all pages together."""

    parameters = ("cursor", "page_size", "count")

    def paginate_queryset(self, queryset: QuerySet | Sequence, request: Request, view=None) -> list:
        self.request = request
        self.size = _page_size(request.query_params.get("page_size"))
        self.count = _count(queryset) if _wants_count(request) else None
        if isinstance(queryset, QuerySet):
            return self._rows_of_table(queryset)
        return self._rows_of_sequence(queryset)

    def _rows_of_table(self, queryset: QuerySet) -> list:
        terms = terms_of(queryset)
        order = ",".join(("-" if term.descending else "") + term.name for term in terms)
        values, back = self._read_cursor(order)
        reading = [term.backwards() for term in terms] if back else terms
        queryset = queryset.alias(**{term.lookup: term.expression for term in terms if term.lookup != term.name})
        queryset = queryset.order_by(*(term.ordering for term in reading))
        if values is not None:
            queryset = queryset.filter(after(reading, [t.read(v) for t, v in zip(terms, values, strict=True)]))
        rows = list(queryset[: self.size + 1])
        more, rows = len(rows) > self.size, rows[: self.size]
        if back:
            rows.reverse()

        def cursor(row: Any, backwards: bool) -> str:
            return _signer.sign_object([order, [term.value_of(row) for term in terms], backwards])

        self._link(rows, more, back, values is not None, cursor)
        return rows

    def _rows_of_sequence(self, sequence: Sequence) -> list:
        """What lies in memory in a fixed order is counted off."""
        values, back = self._read_cursor("position")
        start = values[0] if values else 0
        if back:
            start = max(0, start - self.size)
        rows = list(sequence[start : start + self.size])
        self.next = self.previous = None
        if start + self.size < len(sequence):
            self.next = self._url(_signer.sign_object(["position", [start + self.size], False]))
        if start:
            self.previous = self._url(_signer.sign_object(["position", [start], True]))
        return rows

    def _link(self, rows: list, more: bool, back: bool, midway: bool, cursor) -> None:
        """The page that one comes from exists, unless it was emptied meanwhile; the other one if rows are left over."""
        has_next, has_previous = (midway, more) if back else (more, midway)
        self.next = self._url(cursor(rows[-1], False)) if rows and has_next else None
        self.previous = self._url(cursor(rows[0], True)) if rows and has_previous else None

    def _read_cursor(self, order: str) -> tuple[list | None, bool]:
        given = self.request.query_params.get("cursor")
        if not given:
            return None, False
        try:
            made_for, values, back = _signer.unsign_object(given)
        except (BadSignature, ValueError) as error:
            detail = _("This cursor was not made by this site. Begin without one, and follow `next`.")
            raise NoSuchPage(detail) from error
        if made_for != order:
            raise NoSuchPage(_("This cursor belongs to another order. Begin without one, and follow `next`."))
        return values, back

    def _url(self, cursor: str) -> str:
        return replace_query_param(self.request.build_absolute_uri(), "cursor", cursor)

    def get_paginated_response(self, data: list) -> Response:
        body = {"next": self.next, "previous": self.previous, "results": data}
        if self.count is not None:
            body = {"count": self.count, **body}
        return Response(body, headers=self.link_header())

    def link_header(self) -> dict[str, str]:
        """The same links for formats whose body has no place for them (RFC 8288)."""
        first = remove_query_param(self.request.build_absolute_uri(), "cursor")
        links = {"next": self.next, "prev": self.previous, "first": first}
        return {"Link": ", ".join(f'<{url}>; rel="{name}"' for name, url in links.items() if url)}

    def get_paginated_response_schema(self, schema: dict) -> dict:
        address = {"type": ["string", "null"], "format": "uri"}
        return {
            "type": "object",
            "required": ["next", "previous", "results"],
            "properties": {
                "count": {"type": "integer", "description": "Rows on all pages together; only with `?count=true`."},
                "next": {**address, "description": "The next page; null on the last one."},
                "previous": {**address, "description": "The page before; null on the first one."},
                "results": schema,
            },
        }

    def get_schema_operation_parameters(self, view) -> list[dict]:
        size = {"type": "integer", "minimum": 1, "maximum": PAGE_SIZE_MAX, "default": PAGE_SIZE}
        return [
            _parameter("cursor", {"type": "string"}, "From `next` or `previous` of another answer; take it as it is."),
            _parameter("page_size", size, "Rows on a page."),
            _parameter("count", {"type": "boolean", "default": False}, "Whether to count the rows of all pages."),
        ]


def _parameter(name: str, schema: dict, description: str) -> dict:
    return {"name": name, "in": "query", "required": False, "schema": schema, "description": description}


def _page_size(given: str | None) -> int:
    if given is None:
        return PAGE_SIZE
    if not (given.isascii() and given.isdigit() and len(given) < 5 and 1 <= int(given) <= PAGE_SIZE_MAX):
        raise BadQuery(_("`page_size` is a whole number from 1 to %d.") % PAGE_SIZE_MAX)
    return int(given)


def _wants_count(request: Request) -> bool:
    given = request.query_params.get("count", "false")
    if given not in ("true", "false"):
        raise BadQuery(_("`count` is `true` or `false`."))
    return given == "true"


def _count(rows: QuerySet | Sequence) -> int:
    return rows.count() if isinstance(rows, QuerySet) else len(rows)
