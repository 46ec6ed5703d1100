"""Batches of records into papers, with their history, their places in a list and the search index.

Each batch runs inside a transaction of the caller, who has locked the catalogue. Memory holds one batch.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from catalog import search
from catalog.history.recording import Recorder
from catalog.importers.records import Record
from catalog.intake.bulk import rows_with
from catalog.intake.merging import Difference, Gain, merge, new_work
from catalog.intake.placing import Placer
from catalog.intake.shelving import save_works
from catalog.models import Change, ChangeSet, Import, Paper, PaperList
from catalog.works.identity import Shelf, Work
from catalog.works.likeness import key_of

BATCH = 1_000  # entries written together


@dataclass(frozen=True)
class Taken:
    """What became of one record. `gains` are empty for a new paper: all of it is new."""

    record: Record
    paper_id: int
    slug: str
    title: str
    is_new: bool
    gains: Sequence[Gain] = ()
    differences: Sequence[Difference] = ()


@dataclass
class Store:
    """Takes in batch after batch. Papers that it creates carry `origin`; papers that it changes get a history.

    Without an origin nothing is recorded: so comes the bundled catalogue, before there is anyone to look back.
    """

    origin: Import | None = None
    actor: object | None = None
    paper_list: PaperList | None = None
    changeset: ChangeSet | None = None
    _placer: Placer | None = field(default=None, init=False)

    def take(self, records: Sequence[Record], forced: dict[int, int | None] | None = None) -> list[Taken]:
        """In the order given. `forced` says of some, by their place, which paper they are; None: a paper of its own."""
        known = _known_entries(records) if forced is None else {}
        works, told = self._match(records, known, forced or {})
        self._save(works)
        taken = [
            Taken(record, work.paper.pk, work.paper.slug, work.paper.title, is_new, () if is_new else gains, differing)
            for record, (work, is_new, gains, differing) in zip(records, told, strict=True)
        ]
        self._place(taken)
        return taken

    def _match(self, records, known, forced):
        """Each work with all it gained, and for each record its work, whether that is new, gains and differences."""
        shelf = Shelf([record for place, record in enumerate(records) if place not in known], forced.values())
        works: dict[int, tuple[Work, bool, set[str]]] = {}
        told = []
        for place, record in enumerate(records):
            if place in known:
                told.append((known[place], False, (), ()))
                continue
            work = shelf.paper(forced[place]) if place in forced else shelf.find(record)
            if work is None:
                work, differences = new_work(record, shelf)
                works[id(work)] = (work, True, set())
                told.append((work, True, (), differences))
                continue
            gains, differences = merge(work, record, shelf)
            works.setdefault(id(work), (work, False, set()))[2].update(gain.fact for gain in gains)
            told.append((work, False, gains, differences))
        return list(works.values()), told

    def _save(self, works: list[tuple[Work, bool, set[str]]]) -> None:
        new = [work for work, is_new, _ in works if is_new]
        changed = [(work, facts) for work, is_new, facts in works if not is_new and facts]
        recorder = Recorder()
        if self.origin is not None:
            recorder.will_change(*(work.paper for work, _ in changed))
        notes = save_works(new, changed, self.origin)
        if self.origin is not None:
            old = {work.paper.pk for work, _ in changed}
            recorder.created(*(note for note in notes if note.paper_id in old))
            self.record(recorder)
        if touched := {work.paper.pk for work in new} | {work.paper.pk for work, _ in changed}:
            search.reindex(touched)

    def record(self, recorder: Recorder) -> None:
        """Adds what differs to the one change set that this store makes."""
        if not (changes := recorder.changes()):
            return
        if self.changeset is None:
            self.changeset = ChangeSet.objects.create(
                kind=ChangeSet.Kind.IMPORT, actor=self.actor, source=self.origin, summary=str(self.origin)[:500]
            )
        for change in changes:
            change.changeset = self.changeset
        Change.objects.bulk_create(changes, batch_size=200)

    def _place(self, taken: list[Taken]) -> None:
        if self.paper_list is None:
            return
        for path, paper_id in self._placed_before({one.paper_id for one in taken}):
            self.placer.skip(path, paper_id)
        if not (placed := self.placer.place((one.record.section, one.paper_id) for one in taken)):
            return
        Paper.objects.filter(pk__in=placed).touch()
        search.reindex(placed)

    def _placed_before(self, paper_ids: set[int]) -> Iterable[tuple[list[str], int]]:
        """Places that stored items of the same document have: named again, a work stands there again."""
        if self.origin is None:
            return ()
        stored = self.origin.items.filter(paper__in=paper_ids).exclude(stored_at=None)
        return stored.order_by().values_list("data__section", "paper_id")

    @property
    def placer(self) -> Placer:
        if self._placer is None:
            self._placer = Placer(self.paper_list)
        return self._placer


def _known_entries(records: Sequence[Record]) -> dict[int, Work]:
    """Records whose entry stands here byte for byte, with the same fields: they can add nothing. One query.

    So the same file given again costs less than the first time, and what an editor removed does not come back.
    """
    places = {place: key_of(record.title) for place, record in enumerate(records) if record.raw}
    if not places:
        return {}
    found: dict[tuple[str, str], tuple] = {}
    columns = ("id", "slug", "title", "title_key", "bibtex_raw", "bibtex_fields")
    for row in sorted(rows_with(Paper, "title_key", places.values(), *columns)):
        found.setdefault((row[3], row[4]), row)
    known: dict[int, Work] = {}
    for place, key in places.items():
        record, row = records[place], found.get((key, records[place].raw))
        if row is not None and _as_mapping(row[5]) == record.fields:
            known[place] = Work(Paper(pk=row[0], slug=row[1], title=row[2]))
    return known


def _as_mapping(stored: str | dict) -> dict:
    """PostgreSQL's driver reads JSON by itself."""
    return json.loads(stored) if isinstance(stored, str) else stored
