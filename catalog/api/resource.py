"""What every address of the API shares: refusals in a fixed order, known parameters only, chosen fields, ETags."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import models, transaction
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from rest_framework import serializers, status, viewsets
from rest_framework.exceptions import MethodNotAllowed
from rest_framework.generics import get_object_or_404
from rest_framework.request import Request
from rest_framework.response import Response

from catalog.access import MayEdit
from catalog.api.conditional import require_match, set_tag, tag_answer, version_of
from catalog.api.errors import BadQuery
from catalog.api.fields import Sparse, fields_asked_for, nearest
from catalog.api.paging import CursorPages
from catalog.api.permissions import FromThisSite, WithinScope

SLUG = r"[-a-zA-Z0-9_]+"
UUID = "[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}"


class Collection(viewsets.GenericViewSet):
    """Rows of one kind, to be listed.

    `paged_actions` answer with pages, `filtered_actions` take the filters; `versioned` rows can be written to, and
    their ETag begins with their version; `extra_parameters` are query parameters of single actions that no filter
    names.
    """

    permission_classes = [WithinScope, FromThisSite, MayEdit]
    lookup_field = "slug"
    lookup_value_regex = SLUG
    paged_actions: tuple[str, ...] = ("list",)
    filtered_actions: tuple[str, ...] = ("list",)
    versioned = False
    extra_parameters: dict[str, tuple[str, ...]] = {}

    # --- before an action ---------------------------------------------------------------------------------------
    def initial(self, request: Request, *args, **kwargs) -> None:
        """405 comes before 401: no token makes a method exist."""
        if self.action is None:
            raise MethodNotAllowed(request.method)
        super().initial(request, *args, **kwargs)
        self._refuse_unknown_parameters()

    def _refuse_unknown_parameters(self) -> None:
        known = self.known_parameters
        for name in self.request.query_params:
            if name not in known:
                what = {"name": name[:60], "nearest": nearest(name, known)}
                detail = _("There is no query parameter “%(name)s” here.%(nearest)s") % what
                raise BadQuery(detail, members={"parameters": known})

    @property
    def known_parameters(self) -> list[str]:
        known = [*self.extra_parameters.get(self.action, ()), "format"]
        if self.request.method not in ("GET", "HEAD"):
            return known
        if self.is_sparse:
            known.append("fields")
        if self.action in self.paged_actions:
            known += CursorPages.parameters
        if self.action in self.filtered_actions and (filters := getattr(self, "filterset_class", None)):
            known += filters.base_filters
        return known

    # --- the fields of an answer --------------------------------------------------------------------------------
    @property
    def is_sparse(self) -> bool:
        return self.action in ("list", "retrieve") and issubclass(self.get_serializer_class(), Sparse)

    @cached_property
    def fields(self) -> list[str]:
        """Names of the fields to give. Lists give the short form where nothing is asked for."""
        serializer, asked = self.get_serializer_class(), self.request.query_params.get("fields")
        listing = self.action == "list"
        if asked is None or self.action not in ("list", "retrieve"):
            return self.fields_to_read(serializer.usual(listing=listing))
        return self.fields_to_read(fields_asked_for(asked, serializer.available(listing=listing)))

    def fields_to_read(self, asked: list[str]) -> list[str]:
        """For views whose other formats read something else."""
        return asked

    def get_serializer(self, *args, **kwargs):
        if self.is_sparse:
            kwargs.setdefault("fields", self.fields)
        return super().get_serializer(*args, **kwargs)

    # --- answers ------------------------------------------------------------------------------------------------
    def filter_queryset(self, rows: models.QuerySet) -> models.QuerySet:
        return super().filter_queryset(rows) if self.action in self.filtered_actions else rows

    def list(self, request: Request, *args, **kwargs) -> Response:
        return self.page_of(self.filter_queryset(self.get_queryset()))

    def page_of(self, rows, serializer=None) -> Response:
        page = self.paginate_queryset(rows)
        serializer = serializer or self.get_serializer
        return self.get_paginated_response(serializer(page, many=True).data)

    def answer(self, row: models.Model, **response) -> Response:
        """One row, with the version that a write to it must name."""
        self.version = version_of(row) if self.versioned else ""
        return Response(self.get_serializer(row).data, **response)

    def finalize_response(self, request: Request, response: Response, *args, **kwargs) -> Response:
        response = super().finalize_response(request, response, *args, **kwargs)
        if budget := getattr(request._request, "api_budget", None):
            for name, value in budget.headers.items():
                response[name] = value
        version = getattr(self, "version", "")
        if request.method in ("GET", "HEAD") and response.status_code == 200 and not response.streaming:
            response.add_post_render_callback(lambda rendered: tag_answer(request, _typed(rendered), version))
        elif version:
            response.add_post_render_callback(lambda rendered: set_tag(rendered, version))
        return response

    def created(self, row: models.Model) -> Response:
        answer = self.answer(row, status=status.HTTP_201_CREATED)
        answer["Location"] = str(answer.data["url"])
        return answer

    # --- writes -------------------------------------------------------------------------------------------------
    def read_body(self, form: type[serializers.Serializer], *, partial: bool = False) -> serializers.Serializer:
        """Raises ValidationError, which names all that is wrong."""
        given = form(data=self.request.data, partial=partial)
        given.is_valid(raise_exception=True)
        return given

    @contextmanager
    def locked(self, rows: models.QuerySet, **lookup) -> Iterator[models.Model]:
        """The row to write to, held until the end, once If-Match has said that its present state was seen."""
        with transaction.atomic():
            row = get_object_or_404(rows.select_for_update(of=("self",)), **lookup)
            require_match(self.request, version_of(row))
            yield row


def _typed(response: Response) -> Response:
    """REST framework takes the type from an empty body: a page of BibTeX may well be empty."""
    if "Content-Type" not in response:
        renderer = response.accepted_renderer
        response["Content-Type"] = f"{renderer.media_type}; charset=utf-8"
    return response


class Resource(Collection):
    """Rows of one kind, each with an address of its own."""

    def retrieve(self, request: Request, *args, **kwargs) -> Response:
        return self.answer(self.get_object())
