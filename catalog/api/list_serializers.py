"""Curated lists as JSON: sections, nested, with their entries in the curator's order."""

from __future__ import annotations

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from catalog.api.fields import Needs, Sparse
from catalog.api.serializers import TITLES, NoteSerializer, PaperSerializer, read_only
from catalog.lists.outline import outline_of
from catalog.models import PaperList


class EntrySerializer(serializers.Serializer):
    id = serializers.IntegerField(source="pk", help_text="Its number.")
    position = serializers.IntegerField(help_text="Grows in the curator's order.")
    paper = serializers.SerializerMethodField(help_text="As lists of papers give it.")
    notes = serializers.SerializerMethodField(help_text="The paper's notes.")

    @extend_schema_field(PaperSerializer)
    def get_paper(self, entry) -> dict:
        names = PaperSerializer.usual(listing=True)
        return PaperSerializer(entry.paper, fields=names, context=self.context).data

    @extend_schema_field(NoteSerializer(many=True))
    def get_notes(self, entry) -> list[dict]:
        context = {**self.context, "paper_slug": entry.paper.slug}
        return NoteSerializer(entry.paper.notes.all(), many=True, context=context).data


class SectionSerializer(serializers.Serializer):
    """A section with its entries and the sections below it (catalog.lists.outline.Node)."""

    id = serializers.IntegerField(source="section.pk", help_text="Its number.")
    name_en = serializers.CharField(source="section.name_en", help_text="The heading in English; may be empty.")
    name_zh = serializers.CharField(source="section.name_zh", help_text="The heading in Chinese; may be empty.")
    entries = EntrySerializer(many=True, help_text="What stands directly in it.")

    def get_fields(self) -> dict:
        below = SectionSerializer(source="children", many=True, help_text="The sections in it, in order.")
        return {**super().get_fields(), "sections": below}


class PaperListSerializer(Sparse, serializers.ModelSerializer):
    """A curated list. Only one list by itself gives its sections."""

    url = serializers.HyperlinkedIdentityField(
        view_name="list-detail", lookup_field="slug", help_text="This list in the API."
    )
    page = serializers.SerializerMethodField(help_text="Its page on the site.")
    paper_count = serializers.IntegerField(read_only=True, help_text="Different papers in it.")
    section_count = serializers.IntegerField(read_only=True, help_text="Sections, on all levels.")
    sections = serializers.SerializerMethodField(help_text="The outermost sections, in order.")

    class Meta:
        model = PaperList
        summary = [
            "slug", "url", "page", "name_en", "name_zh", "description_en", "description_zh", "paper_count",
            "section_count",
        ]  # fmt: skip
        fields = [*summary, "sections"]
        alone = ["sections"]
        extra_kwargs = read_only(slug="Its name in addresses.", **TITLES)

    always = ("slug", "position", "name_en", "name_zh", "description_en", "description_zh")
    needs = {"url": Needs(), "page": Needs(), "paper_count": Needs(), "section_count": Needs(), "sections": Needs()}

    @extend_schema_field({"type": "string", "format": "uri"})
    def get_page(self, paper_list: PaperList) -> str:
        return self.context["request"].build_absolute_uri(paper_list.get_absolute_url())

    @extend_schema_field(SectionSerializer(many=True))
    def get_sections(self, paper_list: PaperList) -> list[dict]:
        return SectionSerializer(outline_of(paper_list), many=True, context=self.context).data
