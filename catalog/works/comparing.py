"""Two papers side by side, with what differs marked and, in words, why they may be one work."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from catalog.history.differences import Piece, pieces_between
from catalog.models import Paper
from catalog.works.duplicates import Suspects
from catalog.works.identity import Work
from catalog.works.likeness import IDENTIFIERS, by_other_people

_NAMES = {"arxiv": "arXiv", "acl": "ACL Anthology", "doi": "DOI"}
_REASONS = {
    "identifier": _lazy("one identifier"),
    "arxiv": _lazy("one title, two arXiv numbers"),
    "people": _lazy("one title, other authors"),
}


@dataclass(frozen=True)
class Row:
    """One fact of both; for texts that differ the pieces of each, with what the other lacks marked."""

    label: str
    first: str
    second: str
    first_pieces: list[Piece]
    second_pieces: list[Piece]

    @property
    def differs(self) -> bool:
        return self.first != self.second


@dataclass(frozen=True)
class Pair:
    first: Paper
    second: Paper
    reasons: list[str]
    rows: list[Row]


def compared(suspects: Iterable[Suspects]) -> list[Pair]:
    """Five queries, however many pairs."""
    suspects = list(suspects)
    ids = {pk for each in suspects for pk in each.pair}
    related = ("authorships__author", "alternative_titles", "notes", "entries__section__paper_list")
    papers = Paper.objects.select_related("venue").prefetch_related(*related).in_bulk(ids)
    return [
        Pair(first, second, _reasons(first, second, each.reason), _rows(first, second))
        for each in suspects
        if (first := papers.get(each.first)) and (second := papers.get(each.second))
    ]


def _reasons(first: Paper, second: Paper, reason: str) -> list[str]:
    here, there = Work.of_citation(first).facts, Work.of_citation(second).facts
    told = [str(_REASONS[reason])] if reason in _REASONS else []
    if here.keys & there.keys:
        told += [_("same title")] if reason in ("same", "years", "identifier", "") else []
    elif reason:
        told.append(_words_apart(first.title, second.title))
    if here.authors and there.authors and not by_other_people(here, there):
        told.append(_("same authors") if here.families == there.families else _("some of the same authors"))
    if first.year and second.year:
        years = {"first": min(first.year, second.year), "second": max(first.year, second.year)}
        same = first.year == second.year
        told.append(_("both %(first)s") % years if same else _("years %(first)s and %(second)s") % years)
    return told


def _words_apart(first: str, second: str) -> str:
    pieces = pieces_between(first, second)
    marks = [piece for piece in pieces if piece.mark in ("in", "out")]
    if all(len(piece.text.split()) <= 1 for piece in marks) and len(marks) <= 2:
        return _("titles differ in one word")
    if len({piece.mark for piece in marks}) == 1:
        return _("one title says more")
    return _("titles nearly the same")


def _rows(first: Paper, second: Paper) -> list[Row]:
    facts = [
        (_("Title"), first.title, second.title),
        (_("Authors"), _authors(first), _authors(second)),
        (_("Venue"), str(first.venue or ""), str(second.venue or "")),
        (_("Year"), str(first.year or ""), str(second.year or "")),
        *((_NAMES[name], getattr(first, name), getattr(second, name)) for name in IDENTIFIERS),
        (_("Lists"), _lists(first), _lists(second)),
        (_("Notes"), str(len(first.notes.all()) or ""), str(len(second.notes.all()) or "")),
    ]
    return [_row(*fact) for fact in facts if fact[1] or fact[2]]


def _row(label: str, first: str, second: str) -> Row:
    pieces = pieces_between(first, second)
    return Row(
        label,
        first,
        second,
        [piece for piece in pieces if piece.mark != "in"],
        [piece for piece in pieces if piece.mark != "out"],
    )


def _authors(paper: Paper) -> str:
    return ", ".join(authorship.author.name for authorship in paper.authorships.all())


def _lists(paper: Paper) -> str:
    return ", ".join(dict.fromkeys(entry.section.paper_list.name for entry in paper.entries.all()))
