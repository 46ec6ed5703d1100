"""What a step changed, field by field, in a form that a page can print. No database."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from difflib import SequenceMatcher

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from catalog.history.snapshots import BIRTH, Snapshot

LABELS = {
    "slug": _lazy("Address"), "title": _lazy("Title"), "short_name": _lazy("Short name"), "year": _lazy("Year"),
    "doi": "DOI", "arxiv": "arXiv", "acl": "ACL Anthology", "bibtex_type": _lazy("BibTeX type"),
    "bibtex_key": _lazy("BibTeX key"), "bibtex_fields": _lazy("BibTeX fields"), "bibtex_raw": _lazy("BibTeX entry"),
    "source": _lazy("Format of the entry"), "venue": _lazy("Venue"), "authors": _lazy("Authors"),
    "links": _lazy("Links"), "titles": _lazy("Other titles"), "topics": _lazy("Tags and categories"),
    "versions": _lazy("Versions"), "addresses": _lazy("Former addresses"), "paper": _lazy("Paper"),
    "language": _lazy("Language"), "body": _lazy("Text"), "kind": _lazy("Kind"), "position": _lazy("Place"),
    "name_en": _lazy("English name"), "name_zh": _lazy("Chinese name"),
    "description_en": _lazy("English description"), "description_zh": _lazy("Chinese description"),
    "sections": _lazy("Sections and entries"),
}  # fmt: skip
_TEXTS = {"title", "body", "description_en", "description_zh", "bibtex_raw", "name_en", "name_zh", "short_name"}
_SILENT = {*BIRTH, "citation_key"}
# Of a row that was made or removed: its name stands above, and what nobody knows it by is left out.
_SILENT_AT_BIRTH = _SILENT | {
    "title", "name_en", "slug", "position", "kind", "source", "addresses", "paper",
    "bibtex_raw", "bibtex_fields", "bibtex_type", "bibtex_key",
}  # fmt: skip
_MOST_ITEMS = 40  # of one field; a list taken in as a whole may have a thousand
_MOST_WORK = 4_000_000  # words times words; beyond, a difference is told by lines
_CONTEXT = 90  # characters of unchanged text kept on each side of a change
_WORDS = re.compile(r"[\u3040-\u30ff\u3400-\u9fff]|\w+|\s+|[^\w\s]")
_LINES = re.compile(r"[^\n]*\n|[^\n]+")


@dataclass(frozen=True)
class Piece:
    """`mark`: "" stands, "out" was taken out, "in" was put in, "gap" stands for text that is left out here."""

    text: str
    mark: str = ""


@dataclass(frozen=True)
class Item:
    """One thing put `in`, taken `out`, `moved` or `renamed`; `where` says the section.

    A paper is named by its id alone, a topic by kind and slug.
    """

    mark: str
    text: str = ""
    paper: int | None = None
    topic: tuple[str, str] | None = None
    where: str = ""


@dataclass(frozen=True)
class FieldDifference:
    """Either `pieces` (a text), or `items` (things of a set or an order), or values before and after.

    `is_whole`: the row was made or removed with it, so that the other value is not blank but was never there.
    """

    name: str
    before: str = ""
    after: str = ""
    pieces: Sequence[Piece] = ()
    items: Sequence[Item] = ()
    more: int = 0
    papers: Sequence[int] = field(default=())  # before and after, where the values are papers
    is_whole: bool = False

    @property
    def label(self) -> str:
        return LABELS.get(self.name, self.name)


def differences_of(before: Snapshot | None, after: Snapshot | None) -> list[FieldDifference]:
    """In the snapshots' order. Of a row that was made or removed: what one would know it by."""
    if before is None or after is None:
        return _of_birth(before or {}, after or {})
    names = [name for name in (before | after) if name not in _SILENT]
    return [_difference(name, before.get(name), after.get(name)) for name in names if _differ(name, before, after)]


def _of_birth(before: Snapshot, after: Snapshot) -> list[FieldDifference]:
    names = [name for name in (before | after) if name not in _SILENT_AT_BIRTH and _differ(name, before, after)]
    return [
        FieldDifference(name, _joined(before.get(name)), _joined(after.get(name)), is_whole=True)
        if name in ("authors", "titles")
        else replace(_difference(name, before.get(name), after.get(name)), is_whole=True)
        for name in names
    ]


def _joined(names: list[str] | None) -> str:
    return ", ".join(names or ())


def _differ(name: str, before: Snapshot, after: Snapshot) -> bool:
    return before.get(name) != after.get(name) and bool(before.get(name) or after.get(name))


def _difference(name: str, before, after) -> FieldDifference:
    if name in _TEXTS:
        return FieldDifference(name, pieces=pieces_between(before or "", after or ""))
    if name == "sections":
        return _with_items(name, _section_items(before or [], after or []))
    if name == "bibtex_fields":
        return _with_items(name, _mapping_items(before or {}, after or {}))
    if name == "paper":
        return FieldDifference(name, papers=[pk for pk in (before, after) if pk])
    if isinstance(before, list) or isinstance(after, list):
        return _with_items(name, _items(name, before or [], after or []))
    return FieldDifference(name, _told(before), _told(after))


def _told(value) -> str:
    return "" if value is None else str(value)


def _with_items(name: str, items: list[Item]) -> FieldDifference:
    return FieldDifference(name, items=items[:_MOST_ITEMS], more=max(0, len(items) - _MOST_ITEMS))


# --- texts ------------------------------------------------------------------------------------------------------
def pieces_between(before: str, after: str) -> list[Piece]:
    """Word by word, a Chinese sign being a word; far from any change the text is left out."""
    old, new = _WORDS.findall(before), _WORDS.findall(after)
    if len(old) * len(new) > _MOST_WORK:
        old, new = _LINES.findall(before), _LINES.findall(after)
    pieces: list[Piece] = []
    for mark, text in _marked(old, new):
        if pieces and pieces[-1].mark == mark:
            pieces[-1] = Piece(pieces[-1].text + text, mark)
        elif text:
            pieces.append(Piece(text, mark))
    return [short for index, piece in enumerate(pieces) for short in _shortened(piece, index, len(pieces))]


def _marked(old: list[str], new: list[str]) -> Iterable[tuple[str, str]]:
    """A blank between two changed words is changed with them: "the old way" reads better than three marks."""
    out, put_in = "", ""
    for tag, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        same = "".join(old[a:b]) if tag == "equal" else ""
        if same and not (same.isspace() and "\n" not in same and (out or put_in)):
            yield from (("out", out), ("in", put_in), ("", same))
            out, put_in = "", ""
        else:
            out, put_in = out + "".join(old[a:b]), put_in + "".join(new[c:d])
    yield from (("out", out), ("in", put_in))


def _shortened(piece: Piece, index: int, count: int) -> list[Piece]:
    if piece.mark or len(piece.text) <= 2 * _CONTEXT + 20:
        return [piece]
    head = [Piece(piece.text[:_CONTEXT])] if index else []
    tail = [Piece(piece.text[-_CONTEXT:])] if index < count - 1 else []
    return [*head, Piece("…", "gap"), *tail]


# --- things -----------------------------------------------------------------------------------------------------
def _items(name: str, before: list, after: list) -> list[Item]:
    if name == "topics":
        return [Item(mark, row[1], topic=tuple(row)) for mark, row in _changes_of_order(before, after)]
    tell = {"links": _link, "versions": _version}.get(name, str)
    return [Item(mark, tell(row)) for mark, row in _changes_of_order(before, after)]


def _link(row: Sequence[str]) -> str:
    return f"{row[0]}: {row[1]}"


def _version(row: Snapshot) -> str:
    return ", ".join(str(part) for part in (row["title"], row["venue"], row["year"]) if part)


def _mapping_items(before: dict, after: dict) -> list[Item]:
    items = []
    for key in before | after:
        if before.get(key) != after.get(key):
            items += [Item("out", f"{key} = {before[key]}")] if key in before else []
            items += [Item("in", f"{key} = {after[key]}")] if key in after else []
    return items


def _changes_of_order(before: list, after: list) -> list[tuple[str, object]]:
    """(mark, row): taken out, put in, and of those that stay the fewest that must have moved."""
    old, new = list(map(_hashable, before)), list(map(_hashable, after))
    rows = dict(zip([*old, *new], [*before, *after], strict=True))
    in_old, in_new = set(old), set(new)
    gone, come = [key for key in old if key not in in_new], [key for key in new if key not in in_old]
    marked = (("out", gone), ("in", come), ("moved", _moved(old, new)))
    return [(mark, rows[key]) for mark, keys in marked for key in keys]


def _moved(old: list, new: list) -> list:
    """Of what is in both orders, as few as must have moved."""
    in_old, in_new = set(old), set(new)
    old, new = [key for key in old if key in in_new], [key for key in new if key in in_old]
    if old == new:
        return []
    blocks = SequenceMatcher(None, old, new, autojunk=False).get_matching_blocks()
    still = {key for block in blocks for key in new[block.b : block.b + block.size]}
    return [key for key in dict.fromkeys(new) if key not in still]


def _hashable(row) -> Hashable:
    return repr(row) if isinstance(row, list | dict) else row


# --- the sections of a list -------------------------------------------------------------------------------------
def _section_items(before: list[Snapshot], after: list[Snapshot]) -> list[Item]:
    return [*_heading_items(before, after), *_entry_items(before, after)]


def _heading_items(before: list[Snapshot], after: list[Snapshot]) -> list[Item]:
    old, new = ({section["id"]: section for section in rows} for rows in (before, after))
    items = [Item("out", _heading(row)) for pk, row in old.items() if pk not in new]
    items += [Item("in", _heading(row)) for pk, row in new.items() if pk not in old]
    items += [
        Item("moved", _heading(new[pk])) for pk in _moved([p for p in old if p in new], [p for p in new if p in old])
    ]
    for pk in old.keys() & new.keys():
        names = [(old[pk][name], new[pk][name]) for name in ("name_en", "name_zh")]
        items += [Item("renamed", f"{was or '–'} → {now or '–'}") for was, now in names if was != now]
        for name in ("description_en", "description_zh"):
            if old[pk][name] != new[pk][name]:
                marked = (("out", old[pk][name]), ("in", new[pk][name]))
                items += [Item(mark, text, where=_heading(new[pk])) for mark, text in marked if text]
        if old[pk]["parent"] != new[pk]["parent"]:
            items.append(Item("moved", _heading(new[pk])))
    return list(dict.fromkeys(items))


def _heading(section: Snapshot) -> str:
    return section["name_en"] or section["name_zh"] or _("without a heading")


def _entry_items(before: list[Snapshot], after: list[Snapshot]) -> list[Item]:
    names = {section["id"]: _heading(section) for section in [*before, *after]}
    old, new = _places(before), _places(after)
    items = []
    for paper in dict.fromkeys([*old, *new]):
        left = [place for place in old.get(paper, ()) if place not in new.get(paper, ())]
        reached = [place for place in new.get(paper, ()) if place not in old.get(paper, ())]
        for here, there in zip(left, reached, strict=False):
            items.append(Item("moved", paper=paper, where=f"{names[here]} → {names[there]}"))
        items += [Item("out", paper=paper, where=names[place]) for place in left[len(reached) :]]
        items += [Item("in", paper=paper, where=names[place]) for place in reached[len(left) :]]
    entries = {section["id"]: section["entries"] for section in before}
    for section in after:
        moved = _moved(entries.get(section["id"], []), section["entries"])
        items += [Item("moved", paper=paper, where=_heading(section)) for paper in moved]
    return items


def _places(sections: list[Snapshot]) -> dict[int, list[int]]:
    places = defaultdict(list)
    for section in sections:
        for paper in section["entries"]:
            places[paper].append(section["id"])
    return places
