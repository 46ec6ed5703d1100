"""/api/v1/lists/: curated lists with their sections and entries."""

from __future__ import annotations

from django.db import transaction
from django.db.models import QuerySet
from drf_spectacular.utils import OpenApiExample, extend_schema, extend_schema_view
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from catalog.access import user_or_none
from catalog.api.errors import Conflict, Unprocessable
from catalog.api.list_inputs import ListInput, NewListInput
from catalog.api.list_serializers import PaperListSerializer
from catalog.api.renderers import LIST_RENDERERS, ListRenderer
from catalog.api.resource import Resource
from catalog.history.refusals import CannotReturn
from catalog.history.removing import remove
from catalog.lists.entries import EditRefused, SlugTaken, create_list
from catalog.lists.replacing import replace_list
from catalog.models import PaperList

NEW_LIST = OpenApiExample(
    "A list of one section",
    {"name_en": "Where to begin", "name_zh": "入门", "sections": [{"name_en": "Overviews", "entries": []}]},
    request_only=True,
)


@extend_schema_view(
    list=extend_schema(summary="Lists", description="Curated lists, in the curators' order."),
    retrieve=extend_schema(summary="One list", description="With its sections, nested, and their entries."),
)
class PaperListViewSet(Resource):
    serializer_class = PaperListSerializer
    queryset = PaperList.objects.all()
    versioned = True

    def get_renderers(self) -> list:
        """One list comes in every format; the list of lists, which names no papers, as JSON."""
        others = LIST_RENDERERS if self.action == "retrieve" else ()
        return [*super().get_renderers(), *(renderer() for renderer in others)]

    def fields_to_read(self, asked: list[str]) -> list[str]:
        """The other formats read the list anew, by its slug."""
        is_other = isinstance(getattr(self.request, "accepted_renderer", None), ListRenderer)
        return ["slug"] if is_other else asked

    def get_queryset(self) -> QuerySet:
        lists = PaperList.objects.all()
        if {"paper_count", "section_count"} & set(self.fields):
            lists = lists.with_counts()
        return lists.order_by("position", "name_en", "pk")

    @extend_schema(
        summary="Make a list", request=NewListInput, responses={201: PaperListSerializer}, examples=[NEW_LIST]
    )
    def create(self, request: Request) -> Response:
        """409 where another list has the slug."""
        given = self.read_body(NewListInput)
        words = dict.fromkeys(("name_zh", "description_en", "description_zh"), "") | given.names()
        try:
            with transaction.atomic():
                slug = given.validated_data.get("slug", "")
                paper_list = create_list(slug=slug, actor=user_or_none(request), **words)
                if given.validated_data.get("sections"):
                    self._replace(paper_list, given)
        except SlugTaken as taken:
            raise Conflict(str(taken)) from taken
        return self.created(self.get_queryset().get(pk=paper_list.pk))

    @extend_schema(summary="Change a list", request=ListInput, responses=PaperListSerializer)
    def partial_update(self, request: Request, slug: str) -> Response:
        """`sections` replaces all of them, with their entries and order: a section that is left out goes."""
        given = self.read_body(ListInput, partial=True)
        with self.locked(PaperList.objects.all(), slug=slug) as paper_list:
            self._replace(paper_list, given)
        return self.answer(self.get_queryset().get(pk=paper_list.pk))

    @extend_schema(summary="Remove a list", responses={204: None})
    def destroy(self, request: Request, slug: str) -> Response:
        """The papers stay; the history can bring the list back."""
        with self.locked(PaperList.objects.all(), slug=slug) as paper_list:
            remove(paper_list, actor=user_or_none(request))
        return Response(status=status.HTTP_204_NO_CONTENT)

    def _replace(self, paper_list: PaperList, given: ListInput) -> None:
        try:
            replace_list(
                paper_list=paper_list,
                names=given.names(),
                sections=given.sections_given(),
                summary=given.validated_data.get("summary", ""),
                actor=user_or_none(self.request),
            )
        except (EditRefused, CannotReturn) as refusal:
            raise Unprocessable(str(refusal)) from refusal
