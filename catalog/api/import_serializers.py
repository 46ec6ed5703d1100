"""Imports as JSON: the document's state, and what became of each of its entries."""

from __future__ import annotations

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.reverse import reverse

from catalog.api.inputs import Input, Text
from catalog.importers import FORMATS
from catalog.intake.page import counts_of, progress_of
from catalog.intake.remarks import translated
from catalog.models import Import, ImportItem

TEXT_MAX_CHARACTERS = 1_000_000


class CountsSerializer(serializers.Serializer):
    """Entries by what they are."""

    new = serializers.IntegerField(help_text="Papers that the catalogue has not.")
    here = serializers.IntegerField(help_text="Papers that it has.")
    doubtful = serializers.IntegerField(help_text="Entries that may be a paper that is here: decided on its page.")
    problem = serializers.IntegerField(help_text="Pieces that could not be read.")
    decided = serializers.IntegerField(help_text="Of the doubtful ones those that somebody decided.")
    gaining = serializers.IntegerField(help_text="Papers that are here and would gain a fact.")
    total = serializers.IntegerField(help_text="All entries.")


class ProgressSerializer(serializers.Serializer):
    """How far taking in has come."""

    done = serializers.IntegerField(help_text="Entries that are in the catalogue.")
    total = serializers.IntegerField(help_text="These and the ones still to come.")


class ImportSerializer(serializers.ModelSerializer):
    url = serializers.HyperlinkedIdentityField(view_name="import-detail", help_text="This import in the API.")
    page = serializers.SerializerMethodField(help_text="Its page on the site.")
    items = serializers.SerializerMethodField(help_text="Its entries.")
    counts = serializers.SerializerMethodField(help_text="Its entries by what they are.")
    progress = serializers.SerializerMethodField(help_text="While it is accepting: how far it has come; else null.")
    message = serializers.SerializerMethodField(help_text="Why it could not be read; else empty.")
    list = serializers.SlugRelatedField(
        source="paper_list", slug_field="slug", read_only=True, allow_null=True, help_text="Where its entries stand."
    )

    class Meta:
        model = Import
        fields = [
            "id", "url", "page", "items", "format", "name", "state", "message", "size_bytes", "read_bytes",
            "read_entries", "counts", "progress", "list", "created_at", "accepted_at", "undone_at",
        ]  # fmt: skip
        read_only_fields = fields
        extra_kwargs = {
            "id": {"help_text": "Its name in addresses."},
            "format": {"help_text": "What it was read as."},
            "name": {"help_text": "What its giver called it; may be empty."},
            "state": {"help_text": "Where it stands. Ask again while it is waiting, reading, accepting or undoing."},
            "size_bytes": {"help_text": "The document's length."},
            "read_bytes": {"help_text": "How much of it was read so far."},
            "read_entries": {"help_text": "How many entries were read so far."},
            "created_at": {"help_text": "When it was given."},
            "accepted_at": {"help_text": "When it was taken in; null: not yet."},
            "undone_at": {"help_text": "When it was taken back; null: it was not."},
        }

    @extend_schema_field({"type": "string", "format": "uri"})
    def get_page(self, import_: Import) -> str:
        return self.context["request"].build_absolute_uri(import_.get_absolute_url())

    @extend_schema_field({"type": "string", "format": "uri"})
    def get_items(self, import_: Import) -> str:
        return reverse("import-items", args=[import_.pk], request=self.context["request"])

    @extend_schema_field(CountsSerializer)
    def get_counts(self, import_: Import) -> dict:
        return counts_of(import_)

    @extend_schema_field(ProgressSerializer(allow_null=True))
    def get_progress(self, import_: Import) -> dict | None:
        return progress_of(import_) if import_.state == Import.State.ACCEPTING else None

    def get_message(self, import_: Import) -> str:
        return translated(import_.message) if import_.message else ""


class ImportSummarySerializer(ImportSerializer):
    """An import among others: without its counts and progress, which cost queries of their own."""

    class Meta(ImportSerializer.Meta):
        fields = [name for name in ImportSerializer.Meta.fields if name not in ("counts", "progress")]
        read_only_fields = fields

    counts = progress = None


class ImportItemSerializer(serializers.ModelSerializer):
    message = serializers.SerializerMethodField(help_text="What there is to say about it.")
    paper = serializers.SlugRelatedField(
        slug_field="slug", read_only=True, allow_null=True, help_text="The paper that it is, or became."
    )
    gains = serializers.ListField(child=serializers.DictField(), help_text="What the paper would gain, or gained.")
    differences = serializers.ListField(child=serializers.DictField(), help_text="Where it says something else.")

    class Meta:
        model = ImportItem
        fields = ["number", "line", "verdict", "title", "message", "text", "gains", "differences", "decision", "paper"]
        read_only_fields = fields
        extra_kwargs = {
            "number": {"help_text": "From 1, in the document's order."},
            "line": {"help_text": "Where it begins in the document."},
            "verdict": {"help_text": "What it is."},
            "title": {"help_text": "Empty for a problem."},
            "text": {"help_text": "The piece itself, where it is a problem."},
            "decision": {"help_text": "What somebody said of a doubtful one; else empty."},
        }

    def get_message(self, item: ImportItem) -> str:
        return translated(item.message) if item.message else ""


class ImportInput(Input):
    """A document as text. Large ones come as the body itself, with their own content type."""

    text = Text(max_length=TEXT_MAX_CHARACTERS, keep_space=True, help_text="The document.")
    format = serializers.ChoiceField(choices=["auto", *FORMATS], default="auto", help_text="`auto`: found out.")
    name = Text(max_length=200, required=False, allow_blank=True, help_text="What to call it: papers.bib.")
