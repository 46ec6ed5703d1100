"""/api/v1/papers/<slug>/changes/ and /api/v1/lists/<slug>/changes/: who changed what, and when."""

from __future__ import annotations

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import serializers

from catalog.api.resource import Collection
from catalog.history.steps import changes_of
from catalog.models import Change, Paper, PaperList


class StepSerializer(serializers.Serializer):
    """What one person changed in one step."""

    id = serializers.IntegerField(source="pk", help_text="Its number; grows with time.")
    kind = serializers.CharField(help_text="edit, import, merge or return.")
    actor = serializers.SerializerMethodField(help_text="Whose step; null: somebody at an open machine.")
    summary = serializers.CharField(help_text="What they said about it; may be empty.")
    at = serializers.DateTimeField(source="created_at", help_text="When.")
    taken_back = serializers.SerializerMethodField(help_text="Whether it was taken back since.")

    def get_actor(self, step) -> str | None:
        return step.actor.get_username() if step.actor else None

    def get_taken_back(self, step) -> bool:
        return step.returned_by_id is not None


class ChangeSerializer(serializers.ModelSerializer):
    """One row before and after."""

    step = StepSerializer(source="changeset", help_text="The step that it was part of.")
    before = serializers.DictField(allow_null=True, help_text="As it stood; null where it was made.")
    after = serializers.DictField(allow_null=True, help_text="As it stood then; null where it was removed.")

    class Meta:
        model = Change
        fields = ["id", "step", "target", "target_id", "label", "before", "after"]
        read_only_fields = fields
        extra_kwargs = {
            "id": {"help_text": "Its number; grows with time."},
            "target": {"help_text": "What was changed: the paper, a note on it, the list."},
            "target_id": {"help_text": "The number of that row."},
            "label": {"help_text": "What it was called."},
        }


class ChangeViewSet(Collection):
    serializer_class = ChangeSerializer
    queryset = Change.objects.none()
    filter_backends = []

    def get_queryset(self) -> QuerySet:
        row = get_object_or_404(self.of, slug=self.kwargs["slug"])
        return changes_of(row).select_related("changeset__actor").order_by("-pk")


@extend_schema_view(list=extend_schema(summary="Changes of a paper", description="And of its notes, newest first."))
class PaperChangeViewSet(ChangeViewSet):
    of = Paper


@extend_schema_view(list=extend_schema(summary="Changes of a list", description="Newest first."))
class ListChangeViewSet(ChangeViewSet):
    of = PaperList
