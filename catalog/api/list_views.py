"""/api/v1/lists/: curated lists with their sections and entries."""

from __future__ import annotations

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema, extend_schema_view

from catalog.api.list_serializers import PaperListSerializer
from catalog.api.resource import Resource
from catalog.models import PaperList


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
