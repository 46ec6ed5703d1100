"""Papers, lists, categories and tags, to be read."""

from __future__ import annotations

from rest_framework import viewsets

from catalog.api import serializers
from catalog.api.filters import PaperFilter
from catalog.models import Paper, PaperList, Topic


class PaperViewSet(viewsets.ReadOnlyModelViewSet):
    """Papers with their authors in order, notes in both languages, places in lists and BibTeX."""

    lookup_field = "slug"
    filterset_class = PaperFilter
    queryset = Paper.objects.all()

    def get_queryset(self):
        return Paper.objects.for_page() if self.action == "retrieve" else Paper.objects.for_listing()

    def get_serializer_class(self):
        return serializers.PaperDetailSerializer if self.action == "retrieve" else serializers.PaperSerializer


class PaperListViewSet(viewsets.ReadOnlyModelViewSet):
    """Curated lists; one list with its sections, nested, and their entries in the curator's order."""

    lookup_field = "slug"
    queryset = PaperList.objects.with_counts()

    def get_serializer_class(self):
        return serializers.PaperListDetailSerializer if self.action == "retrieve" else serializers.PaperListSerializer


class CategoryViewSet(viewsets.ReadOnlyModelViewSet):
    """The few fixed subjects."""

    lookup_field = "slug"
    serializer_class = serializers.TopicSerializer
    queryset = Topic.objects.categories().with_counts().order_by("position", "name_en")


class TagViewSet(viewsets.ReadOnlyModelViewSet):
    """The many free ones."""

    lookup_field = "slug"
    serializer_class = serializers.TopicSerializer
    queryset = Topic.objects.tags().with_counts().order_by("position", "name_en")
