"""CSL-JSON, as Zotero, Crossref and pandoc write it: an array of items, one item, or one item a line.

An item's text is kept as `raw`, and each of its variables in `fields`: a string as it is, anything else (names, dates,
numbers, whatever a program adds) as JSON. The items are decoded one by one, so that each has its line and a broken
one costs no other.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from catalog import identifiers
from catalog.importers.addresses import addresses_in, identify, year_in
from catalog.importers.limits import DEFAULT_LIMITS, Limits
from catalog.importers.lines import LineCounter
from catalog.importers.names import in_print
from catalog.importers.records import Document, Problem, Record, Span

_LONGEST_INTEGER = 18
_BROKEN_MAX = 1_000  # the decoder counts all lines above each error: more would cost the square of the text's length
_ESCAPED = re.compile(r"\\u(?:00[01]|d[89a-f])", re.I)
_CONTROLS = re.compile(r"[\x00-\x08\x0e-\x1f]")
_BEGINNING = re.compile(r"\s*(?:\[\s*)*(?:\{\s*\"|\]\s*\Z)")
_WRAPPED = re.compile(r"\s*\{\s*\"(?:items|references)\"\s*:\s*(?=\[)")
_END = re.compile(r"\}\s*\Z")
_BETWEEN = re.compile(r"[\s,\[\]]+")
_NEXT_ITEM = re.compile(r"\}\s*,?\s*(?=\{\s*\")")
_MARKUP = re.compile(r"</?(?:i|b|em|strong|sub|sup|sc|span|scp|italic|bold)\b[^<>]*>")
_WHOLE_WORKS = frozenset(("book", "thesis", "report", "dissertation", "monograph"))
_VENUES = ("container-title", "event-title", "event", "collection-title")


def looks_like(text: str) -> bool:
    return _BEGINNING.match(text.removeprefix("\ufeff")) is not None


def read(text: str, limits: Limits = DEFAULT_LIMITS) -> Document:
    return Document.of("csl-json", items(text, limits))


def items(text: str, limits: Limits = DEFAULT_LIMITS) -> Iterator[Span | Record | Problem]:
    """Each span of the text, and behind it the item or the problem that stands there."""
    lines = LineCounter(text)
    at = len(text) - len(text.removeprefix("\ufeff"))
    if wrapper := _WRAPPED.match(text, at):
        at = wrapper.end()
    if at:
        yield Span(0, at, "text")
    entries = broken = 0
    while at < len(text):
        if between := _BETWEEN.match(text, at):
            yield Span(at, between.end(), "blank")
            at = between.end()
            continue
        if wrapper and _END.match(text, at):
            yield Span(at, len(text), "text")
            return
        entries += 1
        item, end, fault = _item_at(text, at)
        if entries > limits.max_entries:
            fault = f"More than {limits.max_entries} entries: what begins here was not read. Split the file."
            end = len(text)
        broken += bool(fault)
        if broken > _BROKEN_MAX:
            fault = f"More than {_BROKEN_MAX} items are broken: what begins here was not read."
            end = len(text)
        yield Span(at, end, "problem" if fault else "entry")
        if fault:
            yield Problem.of(lines.at(at), fault, text[at:end])
        else:
            record = _record(item, text[at:end], entries)
            record.line = lines.at(at)
            yield record
            yield from _remarks(record)
        at = end


def _item_at(text: str, at: int) -> tuple[dict[str, Any], int, str]:
    """The item, where it ends, and what is wrong with it. A broken one reaches to what looks like the next."""
    try:
        item, end = _decoder.raw_decode(text, at)
    except json.JSONDecodeError as error:
        following = _NEXT_ITEM.search(text, max(error.pos - 1, at))
        end = following.start() + 1 if following else len(text)
        return {}, end, f"This is not valid JSON: {error.msg}."
    except (RecursionError, ValueError):
        following = _NEXT_ITEM.search(text, at)
        return {}, following.start() + 1 if following else len(text), "This is not valid JSON: nested too deep."
    if not isinstance(item, dict):
        return {}, end, "This does not begin like an entry."
    return _sound(item) if _ESCAPED.search(text, at, end) else item, end, ""


def _sound(value: Any) -> Any:
    """JSON can spell what no text may hold: half a pair of surrogates, and control characters."""
    if isinstance(value, dict):
        return {_sound(name): _sound(one) for name, one in value.items()}
    if isinstance(value, list):
        return [_sound(one) for one in value]
    if isinstance(value, str):
        return _CONTROLS.sub("\ufffd", value.encode("utf-8", "replace").decode())
    return value


def _integer(digits: str) -> int | str:
    return int(digits) if len(digits) <= _LONGEST_INTEGER else digits


_decoder = json.JSONDecoder(parse_int=_integer, parse_float=str, parse_constant=str)


def _record(item: dict[str, Any], raw: str, position: int) -> Record:
    title = _text(item.get("title"))
    if not title:
        title = _text(item.get("title-short"))
    record = Record(
        title=title,
        authors=[name for name in map(_name, _list(item.get("author"))) if name],
        venue=_venue(item),
        year=_year(item),
        position=position,
        key=_text(item.get("citation-key")) or _text(item.get("id")),
        type=_text(item.get("type")),
        fields={name: value if isinstance(value, str) else _json(value) for name, value in item.items()},
        raw=raw,
        source="csl-json",
    )
    identify(record, addresses_in([_text(item.get("URL"))]), _text(item.get("DOI")))
    if not record.arxiv:
        said = [_text(item.get(name)) for name in ("number", "archive_location", "note", "archive-id")]
        record.arxiv = next(filter(None, (identifiers.arxiv_id(text) for text in said if "arxiv" in text.lower())), "")
    return record


def _remarks(record: Record) -> Iterator[Problem]:
    if not record.title:
        yield Problem(record.line, "The entry has no title.", is_remark=True)
    for name, is_read in (("DOI", record.doi), ("issued", record.year)):
        value = record.fields.get(name, "")
        if value and not is_read:
            yield Problem(record.line, f'The field "{name}" was not understood: "{value[:100]}".', is_remark=True)


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def _text(value: Any) -> str:
    """A string without markup. Crossref gives lists where CSL has strings; the first stands for them."""
    if isinstance(value, list):
        value = value[0] if value else ""
    if not isinstance(value, (str, int)) or isinstance(value, bool):
        return ""
    return " ".join(_MARKUP.sub("", str(value)).split())


def _list(value: Any) -> list:
    return value if isinstance(value, list) else [] if value is None else [value]


def _name(name: Any) -> str:
    """In the order that is printed: `Ludwig van Beethoven, Jr.`"""
    if not isinstance(name, dict):
        return _text(name)
    if literal := _text(name.get("literal") or name.get("name")):
        return literal
    parts = [_text(name.get(part)) for part in ("given", "dropping-particle", "non-dropping-particle")]
    printed = in_print(" ".join(filter(None, parts)), _text(name.get("family")))
    suffix = _text(name.get("suffix"))
    return f"{printed}, {suffix}" if suffix and printed else printed


def _venue(item: dict[str, Any]) -> str:
    names = ("publisher",) if _text(item.get("type")) in _WHOLE_WORKS else _VENUES
    return next(filter(None, (_text(item.get(name)) for name in (*names, "publisher"))), "")


def _year(item: dict[str, Any]) -> int | None:
    for name in ("issued", "published", "published-print", "published-online", "event-date"):
        date = item.get(name)
        if isinstance(date, dict):
            parts = _list(date.get("date-parts"))
            said = [_text(_list(parts[0])) if parts else "", _text(date.get("raw")), _text(date.get("literal"))]
        else:
            said = [_text(date)]
        if year := year_in(*said):
            return year
    return None
