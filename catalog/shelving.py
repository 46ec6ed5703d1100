"""Works into rows: a fixed number of queries for each thousand, whatever the document holds."""

from __future__ import annotations

import hashlib
import uuid
from collections import Counter, defaultdict

from django.db.models import Max
from django.utils import timezone

from catalog.citation_keys import set_keys
from catalog.identity import Work
from catalog.importers.records import Record
from catalog.models import (
    AlternativeTitle,
    Author,
    Authorship,
    Entry,
    Note,
    Paper,
    PaperLink,
    PaperList,
    Section,
    Venue,
)
from catalog.titles import slug_for, title_key

_BATCH = 2_000
_NUMBERED = 9
_VENUE_SLUG_LENGTH = 80
_RELATIONS = {"authors", "links", "notes", "titles"}
_BIBTEX = {"bibtex_type", "bibtex_key", "bibtex_fields", "bibtex_raw", "citation_key"}


def save_works(new: list[Work], changed: list[tuple[Work, set[str]]]) -> None:
    """Inserts the new works; of the others, writes the facts that changed, by the names that `Gain.fact` gives."""
    _set_venues([*new, *(work for work, names in changed if "venue" in names)])
    _set_slugs(new)
    with_entries = [*new, *(work for work, names in changed if "bibtex" in names)]
    set_keys((work.paper, work.authors) for work in with_entries)
    Paper.objects.bulk_create([work.paper for work in new], batch_size=_BATCH)
    _update_papers(changed)
    _save_authors(new, [work for work, names in changed if "authors" in names])
    _save_links([*new, *(work for work, names in changed if "links" in names)])
    _save_titles([*new, *(work for work, names in changed if "titles" in names)])
    _save_notes([*new, *(work for work, names in changed if "notes" in names)])


def _update_papers(changed: list[tuple[Work, set[str]]]) -> None:
    now = timezone.now()
    names = {name for _, names in changed for name in names}
    fields = sorted((names | _BIBTEX if "bibtex" in names else names) - _RELATIONS - {"bibtex"})
    for work, _ in changed:
        work.paper.updated_at = now
    Paper.objects.bulk_update([work.paper for work, _ in changed], [*fields, "updated_at"], batch_size=200)


def _set_venues(works: list[Work]) -> None:
    names = {_venue_slug(work.venue): work.venue for work in reversed(works) if work.venue}
    rows = Venue.objects.in_bulk(list(names), field_name="slug")
    missing = [Venue(slug=slug, name=name) for slug, name in names.items() if slug not in rows]
    Venue.objects.bulk_create(missing, ignore_conflicts=True, batch_size=_BATCH)
    if missing:
        rows = Venue.objects.in_bulk(list(names), field_name="slug")
    for work in works:
        work.paper.venue = rows[_venue_slug(work.venue)] if work.venue else None


def _venue_slug(name: str) -> str:
    slug = slug_for(name)
    if len(slug) <= _VENUE_SLUG_LENGTH:
        return slug
    tail = hashlib.sha256(title_key(name).encode()).hexdigest()[:8]
    return f"{slug[: _VENUE_SLUG_LENGTH - 9].rstrip('-')}-{tail}"


def _set_slugs(works: list[Work]) -> None:
    """The title's slug; with a number, or at last a random tail, where it is taken."""
    bases = [slug_for(work.paper.title, work.paper.short_name) for work in works]
    wanted = {slug for base in bases for slug in _spellings(base)}
    taken: set[str] = set()
    wanted_list = sorted(wanted)
    for start in range(0, len(wanted_list), _BATCH * 10):
        batch = wanted_list[start : start + _BATCH * 10]
        taken |= set(Paper.objects.filter(slug__in=batch).values_list("slug", flat=True))
    for work, base in zip(works, bases, strict=True):
        free = (slug for slug in _spellings(base) if slug not in taken)
        work.paper.slug = next(free, f"{base}-{uuid.uuid4().hex[:8]}")
        taken.add(work.paper.slug)


def _spellings(base: str) -> list[str]:
    return [base, *(f"{base}-{number}" for number in range(2, _NUMBERED + 1))]


def _save_authors(new: list[Work], changed: list[Work]) -> None:
    works = [*new, *changed]
    names = {author_key(name): name for work in reversed(works) for name in reversed(work.authors)}
    rows = _authors(list(names))
    missing = [Author(key=key, name=name) for key, name in names.items() if key not in rows]
    Author.objects.bulk_create(missing, ignore_conflicts=True, batch_size=_BATCH)
    if missing:
        rows |= _authors([author.key for author in missing])
    Authorship.objects.filter(paper__in=[work.paper.pk for work in changed]).delete()
    Authorship.objects.bulk_create(
        [
            Authorship(paper=work.paper, author=rows[key], position=position)
            for work in works
            for position, key in enumerate(dict.fromkeys(map(author_key, work.authors)), 1)
        ],
        batch_size=_BATCH,
    )


def author_key(name: str) -> str:
    return title_key(name)[:255]


def _authors(keys: list[str]) -> dict[str, Author]:
    rows: dict[str, Author] = {}
    for start in range(0, len(keys), _BATCH * 10):
        rows |= {author.key: author for author in Author.objects.filter(key__in=keys[start : start + _BATCH * 10])}
    return rows


def _save_links(works: list[Work]) -> None:
    here = {(link.paper_id, link.url) for link in PaperLink.objects.filter(paper__in=[work.paper.pk for work in works])}
    rows = [
        PaperLink(paper=work.paper, label=label, url=url, position=position)
        for work in works
        for position, (url, label) in enumerate(work.links.items(), 1)
        if (work.paper.pk, url) not in here
    ]
    PaperLink.objects.bulk_create(rows, batch_size=_BATCH)


def _save_titles(works: list[Work]) -> None:
    others = [work for work in works if len(work.titles) > 1]
    here = set(
        AlternativeTitle.objects.filter(paper__in=[work.paper.pk for work in others]).values_list("paper", "title_key")
    )
    rows = [
        AlternativeTitle(paper=work.paper, title=title, title_key=key)
        for work in others
        for key, title in work.titles.items()
        if key != work.paper.title_key and (work.paper.pk, key) not in here
    ]
    AlternativeTitle.objects.bulk_create(rows, batch_size=_BATCH)


def _save_notes(works: list[Work]) -> None:
    here = set(Note.objects.filter(paper__in=[work.paper.pk for work in works]).values_list("paper_id", "body"))
    rows = [
        Note(paper=work.paper, language=language_of(body), body=body)
        for work in works
        for body in work.notes
        if (work.paper.pk, body) not in here
    ]
    Note.objects.bulk_create(rows, batch_size=_BATCH)


def language_of(text: str) -> str:
    chinese = sum("\u4e00" <= sign <= "\u9fff" for sign in text)
    return "zh" if chinese * 4 > sum(map(str.isalpha, text)) else "en"


def place_entries(paper_list: PaperList, placed: list[tuple[Record, Work]]) -> None:
    """Entries under their headings, in the document's order. What stands there already stays where it is."""
    sections = Sections(paper_list)
    here: defaultdict[int, Counter[int]] = defaultdict(Counter)
    last: Counter[int] = Counter()
    for section, paper in Entry.objects.filter(section__paper_list=paper_list).values_list("section_id", "paper_id"):
        here[section][paper] += 1
    ends = Entry.objects.filter(section__paper_list=paper_list).values("section_id").annotate(end=Max("position"))
    last.update({row["section_id"]: row["end"] for row in ends})
    rows = []
    for record, work in placed:
        section = sections.at(record.section)
        if here[section.pk][work.paper.pk] > 0:
            here[section.pk][work.paper.pk] -= 1
            continue
        last[section.pk] += 1
        rows.append(Entry(section=section, paper=work.paper, position=last[section.pk]))
    Entry.objects.bulk_create(rows, batch_size=_BATCH)


class Sections:
    """The sections of one list by the path of their headings; what is missing is made, behind the others."""

    def __init__(self, paper_list: PaperList) -> None:
        self.paper_list = paper_list
        self._rows = {(row.parent_id, row.name_en): row for row in paper_list.sections.all()}
        self._end = max((row.position for row in self._rows.values()), default=0)

    def at(self, path: list[str]) -> Section:
        """An entry that stands under no heading goes into a section without a name."""
        section = None
        for heading in path or [""]:
            section = self._child(section, heading[:200])
        return section

    def _child(self, parent: Section | None, name: str) -> Section:
        place = (parent and parent.pk, name)
        if place not in self._rows:
            self._end += 1
            self._rows[place] = Section.objects.create(
                paper_list=self.paper_list, parent=parent, name_en=name, position=self._end
            )
        return self._rows[place]
