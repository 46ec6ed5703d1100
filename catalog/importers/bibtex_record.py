"""What the fields of a BibTeX entry say about the work: title, names, venue, year, identifiers, addresses."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass

from catalog import identifiers
from catalog.importers.addresses import addresses_in, identify, year_in
from catalog.importers.bibtex_syntax import Macros, Piece, RawEntry
from catalog.importers.latex import to_text
from catalog.importers.names import printed_names
from catalog.importers.records import Record

# Addresses, identifiers and paths: LaTeX decoding would cut them at a % and turn _ into something else.
_VERBATIM = frozenset((
    "doi", "url", "ee", "pdf", "ps", "eprint", "file", "localfile", "biburl", "adsurl", "isbn", "issn",
    "archiveprefix", "eprinttype", "primaryclass", "crossref", "xref", "xdata", "ids", "date", "urldate",
    "timestamp",
))  # fmt: skip
_SHOWN = 100  # of a value that a remark quotes
_THESES_AND_REPORTS = frozenset(["phdthesis", "mastersthesis", "thesis", "techreport", "report"])
_ADDRESSES = ("url", "url2", "ee", "pdf", "howpublished")
_OLD_ID = re.compile(r"\d{7}")
_ESCAPE = re.compile(r"\\([_%&#~$])(?:\{\})?")
_ARXIV_SAID = re.compile(r"(?:arxiv:\s*|^abs/)([a-z.-]+/\d{7}|\d{4}\.\d{4,5})", re.I)


@dataclass(slots=True)
class Work:
    """One entry: its fields decoded, and the author list still as written, because names are split before decoding."""

    type: str
    key: str
    fields: dict[str, str]
    source_names: str
    faults: list[str]

    @classmethod
    def of(cls, entry: RawEntry, macros: Macros) -> Work:
        fields: dict[str, str] = {}
        source_names = ""
        faults = entry.faults
        repeated: Counter[str] = Counter()
        for name, pieces in entry.fields:
            name = name.lower()
            if len(pieces) == 1 and not pieces[0].is_macro:
                source = pieces[0].text
            else:
                faults += _undefined(pieces, macros)
                source = macros.expand(pieces)
            if name in fields:
                repeated[name] += 1
                name = f"{name}{repeated[name] + 1}"
            elif name == "author":
                source_names = source
            fields[name] = _decoded(name, source)
        faults += [f'The field "{name}" stands more than once; the first is used, all are kept.' for name in repeated]
        return cls(entry.type.lower(), entry.key, fields, source_names, list(dict.fromkeys(faults)) if faults else [])


def _undefined(pieces: list[Piece], macros: Macros) -> list[str]:
    return [
        f'The macro "{piece.text}" is not defined; its name stands for it.'
        for piece in pieces
        if piece.is_macro and not macros.knows(piece.text)
    ]


def _decoded(name: str, source: str) -> str:
    if name not in _VERBATIM:
        return " ".join(to_text(source).split())
    if "\\" in source:
        source = _ESCAPE.sub(r"\1", source).replace("\\url", "")
    return source.replace("{", "").replace("}", "").strip()


def record_of(work: Work, raw: str, position: int) -> Record:
    fields = work.fields
    title = fields.get("title", "")
    if title and fields.get("subtitle"):
        title = f"{title}: {fields['subtitle']}"
    record = Record(
        title=title,
        authors=printed_names(work.source_names),
        venue=_venue(work),
        year=year_in(fields.get("year", ""), fields.get("date", "")),
        position=position,
        key=work.key,
        type=work.type,
        fields=fields,
        raw=raw,
        source="bibtex",
    )
    identify(record, addresses_in(fields[name] for name in _ADDRESSES if name in fields), fields.get("doi", ""))
    record.arxiv = _arxiv(fields) or record.arxiv or _arxiv_said(fields)
    return record


def not_understood(record: Record) -> list[str]:
    """A remark on each field that names a year, an identifier or an address and whose value gives none."""
    fields = record.fields
    given = [name for name in ("year", "date") if fields.get(name)]
    unread = given[:1] if record.year is None else []
    if fields.get("doi") and not identifiers.doi(fields["doi"]):
        unread.append("doi")
    if fields.get("eprint") and _is_arxiv(fields) and not record.arxiv:
        unread.append("eprint")
    unread += [name for name in ("url", "ee") if fields.get(name) and not addresses_in([fields[name]])]
    return [f'The field "{name}" was not understood: "{fields[name][:_SHOWN]}".' for name in unread]


def _venue(work: Work) -> str:
    names = ["booktitle", "journal", "journaltitle", "eventtitle"]
    if work.type in _THESES_AND_REPORTS:
        names = ["school", "institution", *names]
    for name in [*names, "howpublished", "institution", "school", "organization", "publisher"]:
        value = work.fields.get(name, "")
        if value and not addresses_in([value]):
            return value
    return ""


def _is_arxiv(fields: dict[str, str]) -> bool:
    return "arxiv" in (fields.get("archiveprefix", "") + fields.get("eprinttype", "")).lower()


def _arxiv(fields: dict[str, str]) -> str:
    """What the field made for it says, where the id is arXiv's."""
    eprint = fields.get("eprint", "")
    other_archive = fields.get("archiveprefix") or fields.get("eprinttype")
    if not eprint or (other_archive and not _is_arxiv(fields)):
        return ""
    return identifiers.arxiv_id(f"{fields.get('primaryclass', '')}/{eprint}" if _OLD_ID.fullmatch(eprint) else eprint)


def _arxiv_said(fields: dict[str, str]) -> str:
    for name in ("journal", "volume", "note", "howpublished", "number"):
        if name in fields and (found := _ARXIV_SAID.search(fields[name])):
            return identifiers.arxiv_id(found[1])
    return ""
