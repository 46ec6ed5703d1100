"""Writes a note or a topic as a snapshot says."""

from __future__ import annotations

from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from catalog.history.refusals import Gone, Taken
from catalog.history.snapshots import Snapshot
from catalog.models import Note, Paper, Topic

_NOTE = ("paper", "language", "body")


def insert_note(pk: int, snapshot: Snapshot) -> None:
    """Raises Gone where its paper is not there."""
    created_at = parse_datetime(snapshot["created_at"]) if snapshot.get("created_at") else timezone.now()
    note = Note(pk=pk, **_note_columns(snapshot), created_at=created_at, updated_at=timezone.now())
    note.save_base(raw=True, force_insert=True)  # raw: notes stand in the order in which they were first written


def write_note(pk: int, goal: Snapshot, now: Snapshot) -> None:
    """Raises Gone."""
    if any(goal[name] != now.get(name) for name in _NOTE):
        Note.objects.filter(pk=pk).update(**_note_columns(goal), updated_at=timezone.now())


def _note_columns(snapshot: Snapshot) -> dict:
    if not Paper.objects.filter(pk=snapshot["paper"]).exists():
        raise Gone(_("The paper of this note is gone: bring it back first."))
    return {"paper_id": snapshot["paper"], "language": snapshot["language"], "body": snapshot["body"]}


def insert_topic(pk: int, snapshot: Snapshot) -> None:
    """Raises Taken."""
    _refuse_taken(pk, snapshot)
    Topic.objects.create(pk=pk, **snapshot)


def write_topic(pk: int, goal: Snapshot, now: Snapshot) -> None:
    """Raises Taken."""
    if goal != now:
        _refuse_taken(pk, goal)
        Topic.objects.filter(pk=pk).update(**goal)


def _refuse_taken(pk: int, goal: Snapshot) -> None:
    if other := Topic.objects.exclude(pk=pk).filter(kind=goal["kind"], slug=goal["slug"]).first():
        raise Taken(
            _("The address %(slug)s belongs to another one now: %(name)s") % {"slug": goal["slug"], "name": other.name}
        )
