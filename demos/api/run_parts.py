"""What a run says and leaves, below its address: events (also as they happen), curves, files."""

from __future__ import annotations

import csv
import io
import math
from functools import partial
from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.decorators import action
from rest_framework.exceptions import ValidationError
from rest_framework.renderers import BaseRenderer, JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from demos import curves, streams
from demos.api.serializers import ArtifactSerializer, EventSerializer
from demos.charts import downsample

MOST_POINTS = 10_000
AFTER = OpenApiParameter("after", {"type": "integer", "minimum": 0}, description="Only events with a greater `seq`.")
LAST_EVENT_ID = OpenApiParameter(
    "Last-Event-ID", str, "header", description="Of an event stream: the last event seen. Stronger than `after`."
)
POINTS = OpenApiParameter(
    "points",
    {"type": "integer", "minimum": 2, "maximum": MOST_POINTS},
    description="At most so many of each curve: its ends, and the lowest and the highest of each stretch between.",
)
NAMES = OpenApiParameter("names", str, description="Only these curves: names with commas between.")
SERIES = {"type": "object", "additionalProperties": {"type": "array", "items": {"type": "array"}}}


class EventStream(BaseRenderer):
    """Named in content negotiation; what is sent is written by demos/streams.py."""

    media_type = "text/event-stream"
    format = "sse"
    charset = "utf-8"

    def render(self, data: Any, accepted_media_type=None, renderer_context=None) -> bytes:
        return JSONRenderer().render(data)


class SeriesCsv(BaseRenderer):
    """A row a point: name, step, value."""

    media_type = "text/csv"
    format = "csv"
    charset = "utf-8"

    def render(self, data: dict, accepted_media_type=None, renderer_context=None) -> str | bytes:
        if renderer_context["view"].action != "series":  # an answer to OPTIONS
            return JSONRenderer().render(data)
        text = io.StringIO()
        rows = csv.writer(text)
        rows.writerow(["name", "step", "value"])
        rows.writerows((name, step, value) for name, points in data.items() for step, value in points)
        return text.getvalue()


class RunParts:
    """Mixed into the viewset of runs."""

    @extend_schema(
        summary="What the job said",
        description=(
            "In pages; or, where `Accept` asks for `text/event-stream` (or `?format=sse`), every event as it happens: "
            "its `seq` is the id, its kind the event, its body the data. `state` carries where the run stands, `end` "
            "says that no more will come. Read on after a break with `Last-Event-ID`: nothing is lost or told twice."
        ),
        parameters=[AFTER, LAST_EVENT_ID],
        responses={(200, "application/json"): EventSerializer(many=True), (200, "text/event-stream"): OpenApiTypes.STR},
    )
    @action(detail=True, filterset_class=None, renderer_classes=[JSONRenderer, EventStream])
    def events(self, request: Request, pk: str | None = None, **kwargs):
        after = _whole(request, "after", 0, 0, math.inf)
        run = self.get_object()
        if request.accepted_renderer.format == EventStream.format:
            return streams.event_stream(request._request, run.pk)
        return self.page_of(run.events.filter(seq__gt=after), EventSerializer)

    @extend_schema(
        summary="Curves of a run",
        description="Every scalar by name, each a list of [step, value]; as CSV a row a point.",
        parameters=[POINTS, NAMES],
        responses={(200, "application/json"): SERIES, (200, "text/csv"): OpenApiTypes.STR},
    )
    @action(detail=True, renderer_classes=[JSONRenderer, SeriesCsv])
    def series(self, request: Request, pk: str | None = None, **kwargs) -> Response:
        is_thinned = "points" in request.query_params
        points = _whole(request, "points", MOST_POINTS, 2, MOST_POINTS) if is_thinned else 0
        scalars = self.get_object().events.filter(kind="scalar")
        if names := request.query_params.get("names"):
            scalars = scalars.filter(body__name__in=names.split(","))
        found = curves.series_of(scalars.values_list("body", flat=True))
        return Response({name: downsample(line, points) if points else line for name, line in found.items()})

    @extend_schema(summary="Files of a run", responses=ArtifactSerializer(many=True))
    @action(detail=True, filterset_class=None)
    def artifacts(self, request: Request, pk: str | None = None, **kwargs) -> Response:
        found = self.get_object().artifacts.all()
        return self.page_of(found, partial(ArtifactSerializer, context=self.get_serializer_context()))


def _whole(request: Request, name: str, default: int, low: int, high: float) -> int:
    """Raises ValidationError."""
    given = request.query_params.get(name, str(default))
    if not (given.isascii() and given.isdigit()) or not low <= int(given) <= high:
        words = f"A whole number, {low} or more." if high == math.inf else f"A whole number from {low} to {high}."
        raise ValidationError({name: [words]})
    return int(given)
