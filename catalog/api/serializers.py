"""The catalogue as JSON."""

from __future__ import annotations

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from catalog.exporters.bibtex import entry_for
from catalog.models import Note, Paper, PaperLink, PaperList, Topic
from catalog.outline import outline_of, places_of


class TopicSerializer(serializers.ModelSerializer):
    paper_count = serializers.IntegerField(read_only=True)

    class Meta:
        model = Topic
        fields = ["slug", "name_en", "name_zh", "description_en", "description_zh", "paper_count"]


class PaperSerializer(serializers.ModelSerializer):
    """A paper as lists of papers give it."""

    url = serializers.HyperlinkedIdentityField(view_name="paper-detail", lookup_field="slug")
    authors = serializers.SerializerMethodField(help_text="In the paper's order.")
    venue = serializers.SlugRelatedField(slug_field="name", read_only=True)
    categories = serializers.SerializerMethodField(help_text="Slugs.")
    tags = serializers.SerializerMethodField(help_text="Slugs.")

    class Meta:
        model = Paper
        fields = ["slug", "url", "title", "short_name", "authors", "venue", "year", "categories", "tags"]

    def get_authors(self, paper: Paper) -> list[str]:
        return [authorship.author.name for authorship in paper.authorships.all()]

    def get_categories(self, paper: Paper) -> list[str]:
        return [topic.slug for topic in paper.topics.all() if topic.kind == Topic.Kind.CATEGORY]

    def get_tags(self, paper: Paper) -> list[str]:
        return [topic.slug for topic in paper.topics.all() if topic.kind == Topic.Kind.TAG]


class LinkSerializer(serializers.ModelSerializer):
    class Meta:
        model = PaperLink
        fields = ["label", "url"]


class NoteSerializer(serializers.ModelSerializer):
    class Meta:
        model = Note
        fields = ["language", "body"]


class IdentifiersSerializer(serializers.ModelSerializer):
    class Meta:
        model = Paper
        fields = ["doi", "arxiv", "acl"]


class PlaceSerializer(serializers.Serializer):
    """Where a paper stands: the list, the path of sections in English, its position there from 1."""

    list = serializers.SlugField(source="paper_list.slug")
    sections = serializers.SerializerMethodField()
    position = serializers.IntegerField()

    def get_sections(self, place) -> list[str]:
        return [section.name_en for section in place.path]


class PaperDetailSerializer(PaperSerializer):
    alternative_titles = serializers.SlugRelatedField(slug_field="title", many=True, read_only=True)
    identifiers = IdentifiersSerializer(source="*", read_only=True)
    links = LinkSerializer(many=True, read_only=True)
    notes = NoteSerializer(many=True, read_only=True)
    lists = serializers.SerializerMethodField()
    bibtex = serializers.SerializerMethodField()

    class Meta(PaperSerializer.Meta):
        fields = [
            *PaperSerializer.Meta.fields,
            "alternative_titles",
            "identifiers",
            "links",
            "notes",
            "lists",
            "bibtex",
        ]

    @extend_schema_field(PlaceSerializer(many=True))
    def get_lists(self, paper: Paper) -> list[dict]:
        return PlaceSerializer(places_of(paper), many=True).data

    def get_bibtex(self, paper: Paper) -> str:
        return entry_for(paper)


class PaperListSerializer(serializers.ModelSerializer):
    url = serializers.HyperlinkedIdentityField(view_name="list-detail", lookup_field="slug")
    paper_count = serializers.IntegerField(read_only=True)
    section_count = serializers.IntegerField(read_only=True)

    class Meta:
        model = PaperList
        fields = [
            "slug", "url", "name_en", "name_zh", "description_en", "description_zh", "paper_count", "section_count",
        ]  # fmt: skip


class EntrySerializer(serializers.Serializer):
    position = serializers.IntegerField()
    paper = PaperSerializer()
    notes = NoteSerializer(source="paper.notes", many=True)


class SectionSerializer(serializers.Serializer):
    """A section with its entries and the sections below it (catalog.outline.Node)."""

    name_en = serializers.CharField(source="section.name_en")
    name_zh = serializers.CharField(source="section.name_zh")
    entries = EntrySerializer(many=True)

    def get_fields(self) -> dict:
        return {**super().get_fields(), "sections": SectionSerializer(source="children", many=True)}


class PaperListDetailSerializer(PaperListSerializer):
    sections = serializers.SerializerMethodField()

    class Meta(PaperListSerializer.Meta):
        fields = [*PaperListSerializer.Meta.fields, "sections"]

    @extend_schema_field(SectionSerializer(many=True))
    def get_sections(self, paper_list: PaperList) -> list[dict]:
        return SectionSerializer(outline_of(paper_list), many=True, context=self.context).data
