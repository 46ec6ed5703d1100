"""RIS, as EndNote, Zotero and publishers write it: `TY  - JOUR`, a line a tag, `ER  -`.

rispy was looked at: it drops a last entry without ER, text between entries and all line numbers, and cuts addresses at
semicolons. Here an entry's text is kept as `raw`, and every tag in `fields`, known or not; values of a tag that stands
more than once are parted by line ends.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from catalog import identifiers
from catalog.importers.addresses import addresses_in, identify, year_in
from catalog.importers.limits import DEFAULT_LIMITS, Limits
from catalog.importers.lines import LineCounter
from catalog.importers.names import in_print
from catalog.importers.records import Document, Problem, Record, Span

_BEGINNING = re.compile(r"^\ufeff?[ \t]*TY {1,2}- ?\S", re.M)
_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n|\Z)")
# One blank before the hyphen is read only where the entry's own TY has it so: a text may have a line "AI - what now".
_TAG = re.compile(r"[ \t]*([A-Z][A-Z0-9]) {2}-(?: (.*)|(\S.*)?)", re.S)
_NARROW_TAG = re.compile(r"[ \t]*([A-Z][A-Z0-9]) {1,2}-(?: (.*)|(\S.*)?)", re.S)
_SEMICOLON = re.compile(r";\s*(?=https?://)")
_WHOLE_WORKS = frozenset(("BOOK", "THES", "RPRT", "EBOOK", "EDBOOK"))
_TITLES = ("TI", "T1", "CT")
_VENUES = ("JF", "JO", "T2", "BT", "JA", "J2", "J1", "C3", "T3", "PB")
_YEARS = ("PY", "Y1", "DA", "YR")
_ADDRESSES = ("UR", "L1", "L2", "LK", "L3")


def looks_like(text: str) -> bool:
    return _BEGINNING.search(text) is not None


def read(text: str, limits: Limits = DEFAULT_LIMITS) -> Document:
    return Document.of("ris", items(text, limits))


def items(text: str, limits: Limits = DEFAULT_LIMITS) -> Iterator[Span | Record | Problem]:
    """Each span of the text, and behind it the entry or the problem that stands there."""
    lines = LineCounter(text)
    entries = 0
    for kind, start, end, tags in _pieces(text):
        entries += kind == "entry"
        if entries > limits.max_entries:
            yield Span(start, len(text), "problem")
            fault = f"More than {limits.max_entries} entries: what begins here was not read. Split the file."
            yield Problem.of(lines.at(start), fault, text[start:])
            return
        yield Span(start, end, kind)
        if kind == "entry":
            record = _record(tags, text[start:end].rstrip(), entries)
            record.line = lines.at(start)
            yield record
            yield from _remarks(record, is_closed=any(tag == "ER" for tag, _ in tags))
        elif kind == "problem":
            yield Problem.of(lines.at(start), "This does not begin like an entry.", text[start:end])


def _pieces(text: str) -> Iterator[tuple[str, int, int, list[tuple[str, str]]]]:
    """(kind, start, end, tags with their values). Outside of entries, a tag is a problem and any other line text."""
    kind, start, tags = "", 0, []
    pattern = _NARROW_TAG
    for line in _LINE.finditer(text):
        if line.start() == len(text):
            break
        content = line[0].rstrip("\r\n").removeprefix("\ufeff")
        found = pattern.fullmatch(content)
        tag, value = (found[1], (found[2] or found[3] or "").strip()) if found else ("", content.strip())
        if tag == "TY" or kind != "entry":
            new = "entry" if tag == "TY" else "problem" if tag else "text" if value else "blank"
            if line.start() > start and (new != kind or tag == "TY"):
                yield kind, start, line.start(), tags
                start = line.start()
            if new == "entry":
                tags = [(tag, value)]
                pattern = _TAG if _TAG.fullmatch(content) else _NARROW_TAG
            kind = new
        elif tag:
            tags.append((tag, value))
        elif value:
            tags.append(("", value))  # goes on with the value above
        if tag == "ER" and kind == "entry":
            yield kind, start, line.end(), tags
            kind, start, pattern = "", line.end(), _NARROW_TAG
    if start < len(text):
        yield kind, start, len(text), tags


def _record(tags: list[tuple[str, str]], raw: str, position: int) -> Record:
    values = _values(tags)

    def first(*names: str) -> str:
        return next((value for name in names for value in values.get(name, ()) if value), "")

    kind = first("TY").upper()
    record = Record(
        title=" ".join((first(*_TITLES) or first("BT")).split()),
        authors=[_printed(name) for tag in ("AU", "A1") for name in values.get(tag, ()) if name],
        venue=first("PB", *_VENUES) if kind in _WHOLE_WORKS else first(*_VENUES),
        year=year_in(first(*_YEARS)),
        position=position,
        key=first("ID"),
        type=first("TY"),
        fields={tag: "\n".join(said) for tag, said in values.items() if tag != "ER"},
        raw=raw,
        source="ris",
    )
    addresses = [part for tag in _ADDRESSES for value in values.get(tag, ()) for part in _SEMICOLON.split(value)]
    said = next((value for value in (*values.get("DO", ()), *values.get("M3", ())) if identifiers.doi(value)), "")
    identify(record, addresses_in(addresses), said)
    if not record.arxiv:
        notes = [value for tag in ("AN", "M1", "C7", "JO", "JF", "T2") for value in values.get(tag, ())]
        record.arxiv = next(filter(None, (identifiers.arxiv_id(note) for note in notes if "arxiv" in note.lower())), "")
    return record


def _values(tags: list[tuple[str, str]]) -> dict[str, list[str]]:
    said: list[tuple[str, list[str]]] = []
    for tag, value in tags:
        if tag:
            said.append((tag, [value]))
        else:
            said[-1][1].append(value)
    values: dict[str, list[str]] = {}
    for tag, lines in said:
        values.setdefault(tag, []).append(" ".join(lines).strip())
    return values


def _printed(name: str) -> str:
    """`Last, First, Suffix` as a title page has it; a name without a comma is a body's, or in order already."""
    last, *rest = [part.strip() for part in name.rstrip(" ,").split(",", 2)]
    printed = in_print(rest[0], last) if rest else last
    return f"{printed}, {rest[1]}" if len(rest) > 1 and rest[1] else printed


def _remarks(record: Record, is_closed: bool) -> Iterator[Problem]:
    if not is_closed:
        yield Problem(record.line, "The entry is not closed; it was read up to the next one.", is_remark=True)
    if not record.title:
        yield Problem(record.line, "The entry has no title.", is_remark=True)
    for tag, is_read in (("DO", record.doi), ("PY", record.year)):
        value = record.fields.get(tag, "")
        if value and not is_read:
            yield Problem(record.line, f'The field "{tag}" was not understood: "{value[:100]}".', is_remark=True)
