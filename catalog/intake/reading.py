"""How this site has documents read: always in a process of their own, within the bounds that settings give."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from django.conf import settings
from django.core.files import File
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _

from catalog.importers.bounded import Batch, ReadingStopped, read_bounded
from catalog.importers.limits import Limits
from catalog.importers.records import Problem, Record
from catalog.intake.merging import fault_of, usable_links

__all__ = ["Batch", "Entry", "ImportRefused", "ReadingStopped", "entries_of", "local_path", "read", "refuse_size"]


class ImportRefused(Exception):
    """The document cannot be taken in at all; the message says why, for people."""


def read(
    data: bytes | Path, *, format: str = "auto", name: str = "", max_seconds: float | None = None
) -> Iterator[Batch]:
    """Raises ReadingStopped."""
    limits = Limits(
        max_bytes=settings.IMPORT_MAX_BYTES,
        max_entries=settings.IMPORT_MAX_ENTRIES,
        max_seconds=max_seconds or settings.IMPORT_MAX_SECONDS,
        max_memory_mb=settings.IMPORT_MAX_MEMORY_MB,
    )
    return read_bounded(data, format=format, limits=limits, name=name)


def refuse_size(size_bytes: int) -> None:
    """Raises ImportRefused; for those who know the size before they read."""
    if not size_bytes:
        raise ImportRefused(_("The document is empty."))
    if size_bytes > settings.IMPORT_MAX_BYTES:
        sizes = {"size": filesizeformat(size_bytes), "limit": filesizeformat(settings.IMPORT_MAX_BYTES)}
        raise ImportRefused(_("This has %(size)s; at most %(limit)s are taken. Split it and import the parts.") % sizes)


@dataclass
class Entry:
    """A record with what is to be said of it; or, without one, a piece that could not be read."""

    line: int
    record: Record | None = None
    remarks: list[str] = field(default_factory=list)
    problem: str = ""
    text: str = ""


def entries_of(items: Iterable[Record | Problem]) -> list[Entry]:
    """Remarks join the record they stand behind; a record that cannot be a paper is a problem like any other."""
    entries: list[Entry] = []
    for item in items:
        if isinstance(item, Record):
            fault = fault_of(item)
            text = (item.raw or item.title) if fault else ""
            entries.append(Entry(item.line, None if fault else item, usable_links(item)[1], fault, text))
        elif item.is_remark and entries:
            _say(entries[-1], item)
        else:
            entries.append(Entry(item.line, problem=item.message, text=item.text))
    return entries


def _say(entry: Entry, remark: Problem) -> None:
    if remark.message != entry.problem:
        entry.remarks.append(remark.message)


@contextmanager
def local_path(file: File) -> Iterator[Path]:
    """The document as a file of this machine, wherever it is stored."""
    try:
        yield Path(file.path)
        return
    except NotImplementedError:
        pass
    with tempfile.NamedTemporaryFile() as copy, file.open("rb") as source:
        for chunk in source.chunks():
            copy.write(chunk)
        copy.flush()
        yield Path(copy.name)
