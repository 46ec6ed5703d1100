"""The names of an author field, split before they are decoded and put into the order that is printed."""

from __future__ import annotations

import re

from bibtexparser.middlewares.names import InvalidNameError, parse_single_name_into_parts

from catalog.importers.latex import to_text

_LABELLED = re.compile(r"^\s*\"?(?:family|given|prefix|suffix)\s*=")
_DBLP_NUMBER = re.compile(r"\s+\d{4}$")
_INITIALS = re.compile(r"^(?:[^\W\d_]\.?[\s-]?){1,4}$")
_SUFFIX = re.compile(r"^(?:jr|sr)\.?$|^[IVX]+$", re.IGNORECASE)


def printed_names(field: str) -> list[str]:
    """`Last, First`, particles, suffixes and `{Corporate Names}` as a title page shows them; `others` is no author."""
    names = []
    for source in _people(" ".join(field.split())):
        for name in _one_or_more(source):
            text = _DBLP_NUMBER.sub("", " ".join(to_text(name).split()))
            if text and text.lower() not in ("others", "et al.", "et al", "and"):
                names.append(text)
    return names


def _people(field: str) -> list[str]:
    field = re.sub(r"^(?:and\s+)+|(?:\s+and)+$", "", field, flags=re.IGNORECASE)
    field = re.sub(r"(\sand)(?:\s+and\b)+", r"\1", field, flags=re.IGNORECASE)
    people = _split_at_and(field)
    if len(people) == 1 and ";" in field and "{" not in field and "&" not in field:
        return [name.strip() for name in field.split(";")]
    return people


def _split_at_and(field: str) -> list[str]:
    """At ` and ` outside braces. (bibtexparser's own splitter drops a backslash that begins a name.)"""
    people, depth, start = [], 0, 0
    for mark in re.finditer(r"[{}]|\s+and\s+", field, re.IGNORECASE):
        if mark[0] in "{}":
            depth += 1 if mark[0] == "{" else -1
        elif depth <= 0:
            people.append(field[start : mark.start()])
            start = mark.end()
    return [*people, field[start:]]


def _one_or_more(source: str) -> list[str]:
    """Usually one name; a list that was joined by commas alone gives each of its names."""
    if _LABELLED.match(source):
        return [_labelled(source)]
    parts = [part.strip() for part in source.rstrip(" ,").split(",")]
    if len(parts) > 3 and "{" not in source:
        return _comma_list(parts)
    try:
        split = parse_single_name_into_parts(source.rstrip(" ,"), strict=False)
    except InvalidNameError:
        return [source]
    first, von, last, suffix = (" ".join(words) for words in (split.first, split.von, split.last, split.jr))
    if suffix and _SUFFIX.match(first):  # "Sherry, John F., Jr.": the order people write, not BibTeX's
        first, suffix = suffix, first
    name = " ".join(piece for piece in (first, von, last) if piece)
    return [f"{name}, {suffix}" if suffix else name]


def _comma_list(parts: list[str]) -> list[str]:
    if len(parts) % 2 == 0 and all(_INITIALS.match(part) for part in parts[1::2]):
        return [f"{first} {last}" for last, first in zip(parts[::2], parts[1::2], strict=True)]
    if all(" " in part for part in parts if part):
        return [part for part in parts if part]
    return [", ".join(parts)]


def _labelled(source: str) -> str:
    """biblatex's `family=Ackooij, given=W., prefix=van`."""
    said = {}
    for part in source.split(","):
        label, _, value = part.strip().strip('"').partition("=")
        said[label.strip()] = value.strip()
    name = " ".join(said[label] for label in ("given", "prefix", "family") if said.get(label))
    return f"{name}, {said['suffix']}" if said.get("suffix") else name
