"""What a program may send, field by field. A field that is not known is refused, a text is no number."""

from __future__ import annotations

import re
from collections.abc import Callable

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from catalog import identifiers
from catalog.api.fields import nearest
from catalog.editing.facts import Facts
from catalog.editing.notes import NOTE_MAX_CHARACTERS
from catalog.models import Note, Topic

AUTHORS_MAX, TITLES_MAX, LINKS_MAX, TOPICS_MAX = 5_000, 50, 60, 200
FIRST_YEAR, LAST_YEAR = 1600, 2100
SUMMARY = gettext_lazy("What was changed and why; it stands in the history.")


class Input(serializers.Serializer):
    def to_internal_value(self, data):
        if isinstance(data, dict) and (unknown := [name for name in data if name not in self.fields]):
            raise serializers.ValidationError(
                {name: [_("There is no such field.") + nearest(name, self.fields)] for name in unknown}
            )
        return super().to_internal_value(data)


class Text(serializers.CharField):
    """A string and nothing that can be made one; white space within counts once, unless it is kept."""

    def __init__(self, *, keep_space: bool = False, **options):
        self.keep_space = keep_space
        super().__init__(trim_whitespace=not keep_space, **options)

    def to_internal_value(self, data) -> str:
        if not isinstance(data, str):
            self.fail("invalid")
        text = super().to_internal_value(data)
        return text if self.keep_space else " ".join(text.split())


class Whole(serializers.IntegerField):
    """A number without a fraction, as JSON has it: 5 and 5.0 are one number, "5" is none."""

    def to_internal_value(self, data) -> int:
        if isinstance(data, float) and data.is_integer() and abs(data) < 2**53:
            data = int(data)
        if isinstance(data, bool) or not isinstance(data, int):
            self.fail("invalid")
        return super().to_internal_value(data)


class Switch(serializers.BooleanField):
    def to_internal_value(self, data) -> bool:
        if not isinstance(data, bool):
            self.fail("invalid", input=data)
        return data


def _names(longest: int, most: int, what: str) -> serializers.ListField:
    child = Text(max_length=longest)
    return serializers.ListField(child=child, max_length=most, required=False, help_text=what)


class Identifier(Text):
    """The bare id; also out of an address that holds it."""

    def __init__(self, read: Callable[[str], str], **options):
        self.read = read
        super().__init__(required=False, allow_blank=True, max_length=200, **options)

    def to_internal_value(self, data) -> str:
        text = super().to_internal_value(data)
        found = self.read(text) if text else ""
        if text and not found:
            raise serializers.ValidationError(_("No identifier is in this."))
        return found


# The commonest forms, for those who read the description; more of them are taken.
_DOI = {"type": "string", "pattern": r"^(10\.\d{4,9}/[a-z0-9.]{1,40})?$", "maxLength": 200}
_ARXIV = {"type": "string", "pattern": r"^(\d\d(0[1-9]|1[0-2])\.\d{4,5})?$", "maxLength": 200}
_ACL = {"type": "string", "pattern": r"^([A-Z]\d\d-\d{4})?$", "maxLength": 200}


class IdentifiersInput(Input):
    doi = extend_schema_field(_DOI)(Identifier)(identifiers.doi, help_text="Or an address with it; empty: none.")
    arxiv = extend_schema_field(_ARXIV)(Identifier)(identifiers.arxiv_id, help_text="Or an address with it.")
    acl = extend_schema_field(_ACL)(Identifier)(identifiers.acl_id, help_text="Of the ACL Anthology, or its address.")


@extend_schema_field({"type": "string", "format": "uri", "pattern": r"^https?://[a-z0-9.-]+\.[a-z]{2,}/[a-z0-9/.-]*$"})
class Address(serializers.URLField):
    def to_internal_value(self, data) -> str:
        if not isinstance(data, str):
            self.fail("invalid")
        if not re.match("https?://", data.strip(), re.I):
            raise serializers.ValidationError(_("An address begins with https:// or http://."))
        return super().to_internal_value(data)


class Part(Input):
    """Inside another input: sent whole or not at all, also where only some fields are changed."""

    def to_internal_value(self, data):
        if isinstance(data, dict):
            missing = [name for name, field in self.fields.items() if field.required and name not in data]
            if missing:
                words = {name: [self.fields[name].error_messages["required"]] for name in missing}
                raise serializers.ValidationError(words)
        return super().to_internal_value(data)


class LinkInput(Part):
    label = Text(max_length=80, help_text="What stands there: pdf, code.")
    url = Address(max_length=1000, help_text="The address, from http on.")


class PaperInput(Input):
    """A paper to be made, or what to change of one: what is left out stays."""

    title = Text(max_length=500, help_text="As the paper prints it.")
    short_name = Text(max_length=100, required=False, allow_blank=True, help_text="What people call it: TinyBERT.")
    authors = _names(255, AUTHORS_MAX, "In the paper's order, given name first.")
    venue = Text(max_length=200, required=False, allow_blank=True, help_text="Its usual short name: ACL.")
    year = Whole(
        min_value=FIRST_YEAR, max_value=LAST_YEAR, required=False, allow_null=True, help_text="Null: not known."
    )
    identifiers = IdentifiersInput(required=False, help_text="Those that are left out stay.")
    alternative_titles = _names(500, TITLES_MAX, "What else the same work is called.")
    links = serializers.ListField(child=LinkInput(), max_length=LINKS_MAX, required=False, help_text="In order.")
    categories = _names(80, TOPICS_MAX, "Slugs of categories that there are.")
    tags = _names(80, TOPICS_MAX, "Slugs of tags that there are: make new ones at /api/v1/tags/.")
    is_other_work = Switch(
        default=False, help_text="For a new paper whose title is here already: that it is another work all the same."
    )
    summary = Text(max_length=500, required=False, allow_blank=True, help_text=SUMMARY)

    def validate_links(self, links: list[dict]) -> list[dict]:
        addresses = [link["url"] for link in links]
        if len(set(addresses)) < len(addresses):
            raise serializers.ValidationError(_("Two links have the same address."))
        return links

    def validate_categories(self, slugs: list[str]) -> list[str]:
        return self._known(Topic.Kind.CATEGORY, slugs)

    def validate_tags(self, slugs: list[str]) -> list[str]:
        return self._known(Topic.Kind.TAG, slugs)

    def _known(self, kind: str, slugs: list[str]) -> list[str]:
        there = set(Topic.objects.filter(kind=kind, slug__in=slugs).values_list("slug", flat=True))
        if missing := [slug for slug in slugs if slug not in there]:
            raise serializers.ValidationError(_("There is none with the slug “%s”.") % missing[0])
        return slugs

    def facts(self, before: Facts | None = None) -> Facts:
        """Only after `is_valid`. What was not sent is as before."""
        given = dict(self.validated_data)
        values = {} if before is None else vars(before).copy()
        values |= {name: given[name] for name in ("title", "short_name", "venue", "year") if name in given}
        values |= given.get("identifiers", {})
        names = {"authors": "authors", "alternative_titles": "titles"}
        values |= {ours: tuple(given[name]) for name, ours in names.items() if name in given}
        if "links" in given:
            values["links"] = tuple((link["label"], link["url"]) for link in given["links"])
        values["topics"] = self._topics(values.get("topics", ()))
        return Facts(**values)

    def _topics(self, before: tuple[tuple[str, str], ...]) -> tuple[tuple[str, str], ...]:
        given = {"category": "categories", "tag": "tags"}
        topics = {pair for pair in before if given[pair[0]] not in self.validated_data}
        for kind, name in given.items():
            topics |= {(kind, slug) for slug in self.validated_data.get(name, ())}
        return tuple(sorted(topics))


class NoteInput(Input):
    language = serializers.ChoiceField(choices=Note.Language.choices, help_text="The language it is written in.")
    body = Text(max_length=NOTE_MAX_CHARACTERS, keep_space=True, help_text="The text, in Markdown.")
    summary = Text(max_length=500, required=False, allow_blank=True, help_text=SUMMARY)


class NamesInput(Input):
    """The texts of a tag or a list."""

    name_en = Text(max_length=200, help_text="The name in English.")
    name_zh = Text(max_length=200, required=False, allow_blank=True, help_text="The name in Chinese.")
    description_en = Text(
        max_length=2000, required=False, allow_blank=True, keep_space=True, help_text="Some sentences, in English."
    )
    description_zh = Text(
        max_length=2000, required=False, allow_blank=True, keep_space=True, help_text="The same in Chinese."
    )
