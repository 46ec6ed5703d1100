"""A document kept, read in a process of its own, and shown as items. No paper is written here.

A reading is claimed by a conditional update and beats while it goes on; one that fell silent is sent again by `sweep`.
"""

from __future__ import annotations

import logging
import uuid
from datetime import timedelta

from django.conf import settings
from django.core.files import File
from django.db import OperationalError, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from catalog.importers import FORMATS
from catalog.importers.wire import packed_summary
from catalog.intake import leases
from catalog.intake.bulk import insert, without_waiting
from catalog.intake.judging import Judge
from catalog.intake.reading import ImportRefused, ReadingStopped, entries_of, local_path, read, refuse_size
from catalog.models import Import, ImportItem

logger = logging.getLogger(__name__)
EMPTY = "No entry was found in this document."


class _Lost(Exception):
    """Cancelled, or taken over by another process."""


def create_import(
    *, file: File, name: str, format: str, owner, paper_list=None, new_list: dict[str, str] | None = None
) -> Import:
    """Keeps the document; no paper is written. A small one is read at once, a large one in the background.

    `paper_list`, or the names and the slug of a new list, says where its entries shall stand. Raises ImportRefused.
    """
    refuse_size(file.size)
    if format not in ("auto", *FORMATS):
        raise ImportRefused(_("This format is not known: %(format)s") % {"format": format})
    with transaction.atomic():
        import_ = Import(
            format=format, name=name[:200], owner=owner, size_bytes=file.size,
            paper_list=paper_list, new_list=new_list or {},
        )  # fmt: skip
        import_.document.save(f"{import_.pk}{_suffix(name)}", file, save=False)
        import_.save(force_insert=True)
        if file.size > settings.IMPORT_AT_ONCE_BYTES:
            transaction.on_commit(lambda: send(import_))
    if file.size <= settings.IMPORT_AT_ONCE_BYTES:
        _read_at_once(import_)
    import_.refresh_from_db()
    return import_


def _suffix(name: str) -> str:
    suffix = "".join(part for part in name.lower().rpartition(".")[1:] if part.isalnum() or part == ".")
    return suffix[:10] if "." in name else ".txt"


def _read_at_once(import_: Import) -> None:
    """Refuses, and keeps nothing, where there is nothing to look at."""
    preview(import_id=import_.pk, max_seconds=settings.IMPORT_AT_ONCE_SECONDS)
    import_.refresh_from_db()
    if import_.state == Import.State.FAILED:
        from catalog.intake.remarks import translated

        import_.document.delete(save=False)
        import_.delete()
        raise ImportRefused(translated(import_.message))


def send(import_: Import) -> bool:
    """Hands what waits to the background. False where the broker is away: the sweep will try again."""
    from kombu.exceptions import OperationalError as BrokerAway
    from redis.exceptions import RedisError

    from catalog.tasks import accept_import, preview_import, undo_import

    tasks = {Import.State.ACCEPTING: accept_import, Import.State.UNDOING: undo_import}
    task, row = tasks.get(import_.state, preview_import), Import.objects.filter(pk=import_.pk)
    row.update(sent_at=timezone.now())  # before it is sent: afterwards its own writing may hold the database
    try:
        task.apply_async([str(import_.pk)], retry=False)
    except (BrokerAway, RedisError) as error:
        logger.warning("import %s is not sent yet, the broker is away: %s", import_.pk, error)
        row.update(sent_at=None)
        return False
    return True


def preview(*, import_id: uuid.UUID | str, max_seconds: float | None = None) -> None:
    """Reads a waiting document into items. A second delivery finds nothing to claim and does nothing."""
    lease = uuid.uuid4()
    claimed = Import.objects.filter(pk=import_id, state=Import.State.WAITING)
    if not claimed.update(state=Import.State.READING, lease=lease, beat_at=timezone.now(), message=""):
        return
    import_ = Import.objects.get(pk=import_id)
    ImportItem.objects.filter(source=import_).delete()
    try:
        _read(import_, max_seconds)
    except ReadingStopped as stopped:
        _end(import_, state=Import.State.FAILED, message=str(stopped))
    except _Lost:
        _clear_if_cancelled(import_)
    except Exception:  # any fault of ours: the import ends with a cause, and the log gets the fault; raised again
        _end(import_, state=Import.State.FAILED, message="The process that read this document ended unexpectedly.")
        raise


def _read(import_: Import, max_seconds: float | None) -> None:
    judge, number, summary = Judge(import_), 1, None
    with local_path(import_.document) as path:
        batches = read(path, format=import_.format, name=import_.name, max_seconds=max_seconds)
        try:
            for batch in batches:
                items = judge.judge(entries_of(batch.items), number)
                number += len(items)
                summary = batch.summary or summary
                with transaction.atomic():
                    _beat(import_, read_bytes=batch.bytes_done, read_entries=number - 1)
                    insert(items)
        finally:
            batches.close()
    if number == 1:
        _end(import_, state=Import.State.FAILED, message=EMPTY)
        return
    _end(import_, state=Import.State.PREVIEW, summary=packed_summary(summary), format=summary.format)


def _held(import_: Import):
    return Import.objects.filter(pk=import_.pk, state=Import.State.READING, lease=import_.lease)


def _beat(import_: Import, **progress: int) -> None:
    if not _held(import_).filter(cancel_requested_at=None).update(beat_at=timezone.now(), **progress):
        raise _Lost


def _end(import_: Import, **facts) -> None:
    _held(import_).update(lease=None, beat_at=None, **facts)


def _clear_if_cancelled(import_: Import) -> None:
    _end(import_, state=Import.State.CANCELLED)
    if Import.objects.filter(pk=import_.pk, state=Import.State.CANCELLED).exists():
        ImportItem.objects.filter(source=import_).delete()


def request_cancel(*, import_: Import) -> None:
    """What waits ends at once. What is being read or taken in is marked, and stops with the next batch."""
    waiting = Import.objects.filter(pk=import_.pk, state=Import.State.WAITING)
    if not waiting.update(state=Import.State.CANCELLED):
        stoppable = (Import.State.READING, Import.State.ACCEPTING)
        working = Import.objects.filter(pk=import_.pk, state__in=stoppable)
        working.update(cancel_requested_at=timezone.now())


def read_again(*, import_: Import) -> None:
    """A document whose reading failed or was cancelled, or which was undone, waits anew."""
    again = Import.objects.filter(pk=import_.pk, state__in=(Import.State.FAILED, Import.State.CANCELLED))
    if again.update(state=Import.State.WAITING, cancel_requested_at=None, sent_at=None, read_bytes=0, read_entries=0):
        import_.refresh_from_db()
        transaction.on_commit(lambda: send(import_))


def sweep() -> int:
    """Sends what nobody took or somebody left half-done; what fell silent waits again. How many were sent.

    May run in several places at once.
    """
    now = timezone.now()
    silent = now - timedelta(seconds=settings.IMPORT_LEASE_S)
    dead = Import.objects.filter(state=Import.State.READING, beat_at__lt=silent)
    if dead.exists():
        dead.update(state=Import.State.WAITING, lease=None, sent_at=None)
    states = (Import.State.WAITING, Import.State.ACCEPTING, Import.State.UNDOING)
    # A new one is being sent, or read, by the process that made it.
    is_old = Q(sent_at=None, created_at__lt=now - timedelta(seconds=2)) | Q(sent_at__lt=silent)
    due = Import.objects.filter(is_old, leases.free(), state__in=states)
    if not due.exists():
        return 0
    try:
        with without_waiting(), transaction.atomic():
            free = list(due.select_for_update(skip_locked=True))
            Import.objects.filter(pk__in=[import_.pk for import_ in free]).update(sent_at=now)
    except OperationalError:  # somebody writes, perhaps one of these: the next sweep will see
        return 0
    return sum(map(send, free))
