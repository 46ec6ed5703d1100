"""Which row a record names. One work is one row: the same identifier, or the same title and nothing against it.

Candidates come from indexed columns, all records of a document at once; pairs are never compared.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from catalog.importers.records import Record
from catalog.models import AlternativeTitle, Paper
from catalog.titles import title_key

IDENTIFIERS = ("arxiv", "acl", "doi")
KEY_MAX_LENGTH = 500
_BATCH = 5_000
# A title this long (letters and digits) is hardly ever given twice; a shorter one is, in other years.
_DISTINCTIVE = 30
# A preprint and its publication lie within a year of each other, seldom two.
_YEARS_APART, _YEARS_APART_SAME_PEOPLE = 1, 5


@dataclass(eq=False)
class Work:
    """A row as it stands, or as it will: facts and relations in memory while a document is taken in."""

    paper: Paper
    authors: list[str] = field(default_factory=list)
    venue: str = ""
    links: dict[str, str] = field(default_factory=dict)
    titles: dict[str, str] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    line: int = 0

    @classmethod
    def of(cls, paper: Paper) -> Work:
        others = {other.title_key: other.title for other in paper.alternative_titles.all()}
        return cls(
            paper,
            authors=[authorship.author.name for authorship in paper.authorships.all()],
            venue=paper.venue.name if paper.venue else "",
            links={link.url: link.label for link in paper.links.all()},
            titles={paper.title_key: paper.title} | others,
            notes=[note.body for note in paper.notes.all()],
        )

    @property
    def is_new(self) -> bool:
        return self.paper.pk is None


def key_of(title: str) -> str:
    return title_key(title)[:KEY_MAX_LENGTH]


class Shelf:
    """Every row that one of these records may name, found by identifier and by title."""

    def __init__(self, records: Iterable[Record]) -> None:
        self._by_identifier: dict[tuple[str, str], Work] = {}
        self._by_title: defaultdict[str, list[Work]] = defaultdict(list)
        records = list(records)
        for start in range(0, len(records), _BATCH):
            for paper in _candidates(records[start : start + _BATCH]):
                self.add(Work.of(paper))

    def add(self, work: Work) -> None:
        """Also again, once a work has learnt an identifier or a title."""
        for name in IDENTIFIERS:
            if value := getattr(work.paper, name):
                self._by_identifier.setdefault((name, value), work)
        for key in work.titles:
            if not any(other is work for other in self._by_title[key]):
                self._by_title[key].append(work)

    def holder(self, name: str, value: str) -> Work | None:
        return self._by_identifier.get((name, value))

    def find(self, record: Record) -> Work | None:
        key = key_of(record.title)
        for name in IDENTIFIERS:
            work = self.holder(name, getattr(record, name))
            # An identifier is sometimes given to the wrong work: another title by other people stays another work.
            if work is not None and (key in work.titles or not _by_other_people(work, record)):
                return work
        return next((work for work in self._by_title.get(key, ()) if not _differ(work, record, key)), None)


def _candidates(records: list[Record]) -> Iterator[Paper]:
    keys = {key_of(record.title) for record in records}
    ids = set(Paper.objects.filter(title_key__in=keys).values_list("pk", flat=True))
    ids |= set(AlternativeTitle.objects.filter(title_key__in=keys).values_list("paper_id", flat=True))
    for name in IDENTIFIERS:
        values = {value for record in records if (value := getattr(record, name))}
        if values:
            ids |= set(Paper.objects.filter(**{f"{name}__in": values}).values_list("pk", flat=True))
    found = Paper.objects.filter(pk__in=ids).select_related("venue").defer("search_text", "search_title").order_by("pk")
    return iter(found.prefetch_related("authorships__author", "links", "alternative_titles", "notes"))


def _differ(work: Work, record: Record, key: str) -> bool:
    """Two works of one title: other preprints, other people (a book and its review), or another time."""
    if work.paper.arxiv and record.arxiv and work.paper.arxiv != record.arxiv:
        return True
    if _by_other_people(work, record):
        return True
    apart = abs(work.paper.year - record.year) if work.paper.year and record.year else 0
    if work.authors and record.authors:
        return apart > _YEARS_APART_SAME_PEOPLE
    return apart > _YEARS_APART and len(key) < _DISTINCTIVE


def _by_other_people(work: Work, record: Record) -> bool:
    if not work.authors or not record.authors:
        return False
    return not _family_names(work.authors) & _family_names(record.authors)


def _family_names(names: list[str]) -> set[str]:
    """The last word of each; and all its words in one order, for those who write the family name first."""
    found = set()
    for name in names:
        words = [title_key(word) for word in name.partition(",")[0].split()]
        found |= {words[-1], " ".join(sorted(words))} if words else set()
    return found
