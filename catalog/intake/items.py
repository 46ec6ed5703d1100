"""Records as rows of ImportItem, and back."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from catalog.importers.records import Link, Record, Text
from catalog.models import ImportItem, Paper
from catalog.works.identity import Work
from catalog.works.likeness import block_key, key_of

_KEY_COLUMNS = ("doi", "arxiv", "acl")


def set_record(item: ImportItem, record: Record) -> None:
    """The record, and the columns by which others of its document find it."""
    item.data = asdict(record)
    item.title, item.title_key = record.title, key_of(record.title)
    item.block_key = block_key(record.title, record.authors)
    for name in _KEY_COLUMNS:
        setattr(item, name, getattr(record, name)[: ImportItem._meta.get_field(name).max_length])


def record_of(data: dict[str, Any]) -> Record:
    record = Record(**data)
    record.links = [Link(**link) for link in data["links"]]
    record.notes = [Text(**note) for note in data["notes"]]
    return record


def work_of(item: ImportItem) -> Work:
    """The paper that the item would become, as far as comparing needs it."""
    record = record_of(item.data)
    paper = Paper(title=record.title, title_key=item.title_key, year=record.year)
    for name in _KEY_COLUMNS:
        setattr(paper, name, getattr(item, name))
    work = Work(paper, authors=record.authors, titles={item.title_key: record.title}, line=item.line)
    work.venue = record.venue
    return work
