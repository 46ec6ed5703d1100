"""A curated list as programs send it: words, sections, the papers in them."""

from __future__ import annotations

from collections.abc import Iterator

from django.core.validators import RegexValidator
from django.utils.translation import gettext as _
from rest_framework import serializers

from catalog.api.inputs import SUMMARY, Input, NamesInput, Text, Whole
from catalog.lists.entries import RESERVED_SLUGS
from catalog.lists.replacing import GivenSection
from catalog.lists.sections import MAX_LEVELS
from catalog.models import Paper

SECTIONS_MAX, ENTRIES_MAX = 500, 5_000
WORDS = ("name_en", "name_zh", "description_en", "description_zh")


class SectionInput(Input):
    """A section. One that is there is named by its `id`; what is left out of it stays, save for sections below."""

    id = Whole(required=False, min_value=1, max_value=2**62, help_text="Of one that is there; a new one has none.")
    name_en = Text(max_length=200, required=False, allow_blank=True, help_text="The heading in English.")
    name_zh = Text(max_length=200, required=False, allow_blank=True, help_text="The heading in Chinese.")
    description_en = Text(
        max_length=2000, required=False, allow_blank=True, keep_space=True, help_text="Below the heading."
    )
    description_zh = Text(
        max_length=2000, required=False, allow_blank=True, keep_space=True, help_text="The same in Chinese."
    )
    entries = serializers.ListField(
        child=Text(max_length=120), required=False, max_length=ENTRIES_MAX, help_text="Slugs of papers, in order."
    )

    def get_fields(self) -> dict:
        below = SectionInput(many=True, required=False, max_length=SECTIONS_MAX, help_text="The sections in it.")
        return {**super().get_fields(), "sections": below}

    def validate_entries(self, slugs: list[str]) -> list[str]:
        if len(set(slugs)) < len(slugs):
            raise serializers.ValidationError(_("A paper stands in a section once."))
        return slugs


class ListInput(NamesInput):
    """A list to be made, or what to change of one: `sections`, where they are sent, replace all that are there."""

    sections = SectionInput(many=True, required=False, max_length=SECTIONS_MAX, help_text="All of them, in order.")
    summary = Text(max_length=500, required=False, allow_blank=True, help_text=SUMMARY)

    def to_internal_value(self, data):
        if isinstance(data, dict) and _levels(data) > MAX_LEVELS:
            words = _("Sections go at most %d levels deep.") % MAX_LEVELS
            raise serializers.ValidationError({"sections": [words]})
        return super().to_internal_value(data)

    def names(self) -> dict[str, str]:
        return {name: self.validated_data[name] for name in WORDS if name in self.validated_data}

    def sections_given(self) -> list[GivenSection] | None:
        """Raises ValidationError where a paper is not there."""
        rows = self.validated_data.get("sections")
        if rows is None:
            return None
        slugs = set(_slugs(rows))
        ids = dict(Paper.objects.filter(slug__in=slugs).values_list("slug", "pk"))
        if missing := sorted(slugs - ids.keys()):
            words = _("There is no paper with the slug “%s”.") % missing[0]
            raise serializers.ValidationError({"sections": [words]})
        return [_given(row, ids) for row in rows]


class NewListInput(ListInput):
    slug = Text(
        max_length=76,
        required=False,
        validators=[RegexValidator(r"^[-a-zA-Z0-9_]+$")],
        help_text="Its name in addresses; else made of the name.",
    )

    def validate_slug(self, slug: str) -> str:
        if slug in RESERVED_SLUGS:
            raise serializers.ValidationError(_("This address is taken by a page of the site."))
        return slug


def _levels(data: dict) -> int:
    """How deep sections are nested, in whatever was sent, without recursion."""
    depth, level = 0, [data]
    while level := [row for each in level for row in _below(each)]:
        depth += 1
    return depth


def _below(data: dict) -> list[dict]:
    rows = data.get("sections")
    return [row for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []


def _slugs(rows: list[dict]) -> Iterator[str]:
    for row in rows:
        yield from row.get("entries", [])
        yield from _slugs(row.get("sections", []))


def _given(row: dict, ids: dict[str, int]) -> GivenSection:
    return GivenSection(
        pk=row.get("id"),
        names={name: row[name] for name in WORDS if name in row},
        papers=[ids[slug] for slug in row["entries"]] if "entries" in row else None,
        below=[_given(below, ids) for below in row.get("sections", [])],
    )
