"""The administration: for putting right what went wrong, not for daily work."""

from django.contrib import admin
from django.db import models

from catalog.history.admin import ReadOnlyAdmin, RecordedAdmin
from catalog.models import (
    AlternativeTitle,
    Author,
    Authorship,
    Change,
    ChangeSet,
    Entry,
    FormerAddress,
    Import,
    Note,
    Paper,
    PaperLink,
    PaperList,
    PaperVersion,
    Section,
    Topic,
    Venue,
    Verdict,
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
class PaperAdmin(RecordedAdmin):
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


@admin.register(Author)
class AuthorAdmin(RecordedAdmin):
    list_display = ["name", "key"]
    search_fields = ["name", "key"]


@admin.register(Venue)
class VenueAdmin(RecordedAdmin):
    list_display = ["name", "slug"]
    search_fields = ["name"]
    prepopulated_fields = {"slug": ["name"]}


@admin.register(Topic)
class TopicAdmin(RecordedAdmin):
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
class PaperListAdmin(RecordedAdmin):
    list_display = ["name_en", "name_zh", "position"]
    search_fields = ["name_en", "name_zh"]
    prepopulated_fields = {"slug": ["name_en"]}
    inlines = [SectionInline]


class EntryInline(admin.TabularInline):
    model = Entry
    autocomplete_fields = ["paper"]
    extra = 0


@admin.register(Section)
class SectionAdmin(RecordedAdmin):
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


# --- the history, to be looked at --------------------------------------------------------------------------------
@admin.register(ChangeSet)
class ChangeSetAdmin(ReadOnlyAdmin):
    list_display = ["created_at", "kind", "actor", "summary", "returned_by"]
    exclude = ["rows"]  # what people noted for themselves on a paper that was removed is among them
    list_filter = ["kind"]
    list_select_related = ["actor", "returned_by"]
    date_hierarchy = "created_at"


@admin.register(Change)
class ChangeAdmin(ReadOnlyAdmin):
    list_display = ["label", "target", "target_id", "changeset"]
    list_filter = ["target"]
    list_select_related = ["changeset"]
    search_fields = ["label"]


@admin.register(Verdict)
class VerdictAdmin(ReadOnlyAdmin):
    list_display = ["first", "second", "kind", "actor", "created_at"]
    list_filter = ["kind"]
    list_select_related = ["first", "second", "actor"]


@admin.register(FormerAddress)
class FormerAddressAdmin(ReadOnlyAdmin):
    list_display = ["slug", "paper"]
    list_select_related = ["paper"]
    search_fields = ["slug"]


@admin.register(PaperVersion)
class PaperVersionAdmin(ReadOnlyAdmin):
    list_display = ["title", "paper", "venue", "year"]
    list_select_related = ["paper"]
    search_fields = ["title"]
