"""Which row a record names. One work is one row: the same identifier, or the same title and nothing against it.

Candidates come from indexed columns, all records of a document at once; pairs are never compared.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from django.db.models import Q, QuerySet

from catalog.importers.records import Record
from catalog.intake.bulk import rows_with
from catalog.models import AlternativeTitle, Authorship, Paper, PaperVersion, Verdict
from catalog.works.likeness import IDENTIFIERS, Facts, block_key, doubt, is_same, key_of

_BATCH = 1_000


@dataclass(eq=False)
class Work:
    """A row as it stands, or as it will: facts and relations in memory while a document is taken in."""

    paper: Paper
    authors: list[str] = field(default_factory=list)
    venue: str = ""
    links: dict[str, str] = field(default_factory=dict)
    titles: dict[str, str] = field(default_factory=dict)
    notes: dict[str, str] = field(default_factory=dict)  # each text with its language, "" where that is to be guessed
    versions: list[PaperVersion] = field(default_factory=list)
    line: int = 0

    @classmethod
    def of_citation(cls, paper: Paper) -> Work:
        """Titles and authors alone: enough to compare."""
        others = {other.title_key: other.title for other in paper.alternative_titles.all()}
        authors = [authorship.author.name for authorship in paper.authorships.all()]
        return cls(paper, authors=authors, titles={paper.title_key: paper.title} | others)

    @classmethod
    def of(cls, paper: Paper) -> Work:
        work = cls.of_citation(paper)
        work.venue = paper.venue.name if paper.venue else ""
        work.links = {link.url: link.label for link in paper.links.all()}
        work.notes = {note.body: note.language for note in paper.notes.all()}
        work.versions = list(paper.versions.all())
        return work

    @property
    def is_new(self) -> bool:
        return self.paper._state.adding  # it may have its key before it is written

    @property
    def facts(self) -> Facts:
        """As they stand now; merging changes them."""
        paper = self.paper
        return Facts(list(self.titles.values()), self.authors, paper.year, paper.doi, paper.arxiv, paper.acl)


class Shelf:
    """Every row that one of these records may name, found by identifier and by title."""

    def __init__(self, records: Iterable[Record], paper_ids: Iterable[int | None] = ()) -> None:
        """`paper_ids` are wanted whatever the records say."""
        self._by_identifier: dict[tuple[str, str], Work] = {}
        self._by_title: defaultdict[str, list[Work]] = defaultdict(list)
        self._by_id: dict[int, Work] = {}
        records, ids = list(records), set(paper_ids) - {None}
        for start in range(0, len(records), _BATCH):
            ids |= _candidate_ids(records[start : start + _BATCH])
        for paper in _whole(sorted(ids)):
            self._by_id[paper.pk] = Work.of(paper)
            self.add(self._by_id[paper.pk])

    def paper(self, paper_id: int | None) -> Work | None:
        return self._by_id.get(paper_id)

    def holders(self, record: Record) -> list[Work]:
        """Works that have one of the record's identifiers or its title."""
        found = [self.holder(name, value) for name in IDENTIFIERS if (value := getattr(record, name))]
        return [*filter(None, found), *self._by_title.get(key_of(record.title), ())]

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
        """The work that this record surely names."""
        if not (candidates := self.holders(record)):
            return None
        given = facts_of(record)
        return next((work for work in candidates if is_same(work.facts, given)), None)


def _candidate_ids(records: list[Record]) -> set[int]:
    keys = {key_of(record.title) for record in records}
    found = rows_with(Paper, "title_key", keys, "id") + rows_with(AlternativeTitle, "title_key", keys, "paper")
    for name in IDENTIFIERS:
        found += rows_with(Paper, name, (value for record in records if (value := getattr(record, name))), "id")
    return {pk for (pk,) in found}


def _whole(ids: list[int]) -> Iterator[Paper]:
    related = ("authorships__author", "links", "alternative_titles", "notes", "versions")
    for start in range(0, len(ids), _BATCH):
        rows = Paper.objects.filter(pk__in=ids[start : start + _BATCH]).select_related("venue").order_by("pk")
        yield from rows.prefetch_related(*related)


def facts_of(record: Record) -> Facts:
    return Facts([record.title], record.authors, record.year, record.doi, record.arxiv, record.acl)


# --- papers that look alike -------------------------------------------------------------------------------------
def candidates_for(paper: Paper) -> QuerySet[Paper]:
    """Other papers that may be this work, by indexed columns: one of its titles, or its block key.

    Those of which an editor has said something already (a Verdict) are not among them. Whether there is anything to
    ask, and why, says `doubt_between`; most that share a block key are simply other works.
    """
    keys = [paper.title_key, *paper.alternative_titles.values_list("title_key", flat=True)]
    alike = Q(title_key__in=keys) | Q(pk__in=AlternativeTitle.objects.filter(title_key__in=keys).values("paper_id"))
    if paper.block_key:
        alike |= Q(block_key=paper.block_key)
    judged = Verdict.objects.filter(Q(first=paper) | Q(second=paper)).values_list("first_id", "second_id")
    known = {paper.pk, *(pk for pair in judged for pk in pair)}
    return Paper.objects.filter(alike).exclude(pk__in=known)


def doubt_between(paper: Paper, other: Paper) -> str:
    """Why an editor should look at the two: same | arxiv | people | years | title; "" where they are two works.

    Reads authors and other titles: prefetch `authorships__author` and `alternative_titles` for many papers.
    """
    here, given = Work.of_citation(paper).facts, Work.of_citation(other).facts
    return "same" if is_same(here, given) else doubt(here, given)


def rekey(paper_ids: Iterable[int]) -> None:
    """Sets anew what finds papers again; to be called when a title or the first author has changed."""
    papers = list(Paper.objects.filter(pk__in=set(paper_ids)).only("title", "title_key", "block_key"))
    firsts = Authorship.objects.filter(paper__in=papers).order_by("-position").values_list("paper_id", "author__name")
    first_authors = dict(firsts)
    for paper in papers:
        authors = [first_authors[paper.pk]] if paper.pk in first_authors else []
        paper.title_key, paper.block_key = key_of(paper.title), block_key(paper.title, authors)
    Paper.objects.bulk_update(papers, ["title_key", "block_key"], batch_size=200)
