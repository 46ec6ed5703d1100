"""What the list of papers can be asked for. The words mean what they mean on the pages."""

from __future__ import annotations

import django_filters
from django import forms
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema_field

from catalog.models import Paper
from catalog.querysets import SORTS, PaperQuerySet
from catalog.search import QUERY_MAX_CHARACTERS

SLUG_MAX_LENGTH = 120
FIRST_YEAR, LAST_YEAR = 1, 9999


@extend_schema_field({"type": "integer", "minimum": FIRST_YEAR, "maximum": LAST_YEAR})
class YearFilter(django_filters.NumberFilter):
    field_class = forms.IntegerField

    def __init__(self, lookup_expr: str = "exact", **options):
        super().__init__("year", lookup_expr, min_value=FIRST_YEAR, max_value=LAST_YEAR, **options)


@extend_schema_field({"type": "string", "maxLength": SLUG_MAX_LENGTH})
class SlugFilter(django_filters.CharFilter):
    pass


@extend_schema_field({"type": "string", "maxLength": QUERY_MAX_CHARACTERS})
class SearchFilter(django_filters.CharFilter):
    pass


def _slug_of(what: str) -> django_filters.CharFilter:
    return SlugFilter(method="narrow", max_length=SLUG_MAX_LENGTH, help_text=what)


class PaperFilter(django_filters.FilterSet):
    search = SearchFilter(
        method="skip",
        max_length=QUERY_MAX_CHARACTERS,
        help_text=_(
            "What the search box of the site takes: words, phrases in quotes, AND, OR, NOT, brackets, and filters such "
            "as author:hinton year:2019..2021."
        ),
    )
    category = _slug_of(_("Slug of a category."))
    tag = _slug_of(_("Slug of a tag."))
    venue = _slug_of(_("Slug of a venue."))
    list = _slug_of(_("Slug of a list."))
    year = YearFilter(help_text=_("Of publication."))
    year_min = YearFilter("gte", help_text=_("The first year."))
    year_max = YearFilter("lte", help_text=_("The last year."))
    sort = django_filters.ChoiceFilter(
        method="skip",
        choices=[(sort, sort) for sort in SORTS],
        help_text=_("Default: relevance with a search, year without. Papers without a year stand last."),
    )

    class Meta:
        model = Paper
        fields: list[str] = []

    def narrow(self, papers: PaperQuerySet, name: str, value: str) -> PaperQuerySet:
        return papers.narrowed(**{"paper_list" if name == "list" else name: value})

    def skip(self, papers: PaperQuerySet, name: str, value: str) -> PaperQuerySet:
        """Taken together in `filter_queryset`: the order leans on the search."""
        return papers

    def filter_queryset(self, papers: PaperQuerySet) -> PaperQuerySet:
        text, sort = self.form.cleaned_data["search"], self.form.cleaned_data["sort"]
        papers = super().filter_queryset(papers.search(text or ""))
        return papers.sorted_by(sort or ("relevance" if text else "year"))
