"""/api/v1/compare/: runs beside each other, only what differs unless all is asked for."""

from __future__ import annotations

from django.urls import reverse
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from catalog.api.errors import BadQuery
from catalog.api.resource import Collection
from demos.comparing.asking import NotComparable, asked_for
from demos.comparing.reading import Comparison
from demos.models import Run

PROBLEM = OpenApiResponse(description="A problem, as application/problem+json (RFC 9457).")
RUNS = OpenApiParameter("runs", str, required=True, description="Ids of 2 to 20 runs, with commas between them.")
BASELINE = OpenApiParameter("baseline", str, description="The id of the run that the others are held against.")
ALL = OpenApiParameter("all", bool, description="Also what is equal in all runs.")


class ComparedRunSerializer(serializers.Serializer):
    id = serializers.UUIDField()
    url = serializers.SerializerMethodField()
    name = serializers.CharField(help_text="What sets it apart from the others.")

    def get_url(self, column: dict) -> str:
        return self.context["request"].build_absolute_uri(reverse("run-detail", args=[column["id"]]))


class LineSerializer(serializers.Serializer):
    name = serializers.CharField()
    values = serializers.ListField(child=serializers.CharField(allow_blank=True), help_text="In the order of `runs`.")
    differs = serializers.BooleanField()


class ResultLineSerializer(serializers.Serializer):
    role = serializers.CharField()
    metric = serializers.CharField()
    unit = serializers.CharField(source="stored_unit", allow_blank=True)
    values = serializers.ListField(child=serializers.FloatField(allow_null=True), help_text="In the order of `runs`.")


class ComparisonSerializer(serializers.Serializer):
    runs = ComparedRunSerializer(many=True, help_text="The first is the baseline.")
    params = LineSerializer(many=True)
    environment = LineSerializer(many=True)
    results = ResultLineSerializer(many=True)


class ComparisonViewSet(Collection):
    """Runs beside each other."""

    serializer_class = ComparisonSerializer
    queryset = Run.objects.none()
    filter_backends = []
    pagination_class = None
    paged_actions = ()
    extra_parameters = {"list": ("runs", "baseline", "all")}

    @extend_schema(
        operation_id="compare",
        summary="Compare runs",
        description="What differs between 2 to 20 runs, and every result of each.",
        parameters=[RUNS, BASELINE, ALL],
        responses={200: ComparisonSerializer, 400: PROBLEM},
    )
    def list(self, request: Request) -> Response:
        asked = asked_for(request.query_params)
        try:
            asked.check()
        except NotComparable as error:
            raise BadQuery(str(error)) from error
        shows_all = request.query_params.get("all", "").lower() in {"1", "true"}
        comparison = Comparison(asked.runs)
        body = {
            "runs": [{"id": run.id, "name": comparison.names[place]} for place, run in enumerate(comparison.runs)],
            "params": [line for line in [*comparison.asked, *comparison.params] if shows_all or line.differs],
            "environment": [line for line in comparison.surroundings if shows_all or line.differs],
            "results": comparison.results,
        }
        return Response(ComparisonSerializer(body, context=self.get_serializer_context()).data)
