"""Papers, lists, categories and tags."""

from __future__ import annotations

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema, extend_schema_view

from catalog.api.filters import PaperFilter
from catalog.api.list_serializers import PaperListSerializer
from catalog.api.resource import Resource
from catalog.api.serializers import PaperSerializer, TopicSerializer
from catalog.models import Paper, PaperList, Topic


@extend_schema_view(
    list=extend_schema(summary="Papers", description="Found, narrowed and sorted as on the page of papers."),
    retrieve=extend_schema(summary="One paper", description="With its notes, its places in lists and its BibTeX."),
)
class PaperViewSet(Resource):
    serializer_class = PaperSerializer
    filterset_class = PaperFilter
    queryset = Paper.objects.all()
    versioned = True

    def get_queryset(self) -> QuerySet:
        return PaperSerializer.prepared(Paper.objects.all(), self.fields)


@extend_schema_view(
    list=extend_schema(summary="Lists", description="Curated lists, in the curators' order."),
    retrieve=extend_schema(summary="One list", description="With its sections, nested, and their entries."),
)
class PaperListViewSet(Resource):
    serializer_class = PaperListSerializer
    queryset = PaperList.objects.all()
    versioned = True

    def get_queryset(self) -> QuerySet:
        lists = PaperList.objects.all()
        if {"paper_count", "section_count"} & set(self.fields):
            lists = lists.with_counts()
        return lists.order_by("position", "name_en", "pk")


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
