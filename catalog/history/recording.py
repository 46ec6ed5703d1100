"""The history is written beside each change, in the same transaction: there is no change without its record."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from django.db import transaction

from catalog.history import rows as beside
from catalog.history.snapshots import BATCH, Recorded, Snapshot, label_of, model_of, snapshots_of, target_of
from catalog.models import Change, ChangeSet, Import, Paper


@dataclass
class Recorder:
    """Collects the rows that a step touches. `changeset` is None where nothing differed in the end.

    Rows of one kind told together are read together: a fixed number of queries for each 500.
    """

    changeset: ChangeSet | None = None
    _before: dict[tuple[str, int], Snapshot | None] = field(default_factory=dict)
    _pointing: dict[beside.Place, beside.Values] = field(default_factory=dict)
    _pointed_at: set[int] = field(default_factory=set)

    def will_change(self, *rows: Recorded) -> None:
        """Before the rows are written to, or removed."""
        for target, ids in self._unwatched(rows).items():
            snapshots = snapshots_of(model_of(target), ids)
            self._before |= {(target, pk): snapshots.get(pk) for pk in ids}

    def created(self, *rows: Recorded) -> None:
        """After the rows were inserted."""
        for target, ids in self._unwatched(rows).items():
            self._before |= {(target, pk): None for pk in ids}

    def will_repoint(self, *paper_ids: int) -> None:
        """Before a paper is removed or merged: readings, verdicts, runs that point at it are kept with the step."""
        new = set(paper_ids) - self._pointed_at
        self._pointing |= beside.rows_beside(new)
        self._pointed_at |= new

    def _unwatched(self, rows: Iterable[Recorded]) -> dict[str, list[int]]:
        ids = defaultdict(list)
        for row in rows:
            if (target_of(row), row.pk) not in self._before:
                ids[target_of(row)].append(row.pk)
        return ids

    def changes(self) -> list[Change]:
        """Of every row that differs from what it was when it was told of; in the order of telling."""
        after = self._now()
        found = [
            Change(target=target, target_id=pk, label=label_of(target, now or before), before=before, after=now)
            for (target, pk), before in self._before.items()
            if (now := after.get((target, pk))) != before
        ]
        papers = list(map(_paper_id, found))
        existing = _existing(papers)
        for change, paper_id in zip(found, papers, strict=True):
            change.paper_id = paper_id if paper_id in existing else None
        return found

    def _now(self) -> dict[tuple[str, int], Snapshot]:
        ids = defaultdict(list)
        for target, pk in self._before:
            ids[target].append(pk)
        found = {target: snapshots_of(model_of(target), pks) for target, pks in ids.items()}
        return {(target, pk): snapshot for target, rows in found.items() for pk, snapshot in rows.items()}

    def repointed(self) -> list[dict]:
        if not self._pointed_at:
            return []
        return beside.differing(self._pointing, beside.rows_beside(self._pointed_at, also=self._pointing))


@contextmanager
def recorded(
    *rows: Recorded,
    actor,
    kind: str = ChangeSet.Kind.EDIT,
    summary: str = "",
    source: Import | None = None,
) -> Iterator[Recorder]:
    """One transaction whose changes to `rows` (and to what the recorder is told of) become one ChangeSet.

    with recorded(paper, actor=user, summary="year from the proceedings") as recorder:
        ...write to the paper, its authors, links, titles, topics...
        recorder.created(note)
    """
    with transaction.atomic():
        recorder = Recorder()
        recorder.will_change(*rows)
        yield recorder
        changes, repointed = recorder.changes(), recorder.repointed()
        if changes:
            recorder.changeset = ChangeSet.objects.create(
                kind=kind, actor=actor, source=source, summary=summary[:500], rows=repointed
            )
            for change in changes:
                change.changeset = recorder.changeset
            Change.objects.bulk_create(changes, batch_size=200)


def _existing(paper_ids: list[int | None]) -> set[int]:
    ids, found = sorted({pk for pk in paper_ids if pk}), set()
    for start in range(0, len(ids), BATCH):
        found |= set(Paper.objects.filter(pk__in=ids[start : start + BATCH]).values_list("pk", flat=True))
    return found


def _paper_id(change: Change) -> int | None:
    """The paper whose history shows the change: a note's goes where the note went."""
    if change.target == Change.Target.PAPER:
        return change.target_id
    return (change.after or change.before)["paper"] if change.target == Change.Target.NOTE else None
