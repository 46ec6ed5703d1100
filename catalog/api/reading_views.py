"""/api/v1/readings/: one's own list of papers. Nobody else sees it."""

from __future__ import annotations

from django.db import transaction
from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiExample, extend_schema, extend_schema_field, extend_schema_view
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse

from catalog.access import user_or_none
from catalog.api.errors import Conflict
from catalog.api.inputs import Input, Text, Whole
from catalog.api.permissions import FromThisSite, MayKeepList, WithinScope
from catalog.api.resource import Resource
from catalog.models import Paper, Reading
from catalog.readings import services as readings

NOTE_MAX_CHARACTERS = 20_000


class ReadingSerializer(serializers.ModelSerializer):
    url = serializers.SerializerMethodField(help_text="This row in the API.")
    paper = serializers.SlugRelatedField(slug_field="slug", read_only=True, help_text="The paper's slug.")
    title = serializers.CharField(source="paper.title", read_only=True, help_text="The paper's title.")

    class Meta:
        model = Reading
        fields = ["url", "paper", "title", "status", "note", "created_at", "updated_at"]
        read_only_fields = fields
        extra_kwargs = {
            "status": {"help_text": "How far one is with it."},
            "note": {"help_text": "What one noted for oneself, in Markdown."},
            "created_at": {"help_text": "When it came onto the list."},
            "updated_at": {"help_text": "When status or note were last changed."},
        }

    @extend_schema_field({"type": "string", "format": "uri"})
    def get_url(self, reading: Reading) -> str:
        return reverse("reading-detail", args=[reading.paper.slug], request=self.context["request"])


class ReadingInput(Input):
    status = serializers.ChoiceField(choices=Reading.Status.choices, help_text="How far one is with it.")
    note = Text(
        max_length=NOTE_MAX_CHARACTERS, required=False, allow_blank=True, keep_space=True, help_text="In Markdown."
    )
    place = Whole(
        required=False,
        min_value=1,
        max_value=1_000_000,
        help_text="Its place on the list, from 1.",
    )


class NewReadingInput(ReadingInput):
    paper = Text(max_length=120, help_text="The paper's slug.")


EXAMPLE = OpenApiExample("To be read", {"paper": "bert", "status": "to_read"}, request_only=True)


@extend_schema_view(
    list=extend_schema(summary="My list", description="In its owner's order."),
    retrieve=extend_schema(summary="One paper of my list"),
)
class ReadingViewSet(Resource):
    serializer_class = ReadingSerializer
    queryset = Reading.objects.none()
    filter_backends = []
    permission_classes = [WithinScope, FromThisSite, MayKeepList]
    is_private = True
    versioned = True

    def get_queryset(self) -> QuerySet:
        rows = self._rows().select_related("paper").order_by("position", "pk")
        return rows.only(*(field.name for field in Reading._meta.concrete_fields), "paper__slug", "paper__title")

    def _rows(self) -> QuerySet:
        return readings.readings_of(user_or_none(self.request))

    def get_object(self) -> Reading:
        return get_object_or_404(self.get_queryset(), paper__slug=self.kwargs["slug"])

    @extend_schema(
        summary="Put a paper on my list",
        request=NewReadingInput,
        responses={201: ReadingSerializer},
        examples=[EXAMPLE],
    )
    def create(self, request: Request) -> Response:
        """409 where it stands there already; 404 where there is no such paper."""
        given = self.read_body(NewReadingInput).validated_data
        paper = get_object_or_404(Paper, slug=given["paper"])
        with transaction.atomic():
            if self._rows().filter(paper=paper).exists():
                raise Conflict(_("This paper stands on your list already."), members={"paper": paper.slug})
            self._write(paper, given)
        return self.created(self.get_queryset().get(paper=paper))

    @extend_schema(summary="Change a paper of my list", request=ReadingInput, responses=ReadingSerializer)
    def partial_update(self, request: Request, slug: str) -> Response:
        given = self.read_body(ReadingInput, partial=True).validated_data
        with self.locked(self._rows(), paper__slug=slug) as reading:
            self._write(reading.paper, given)
        return self.answer(self.get_object())

    @extend_schema(summary="Take a paper off my list", responses={204: None})
    def destroy(self, request: Request, slug: str) -> Response:
        """With its private note."""
        with self.locked(self._rows(), paper__slug=slug) as reading:
            readings.forget(paper=reading.paper, user=reading.user)
        return Response(status=status.HTTP_204_NO_CONTENT)

    def _write(self, paper: Paper, given: dict) -> None:
        user = user_or_none(self.request)
        if "status" in given:
            readings.set_status(paper=paper, user=user, status=given["status"])
        if "note" in given:
            readings.set_note(paper=paper, user=user, note=given["note"])
        if "place" in given:
            readings.move_reading(reading=self._rows().get(paper=paper), to="rank", target=given["place"])
