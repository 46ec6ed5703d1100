"""What the editors' links in readers' pages ask."""

from __future__ import annotations

from django import template

from catalog.models import Note, Paper

register = template.Library()


@register.filter
def languages_without_note(paper: Paper) -> list[str]:
    """Languages in which nobody has written about the paper. Wants `notes` prefetched."""
    written = {note.language for note in paper.notes.all()}
    return [language for language in Note.Language.values if language not in written]
