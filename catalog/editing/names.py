"""Writes to the names of authors and venues. A name that is here already joins the two rows into one."""

from __future__ import annotations

from catalog.history.recording import recorded
from catalog.history.removing import follow
from catalog.intake.shelving import author_key
from catalog.models import Author, Authorship, Paper, Venue
from catalog.titles import title_key
from catalog.works.identity import rekey


def rename_author(*, author: Author, name: str, actor, summary: str = "") -> Author:
    """Returns the row that carries the name now: another one where two spellings turned out to be one person's."""
    papers = list(Paper.objects.filter(authorships__author=author))
    ids = [paper.pk for paper in papers]
    with recorded(*papers, actor=actor, summary=summary):
        key = author_key(name)
        other = Author.objects.filter(key=key).exclude(pk=author.pk).first()
        if other:
            own = Authorship.objects.filter(author=author)
            own.exclude(paper__authorships__author=other).update(author=other)
            own.delete()  # papers that named both name one of them now
            author.delete()
            author = other
        author.name, author.key = name, key
        author.save(update_fields=["name", "key"])
        rekey(ids)
        follow(ids)
    return author


def rename_venue(*, venue: Venue, name: str, actor, summary: str = "") -> Venue:
    """The address stays. Returns the row that carries the name now; the one that another venue had gives way to it."""
    papers = list(Paper.objects.filter(venue=venue))
    with recorded(*papers, actor=actor, summary=summary):
        others = Venue.objects.exclude(pk=venue.pk)
        other = next((row for row in others if title_key(row.name) == title_key(name)), None)
        if other:
            Paper.objects.filter(venue=venue).update(venue=other)
            venue.delete()
            venue = other
        venue.name = name
        venue.save(update_fields=["name"])
        follow(paper.pk for paper in papers)
    return venue
