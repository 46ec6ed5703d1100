"""What one author, venue, year or topic holds: its papers, and what stands beside them with counts.

Each profile costs a fixed number of queries, however many papers there are.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from urllib.parse import urlencode

from django.db.models import Count, Max, Min
from django.urls import reverse
from django.utils.translation import gettext as _

from catalog.languages import for_reader
from catalog.models import Author, Paper, Topic, Venue
from catalog.querysets import PaperQuerySet
from catalog.titles import slug_for

ROWS_SHOWN = 10


@dataclass(frozen=True)
class Row:
    """A neighbour and how many of these papers it shares."""

    label: str
    url: str
    count: int


@dataclass(frozen=True)
class Group:
    title: str
    rows: list[Row]


@dataclass(frozen=True)
class Profile:
    """A page about one thing. `search_url` asks for the same papers in the search page."""

    kind: str
    title: str
    papers: PaperQuerySet
    search_url: str
    description: str = ""
    groups: list[Group] = field(default_factory=list)
    years: tuple[int | None, int | None] = (None, None)
    hue: str = ""
    is_editable: bool = True  # by editors, at edit/ below the page's address
    has_history: bool = False  # at history/ below it
    before: Row | None = None
    after: Row | None = None


def author_profile(author: Author) -> Profile:
    papers = Paper.objects.filter(authorships__author=author)
    return Profile(
        kind=_("Author"),
        title=author.name,
        papers=papers,
        search_url=_search(f'author:"{author.name}"'),
        years=_years(papers),
        groups=_filled(
            Group(_("Wrote with"), _authors(papers, without=author)),
            Group(_("Venues"), _venues(papers)),
            Group(_("Subjects"), _topics(papers)),
        ),
    )


def venue_profile(venue: Venue) -> Profile:
    papers = Paper.objects.filter(venue=venue)
    return Profile(
        kind=_("Venue"),
        title=venue.name,
        papers=papers,
        search_url=f"{reverse('catalog:papers')}?venue={venue.slug}",
        years=_years(papers),
        groups=_filled(
            Group(_("Years"), _papers_by_year(papers)),
            Group(_("Subjects"), _topics(papers)),
            Group(_("Authors"), _authors(papers)),
        ),
    )


def year_profile(year: int) -> Profile:
    papers = Paper.objects.filter(year=year)
    known = dict(_year_counts(Paper.objects.all()))
    earlier = max((other for other in known if other < year), default=None)
    later = min((other for other in known if other > year), default=None)
    return Profile(
        is_editable=False,
        kind=_("Year"),
        title=str(year),
        papers=papers,
        search_url=f"{reverse('catalog:papers')}?year={year}",
        groups=_filled(
            Group(_("Subjects"), _topics(papers)),
            Group(_("Venues"), _venues(papers)),
            Group(_("Authors"), _authors(papers)),
        ),
        before=_year_row(earlier, known[earlier]) if earlier else None,
        after=_year_row(later, known[later]) if later else None,
    )


def topic_profile(topic: Topic) -> Profile:
    papers = Paper.objects.filter(topics=topic)
    return Profile(
        kind=topic.get_kind_display().capitalize(),
        has_history=True,
        title=topic.name,
        description=topic.description,
        papers=papers,
        search_url=f"{reverse('catalog:papers')}?{topic.kind}={topic.slug}",
        years=_years(papers),
        hue=topic.slug if topic.kind == Topic.Kind.CATEGORY else "",
        groups=_filled(
            Group(_("Years"), _papers_by_year(papers)),
            Group(_("Also about"), _topics(papers, without=topic)),
            Group(_("Venues"), _venues(papers)),
            Group(_("Authors"), _authors(papers)),
        ),
    )


def author_url(author: Author) -> str:
    """The number leads; the name behind it is for people. Two authors may have one spelling of it."""
    return reverse("catalog:author", args=[author.pk, slug_for(author.name)])


def _search(q: str) -> str:
    return f"{reverse('catalog:papers')}?{urlencode({'q': q})}"


def _filled(*groups: Group) -> list[Group]:
    return [group for group in groups if group.rows]


def _years(papers: PaperQuerySet) -> tuple[int | None, int | None]:
    span = papers.order_by().aggregate(first=Min("year"), last=Max("year"))
    return span["first"], span["last"]


def _year_counts(papers: PaperQuerySet) -> Iterable[tuple[int, int]]:
    counted = papers.exclude(year=None).order_by().values("year").annotate(count=Count("pk", distinct=True))
    return counted.order_by("-year").values_list("year", "count")


def _papers_by_year(papers: PaperQuerySet) -> list[Row]:
    return [_year_row(year, count) for year, count in _year_counts(papers)]


def _year_row(year: int, count: int) -> Row:
    return Row(str(year), reverse("catalog:year", args=[year]), count)


def _authors(papers: PaperQuerySet, without: Author | None = None) -> list[Row]:
    authors = Author.objects.filter(authorships__paper__in=papers.values("pk"))
    if without:
        authors = authors.exclude(pk=without.pk)
    counted = authors.annotate(count=Count("authorships__paper", distinct=True)).order_by("-count", "name")
    return [Row(author.name, author_url(author), author.count) for author in counted[:ROWS_SHOWN]]


def _venues(papers: PaperQuerySet) -> list[Row]:
    counted = Venue.objects.filter(papers__in=papers.values("pk")).annotate(count=Count("papers", distinct=True))
    rows = counted.order_by("-count", "name")[:ROWS_SHOWN]
    return [Row(venue.name, reverse("catalog:venue", args=[venue.slug]), venue.count) for venue in rows]


def _topics(papers: PaperQuerySet, without: Topic | None = None) -> list[Row]:
    topics = Topic.objects.filter(papers__in=papers.values("pk"))
    if without:
        topics = topics.exclude(pk=without.pk)
    counted = topics.annotate(count=Count("papers", distinct=True)).order_by("kind", "-count", "name_en")
    rows = counted[: 2 * ROWS_SHOWN]
    return [Row(for_reader(topic.name_en, topic.name_zh), topic.get_absolute_url(), topic.count) for topic in rows]
