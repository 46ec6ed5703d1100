"""A whole import taken back: its papers, what others gained by it, its notes and places in lists.

What somebody changed or used since is kept and named. The papers themselves leave no snapshots behind: their document
is kept, and can be accepted again.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Iterator

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from catalog import search
from catalog.history import rows as beside
from catalog.history.refusals import CannotReturn
from catalog.history.restoring import undo_change, undo_changeset
from catalog.intake.leases import LET_GO, work_off
from catalog.intake.previewing import send
from catalog.models import (
    AlternativeTitle,
    Author,
    Authorship,
    Change,
    ChangeSet,
    Entry,
    Import,
    ImportItem,
    Note,
    Paper,
    PaperLink,
    PaperVersion,
    Venue,
    Verdict,
)

AT_ONCE_PAPERS = 300
BATCH = 500  # papers removed together
ROWS = 50  # changes taken back together, where each is a step of its own
_State = Import.State
# They point at papers because of the import, not because somebody uses them.
_OF_THE_IMPORT = {ImportItem, Verdict, Change}
_PARTS = (AlternativeTitle, Authorship, Note, PaperLink, PaperVersion)


def undo_import(*, import_: Import, actor) -> Import:
    """At once where that is little, else in the background. Pressed again: nothing."""
    with transaction.atomic():
        number = import_.papers.count()
        begun = _begin(import_, actor)
        if begun and number > AT_ONCE_PAPERS:
            import_.refresh_from_db()
            transaction.on_commit(lambda: send(import_))
    if begun and number <= AT_ONCE_PAPERS:
        take_back(import_id=import_.pk)
    import_.refresh_from_db()
    return import_


def undo_now(*, import_: Import, actor) -> dict:
    """While the caller waits, however much it is. How many papers went, and what was kept: `removed`, `kept`."""
    _begin(import_, actor)
    take_back(import_id=import_.pk)
    import_.refresh_from_db()
    return import_.report


def _begin(import_: Import, actor) -> bool:
    accepted = Import.objects.filter(pk=import_.pk, state=_State.ACCEPTED)
    report = {"removed": 0, "kept": [], "at": {}}
    return bool(accepted.update(state=_State.UNDOING, undone_by=actor, report=report, sent_at=None, **LET_GO))


def take_back(*, import_id: uuid.UUID | str) -> None:
    """In steps, each a transaction; goes on where it stopped. Afterwards the document waits to be looked at again."""
    work_off(import_id=import_id, state=_State.UNDOING, step=_take_step)


def _take_step(import_: Import) -> None:
    """`report["at"]` says how far it came: changeset and change, downwards; paper, upwards.

    Steps are marked as the import's own, so that they do not count as somebody's changes.
    """
    report = import_.report
    at = report.setdefault("at", {})
    if not (_take_back_changes(import_, report, at) or _remove_papers(import_, report, at)):
        _finish(import_, report)
        return
    Import.objects.filter(pk=import_.pk).update(report=report)


def _finish(import_: Import, report: dict) -> None:
    del report["at"]
    Import.objects.filter(pk=import_.pk).update(
        state=_State.WAITING, undone_at=timezone.now(), accepted_at=None, report=report,
        read_bytes=0, read_entries=0, sent_at=None, **LET_GO,
    )  # fmt: skip
    ChangeSet.objects.create(
        kind=ChangeSet.Kind.RETURN, actor=import_.undone_by, source=import_,
        summary=f"{import_}: {report['removed']} papers removed, {len(report['kept'])} kept"[:500],
    )  # fmt: skip
    import_.state = _State.WAITING
    transaction.on_commit(lambda: send(import_))


def _take_back_changes(import_: Import, report: dict, at: dict[str, int]) -> bool:
    """The last change set that is left, whole; where that cannot be, its rows. What stays is named."""
    if "change" in at:
        _take_back_rows(import_, report, at)
        return True
    left = import_.changesets.filter(kind=ChangeSet.Kind.IMPORT, returned_by=None).order_by("-pk")
    changeset = left.filter(pk__lt=at["changeset"]).first() if "changeset" in at else left.first()
    if changeset is None:
        return False
    at["changeset"] = changeset.pk
    try:
        with transaction.atomic():
            _sign(undo_changeset(changeset=changeset, actor=import_.undone_by, summary=str(import_)), import_)
    except CannotReturn:
        at["change"] = changeset.changes.order_by("-pk").values_list("pk", flat=True).first() + 1
    return True


def _take_back_rows(import_: Import, report: dict, at: dict[str, int]) -> None:
    changes = Change.objects.filter(changeset=at["changeset"], pk__lt=at["change"]).select_related("changeset")
    changes = list(changes.order_by("-pk")[:ROWS])
    for change in changes:
        try:
            with transaction.atomic():
                _sign(undo_change(change=change, actor=import_.undone_by, summary=str(import_)), import_)
        except CannotReturn as refusal:
            report["kept"].append({"title": change.label, "reason": "refused", "message": str(refusal)})
    if len(changes) == ROWS:
        at["change"] = changes[-1].pk
    else:
        del at["change"]


def _sign(step: ChangeSet, import_: Import) -> None:
    ChangeSet.objects.filter(pk=step.pk).update(source=import_)


def _remove_papers(import_: Import, report: dict, at: dict[str, int]) -> bool:
    ids = list(_ids_after(import_.papers, at.get("paper", 0)))
    if not ids:
        return False
    at["paper"] = ids[-1]
    reasons = _reasons_to_keep(ids, import_)
    kept = Paper.objects.filter(pk__in=reasons).order_by("pk").values_list("pk", "slug", "title")
    report["kept"] += [{"slug": slug, "title": title, "reason": reasons[pk]} for pk, slug, title in kept]
    going = [pk for pk in ids if pk not in reasons]
    _delete(going)
    report["removed"] += len(going)
    return True


def _ids_after(papers: QuerySet[Paper], after: int) -> Iterable[int]:
    return papers.filter(pk__gt=after).order_by("pk").values_list("pk", flat=True)[:BATCH]


def _reasons_to_keep(ids: list[int], import_: Import) -> dict[int, str]:
    """By paper: changed | listed | used."""
    since = Change.objects.filter(paper__in=ids).exclude(changeset__source=import_)
    listed = Entry.objects.filter(paper__in=ids).values_list("paper_id", flat=True)
    reasons = dict.fromkeys(_pointed_at(ids), "used")
    reasons |= dict.fromkeys(listed, "listed")
    return reasons | dict.fromkeys(since.values_list("paper_id", flat=True), "changed")


def _pointed_at(ids: list[int]) -> Iterator[int]:
    """Readings, runs, whatever another app ties to a paper."""
    for relation in beside.relations_beside():
        if relation.related_model not in _OF_THE_IMPORT:
            rows = relation.related_model._base_manager.filter(**{f"{relation.field.name}__in": ids})
            yield from rows.values_list(relation.field.attname, flat=True)


def _delete(ids: list[int]) -> None:
    search.remove(ids)
    authors = set(Authorship.objects.filter(paper__in=ids).order_by().values_list("author_id", flat=True).distinct())
    venues = set(Paper.objects.filter(pk__in=ids).order_by().values_list("venue_id", flat=True).distinct())
    for part in _PARTS:
        part.objects.filter(paper__in=ids).delete()
    Paper.objects.filter(pk__in=ids).delete()
    Author.objects.filter(pk__in=authors, authorships=None).delete()
    Venue.objects.filter(pk__in=venues, papers=None).delete()
