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
from catalog.intake.bulk import lock_catalogue
from catalog.intake.previewing import send
from catalog.intake.storing import BATCH
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
_State = Import.State
# They point at papers because of the import, not because somebody uses them.
_OF_THE_IMPORT = {ImportItem, Verdict, Change}
_PARTS = (AlternativeTitle, Authorship, Note, PaperLink, PaperVersion)


def undo_import(*, import_: Import, actor) -> Import:
    """At once where that is little, else in the background. Pressed again: nothing."""
    accepted = Import.objects.filter(pk=import_.pk, state=_State.ACCEPTED)
    with transaction.atomic():
        number = import_.papers.count()
        if accepted.update(state=_State.UNDOING, undone_by=actor, sent_at=None):
            import_.refresh_from_db()
            if number > AT_ONCE_PAPERS:
                transaction.on_commit(lambda: send(import_))
    if import_.state == _State.UNDOING and number <= AT_ONCE_PAPERS:
        take_back(import_id=import_.pk)
    import_.refresh_from_db()
    return import_


def undo_now(*, import_: Import, actor) -> dict:
    """While the caller waits, however much it is. How many papers went, and what was kept: `removed`, `kept`."""
    Import.objects.filter(pk=import_.pk, state=_State.ACCEPTED).update(state=_State.UNDOING, undone_by=actor)
    take_back(import_id=import_.pk)
    import_.refresh_from_db()
    return import_.report


def take_back(*, import_id: uuid.UUID | str) -> None:
    """In one transaction; afterwards the document waits to be looked at again."""
    with transaction.atomic():
        undoing = Import.objects.filter(pk=import_id, state=_State.UNDOING)
        if not undoing.update(state=_State.WAITING, undone_at=timezone.now(), accepted_at=None):
            return
        lock_catalogue()
        import_ = Import.objects.select_related("undone_by").get(pk=import_id)
        last = ChangeSet.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
        kept = _take_back_changes(import_)
        removed, used = _remove_papers(import_, last)
        import_.report = {"removed": removed, "kept": kept + used}
        import_.read_bytes = import_.read_entries = 0
        import_.sent_at = None
        import_.save(update_fields=["report", "read_bytes", "read_entries", "sent_at"])
        ChangeSet.objects.create(
            kind=ChangeSet.Kind.RETURN, actor=import_.undone_by, source=import_,
            summary=f"{import_}: {removed} papers removed, {len(kept + used)} kept"[:500],
        )  # fmt: skip
        transaction.on_commit(lambda: send(import_))


def _take_back_changes(import_: Import) -> list[dict]:
    """Each change set whole; where that cannot be, each of its rows. What stays is named."""
    kept = []
    changesets = import_.changesets.filter(kind=ChangeSet.Kind.IMPORT, returned_by=None)
    for changeset in changesets.order_by("-pk"):
        try:
            with transaction.atomic():
                undo_changeset(changeset=changeset, actor=import_.undone_by, summary=str(import_))
        except CannotReturn:
            kept += _take_back_rows(changeset, import_)
    return kept


def _take_back_rows(changeset: ChangeSet, import_: Import) -> list[dict]:
    kept = []
    for change in changeset.changes.order_by("-pk"):
        try:
            with transaction.atomic():
                undo_change(change=change, actor=import_.undone_by, summary=str(import_))
        except CannotReturn as refusal:
            kept.append({"title": change.label, "reason": "refused", "message": str(refusal)})
    return kept


def _remove_papers(import_: Import, last_changeset: int) -> tuple[int, list[dict]]:
    removed, kept, after = 0, [], 0
    while ids := list(_ids_after(import_.papers, after)):
        after = ids[-1]
        reasons = _reasons_to_keep(ids, import_, last_changeset)
        kept_papers = Paper.objects.filter(pk__in=reasons).order_by("pk").values_list("pk", "slug", "title")
        kept += [{"slug": slug, "title": title, "reason": reasons[pk]} for pk, slug, title in kept_papers]
        going = [pk for pk in ids if pk not in reasons]
        _delete(going)
        removed += len(going)
    return removed, kept


def _ids_after(papers: QuerySet[Paper], after: int) -> Iterable[int]:
    return papers.filter(pk__gt=after).order_by("pk").values_list("pk", flat=True)[:BATCH]


def _reasons_to_keep(ids: list[int], import_: Import, last_changeset: int) -> dict[int, str]:
    """By paper: changed | listed | used."""
    since = Change.objects.filter(paper__in=ids, changeset__lte=last_changeset).exclude(changeset__source=import_)
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
