"""/api/v1/facets/: what the papers that a search finds have in common, counted."""

from __future__ import annotations

from django_filters.utils import translate_validation
from drf_spectacular.helpers import forced_singular_serializer
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from catalog.api.filters import PaperFilter
from catalog.api.resource import Collection
from catalog.models import Paper
from catalog.search.browsing import FILTERS, Browse


class FacetValueSerializer(serializers.Serializer):
    value = serializers.CharField(help_text="What the filter takes.")
    label = serializers.CharField(help_text="What readers see, in their language.")
    count = serializers.IntegerField(help_text="How many of the papers found have it.")
    chosen = serializers.BooleanField(help_text="Whether the search asks for it.")


class FacetSerializer(serializers.Serializer):
    """One facet, its commonest values first; `left_out` says how many more there are."""

    name = serializers.CharField(help_text="The filter's name: category, list, year, venue, tag, is, has, lang.")
    label = serializers.CharField(help_text="What readers see, in their language.")
    values = serializers.SerializerMethodField(help_text="The chosen ones, then the others.")
    left_out = serializers.IntegerField(help_text="How many values are not given here.")

    @extend_schema_field(FacetValueSerializer(many=True))
    def get_values(self, facet) -> list[dict]:
        return FacetValueSerializer([*facet.choices, *facet.more], many=True).data


class FacetsSerializer(serializers.Serializer):
    count = serializers.SerializerMethodField(help_text="How many papers were found.")
    facets = FacetSerializer(many=True, help_text="Only those that have values.")

    def get_count(self, browse: Browse) -> int:
        return len(browse.ids)

    def to_representation(self, browse: Browse) -> dict:
        facets = FacetSerializer(browse.facets(), many=True).data
        return {"count": self.get_count(browse), "facets": facets}


class FacetViewSet(Collection):
    serializer_class = FacetsSerializer
    filterset_class = PaperFilter
    queryset = Paper.objects.none()
    paged_actions = ()
    pagination_class = None

    @extend_schema(summary="Facets", responses=forced_singular_serializer(FacetsSerializer))
    def list(self, request: Request) -> Response:
        """Of the papers that /api/v1/papers/ finds with the same parameters."""
        asked = PaperFilter(request.query_params, queryset=Paper.objects.none())
        if not asked.is_valid():
            raise translate_validation(asked.errors)
        return Response(FacetsSerializer(Browse(_browsed(asked.form.cleaned_data))).data)


def _browsed(given: dict) -> dict:
    """A range of years is part of the text."""
    text, first, last = given["search"] or "", given["year_min"], given["year_max"]
    if first or last:
        text = f"{text} year:{first or ''}..{last or ''}".strip()
    return {"q": text} | {name: given[name] for name in FILTERS if given.get(name)}
