"""BibTeX out. An imported entry that nobody changed goes out byte for byte; any other keeps all of its fields.

An entry that leaned on macros, on a parent (crossref, xdata) or on a repair is written anew: what they gave it stands
in it as fields of its own, and every other field as it was written. Fields that an editor changed are made from the
row. Each entry stands under the paper's citation key, alone or among others.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from catalog import identifiers
from catalog.exporters import csl_item
from catalog.exporters.bibtex_text import author_field, field_value, title_field
from catalog.exporters.citation_keys import key_of
from catalog.exporters.untouched import changes
from catalog.importers.bibtex_record import Work, record_of
from catalog.importers.bibtex_syntax import Macros, Malformed, RawEntry, read_entry
from catalog.importers.records import Record
from catalog.models import Paper
from catalog.venues import venue_kind

_TYPES = {
    "journal": ("article", "journal"),
    "preprint": ("misc", "howpublished"),
    "meeting": ("inproceedings", "booktitle"),
}
_VENUE_FIELDS = ("booktitle", "journal", "journaltitle", "eventtitle", "howpublished", "institution", "school")
# Types that a change of venue may change: a preprint that was published.
_BY_VENUE = ("article", "inproceedings", "conference", "misc", "online", "unpublished")
_VENUE_FIELD = {
    "article": "journal",
    "inproceedings": "booktitle",
    "conference": "booktitle",
    "incollection": "booktitle",
    "misc": "howpublished",
    "phdthesis": "school",
    "mastersthesis": "school",
    "techreport": "institution",
}
_RESOLVED = ("crossref", "xdata")  # what they point at was taken in; alone they would point at nothing
_REPLACED = {
    "title": ("title", "subtitle"),
    "year": ("year", "date"),
    "authors": ("author",),
    "venue": _VENUE_FIELDS,
    "doi": ("doi",),
    "arxiv": ("eprint", "eprinttype", "archiveprefix", "primaryclass"),
    "acl": (),  # an address beside those that are there
}
_HEAD = re.compile(r"@\s*[^\s{}()]+\s*[{(]\s*")


def document_for(papers: Iterable[Paper]) -> Iterator[str]:
    """Entries with distinct keys, a blank line between them."""
    taken: set[str] = set()
    for paper in papers:
        key = free = key_of(paper)
        number = 2
        while free.lower() in taken:  # only among papers whose keys are not stored yet
            free = f"{key}-{number}"
            number += 1
        yield ("\n" if taken else "") + _entry(paper, free) + "\n"
        taken.add(free.lower())


def entry_for(paper: Paper) -> str:
    return _entry(paper, key_of(paper)) + "\n"


def _entry(paper: Paper, key: str) -> str:
    stored = _Stored.of(paper)
    if stored.is_untouched:
        return _with_key(paper.bibtex_raw, paper.bibtex_key, key)
    kind, fields = stored.rewritten() if stored.fields else _made(paper)
    lines = [f"  {name} = {{{value}}}," for name, value in fields.items() if value]
    return "\n".join([f"@{kind}{{{key},", *lines, "}"])


def _with_key(raw: str, old: str, new: str) -> str:
    head = _HEAD.match(raw)
    if old == new or head is None:
        return raw
    rest = raw[head.end() :].removeprefix(old)
    return f"{raw[: head.end()]}{new}{'' if old or rest.lstrip().startswith(',') else ', '}{rest}"


@dataclass
class _Stored:
    """A paper's imported entry beside the row: `said` is what its fields say, `sources` the values as written."""

    paper: Paper
    fields: dict[str, str]
    said: Record = field(default_factory=lambda: Record(title=""))
    sources: dict[str, str] = field(default_factory=dict)
    stands_alone: bool = False

    @classmethod
    def of(cls, paper: Paper) -> _Stored:
        if not paper.bibtex_fields or paper.source not in ("", "bibtex"):
            return cls(paper, {})
        stored = cls(paper, paper.bibtex_fields)
        if entry := _read(paper.bibtex_raw):
            alone = Work.of(entry, Macros()).fields
            stored.sources = _as_written(entry, alone, stored.fields)
            stored.stands_alone = alone == stored.fields and entry.is_closed and not _needs_repair(entry.faults)
        names = stored.sources.get("author") or stored.fields.get("author", "")
        work = Work(paper.bibtex_type, paper.bibtex_key, stored.fields, names, [])
        stored.said = record_of(work, "", 1)
        return stored

    @property
    def is_untouched(self) -> bool:
        return self.stands_alone and not changes(self.paper, self.said)

    def rewritten(self) -> tuple[str, dict[str, str]]:
        """The entry's type and its fields as source text: what was changed made from the row, all else kept."""
        kept = {
            name: self.sources.get(name) or field_value(name, text)
            for name, text in self.fields.items()
            if name not in _RESOLVED
        }
        kind = self.paper.bibtex_type or _kind(self.paper)[0]
        made_kind, made = _made(self.paper)
        for fact in sorted(changes(self.paper, self.said)):
            kept = {name: text for name, text in kept.items() if name not in _REPLACED[fact]}
            if fact == "venue":
                kind = made_kind if kind in _BY_VENUE else kind
                kept[_VENUE_FIELD.get(kind, "publisher")] = field_value("booktitle", _venue(self.paper))
            elif fact == "acl":
                free = next((name for name in ("url", "ee", "url2") if name not in kept), "url")
                kept[free] = made["url"]
            else:
                kept |= {name: made[name] for name in _REPLACED[fact] if name in made}
        return kind, kept


def _read(raw: str) -> RawEntry | None:
    try:
        return read_entry(raw, 0, len(raw)) if raw else None
    except Malformed:
        return None


def _as_written(entry: RawEntry, alone: dict[str, str], stored: dict[str, str]) -> dict[str, str]:
    """The source of each field that needs no macro to say what is stored."""
    sources: dict[str, str] = {}
    for name, pieces in entry.fields:
        needs_macro = any(piece.is_macro and not piece.text.isdecimal() for piece in pieces)
        if not needs_macro and alone.get(name.lower()) == stored.get(name.lower()):
            sources.setdefault(name.lower(), "".join(piece.text for piece in pieces))
    return sources


def _needs_repair(faults: list[str]) -> bool:
    """Whether BibTeX would stumble over the entry. That a field stands twice, it only says."""
    return any("stands more than once" not in fault for fault in faults)


def _authors(paper: Paper) -> list[str]:
    return [authorship.author.name for authorship in paper.authorships.all()]


def _venue(paper: Paper) -> str:
    return paper.venue.name if paper.venue else ""


def _made(paper: Paper) -> tuple[str, dict[str, str]]:
    """An entry made from the row, and from what an entry of another format said beyond it."""
    kind, venue_field = _kind(paper)
    elsewhere = paper.source in ("csl-json", "ris")
    said_kind, said = csl_item.as_bibtex(csl_item.item_for(paper)) if elsewhere else ("", {})
    fields = {
        "author": author_field(_authors(paper)),
        "title": title_field(paper.title),
        venue_field: field_value(venue_field, _venue(paper)),
        "year": str(paper.year or ""),
        "doi": field_value("doi", paper.doi),
        "eprint": field_value("eprint", paper.arxiv),
        "archiveprefix": "arXiv" if paper.arxiv else "",
        "url": field_value("url", _address(paper)),
    }
    return said_kind or kind, {name: field_value(name, text) for name, text in said.items()} | {
        name: text for name, text in fields.items() if text
    }


def _kind(paper: Paper) -> tuple[str, str]:
    """The type of an entry, and the field that names its venue."""
    return _TYPES[venue_kind(_venue(paper))]


def _address(paper: Paper) -> str:
    """The address that also carries the Anthology's id, where there is one; else the first."""
    addresses = [link.url for link in paper.links.all()]
    if paper.acl:
        anthology = f"https://aclanthology.org/{paper.acl}"
        return next((url for url in addresses if identifiers.acl_id(url) == paper.acl), anthology)
    return addresses[0] if addresses else ""
