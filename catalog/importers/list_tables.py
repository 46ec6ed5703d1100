"""Rows of a table whose head names a column of titles: `| Title | Venue | Link |`."""

from __future__ import annotations

import re
from itertools import pairwise

from catalog.importers.list_blocks import Block
from catalog.importers.list_entry import FIELD_OF, Entry, read_entry, with_identifiers
from catalog.importers.list_inline import plain, split, squeezed
from catalog.importers.list_people import names_in, venue_and_year
from catalog.importers.records import Link

_BORDER = re.compile(r"(?<!\\)\|")
_RULE = re.compile(r"[|:\s]*-[-|:\s]*")


def columns_of_rows(blocks: list[Block]) -> dict[int, list[str]]:
    """What each column holds (title, authors, venue, year, or else its own name), by the identity of the row.

    Rows of tables without titles are left out; for the head of a table and the rule below it there are no columns.
    """
    columns: dict[int, list[str]] = {}
    current: list[str] = []
    for above, row in pairwise(blocks):
        if not (above.kind == row.kind == "table" and row.line == above.line + 1):
            current = []
        elif _RULE.fullmatch(row.text):
            names = [plain(cell) for cell in _cells(above)]
            current = [FIELD_OF.get(name.lower(), name) for name in names]
            current = current if "title" in current else []
            columns |= {id(above): [], id(row): []} if current else {}
        elif current:
            columns[id(row)] = current
    return columns


def read_row(row: Block, columns: list[str]) -> Entry | None:
    """None where nothing but a title, or no title, stands in the row."""
    cells = dict(zip(columns, _cells(row), strict=False))
    entry = read_entry(cells.pop("title", ""))
    record, notes = entry.record, []
    for column, cell in cells.items():
        links = [piece for piece in split(cell) if piece.kind == "link"]
        record.links += [Link(squeezed(piece.text) or column, piece.url) for piece in links]
        text = squeezed(" ".join(piece.text for piece in split(cell) if piece.kind != "link")).strip("-–—/,;| ")
        if column == "authors":
            record.authors = names_in(plain(cell))
        elif column in ("venue", "year"):
            venue, year = venue_and_year(plain(cell))
            record.venue, record.year = venue or record.venue, year or record.year
        elif text:
            notes.append(f"{column}: {text}" if column else text)
    record.note = "\n".join(filter(None, [record.note, *notes]))
    is_paper = record.title and (record.links or record.authors or record.venue or record.year)
    return Entry(with_identifiers(record), entry.style) if is_paper else None


def _cells(row: Block) -> list[str]:
    text = row.text.strip().removeprefix("|").removesuffix("|")
    return [cell.replace("\\|", "|").strip() for cell in _BORDER.split(text)]
