"""/api/v1/artifacts/: the files that runs left, by id."""

from __future__ import annotations

from typing import Any

from django.http import StreamingHttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework.decorators import action
from rest_framework.renderers import BaseRenderer, JSONRenderer
from rest_framework.request import Request

from catalog.api.resource import UUID, Resource
from demos import streams
from demos.api.serializers import ArtifactSerializer
from demos.models import Artifact


class AnyFile(BaseRenderer):
    """Named in content negotiation: a file is sent by demos/streams.py, not rendered."""

    media_type = "application/octet-stream"
    format = "bin"
    render_style = "binary"
    charset = None

    def render(self, data: Any, accepted_media_type=None, renderer_context=None) -> bytes:
        """Of what is no file: an answer to OPTIONS."""
        return JSONRenderer().render(data)


@extend_schema_view(
    list=extend_schema(summary="Files", description="What runs left, the latest first."),
    retrieve=extend_schema(summary="One file", description="Its size, its SHA-256, the run it is from."),
)
class ArtifactViewSet(Resource):
    queryset = Artifact.objects.order_by("-created_at", "-id")
    serializer_class = ArtifactSerializer
    lookup_field = "pk"
    lookup_value_regex = UUID

    @extend_schema(
        summary="The file itself",
        description="Always as an attachment, never as a type that a browser would show.",
        responses={(200, "application/octet-stream"): OpenApiTypes.BINARY},
    )
    @action(detail=True, renderer_classes=[AnyFile, JSONRenderer])
    def download(self, request: Request, pk: str | None = None, **kwargs) -> StreamingHttpResponse:
        return streams.artifact_file(self.get_object())
