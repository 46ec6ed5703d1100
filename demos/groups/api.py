"""/api/v1/groups/: start a group, see what it measured, stop it."""

from __future__ import annotations

from django.urls import reverse
from drf_spectacular.utils import (
    OpenApiExample,
    OpenApiResponse,
    extend_schema,
    extend_schema_field,
    extend_schema_view,
)
from rest_framework import serializers, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from catalog.access import MayWrite, user_or_none
from catalog.api.permissions import FromThisSite, WithinScope
from catalog.api.resource import UUID, Resource
from demos import formatting
from demos.access import MayStop
from demos.api.serializers import RunRequestSerializer
from demos.api.starting import IDEMPOTENCY_KEY, start_once
from demos.groups import export, services
from demos.groups.grid import MAX_SEED, TooLarge, checked
from demos.groups.reading import GroupRuns, of_group
from demos.models import Group, Run
from workers import registry
from workers.spec import InvalidParams

PROBLEM = OpenApiResponse(description="A problem, as application/problem+json (RFC 9457).")
EXAMPLE = OpenApiExample(
    "Three temperatures, three seeds each",
    {"method": "hinton-kd", "preset": "smoke", "seeds": [0, 1, 2], "varied": {"temperature": [1, 2, 4]}},
    request_only=True,
)


class GroupRequestSerializer(RunRequestSerializer):
    """Runs to start: every seed at every combination of the varied values, all of them or none."""

    seed = None
    seeds = serializers.ListField(
        child=serializers.IntegerField(min_value=0, max_value=MAX_SEED), default=[0], allow_empty=False
    )
    varied = serializers.DictField(
        child=serializers.ListField(child=serializers.JSONField(allow_null=True), allow_empty=False),
        default=dict,
        help_text="At most two parameters, each with a list of values.",
    )

    def validate(self, asked: dict) -> dict:
        """Adds `spec`, and the preset's data where none is named. All that is wrong is named at once."""
        errors: dict = {}
        try:
            known = super().validate(asked)
        except serializers.ValidationError as error:
            errors = dict(error.detail)
            if "preset" in errors:
                raise
        errors |= self._grid_errors(asked)
        if errors:
            raise serializers.ValidationError(errors)
        return known

    def _grid_errors(self, asked: dict) -> dict:
        spec = registry.get_spec(asked["method"])
        named = {name: asked[name] for name in ("seeds", "params", "varied")}
        try:
            checked(spec, spec.preset(asked["preset"]), **named)
        except TooLarge as error:
            return {"varied" if asked["varied"] else "seeds": [str(error)]}
        except InvalidParams as error:
            found: dict = {}
            for name, text in error.errors.items():
                found.setdefault("varied" if name in asked["varied"] else "params", {})[name] = [formatting.local(text)]
            return found
        return {}


class GroupSummarySerializer(serializers.ModelSerializer):
    url = serializers.HyperlinkedIdentityField(view_name="group-detail")
    page = serializers.SerializerMethodField(help_text="Its page on the site.")
    seeds = serializers.ListField(child=serializers.IntegerField(), read_only=True)
    params = serializers.DictField(child=serializers.JSONField(), read_only=True, help_text="What all runs share.")
    varied = serializers.DictField(
        child=serializers.ListField(child=serializers.JSONField()), read_only=True, help_text="Values of what differs."
    )
    size = serializers.IntegerField(read_only=True, help_text="How many runs make it whole.")

    class Meta:
        model = Group
        fields = ("id", "url", "page", "method", "preset", "data", "seeds", "params", "varied", "size", "created_at")

    def get_page(self, group: Group) -> str:
        return self.context["request"].build_absolute_uri(group.get_absolute_url())


class SummarySerializer(serializers.Serializer):
    """One point, role and metric over seeds. Values as they are stored: a share is 0 to 1, a size is in bytes."""

    point = serializers.DictField(child=serializers.JSONField(), help_text="The varied parameters' values.")
    role = serializers.CharField()
    metric = serializers.CharField()
    unit = serializers.CharField(allow_blank=True)
    n = serializers.IntegerField(help_text="Seeds.")
    mean = serializers.FloatField()
    deviation = serializers.FloatField(allow_null=True, help_text="Sample standard deviation; null for one seed.")
    low = serializers.FloatField(allow_null=True, help_text="Lower end of the mean's 95 % interval (Student's t).")
    high = serializers.FloatField(allow_null=True)


class GroupRunSerializer(serializers.ModelSerializer):
    url = serializers.HyperlinkedIdentityField(view_name="run-detail")

    class Meta:
        model = Run
        fields = ("id", "url", "seed", "state", "cause")


class GroupSerializer(GroupSummarySerializer):
    ended = serializers.SerializerMethodField(help_text="Runs that have ended, repeats of failed ones not counted.")
    succeeded = serializers.SerializerMethodField()
    results = serializers.SerializerMethodField()
    runs = serializers.SerializerMethodField(help_text="In the order they were started.")

    class Meta(GroupSummarySerializer.Meta):
        fields = (*GroupSummarySerializer.Meta.fields, "ended", "succeeded", "results", "runs")

    def to_representation(self, group: Group) -> dict:
        self.found: GroupRuns = of_group(group)
        return super().to_representation(group)

    def get_ended(self, group: Group) -> int:
        return self.found.ended

    def get_succeeded(self, group: Group) -> int:
        return self.found.succeeded

    @extend_schema_field(SummarySerializer(many=True))
    def get_results(self, group: Group) -> list:
        return [{"point": point.values, **row} for point, row in export.summaries(self.found)]

    @extend_schema_field(GroupRunSerializer(many=True))
    def get_runs(self, group: Group) -> list:
        return GroupRunSerializer(self.found.runs, many=True, context=self.context).data


@extend_schema_view(
    list=extend_schema(summary="Groups of runs", description="Newest first."),
    retrieve=extend_schema(summary="One group", responses={200: GroupSerializer, 404: PROBLEM}),
)
class GroupViewSet(Resource):
    queryset = Group.objects.all()
    permission_classes = [WithinScope, FromThisSite, MayWrite]
    write_scope = "run"
    filter_backends = []
    lookup_field = "pk"
    lookup_value_regex = UUID

    def get_serializer_class(self):
        return GroupSummarySerializer if self.action == "list" else GroupSerializer

    @extend_schema(
        summary="Start a group of runs",
        request=GroupRequestSerializer,
        parameters=[IDEMPOTENCY_KEY],
        responses={202: GroupSerializer, 400: PROBLEM, 401: PROBLEM, 403: PROBLEM, 422: PROBLEM, 429: PROBLEM},
        examples=[EXAMPLE],
    )
    def create(self, request: Request) -> Response:
        asked = self.read_body(GroupRequestSerializer).validated_data
        named = {name: asked[name] for name in ("spec", "preset", "data", "seeds", "params", "varied")}
        owner = user_or_none(request)
        group, headers = start_once(request, lambda: services.start_group(owner=owner, **named))
        location = request.build_absolute_uri(reverse("group-detail", args=[group.pk]))
        return self.answer(group, status=status.HTTP_202_ACCEPTED, headers={"Location": location, **headers})

    @extend_schema(
        summary="Stop what is left of a group",
        description="For whoever started it, and administrators.",
        request=None,
        responses={202: GroupSerializer, 401: PROBLEM, 403: PROBLEM, 404: PROBLEM},
    )
    @action(detail=True, methods=["post"], permission_classes=[WithinScope, FromThisSite, MayWrite, MayStop])
    def cancel(self, request: Request, pk: str | None = None) -> Response:
        group = self.get_object()
        services.cancel_group(group=group)
        return self.answer(group, status=status.HTTP_202_ACCEPTED)
