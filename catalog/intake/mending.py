"""One entry at a time: a problem's text mended and read again, a doubtful pair decided."""

from __future__ import annotations

from django.conf import settings
from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from catalog.intake.judging import Judge
from catalog.intake.reading import Entry, ImportRefused, ReadingStopped, entries_of, read
from catalog.intake.remarks import translated
from catalog.models import Import, ImportItem

TEXT_MAX_CHARACTERS = 100_000
_OPEN = (Import.State.PREVIEW, Import.State.ACCEPTED)


def mend_item(*, import_: Import, number: int, text: str) -> ImportItem:
    """The piece read anew takes the problem's place; more entries than one stand at the document's end.

    What is still a problem keeps the text as it was mended so far. Raises ImportRefused.
    """
    item = _open_item(import_, number)
    if item.verdict != ImportItem.Verdict.PROBLEM:
        raise ImportRefused(_("This entry was read already."))
    entries = _read(import_, text, item.line)
    with transaction.atomic():
        end = import_.items.aggregate(end=Max("number"))["end"]
        items = Judge(import_).judge(entries, end + 1)
        mended, *more = items
        mended.pk, mended.number = item.pk, item.number
        for place, other in enumerate(more, 1):
            other.number = end + place
        mended.save()
        ImportItem.objects.bulk_create(more)
    return mended


def _read(import_: Import, text: str, line: int) -> list[Entry]:
    if len(text) > TEXT_MAX_CHARACTERS:
        raise ImportRefused(_("This is longer than an entry may be."))
    try:
        batches = read(text.encode(), format=import_.format, max_seconds=settings.IMPORT_AT_ONCE_SECONDS)
        entries = entries_of([found for batch in batches for found in batch.items])
    except ReadingStopped as stopped:
        raise ImportRefused(translated(str(stopped))) from stopped
    if not entries:
        raise ImportRefused(_("No entry was found in this text."))
    for entry in entries:
        entry.line += line - 1
        if entry.record is not None:
            entry.record.line = entry.line
    return entries


def decide_item(*, import_: Import, number: int, decision: str, chosen: int = 0) -> ImportItem:
    """What an editor says of a doubtful pair; blank leaves it open. Raises ImportRefused."""
    item = _open_item(import_, number)
    if item.verdict != ImportItem.Verdict.DOUBTFUL:
        raise ImportRefused(_("This entry is not doubtful."))
    if decision not in ("", *ImportItem.Decision.values) or not 0 <= chosen < len(item.candidates):
        raise ImportRefused(_("Choose one of the answers."))
    item.decision, item.chosen = decision, chosen
    item.save(update_fields=["decision", "chosen"])
    return item


def _open_item(import_: Import, number: int) -> ImportItem:
    item = import_.items.filter(number=number, stored_at=None).first()
    if item is None or import_.state not in _OPEN:
        raise ImportRefused(_("This entry cannot be changed any more."))
    return item
