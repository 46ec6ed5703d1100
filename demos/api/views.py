"""/api/v1/methods/ and /api/v1/runs/."""

from __future__ import annotations

from collections.abc import Callable

from django.http import Http404
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, OpenApiResponse, extend_schema, extend_schema_view
from rest_framework import status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from catalog.access import MayWrite, user_or_none
from catalog.api.permissions import FromThisSite, WithinScope
from catalog.api.resource import UUID, Resource
from demos import services
from demos.access import MayStop
from demos.api.filters import RunFilter
from demos.api.run_parts import RunParts
from demos.api.serializers import (
    MethodSerializer,
    MethodSummarySerializer,
    RunRequestSerializer,
    RunSerializer,
    RunSummarySerializer,
)
from demos.api.starting import IDEMPOTENCY_KEY, start_once
from demos.api.trying import TryAction
from demos.models import Run
from workers import registry

PROBLEM = OpenApiResponse(description="A problem, as application/problem+json (RFC 9457).")
START_EXAMPLE = OpenApiExample(
    "Hinton's soft targets at temperature 4",
    {"method": "hinton-kd", "preset": "small", "seed": 0, "params": {"temperature": 4}},
    request_only=True,
)


@extend_schema_view(list=extend_schema(summary="Methods", description="Every method that runs here, by family."))
class MethodViewSet(Resource):
    """What a method is: texts, parameters with bounds, presets, data sets, the paper's claims."""

    serializer_class = MethodSummarySerializer
    filter_backends = []

    def get_queryset(self):
        return list(registry.all_specs().values())

    @extend_schema(
        summary="One method",
        responses={200: MethodSerializer, 404: PROBLEM},
        parameters=[OpenApiParameter("slug", str, "path")],
    )
    def retrieve(self, request: Request, slug: str) -> Response:
        try:
            spec = registry.get_spec(slug)
        except registry.UnknownMethod as error:
            raise Http404(str(error)) from error
        return Response(MethodSerializer(spec, context=self.get_serializer_context()).data)


@extend_schema_view(
    list=extend_schema(summary="Runs", description="Newest first."),
    retrieve=extend_schema(summary="One run", responses={200: RunSerializer, 404: PROBLEM}),
)
class RunViewSet(RunParts, TryAction, Resource):
    queryset = Run.objects.for_listing()
    permission_classes = [WithinScope, FromThisSite, MayWrite]
    write_scope = "run"
    serializer_class = RunSummarySerializer
    filterset_class = RunFilter
    lookup_field = "pk"
    lookup_value_regex = UUID
    paged_actions = ("list", "events", "artifacts")
    extra_parameters = {"events": ("after",), "series": ("points", "names")}

    def get_queryset(self):
        runs = super().get_queryset()
        return runs.prefetch_related("artifacts") if self.action == "retrieve" else runs

    def get_serializer_class(self):
        return RunSummarySerializer if self.action == "list" else RunSerializer

    @extend_schema(
        summary="Start a run",
        request=RunRequestSerializer,
        parameters=[IDEMPOTENCY_KEY],
        responses={202: RunSerializer, 400: PROBLEM, 401: PROBLEM, 403: PROBLEM, 422: PROBLEM, 429: PROBLEM},
        examples=[START_EXAMPLE],
    )
    def create(self, request: Request) -> Response:
        asked = RunRequestSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        wanted = {name: asked.validated_data[name] for name in ("spec", "preset", "data", "seed", "params")}
        return self._started(lambda: services.start_run(owner=user_or_none(request), **wanted))

    @extend_schema(
        summary="Repeat a run",
        description="The same method, set-up, data, seed and parameters once more.",
        parameters=[IDEMPOTENCY_KEY],
        request=None,
        responses={202: RunSerializer, 400: PROBLEM, 404: PROBLEM, 422: PROBLEM, 429: PROBLEM},
    )
    @action(detail=True, methods=["post"])
    def repeat(self, request: Request, pk: str | None = None) -> Response:
        run = self.get_object()
        return self._started(lambda: services.repeat_run(run=run, owner=user_or_none(request)), has_body=False)

    def _started(self, start: Callable[[], Run], *, has_body: bool = True) -> Response:
        run, headers = start_once(self.request, start, has_body=has_body)
        body = RunSerializer(run, context=self.get_serializer_context()).data
        return Response(body, status=status.HTTP_202_ACCEPTED, headers={"Location": body["url"], **headers})

    @extend_schema(
        summary="Stop a run",
        description="For whoever started it, and administrators.",
        request=None,
        responses={202: RunSerializer, 401: PROBLEM, 403: PROBLEM, 404: PROBLEM},
    )
    @action(detail=True, methods=["post"], permission_classes=[WithinScope, FromThisSite, MayWrite, MayStop])
    def cancel(self, request: Request, pk: str | None = None) -> Response:
        run = services.request_cancel(run=self.get_object())
        return Response(self.get_serializer(run).data, status=status.HTTP_202_ACCEPTED)
