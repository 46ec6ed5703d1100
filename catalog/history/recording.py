"""The history is written beside each change, in the same transaction: there is no change without its record."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from django.db import transaction

from catalog.history.snapshots import Recorded, Snapshot, snapshot_of, target_of
from catalog.models import Change, ChangeSet, Import, Note, Paper


@dataclass
class _Watched:
    target: str
    target_id: int
    paper_id: int | None
    label: str
    row: Recorded
    before: Snapshot | None


@dataclass
class Recorder:
    """Collects the rows that a step touches. `changeset` is None where nothing differed in the end."""

    _watched: dict[tuple[str, int], _Watched] = field(default_factory=dict)
    changeset: ChangeSet | None = None

    def will_change(self, *rows: Recorded) -> None:
        """Before the rows are written to, or removed."""
        self._watch(rows, existed=True)

    def created(self, *rows: Recorded) -> None:
        """After the rows were inserted."""
        self._watch(rows, existed=False)

    def _watch(self, rows: tuple[Recorded, ...], *, existed: bool) -> None:
        for row in rows:
            place = (target_of(row), row.pk)
            if place not in self._watched:
                before = snapshot_of(row) if existed else None
                self._watched[place] = _Watched(*place, _paper_id(row), str(row)[:500], row, before)

    def changes(self) -> Iterator[Change]:
        for watched in self._watched.values():
            row = type(watched.row).objects.filter(pk=watched.target_id).first()
            after = snapshot_of(row) if row else None
            if after != watched.before:
                paper = watched.paper_id if Paper.objects.filter(pk=watched.paper_id).exists() else None
                yield Change(
                    target=watched.target,
                    target_id=watched.target_id,
                    paper_id=paper,
                    label=str(row)[:500] if row else watched.label,
                    before=watched.before,
                    after=after,
                )


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
        if changes := list(recorder.changes()):
            recorder.changeset = ChangeSet.objects.create(kind=kind, actor=actor, source=source, summary=summary[:500])
            for change in changes:
                change.changeset = recorder.changeset
            Change.objects.bulk_create(changes, batch_size=200)


def _paper_id(row: Recorded) -> int | None:
    if isinstance(row, Paper):
        return row.pk
    return row.paper_id if isinstance(row, Note) else None
