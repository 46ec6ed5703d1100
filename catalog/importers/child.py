"""The process that reads one document: `python -m catalog.importers.child LIMITS FORMAT NAME`, the document on stdin.

It bounds itself before it looks at the document, and says what it reads in lines of JSON (catalog.importers.wire):
a batch as soon as it is full, at the end a summary, or why it stopped.
"""

from __future__ import annotations

import json
import sys
from typing import BinaryIO

from catalog.importers.limits import Limits

try:
    import resource
except ImportError:  # no such limits on this platform; the parent still watches the clock
    resource = None

_BATCH = 500
_BATCH_CHARACTERS = 1_000_000
_OUT_OF_MEMORY = b'["stopped","memory",""]\n'  # made beforehand: then there is no memory left to make it


def main() -> None:
    limits = Limits(**json.loads(sys.argv[1]))
    _bound(limits)
    out = sys.stdout.buffer
    try:
        _read(sys.stdin.buffer, sys.argv[2], sys.argv[3], limits, out)
    except MemoryError:
        out.write(_OUT_OF_MEMORY)
    out.flush()


def _bound(limits: Limits) -> None:
    if resource is None:
        return
    size = limits.max_memory_mb * 2**20
    seconds = max(1, round(limits.max_seconds))
    for name, soft, hard in (
        ("RLIMIT_AS", size, size),
        ("RLIMIT_CPU", seconds, seconds + 1),
        ("RLIMIT_CORE", 0, 0),
        ("RLIMIT_FSIZE", 0, 0),
    ):
        try:
            resource.setrlimit(getattr(resource, name), (soft, hard))
        except (AttributeError, ValueError, OSError):  # unknown here, or already lower than that
            continue


def _read(source: BinaryIO, format: str, name: str, limits: Limits, out: BinaryIO) -> None:
    from catalog.importers.encoding import NotText
    from catalog.importers.reading import TooLarge, read_bytes
    from catalog.importers.records import Problem, Record, Summary
    from catalog.importers.wire import line_of, packed, packed_summary

    batch: list[Record | Problem] = []
    size = 0
    try:
        for item, done, total in read_bytes(source, format, limits, name):
            if isinstance(item, Summary):
                out.write(line_of("batch", packed(batch), total, total))
                out.write(line_of("summary", packed_summary(item)))
                return
            batch.append(item)
            size += len(item.raw if isinstance(item, Record) else item.text)
            if len(batch) >= _BATCH or size > _BATCH_CHARACTERS:
                out.write(line_of("batch", packed(batch), done, total))
                out.flush()
                batch, size = [], 0
    except (NotText, TooLarge) as refusal:
        out.write(line_of("stopped", "refused", str(refusal)))


if __name__ == "__main__":
    main()
