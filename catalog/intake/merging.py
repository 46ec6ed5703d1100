"""What a record adds to a work. Blanks are filled, a publication beats its preprint, what differs is told."""

from __future__ import annotations

import re
from dataclasses import dataclass

from catalog import identifiers
from catalog.importers.records import Link, Record
from catalog.models import Paper, PaperVersion
from catalog.titles import slug_for, title_key
from catalog.venues import is_preprint, venue_name
from catalog.works.identity import Shelf, Work
from catalog.works.likeness import IDENTIFIERS, key_of

_WEB = re.compile(r"(?:https?|ftp)://[^\s/]", re.I)
ENTRY = ("bibtex_type", "bibtex_key", "bibtex_fields", "bibtex_raw", "source")
_LENGTHS = {"arxiv": 30, "acl": 60, "doi": 200}


@dataclass(frozen=True)
class Difference:
    """A fact that stands here and that a record gives otherwise; ours was kept."""

    fact: str
    here: str
    given: str


@dataclass(frozen=True)
class Gain:
    """A fact that a record adds to a work; `before` where it replaces another. One for each link, title and note."""

    fact: str  # a column of Paper, or authors | bibtex | links | notes | titles | venue | versions
    now: str
    before: str = ""


def fault_of(record: Record) -> str:
    """Why this record cannot be a paper; blank when it can."""
    if not record.title.strip():
        return "The entry has no title."
    if len(record.title) > 500:
        return "The title is longer than 500 characters."
    if any(len(name) > 255 for name in record.authors):
        return "An author's name is longer than 255 characters."
    return ""


def usable_links(record: Record) -> tuple[list[Link], list[str]]:
    """Addresses that a page may link to, and a remark on each of the others."""
    kept, remarks = [], []
    for link in record.links:
        if _WEB.match(link.url) and len(link.url) <= 1000:
            kept.append(link)
        else:
            remarks.append(f"This address was not kept: {link.url[:200]}")
    return kept, remarks


def _links_of(record: Record) -> dict[str, str]:
    """Of one address given twice, the first label."""
    found: dict[str, str] = {}
    for link in usable_links(record)[0]:
        found.setdefault(link.url, link.label[:80])
    return found


def new_work(record: Record, shelf: Shelf) -> tuple[Work, list[Difference]]:
    """All that the record says, but identifiers that other works have."""
    paper = Paper(title=record.title, title_key=key_of(record.title), year=record.year)
    paper.short_name = record.short_name[:100]
    if record.fields:
        set_entry(paper, record)
    work = Work(
        paper,
        authors=list(record.authors),
        venue=venue_name(record.venue),
        links=_links_of(record),
        titles={paper.title_key: paper.title},
        notes={note.body.strip(): note.language for note in record.remarks if note.body.strip()},
        line=record.line,
    )
    differences: list[Difference] = []
    _merge_identifiers(work, record, shelf, [], differences)
    shelf.add(work)
    return work, differences


def merge(work: Work, record: Record, shelf: Shelf) -> tuple[list[Gain], list[Difference]]:
    """Changes the work in memory. What it gained, and what the record gives otherwise."""
    gains: list[Gain] = []
    differences: list[Difference] = []
    _merge_publication(work, record, gains, differences)
    others = _merge_identifiers(work, record, shelf, gains, differences)
    _merge_words(work, record, gains, others)
    if gains:
        shelf.add(work)
    return gains, differences


def _merge_words(work: Work, record: Record, gains: list[Gain], others: tuple[str, ...]) -> None:
    """Names, titles, links, notes, and the entry itself: each is kept where it says something new.

    No link by an identifier that was refused (`others`): it leads to another work.
    """
    paper = work.paper
    if record.short_name and not paper.short_name:
        paper.short_name = record.short_name[:100]
        gains.append(Gain("short_name", paper.short_name))
    key = key_of(record.title)
    if key not in work.titles:
        work.titles[key] = record.title
        gains.append(Gain("titles", record.title))
    for link in usable_links(record)[0]:
        if link.url not in work.links and not link.url.lower().endswith(others):
            work.links[link.url] = link.label[:80]
            gains.append(Gain("links", link.url))
    for note in record.remarks:
        if note.body.strip() and note.body.strip() not in work.notes:
            work.notes[note.body.strip()] = note.language
            gains.append(Gain("notes", note.body.strip()))
    if record.fields and not paper.bibtex_fields and not _is_superseded(work, record):
        set_entry(paper, record)
        gains.append(Gain("bibtex", paper.bibtex_key))


def set_entry(row: Paper | PaperVersion, record: Record) -> None:
    row.bibtex_type, row.bibtex_key, row.source = record.type[:40], record.key[:200], record.source[:20]
    row.bibtex_fields, row.bibtex_raw = record.fields, record.raw


def _merge_publication(work: Work, record: Record, gains: list[Gain], differences: list[Difference]) -> None:
    """Venue, year and authors hang together: those of the publication replace those of the preprint."""
    paper, venue = work.paper, venue_name(record.venue)
    published = is_preprint(work.venue) and not is_preprint(venue)
    superseded = _is_superseded(work, record)
    if published:
        _keep_preprint(work, record, gains)
    elif superseded:
        _add_preprint(work, record, gains)
    if venue and (published or not work.venue):
        gains.append(Gain("venue", venue, work.venue))
        work.venue = venue
    elif venue and not is_preprint(venue) and slug_for(venue) != slug_for(work.venue):
        differences.append(Difference("venue", work.venue, venue))
    if record.year and record.year != paper.year:
        if not paper.year or published:
            gains.append(Gain("year", str(record.year), str(paper.year or "")))
            paper.year = record.year
        elif not superseded:
            differences.append(Difference("year", str(paper.year), str(record.year)))
    if record.authors and record.authors != work.authors:
        if not work.authors or published:
            gains.append(Gain("authors", ", ".join(record.authors), ", ".join(work.authors)))
            work.authors = list(record.authors)
        elif not superseded and {*map(title_key, record.authors)} != {*map(title_key, work.authors)}:
            differences.append(Difference("authors", ", ".join(work.authors), ", ".join(record.authors)))


def _is_superseded(work: Work, record: Record) -> bool:
    """The record cites the preprint of what is published here."""
    venue = _cited_venue(record, venue_name(record.venue), record.fields)
    return bool(venue) and is_preprint(venue) and not is_preprint(work.venue)


def _cited_venue(row: Paper | Record, venue: str, entry: dict[str, str]) -> str:
    """arXiv's own BibTeX names no venue: an entry with an arXiv id and no other place cites the preprint."""
    is_elsewhere = row.acl or (row.doi and not identifiers.arxiv_id(row.doi))
    if venue or not row.arxiv or is_elsewhere or not entry or row.source == "markdown":
        return venue
    return "arXiv"


def _keep_preprint(work: Work, record: Record, gains: list[Gain]) -> None:
    """What stood here until now becomes a version; its entry goes with it where the publication brings its own."""
    paper = work.paper
    venue = _cited_venue(paper, work.venue, paper.bibtex_fields)
    if not venue or _preprint_of(work):
        return
    version = PaperVersion(
        title=paper.title, authors=list(work.authors), venue=venue, year=paper.year,
        doi=paper.doi if identifiers.arxiv_id(paper.doi) else "", arxiv=paper.arxiv,
    )  # fmt: skip
    if record.fields and paper.bibtex_fields:
        for name in ENTRY:
            setattr(version, name, getattr(paper, name))
        set_entry(paper, record)
        gains.append(Gain("bibtex", paper.bibtex_key, version.bibtex_key))
    work.versions.append(version)
    gains.append(Gain("versions", version.venue))


def _add_preprint(work: Work, record: Record, gains: list[Gain]) -> None:
    """One preprint a paper; given again, it may still bring the entry that was missing."""
    version = _preprint_of(work)
    if version is None:
        if not record.fields and record.year in (None, work.paper.year):
            return  # says nothing that does not stand here
        venue = _cited_venue(record, venue_name(record.venue), record.fields)
        version = PaperVersion(
            title=record.title, authors=record.authors, venue=venue, year=record.year,
            doi=record.doi[:200], arxiv=record.arxiv[:30],
        )  # fmt: skip
        work.versions.append(version)
    elif version.bibtex_fields or not record.fields:
        return
    set_entry(version, record)
    gains.append(Gain("versions", version.venue))


def _preprint_of(work: Work) -> PaperVersion | None:
    return next((version for version in work.versions if is_preprint(version.venue)), None)


def _merge_identifiers(
    work: Work, record: Record, shelf: Shelf, gains: list[Gain], differences: list[Difference]
) -> tuple[str, ...]:
    """Identifiers of the record that were refused: the work has another, or another work has them."""
    refused: list[str] = []
    for name in IDENTIFIERS:
        given, here = getattr(record, name), getattr(work.paper, name)
        if not given or given == here or len(given) > _LENGTHS[name]:
            continue
        if name == "doi" and here and identifiers.arxiv_id(given):
            continue  # the publication's DOI stands; the preprint's says no more than its arXiv id
        if name == "doi" and identifiers.arxiv_id(here):
            here = ""
        if here or shelf.holder(name, given) is not None:
            differences.append(Difference(name, here, given))
            refused.append(given.lower())
        else:
            gains.append(Gain(name, given, getattr(work.paper, name)))
            setattr(work.paper, name, given)
    return tuple(refused)
