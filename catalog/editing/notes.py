"""Writes to notes. Each is recorded, indexed with its paper and moves the paper's `updated_at`.

A note is removed by `catalog.history.removing.remove`.
"""

from __future__ import annotations

from dataclasses import dataclass

from catalog.history.recording import recorded
from catalog.history.removing import follow
from catalog.models import Note, Paper

NOTE_MAX_CHARACTERS = 20_000


@dataclass
class NoteChangedMeanwhile(Exception):
    """The note is not any more what its editor began from. `note` is as it stands now; nothing was written."""

    note: Note


def create_note(*, paper: Paper, language: str, body: str, actor, summary: str = "") -> Note:
    with recorded(actor=actor, summary=summary) as recorder:
        note = Note.objects.create(paper=paper, language=language, body=body)
        recorder.created(note)
        follow([paper.pk])
    return note


def change_note(*, note: Note, language: str, body: str, seen: str, actor, summary: str = "") -> Note:
    """`seen` is the text that the editor began from. Raises NoteChangedMeanwhile."""
    with recorded(note, actor=actor, summary=summary):
        note = Note.objects.select_for_update().get(pk=note.pk)
        if note.body != seen:
            raise NoteChangedMeanwhile(note)
        if (note.language, note.body) != (language, body):
            note.language, note.body = language, body
            note.save(update_fields=["language", "body", "updated_at"])
            follow([note.paper_id])
    return note
