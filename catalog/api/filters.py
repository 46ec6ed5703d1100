"""What the list of papers can be asked for. The words mean what they mean on the pages."""

from __future__ import annotations

import django_filters
from django.utils.translation import gettext_lazy as _

from catalog.models import Paper
from catalog.querysets import SORTS, PaperQuerySet


class PaperFilter(django_filters.FilterSet):
    search = django_filters.CharFilter(
        method="skip",
        help_text=_("Words that must all occur: titles, nickname, authors, notes, subjects, identifiers."),
    )
    category = django_filters.CharFilter(method="narrow", help_text=_("Slug of a category."))
    tag = django_filters.CharFilter(method="narrow", help_text=_("Slug of a tag."))
    venue = django_filters.CharFilter(method="narrow", help_text=_("Slug of a venue."))
    list = django_filters.CharFilter(method="narrow", help_text=_("Slug of a list."))
    year = django_filters.NumberFilter(field_name="year")
    year_min = django_filters.NumberFilter(field_name="year", lookup_expr="gte")
    year_max = django_filters.NumberFilter(field_name="year", lookup_expr="lte")
    sort = django_filters.ChoiceFilter(
        method="skip",
        choices=[(sort, sort) for sort in SORTS],
        help_text=_("Default: relevance with a search, year without."),
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
