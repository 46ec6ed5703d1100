"""Papers a year by category: the field's timeline, as numbers that a table and a chart share."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from urllib.parse import urlencode

from django.db.models import Count
from django.urls import reverse
from django.utils.translation import gettext as _

from catalog.languages import for_reader
from catalog.models import Paper, Topic


@dataclass(frozen=True)
class Cell:
    count: int
    url: str


@dataclass(frozen=True)
class Line:
    """One category over all years, a cell a year. `hue` is the category's slug, which gives its colour."""

    label: str
    hue: str
    url: str
    cells: list[Cell]

    @property
    def total(self) -> int:
        return sum(cell.count for cell in self.cells)


@dataclass(frozen=True)
class Timeline:
    """`years` have no gap; `papers` counts each paper once, `lines` once a category that it stands in."""

    years: list[int]
    lines: list[Line]
    papers: list[Cell]
    undated: int

    def as_chart(self) -> dict:
        """What the page's script draws."""
        return {
            "years": self.years,
            "series": [
                {
                    "label": line.label,
                    "hue": line.hue,
                    "counts": [cell.count for cell in line.cells],
                    "urls": [cell.url for cell in line.cells],
                }
                for line in self.lines
            ],
            "axis": _("papers"),
        }


def timeline_of() -> Timeline:
    """Three queries, however many papers there are."""
    by_year = dict(Paper.objects.order_by().values_list("year").annotate(count=Count("pk")))
    undated = by_year.pop(None, 0)
    years = list(range(min(by_year), max(by_year) + 1)) if by_year else []
    counted = Paper.topics.through.objects.filter(topic__kind=Topic.Kind.CATEGORY, paper__year__isnull=False)
    by_category: Counter[tuple[int, int]] = Counter(
        {
            (topic, year): count
            for topic, year, count in counted.values_list("topic", "paper__year").annotate(count=Count("pk"))
        }
    )
    lines = [
        Line(
            label=for_reader(topic.name_en, topic.name_zh),
            hue=topic.slug,
            url=topic.get_absolute_url(),
            cells=[Cell(by_category[topic.pk, year], _url(category=topic.slug, year=year)) for year in years],
        )
        for topic in Topic.objects.categories().order_by("position", "name_en")
    ]
    papers = [Cell(by_year.get(year, 0), reverse("catalog:year", args=[year])) for year in years]
    return Timeline(years, [line for line in lines if line.total], papers, undated)


def _url(**filters) -> str:
    return f"{reverse('catalog:papers')}?{urlencode(filters)}"
