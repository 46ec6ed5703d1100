"""The rescue entrance to runs: read, and remove what must not stay."""

from django.contrib import admin

from demos import services
from demos.models import Artifact, Run


class ReadOnlyAdmin(admin.ModelAdmin):
    def has_add_permission(self, request):
        return False

    def has_change_permission(self, request, obj=None):
        return False


@admin.register(Run)
class RunAdmin(ReadOnlyAdmin):
    list_display = ("method", "preset", "data", "seed", "state", "owner", "created_at", "ended_at")
    list_filter = ("state", "method", "preset")
    search_fields = ("method", "cause_en")
    date_hierarchy = "created_at"

    def delete_model(self, request, run):
        services.remove_runs(runs=[run])

    def delete_queryset(self, request, runs):
        services.remove_runs(runs=runs)


@admin.register(Artifact)
class ArtifactAdmin(ReadOnlyAdmin):
    list_display = ("name", "run", "size_bytes", "created_at")
    search_fields = ("name", "sha256")

    def delete_model(self, request, artifact):
        services.remove_artifacts(artifacts=[artifact])

    def delete_queryset(self, request, artifacts):
        services.remove_artifacts(artifacts=artifacts)
