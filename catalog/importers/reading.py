"""Bytes to records, piece by piece: unpacked, decoded, read in the document's order, each character counted."""

from __future__ import annotations

import zlib
from collections import Counter
from collections.abc import Iterator
from typing import BinaryIO

from catalog.importers import format_of, items_of
from catalog.importers.encoding import NotText, decoded
from catalog.importers.limits import Limits
from catalog.importers.records import Document, Problem, Record, Span, Summary

_GZIP = b"\x1f\x8b"


class TooLarge(ValueError):
    """The document has more bytes than are read."""


def read_bytes(
    source: BinaryIO, format: str, limits: Limits, name: str
) -> Iterator[tuple[Record | Problem | Summary, int, int]]:
    """Each record and problem with how many bytes are done, of how many; the summary last.

    Raises TooLarge, and NotText for bytes that are none.
    """
    data = unpacked(source.read(limits.max_bytes + 1), limits.max_bytes)
    total = len(data)
    made = decoded(data)
    text = made.text
    del data
    summary = Summary(format_of(text, name) if format == "auto" else format, made.encoding)
    summary.bytes, summary.characters = total, len(text)
    for place, fault in made.faults:
        yield _fault(text, place, fault), 0, total
        summary.problems += 1
    pieces, lengths = Counter(), Counter()
    done = 0
    for item in items_of(text, summary.format, limits):
        if isinstance(item, Span):
            pieces[item.kind] += 1
            lengths[item.kind] += item.end - item.start
            done = item.end
        elif isinstance(item, Document):
            _describe(summary, item)
        else:
            summary.entries += isinstance(item, Record)
            summary.remarks += isinstance(item, Problem) and item.is_remark
            summary.problems += isinstance(item, Problem) and not item.is_remark
            yield item, done * total // (len(text) or 1), total
    summary.pieces, summary.lengths = dict(pieces), dict(lengths)
    yield summary, total, total


def unpacked(data: bytes, max_bytes: int) -> bytes:
    """A gzip file, of one part or of several, is read as what it holds, but never more of it than allowed."""
    if data.startswith(_GZIP):
        data = b"".join(_parts(data, max_bytes + 1))
    if len(data) > max_bytes:
        raise TooLarge(f"The document is larger than {max_bytes // 2**20} MB.")
    return data


def _parts(data: bytes, left: int) -> Iterator[bytes]:
    while data and left > 0:
        unpacker = zlib.decompressobj(wbits=31)
        try:
            part = unpacker.decompress(data, left)
        except zlib.error as error:
            raise NotText("This gzip file is damaged.") from error
        left -= len(part)
        yield part
        if not unpacker.eof and left > 0:
            raise NotText("This gzip file is damaged.")
        data = unpacker.unused_data


def _fault(text: str, place: int, message: str) -> Problem:
    """With the line it stands in."""
    start, end = text.rfind("\n", 0, place) + 1, text.find("\n", place)
    return Problem.of(text.count("\n", 0, place) + 1, message, text[start : end if end >= 0 else len(text)])


def _describe(summary: Summary, document: Document) -> None:
    for name in ("title", "title_zh", "description", "description_zh", "sections", "section_texts"):
        setattr(summary, name, getattr(document, name))
