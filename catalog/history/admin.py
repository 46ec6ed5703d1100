"""What is changed at /admin/ is recorded like any other change; the history itself is only looked at there."""

from __future__ import annotations

from django.contrib import admin
from django.db import models

from catalog.history.recording import recorded
from catalog.history.removing import follow, remove
from catalog.history.snapshots import Recorded
from catalog.models import Author, Note, Paper, PaperList, Section, Topic, Venue
from catalog.works.addresses import keep_address
from catalog.works.identity import rekey

_SUMMARY = "At /admin/."


class RecordedAdmin(admin.ModelAdmin):
    """For papers, topics, lists and sections, and for authors and venues, whose names stand in papers."""

    def changeform_view(self, request, object_id=None, form_url="", extra_context=None):
        if request.method != "POST":
            return super().changeform_view(request, object_id, form_url, extra_context)
        row = self.get_object(request, object_id) if object_id else None
        with recorded(*(rows_of(row) if row else ()), actor=request.user, summary=_SUMMARY) as recorder:
            request.recorder = recorder
            return super().changeform_view(request, object_id, form_url, extra_context)

    def save_model(self, request, obj, form, change) -> None:
        if isinstance(obj, Section):
            request.recorder.will_change(obj.paper_list)  # the list that it comes to, where it leaves another
        super().save_model(request, obj, form, change)
        if isinstance(obj, Paper) and change and "slug" in form.changed_data:
            keep_address(paper=obj, slug=form.initial["slug"])

    def save_related(self, request, form, formsets, change) -> None:
        super().save_related(request, form, formsets, change)
        request.recorder.created(*rows_of(form.instance))  # what was there before is known already
        _follow(form.instance)

    def delete_model(self, request, obj) -> None:
        if isinstance(obj, Recorded):
            remove(obj, actor=request.user, summary=_SUMMARY)
            return
        papers = _papers_of(obj)
        with recorded(*rows_of(obj), actor=request.user, summary=_SUMMARY):
            super().delete_model(request, obj)
            follow(papers)

    def delete_queryset(self, request, queryset) -> None:
        for obj in queryset:
            self.delete_model(request, obj)


def rows_of(obj: models.Model) -> list[Recorded]:
    """The rows with a history that an edit of this one changes."""
    if isinstance(obj, Paper):
        return [obj, *Note.objects.filter(paper=obj)]
    if isinstance(obj, Section):
        return [obj.paper_list]
    if isinstance(obj, Author | Venue):
        return list(obj.papers.all())
    return [obj]


def _follow(obj: models.Model) -> None:
    papers = _papers_of(obj)
    rekey(papers)
    follow(papers)


def _papers_of(obj: models.Model) -> list[int]:
    """Those whose search text, keys or pages say what was changed."""
    if isinstance(obj, Paper):
        return [obj.pk]
    if isinstance(obj, Topic | Author | Venue):
        return list(obj.papers.values_list("pk", flat=True))
    paper_list = obj if isinstance(obj, PaperList) else obj.paper_list
    papers = Paper.objects.filter(entries__section__paper_list=paper_list)
    return list(papers.distinct().values_list("pk", flat=True))


class ReadOnlyAdmin(admin.ModelAdmin):
    def has_add_permission(self, request) -> bool:
        return False

    def has_change_permission(self, request, obj=None) -> bool:
        return False

    def has_delete_permission(self, request, obj=None) -> bool:
        return False
