"""Works into rows: a fixed number of queries for each thousand, whatever the document holds."""

from __future__ import annotations

import hashlib
import uuid
from collections import defaultdict
from collections.abc import Iterable, Sequence

from django.utils import timezone

from catalog.exporters.citation_keys import set_keys
from catalog.intake.bulk import give_ids, insert, insert_values, rows_with
from catalog.models import (
    AlternativeTitle,
    Author,
    Authorship,
    FormerAddress,
    Import,
    Note,
    Paper,
    PaperLink,
    Venue,
)
from catalog.titles import slug_for, title_key
from catalog.works.identity import Work
from catalog.works.likeness import block_key

Changed = Sequence[tuple[Work, set[str]]]  # works with the facts that changed, by the names that `Gain.fact` gives

_NUMBERED = 9
_VENUE_SLUG_LENGTH = 80
_RELATIONS = {"authors", "links", "notes", "titles", "versions"}
_BIBTEX = {"bibtex_type", "bibtex_key", "bibtex_fields", "bibtex_raw", "source", "citation_key"}


def save_works(new: list[Work], changed: Changed, origin: Import | None = None) -> list[Note]:
    """Inserts the new works; of the others, writes the facts that changed. The notes that were made."""
    _set_venues([*new, *_that_gained("venue", changed)])
    _set_slugs(new)
    with_entries = [*new, *_that_gained("bibtex", changed)]
    set_keys((work.paper, work.authors) for work in with_entries)
    papers = [work.paper for work in new]
    for work in new:
        work.paper.origin, work.paper.block_key = origin, block_key(work.paper.title, work.authors)
    give_ids(papers)
    insert(papers)
    _update_papers(changed)
    _save_authors(new, _that_gained("authors", changed))
    _save_links([*new, *_that_gained("links", changed)])
    _save_titles([*new, *_that_gained("titles", changed)])
    _save_versions([*new, *_that_gained("versions", changed)])
    notes = _save_notes([*new, *_that_gained("notes", changed)])
    for paper in papers:
        paper._state.adding = False
    return notes


def _that_gained(fact: str, changed: Changed) -> list[Work]:
    return [work for work, names in changed if fact in names]


def _update_papers(changed: Changed) -> None:
    now = timezone.now()
    names = {name for _, names in changed for name in names}
    fields = sorted((names | _BIBTEX if "bibtex" in names else names) - _RELATIONS - {"bibtex"})
    for work, _ in changed:
        work.paper.updated_at = now
        work.paper.block_key = block_key(work.paper.title, work.authors)
    if names & {"authors", "title"}:
        fields.append("block_key")
    Paper.objects.bulk_update([work.paper for work, _ in changed], [*fields, "updated_at"], batch_size=200)


def _set_venues(works: list[Work]) -> None:
    slugs = {name: _venue_slug(name) for name in {work.venue for work in works if work.venue}}
    names = {slugs[work.venue]: work.venue for work in reversed(works) if work.venue}
    rows = Venue.objects.in_bulk(list(names), field_name="slug")
    missing = [Venue(slug=slug, name=name) for slug, name in names.items() if slug not in rows]
    give_ids(missing)
    insert(missing)
    rows |= {row.slug: row for row in missing}
    for work in works:
        work.paper.venue = rows[slugs[work.venue]] if work.venue else None


def _venue_slug(name: str) -> str:
    slug = slug_for(name)
    if len(slug) <= _VENUE_SLUG_LENGTH:
        return slug
    tail = hashlib.sha256(title_key(name).encode()).hexdigest()[:8]
    return f"{slug[: _VENUE_SLUG_LENGTH - 9].rstrip('-')}-{tail}"


def _set_slugs(works: list[Work]) -> None:
    """The title's slug; with a number, or at last a random tail, where it is taken."""
    bases = [slug_for(work.paper.title, work.paper.short_name) for work in works]
    taken = _slugs_in_use(set(bases))
    taken |= _slugs_in_use({slug for base in taken for slug in _spellings(base)})
    for work, base in zip(works, bases, strict=True):
        if base in taken and f"{base}-2" not in taken:  # the first of the same document that wants it too
            taken |= _slugs_in_use(_spellings(base))
        free = (slug for slug in _spellings(base) if slug not in taken)
        work.paper.slug = next(free, f"{base}-{uuid.uuid4().hex[:8]}")
        taken.add(work.paper.slug)


def _slugs_in_use(slugs: Iterable[str]) -> set[str]:
    """Those that papers have, and those that lead to papers for good."""
    slugs = set(slugs)
    return {slug for model in (Paper, FormerAddress) for (slug,) in rows_with(model, "slug", slugs, "slug")}


def _spellings(base: str) -> list[str]:
    return [base, *(f"{base}-{number}" for number in range(2, _NUMBERED + 1))]


def _save_authors(new: list[Work], changed: list[Work]) -> None:
    works = [*new, *changed]
    keys = {name: author_key(name) for name in {name for work in works for name in work.authors}}
    names = {keys[name]: name for work in reversed(works) for name in reversed(work.authors)}
    ids = author_ids(names)
    missing = [Author(key=key, name=name) for key, name in names.items() if key not in ids]
    give_ids(missing)
    insert(missing)
    ids |= {author.key: author.pk for author in missing}
    if changed:
        Authorship.objects.filter(paper__in=[work.paper.pk for work in changed]).delete()
    insert_values(
        Authorship,
        ("paper_id", "author_id", "position"),
        [
            (work.paper.pk, author, position)
            for work in works
            for position, author in enumerate(dict.fromkeys(ids[keys[name]] for name in work.authors), 1)
        ],
    )


def author_key(name: str) -> str:
    return title_key(name)[:255]


def author_ids(keys: Iterable[str]) -> dict[str, int]:
    return dict(rows_with(Author, "key", keys, "key", "id"))


def _save_links(works: list[Work]) -> None:
    here = _here(PaperLink, works, "url")
    insert_values(
        PaperLink,
        ("paper_id", "label", "url", "position"),
        [
            (work.paper.pk, label, url, position)
            for work in works
            for position, (url, label) in enumerate(work.links.items(), 1)
            if url not in here[work.paper.pk]
        ],
    )


def _save_titles(works: list[Work]) -> None:
    others = [work for work in works if len(work.titles) > 1]
    here = _here(AlternativeTitle, others, "title_key")
    rows = [
        AlternativeTitle(paper=work.paper, title=title, title_key=key)
        for work in others
        for key, title in work.titles.items()
        if key != work.paper.title_key and key not in here[work.paper.pk]
    ]
    insert(rows)


def _save_versions(works: list[Work]) -> None:
    versions = [(work.paper, version) for work in works for version in work.versions]
    for paper, version in versions:
        version.paper = paper
        if version.pk:  # it was there, and may have got its entry now
            version.save()
    insert([version for _, version in versions if not version.pk])


def _save_notes(works: list[Work]) -> list[Note]:
    noted = [work for work in works if work.notes]
    here = _here(Note, noted, "body")
    rows = [
        Note(paper=work.paper, language=language or language_of(body), body=body)
        for work in noted
        for body, language in work.notes.items()
        if body not in here[work.paper.pk]
    ]
    give_ids(rows)
    insert(rows)
    return rows


def _here(model, works: list[Work], column: str) -> defaultdict[int, set[str]]:
    """What stands already with the works that are not new."""
    found: defaultdict[int, set[str]] = defaultdict(set)
    old = [work.paper.pk for work in works if not work.is_new]
    if old:
        for paper, value in model.objects.filter(paper__in=old).order_by().values_list("paper_id", column):
            found[paper].add(value)
    return found


def language_of(text: str) -> str:
    chinese = sum("\u4e00" <= sign <= "\u9fff" for sign in text)
    return "zh" if chinese * 4 > sum(map(str.isalpha, text)) else "en"
