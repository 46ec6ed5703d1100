"""The administration: for putting right what went wrong, not for daily work."""

from django.contrib import admin
from django.db import models
from django.utils.translation import gettext_lazy as _

from catalog.history.admin import ReadOnlyAdmin, RecordedAdmin
from catalog.intake.shelving import author_key
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
from catalog.works.likeness import key_of

admin.site.site_header = "Distillery"
admin.site.site_title = "Distillery"
admin.site.index_title = _("Rescue entrance")


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
    fields = ["title"]
    extra = 0


class NoteInline(admin.StackedInline):
    model = Note
    extra = 0


@admin.register(Paper)
class PaperAdmin(RecordedAdmin):
    list_display = ["title", "short_name", "venue", "year", "arxiv", "updated_at"]
    list_filter = [
        "source",
        *((name, admin.EmptyFieldListFilter) for name in ("year", "venue", "arxiv", "doi", "acl")),
    ]
    list_select_related = ["venue"]
    list_per_page = 50
    show_full_result_count = False
    date_hierarchy = "created_at"
    search_fields = ["title", "short_name", "arxiv", "doi", "acl", "citation_key"]
    autocomplete_fields = ["venue", "topics"]
    prepopulated_fields = {"slug": ["title"]}
    readonly_fields = [
        "title_key", "block_key", "citation_key", "bibtex_type", "bibtex_key", "bibtex_fields", "bibtex_raw", "source",
        "origin", "created_at", "updated_at",
    ]  # fmt: skip
    fieldsets = [
        (None, {"fields": ["title", "short_name", "slug", "venue", "year", "arxiv", "doi", "acl", "topics"]}),
        (_("Set by the site"), {"fields": readonly_fields, "classes": ["collapse"]}),
    ]
    inlines = [AuthorshipInline, AlternativeTitleInline, LinkInline, NoteInline]

    def save_model(self, request, obj, form, change) -> None:
        obj.title_key = key_of(obj.title)
        super().save_model(request, obj, form, change)

    def save_formset(self, request, form, formset, change) -> None:
        """Other titles get their keys, which are no field of the form."""
        if formset.model is AlternativeTitle:
            for row in formset.forms:
                row.instance.title_key = key_of(row.instance.title)
        super().save_formset(request, form, formset, change)

    def get_deleted_objects(self, objs, request):
        """What hangs on a paper goes with it, also what cannot be removed by itself: versions, addresses."""
        found, counts, _forbidden, protected = super().get_deleted_objects(objs, request)
        return found, counts, set(), protected


@admin.register(Note)
class NoteAdmin(ReadOnlyAdmin):
    """To find a note; its paper's form has it, to be edited."""

    list_display = ["beginning", "language", "paper", "updated_at"]
    list_filter = ["language"]
    list_select_related = ["paper"]
    list_per_page = 50
    date_hierarchy = "updated_at"
    search_fields = ["body", "paper__title"]

    @admin.display(description=_("Note"))
    def beginning(self, note: Note) -> str:
        return str(note) or "–"


@admin.register(Author)
class AuthorAdmin(RecordedAdmin):
    list_display = ["name", "key"]
    list_per_page = 50
    show_full_result_count = False
    search_fields = ["name", "key"]
    fields = ["name", "key", "paper_count"]
    readonly_fields = ["key", "paper_count"]

    def save_model(self, request, obj, form, change) -> None:
        obj.key = author_key(obj.name)
        super().save_model(request, obj, form, change)

    @admin.display(description=_("Papers"))
    def paper_count(self, author: Author) -> int:
        return author.papers.count() if author.pk else 0


@admin.register(Venue)
class VenueAdmin(RecordedAdmin):
    list_display = ["name", "slug", "paper_count"]
    search_fields = ["name"]
    prepopulated_fields = {"slug": ["name"]}
    readonly_fields = ["paper_count"]

    def get_queryset(self, request) -> models.QuerySet:
        return super().get_queryset(request).annotate(papers_there=models.Count("papers"))

    @admin.display(description=_("Papers"), ordering="papers_there")
    def paper_count(self, venue: Venue) -> int:
        return getattr(venue, "papers_there", 0)


@admin.register(Topic)
class TopicAdmin(RecordedAdmin):
    list_display = ["name_en", "name_zh", "kind", "position", "paper_count"]
    list_filter = ["kind"]
    search_fields = ["name_en", "name_zh", "slug"]
    prepopulated_fields = {"slug": ["name_en"]}
    readonly_fields = ["paper_count"]

    def get_queryset(self, request) -> models.QuerySet:
        return super().get_queryset(request).with_counts()

    @admin.display(description=_("Papers"), ordering="paper_count")
    def paper_count(self, topic: Topic) -> int:
        return getattr(topic, "paper_count", 0)


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
class ImportAdmin(ReadOnlyAdmin):
    list_display = ["__str__", "format", "state", "owner", "created_at", "accepted_at", "undone_at"]
    list_filter = ["state", "format"]
    list_select_related = ["owner"]
    date_hierarchy = "created_at"
    search_fields = ["name"]


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
