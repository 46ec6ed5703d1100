"""What a record adds to a work. Blanks are filled, a publication beats its preprint, what differs is told."""

from __future__ import annotations

import re
from dataclasses import dataclass

from catalog import identifiers
from catalog.identity import Shelf, Work
from catalog.importers.records import Link, Record
from catalog.likeness import IDENTIFIERS, block_key, key_of
from catalog.models import Paper
from catalog.titles import slug_for, title_key

_PREPRINT = re.compile(
    r"\W*(?:corr|arxiv\b.*|.*\barxiv(?: preprint)?(?:[: ].*)?|(?:arxiv )?e-?prints?|preprint|under review|submitted"
    r"|tech(?:nical)?\.? ?report|openai(?: blog)?|medrxiv|biorxiv)\W*",
    re.I,
)
_WEB = re.compile(r"(?:https?|ftp)://[^\s/]", re.I)
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

    fact: str  # a column of Paper, or authors | bibtex | links | notes | titles | venue
    now: str
    before: str = ""


def is_preprint(venue: str) -> bool:
    return not venue or _PREPRINT.fullmatch(venue) is not None


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


def new_work(record: Record, shelf: Shelf) -> tuple[Work, list[Difference]]:
    block = block_key(record.title, record.authors)
    paper = Paper(title=record.title, title_key=key_of(record.title), block_key=block)
    work = Work(paper, titles={paper.title_key: paper.title}, line=record.line)
    _, differences = merge(work, record, shelf)
    shelf.add(work)
    return work, differences


def merge(work: Work, record: Record, shelf: Shelf) -> tuple[list[Gain], list[Difference]]:
    """Changes the work in memory. What it gained, and what the record gives otherwise."""
    gains: list[Gain] = []
    differences: list[Difference] = []
    _merge_publication(work, record, gains, differences)
    _merge_identifiers(work, record, shelf, gains, differences)
    _merge_words(work, record, gains)
    if gains:
        shelf.add(work)
    return gains, differences


def _merge_words(work: Work, record: Record, gains: list[Gain]) -> None:
    """Names, titles, links, the note, and the entry itself: each is kept where it says something new."""
    paper = work.paper
    if record.short_name and not paper.short_name:
        paper.short_name = record.short_name[:100]
        gains.append(Gain("short_name", paper.short_name))
    key = key_of(record.title)
    if key not in work.titles:
        work.titles[key] = record.title
        gains.append(Gain("titles", record.title))
    for link in usable_links(record)[0]:
        if link.url not in work.links:
            work.links[link.url] = link.label[:80]
            gains.append(Gain("links", link.url))
    note = record.note.strip()
    if note and note not in work.notes:
        work.notes.append(note)
        gains.append(Gain("notes", note))
    if record.fields and not paper.bibtex_fields:
        paper.bibtex_type, paper.bibtex_key = record.type[:40], record.key[:200]
        paper.bibtex_fields, paper.bibtex_raw = record.fields, record.raw
        gains.append(Gain("bibtex", paper.bibtex_key))


def _merge_publication(work: Work, record: Record, gains: list[Gain], differences: list[Difference]) -> None:
    """Venue, year and authors hang together: those of the publication replace those of the preprint."""
    paper, venue = work.paper, venue_name(record.venue)
    published = is_preprint(work.venue) and not is_preprint(venue)
    superseded = bool(venue) and is_preprint(venue) and not is_preprint(work.venue)
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


def _merge_identifiers(
    work: Work, record: Record, shelf: Shelf, gains: list[Gain], differences: list[Difference]
) -> None:
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
        else:
            gains.append(Gain(name, given, getattr(work.paper, name)))
            setattr(work.paper, name, given)


def venue_name(venue: str) -> str:
    """`arXiv preprint arXiv:1910.01108` is arXiv; any other name stays as given."""
    if re.search(r"\barxiv\b", venue, re.I) and is_preprint(venue):
        return "arXiv"
    return " ".join(venue.split())[:200]
