"""/api/v1/categories/ and /api/v1/tags/. Programs make tags; the categories are the editors'."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiExample, extend_schema, extend_schema_view
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from catalog.access import user_or_none
from catalog.api.errors import Conflict
from catalog.api.inputs import NamesInput
from catalog.api.resource import Resource
from catalog.api.serializers import TopicSerializer
from catalog.editing import topics as tagging
from catalog.history.removing import remove
from catalog.models import Topic

NEW_TAG = OpenApiExample("A tag", {"name_en": "attention", "name_zh": "注意力"}, request_only=True)


class TopicViewSet(Resource):
    serializer_class = TopicSerializer
    queryset = Topic.objects.none()

    def get_queryset(self) -> QuerySet:
        topics = self.queryset.all()
        return (topics.with_counts() if "paper_count" in self.fields else topics).order_by("position", "name_en", "pk")


@extend_schema_view(
    list=extend_schema(summary="Categories", description="The few fixed subjects."),
    retrieve=extend_schema(summary="One category"),
)
class CategoryViewSet(TopicViewSet):
    queryset = Topic.objects.categories()


@extend_schema_view(
    list=extend_schema(summary="Tags", description="The many free subjects."),
    retrieve=extend_schema(summary="One tag"),
)
class TagViewSet(TopicViewSet):
    queryset = Topic.objects.tags()
    versioned = True

    @extend_schema(summary="Make a tag", request=NamesInput, responses={201: TopicSerializer}, examples=[NEW_TAG])
    def create(self, request: Request) -> Response:
        """409 where another tag has the name, in either language."""
        given = self.read_body(NamesInput).validated_data
        with self._conflicts():
            tag = tagging.create_tag(actor=user_or_none(request), **given)
        return self.created(self.get_queryset().get(pk=tag.pk))

    @extend_schema(summary="Change a tag's texts", request=NamesInput, responses=TopicSerializer)
    def partial_update(self, request: Request, slug: str) -> Response:
        """The slug stays: addresses do not change."""
        given = self.read_body(NamesInput, partial=True).validated_data
        with self._conflicts(), self.locked(Topic.objects.tags(), slug=slug) as tag:
            words = {name: getattr(tag, name) for name in tagging.BILINGUAL} | given
            tagging.change_topic(topic=tag, actor=user_or_none(request), **words)
        return self.answer(self.get_queryset().get(pk=tag.pk))

    @extend_schema(summary="Remove a tag", responses={204: None})
    def destroy(self, request: Request, slug: str) -> Response:
        """Papers lose it; the history can bring it back."""
        with self.locked(Topic.objects.tags(), slug=slug) as tag:
            remove(tag, actor=user_or_none(request))
        return Response(status=status.HTTP_204_NO_CONTENT)

    @contextmanager
    def _conflicts(self) -> Iterator[None]:
        try:
            yield
        except tagging.NameTaken as taken:
            raise Conflict(_("Another tag has this name."), members={"tag": taken.topic.slug}) from taken
