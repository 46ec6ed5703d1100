"""The administration: for putting right what went wrong, not for daily work."""

from django.contrib import admin
from django.db import models

from catalog import search
from catalog.models import (
    AlternativeTitle,
    Author,
    Authorship,
    Entry,
    Import,
    Note,
    Paper,
    PaperLink,
    PaperList,
    Section,
    Topic,
    Venue,
)
from catalog.titles import title_key


class AuthorshipInline(admin.TabularInline):
    model = Authorship
    autocomplete_fields = ["author"]
    extra = 0


class LinkInline(admin.TabularInline):
    model = PaperLink
    formfield_overrides = {models.URLField: {"assume_scheme": "https"}}
    extra = 0


class AlternativeTitleInline(admin.TabularInline):
    model = AlternativeTitle
    fields = ["title", "title_key"]
    extra = 0


class NoteInline(admin.StackedInline):
    model = Note
    extra = 0


@admin.register(Paper)
class PaperAdmin(admin.ModelAdmin):
    list_display = ["title", "short_name", "venue", "year", "arxiv"]
    list_filter = ["topics"]
    list_select_related = ["venue"]
    search_fields = ["title", "short_name", "arxiv", "doi", "acl"]
    autocomplete_fields = ["venue", "topics"]
    prepopulated_fields = {"slug": ["title"]}
    readonly_fields = ["title_key", "bibtex_fields", "bibtex_raw", "created_at", "updated_at"]
    inlines = [AuthorshipInline, AlternativeTitleInline, LinkInline, NoteInline]

    def save_model(self, request, obj, form, change) -> None:
        obj.title_key = title_key(obj.title)[:500]
        super().save_model(request, obj, form, change)

    def save_related(self, request, form, formsets, change) -> None:
        super().save_related(request, form, formsets, change)
        search.reindex([form.instance.pk])


@admin.register(Author)
class AuthorAdmin(admin.ModelAdmin):
    list_display = ["name", "key"]
    search_fields = ["name", "key"]


@admin.register(Venue)
class VenueAdmin(admin.ModelAdmin):
    list_display = ["name", "slug"]
    search_fields = ["name"]
    prepopulated_fields = {"slug": ["name"]}


@admin.register(Topic)
class TopicAdmin(admin.ModelAdmin):
    list_display = ["name_en", "name_zh", "kind", "position"]
    list_filter = ["kind"]
    search_fields = ["name_en", "name_zh", "slug"]
    prepopulated_fields = {"slug": ["name_en"]}


class SectionInline(admin.TabularInline):
    model = Section
    fields = ["position", "parent", "name_en", "name_zh"]
    autocomplete_fields = ["parent"]
    extra = 0


@admin.register(PaperList)
class PaperListAdmin(admin.ModelAdmin):
    list_display = ["name_en", "name_zh", "position"]
    search_fields = ["name_en", "name_zh"]
    prepopulated_fields = {"slug": ["name_en"]}
    inlines = [SectionInline]


class EntryInline(admin.TabularInline):
    model = Entry
    autocomplete_fields = ["paper"]
    extra = 0


@admin.register(Section)
class SectionAdmin(admin.ModelAdmin):
    list_display = ["name_en", "name_zh", "paper_list", "position"]
    list_filter = ["paper_list"]
    list_select_related = ["paper_list"]
    search_fields = ["name_en", "name_zh"]
    autocomplete_fields = ["paper_list", "parent"]
    inlines = [EntryInline]


@admin.register(Import)
class ImportAdmin(admin.ModelAdmin):
    list_display = ["name", "format", "state", "owner", "created_at", "accepted_at"]
    list_filter = ["state", "format"]
    search_fields = ["name"]
    raw_id_fields = ["owner"]
    readonly_fields = ["format", "state", "report", "created_at", "accepted_at"]
    exclude = ["text"]
