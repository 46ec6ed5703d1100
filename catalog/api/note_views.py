"""/api/v1/papers/<slug>/notes/."""

from __future__ import annotations

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import OpenApiExample, extend_schema, extend_schema_view
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from catalog.access import user_or_none
from catalog.api.inputs import NoteInput
from catalog.api.resource import Resource
from catalog.api.serializers import NoteSerializer
from catalog.editing import notes as annotating
from catalog.history.removing import remove
from catalog.models import Note, Paper

NEW_NOTE = OpenApiExample("A note", {"language": "en", "body": "The *temperature* matters."}, request_only=True)


@extend_schema_view(
    list=extend_schema(summary="Notes on a paper", description="In both languages, the English ones first."),
    retrieve=extend_schema(summary="One note"),
)
class NoteViewSet(Resource):
    serializer_class = NoteSerializer
    queryset = Note.objects.none()
    filter_backends = []
    lookup_field = "pk"
    lookup_value_regex = r"\d{1,18}"
    versioned = True

    def get_queryset(self) -> QuerySet:
        return self._notes().select_related("paper").order_by("language", "created_at", "pk")

    def _notes(self) -> QuerySet:
        return Note.objects.filter(paper__slug=self.kwargs["slug"])

    def list(self, request: Request, slug: str) -> Response:
        get_object_or_404(Paper.objects.only("pk"), slug=slug)
        return super().list(request)

    @extend_schema(summary="Add a note", request=NoteInput, responses={201: NoteSerializer}, examples=[NEW_NOTE])
    def create(self, request: Request, slug: str) -> Response:
        paper = get_object_or_404(Paper, slug=slug)
        given = self.read_body(NoteInput).validated_data
        note = annotating.create_note(paper=paper, actor=user_or_none(request), **given)
        return self.created(note)

    @extend_schema(summary="Change a note", request=NoteInput, responses=NoteSerializer)
    def partial_update(self, request: Request, slug: str, pk: str) -> Response:
        given = self.read_body(NoteInput, partial=True).validated_data
        with self.locked(self._notes(), pk=pk) as note:
            words = {"language": note.language, "body": note.body, **given}
            note = annotating.change_note(note=note, seen=note.body, actor=user_or_none(request), **words)
        return self.answer(note)

    @extend_schema(summary="Remove a note", responses={204: None})
    def destroy(self, request: Request, slug: str, pk: str) -> Response:
        """The paper's history keeps it, and can bring it back."""
        with self.locked(self._notes(), pk=pk) as note:
            remove(note, actor=user_or_none(request))
        return Response(status=status.HTTP_204_NO_CONTENT)
