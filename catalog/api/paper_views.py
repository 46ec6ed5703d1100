"""/api/v1/papers/: read, add, change, remove."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db.models import QuerySet
from django.http import HttpResponse
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiExample, extend_schema, extend_schema_view
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from catalog.access import user_or_none
from catalog.api.errors import Conflict
from catalog.api.filters import PaperFilter
from catalog.api.inputs import PaperInput
from catalog.api.renderers import PAPER_RENDERERS, PaperRenderer
from catalog.api.resource import Resource
from catalog.api.serializers import PaperSerializer
from catalog.editing import papers as editing
from catalog.editing.facts import facts_of
from catalog.history.removing import remove
from catalog.models import Paper
from catalog.works.addresses import follow_former_addresses

NEW_PAPER = OpenApiExample(
    "A preprint",
    {
        "title": "Distilling the Knowledge in a Neural Network",
        "authors": ["Geoffrey Hinton", "Oriol Vinyals", "Jeff Dean"],
        "year": 2015,
        "identifiers": {"arxiv": "1503.02531"},
        "links": [{"label": "pdf", "url": "https://arxiv.org/pdf/1503.02531"}],
    },
    request_only=True,
)
NEW_YEAR = OpenApiExample("Another year", {"year": 2016, "summary": "As in the proceedings."}, request_only=True)


@extend_schema_view(
    list=extend_schema(summary="Papers", description="Found, narrowed and sorted as on the page of papers."),
)
class PaperViewSet(Resource):
    serializer_class = PaperSerializer
    filterset_class = PaperFilter
    renderer_classes = [*Resource.renderer_classes, *PAPER_RENDERERS]
    queryset = Paper.objects.all()
    versioned = True

    def get_queryset(self) -> QuerySet:
        return PaperSerializer.prepared(Paper.objects.all(), self.fields)

    def fields_to_read(self, asked: list[str]) -> list[str]:
        """The other formats read papers anew, by their slugs."""
        is_other = isinstance(getattr(self.request, "accepted_renderer", None), PaperRenderer)
        return ["slug"] if is_other else asked

    @extend_schema(
        summary="One paper",
        description="With its notes, its places in lists and its BibTeX. An address that it once had leads here (301).",
    )
    @method_decorator(follow_former_addresses)
    def retrieve(self, request: Request, slug: str, **kwargs) -> HttpResponse:
        return super().retrieve(request)

    @extend_schema(summary="Add a paper", request=PaperInput, responses={201: PaperSerializer}, examples=[NEW_PAPER])
    def create(self, request: Request) -> Response:
        """409 where another paper has the identifier, or the title and `is_other_work` is not said."""
        given = self.read_body(PaperInput)
        with self._conflicts():
            paper = editing.create_paper(
                facts=given.facts(),
                is_other_work=given.validated_data["is_other_work"],
                summary=given.validated_data.get("summary", ""),
                actor=user_or_none(request),
            )
        return self.created(self.get_queryset().get(pk=paper.pk))

    @extend_schema(summary="Change a paper", request=PaperInput, responses=PaperSerializer, examples=[NEW_YEAR])
    def partial_update(self, request: Request, slug: str) -> Response:
        """What is left out stays as it is; a list that is sent replaces the one that is there."""
        given = self.read_body(PaperInput, partial=True)
        with self._conflicts(), self.locked(Paper.objects.all(), slug=slug) as paper:
            before = facts_of(paper)
            summary = given.validated_data.get("summary", "")
            editing.change_paper(
                paper=paper, facts=given.facts(before), seen=before, summary=summary, actor=user_or_none(request)
            )
        return self.answer(self.get_queryset().get(pk=paper.pk))

    @extend_schema(summary="Remove a paper", responses={204: None})
    def destroy(self, request: Request, slug: str) -> Response:
        """With its notes and its places in lists; its history keeps all of it, and can bring it back."""
        with self.locked(Paper.objects.all(), slug=slug) as paper:
            remove(paper, actor=user_or_none(request))
        return Response(status=status.HTTP_204_NO_CONTENT)

    @contextmanager
    def _conflicts(self) -> Iterator[None]:
        try:
            yield
        except editing.IdentifierTaken as taken:
            detail = _("Another paper has this identifier.")
            raise Conflict(detail, members={"field": taken.name, "paper": taken.paper.slug}) from taken
        except editing.TitleTaken as taken:
            detail = _("A paper of this title is here. If yours is another work, say so with `is_other_work`.")
            raise Conflict(detail, members={"field": "title", "paper": taken.paper.slug}) from taken
