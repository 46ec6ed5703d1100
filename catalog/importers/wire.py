"""Records and problems as one line of JSON, and back: what the reading process says to the one that started it.

JSON, because a line of it can do nothing but be read, whatever the document made of the process that wrote it;
it costs the parent about a tenth of what parsing costs the child.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import fields

from catalog.importers.records import Link, Problem, Record, SectionTexts, Summary, Text

_RECORD = tuple(one.name for one in fields(Record))
_LINKS, _NOTES = _RECORD.index("links"), _RECORD.index("notes")
_encode = json.JSONEncoder(ensure_ascii=False, check_circular=False, separators=(",", ":")).encode


def line_of(kind: str, *values: object) -> bytes:
    """`surrogatepass`, because a document may hold what is no character and must not stop its reader."""
    return _encode([kind, *values]).encode("utf-8", "surrogatepass") + b"\n"


def read_line(line: bytes) -> list:
    return json.loads(line.decode("utf-8", "surrogatepass"))


def packed(items: Sequence[Record | Problem]) -> list:
    return [
        _packed_record(item)
        if isinstance(item, Record)
        else [item.line, item.message, item.text, item.length, item.is_remark]
        for item in items
    ]


def unpacked(items: list) -> list[Record | Problem]:
    return [_record(item) if len(item) == len(_RECORD) else Problem(*item) for item in items]


def _packed_record(record: Record) -> list:
    values = [getattr(record, name) for name in _RECORD]
    values[_LINKS] = [(link.label, link.url) for link in record.links]
    values[_NOTES] = [(note.language, note.body) for note in record.notes]
    return values


def _record(values: list) -> Record:
    values[_LINKS] = [Link(*link) for link in values[_LINKS]]
    values[_NOTES] = [Text(*note) for note in values[_NOTES]]
    return Record(*values)


def packed_summary(summary: Summary) -> dict:
    return summary.__dict__ | {"section_texts": [said.__dict__ for said in summary.section_texts]}


def summary_of(values: dict) -> Summary:
    return Summary(**values | {"section_texts": [SectionTexts(**said) for said in values["section_texts"]]})
