"""The catalogue as JSON: papers, notes, topics. What is read here is written by the forms in inputs.py."""

from __future__ import annotations

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.reverse import reverse

from catalog.api.fields import Needs, Sparse
from catalog.exporters.bibtex import entry_for
from catalog.lists.outline import places_of
from catalog.models import Note, Paper, PaperLink, Topic

TITLES = {
    "name_en": {"help_text": "The name in English."},
    "name_zh": {"help_text": "The name in Chinese; may be empty."},
    "description_en": {"help_text": "Some sentences on it, in English."},
    "description_zh": {"help_text": "The same in Chinese; may be empty."},
}


def read_only(**texts: str | dict) -> dict[str, dict]:
    """`extra_kwargs` of fields that are only shown: a text of help for each."""
    return {name: {"read_only": True, **({"help_text": t} if isinstance(t, str) else t)} for name, t in texts.items()}


class TopicSerializer(Sparse, serializers.ModelSerializer):
    url = serializers.SerializerMethodField(help_text="This topic in the API.")
    paper_count = serializers.IntegerField(read_only=True, help_text="How many papers carry it.")

    class Meta:
        model = Topic
        fields = ["slug", "url", "name_en", "name_zh", "description_en", "description_zh", "paper_count"]
        extra_kwargs = read_only(slug="Its name in addresses; it never changes.", **TITLES)

    always = ("slug", "kind", "position", "name_en", "name_zh", "description_en", "description_zh")
    needs = {"url": Needs(), "paper_count": Needs()}

    @extend_schema_field({"type": "string", "format": "uri"})
    def get_url(self, topic: Topic) -> str:
        return reverse(f"{topic.kind}-detail", args=[topic.slug], request=self.context["request"])


class LinkSerializer(serializers.ModelSerializer):
    class Meta:
        model = PaperLink
        fields = ["label", "url"]
        extra_kwargs = {"label": {"help_text": "What stands there: pdf, code."}, "url": {"help_text": "The address."}}


class NoteSerializer(serializers.ModelSerializer):
    url = serializers.SerializerMethodField(help_text="This note in the API.")

    class Meta:
        model = Note
        fields = ["id", "url", "language", "body", "updated_at"]
        extra_kwargs = read_only(
            id="Its number.",
            language="The language it is written in.",
            body="The text, in Markdown.",
            updated_at="When it was last changed.",
        )

    @extend_schema_field({"type": "string", "format": "uri"})
    def get_url(self, note: Note) -> str:
        return reverse("note-detail", args=[self._slug(note), note.pk], request=self.context["request"])

    def _slug(self, note: Note) -> str:
        """A paper's notes are fetched with it; asked for the paper, each would fetch it again."""
        return self.context.get("paper_slug") or note.paper.slug


class IdentifiersSerializer(serializers.ModelSerializer):
    class Meta:
        model = Paper
        fields = ["doi", "arxiv", "acl"]
        extra_kwargs = read_only(
            doi="Such as 10.18653/v1/n19-1423; empty where it is not known.",
            arxiv="Without version, such as 1910.01108.",
            acl="In the ACL Anthology, such as N19-1423.",
        )


class PlaceSerializer(serializers.Serializer):
    """Where a paper stands in a list."""

    list = serializers.SlugField(source="paper_list.slug", help_text="The list's slug.")
    sections = serializers.SerializerMethodField(help_text="The path of sections, outermost first, in English.")
    position = serializers.IntegerField(help_text="Its place in that section, from 1.")

    def get_sections(self, place) -> list[str]:
        return [section.name_en for section in place.path]


class PaperSerializer(Sparse, serializers.ModelSerializer):
    """A paper. Lists of papers leave out all after `updated_at` unless `fields` asks for it, and `lists` always."""

    url = serializers.HyperlinkedIdentityField(
        view_name="paper-detail", lookup_field="slug", help_text="This paper in the API."
    )
    page = serializers.SerializerMethodField(help_text="Its page on the site.")
    authors = serializers.SerializerMethodField(help_text="Names, in the paper's order.")
    venue = serializers.SlugRelatedField(
        slug_field="name", read_only=True, allow_null=True, help_text="Short name; null: not known."
    )
    categories = serializers.SerializerMethodField(help_text="Slugs.")
    tags = serializers.SerializerMethodField(help_text="Slugs.")
    alternative_titles = serializers.SlugRelatedField(
        slug_field="title", many=True, read_only=True, help_text="What else the same work is called."
    )
    identifiers = IdentifiersSerializer(source="*", read_only=True, help_text="Empty where not known.")
    links = LinkSerializer(many=True, read_only=True, help_text="In order.")
    notes = serializers.SerializerMethodField(help_text="In both languages.")
    lists = serializers.SerializerMethodField(help_text="Where it stands.")
    bibtex = serializers.SerializerMethodField(help_text="Its entry.")

    class Meta:
        model = Paper
        summary = [
            "slug", "url", "page", "title", "short_name", "authors", "venue", "year", "categories", "tags",
            "updated_at",
        ]  # fmt: skip
        fields = [
            *summary, "alternative_titles", "identifiers", "links", "notes", "lists", "bibtex", "created_at",
        ]  # fmt: skip
        alone = ["lists"]
        extra_kwargs = read_only(
            slug="Its name in addresses.",
            title="As the paper prints it.",
            short_name="What people call it: TinyBERT. May be empty.",
            year="Of publication; null: not known.",
            updated_at="When it, its notes or its places were last changed.",
            created_at="When it came into the catalogue.",
        )

    always = ("slug", "year", "title_key", "created_at", "updated_at")
    needs = {
        "url": Needs(),
        "page": Needs(),
        "authors": Needs(fetched=("authorships__author",)),
        "venue": Needs(joined=("venue",)),
        "categories": Needs(fetched=("topics",)),
        "tags": Needs(fetched=("topics",)),
        "alternative_titles": Needs(fetched=("alternative_titles",)),
        "identifiers": Needs(columns=("doi", "arxiv", "acl")),
        "links": Needs(fetched=("links",)),
        "notes": Needs(fetched=("notes",)),
        "lists": Needs(fetched=("entries__section__paper_list",)),
        "bibtex": Needs(
            columns=tuple(field.name for field in Paper._meta.concrete_fields),
            joined=("venue",),
            fetched=("authorships__author", "links"),
        ),
    }

    @extend_schema_field({"type": "string", "format": "uri"})
    def get_page(self, paper: Paper) -> str:
        return self.context["request"].build_absolute_uri(paper.get_absolute_url())

    def get_authors(self, paper: Paper) -> list[str]:
        return [authorship.author.name for authorship in paper.authorships.all()]

    def get_categories(self, paper: Paper) -> list[str]:
        return [topic.slug for topic in paper.topics.all() if topic.kind == Topic.Kind.CATEGORY]

    def get_tags(self, paper: Paper) -> list[str]:
        return [topic.slug for topic in paper.topics.all() if topic.kind == Topic.Kind.TAG]

    @extend_schema_field(NoteSerializer(many=True))
    def get_notes(self, paper: Paper) -> list[dict]:
        context = {**self.context, "paper_slug": paper.slug}
        return NoteSerializer(paper.notes.all(), many=True, context=context).data

    @extend_schema_field(PlaceSerializer(many=True))
    def get_lists(self, paper: Paper) -> list[dict]:
        return PlaceSerializer(places_of(paper), many=True).data

    def get_bibtex(self, paper: Paper) -> str:
        return entry_for(paper)
