"""BibTeX out. An imported entry that nobody changed goes out byte for byte; any other is made from the row's facts."""

from __future__ import annotations

import re
from collections.abc import Iterable

from catalog import identifiers
from catalog.identity import IDENTIFIERS
from catalog.importers import bibtex
from catalog.importers.bibtex_record import not_understood
from catalog.merging import is_preprint, venue_name
from catalog.models import Paper
from catalog.titles import title_key

_JOURNAL = re.compile(
    r"journal|transactions|trans\.|letters|review|magazine|nature|science|tacl|jmlr|tpami|\bj\.|\bann\.|corr$|computing",
    re.I,
)
_VENUE_FIELDS = ("booktitle", "journal", "journaltitle", "howpublished", "institution", "school")
_REFERENCES = ("crossref", "xdata", "xref", "ids")
_OURS = ("author", "title", "year", "date", "doi", "eprint", "archiveprefix", "eprinttype", "subtitle")
_VERBATIM = ("doi", "url", "eprint", "archiveprefix", "file", "ee", "pdf")
_FORMULA = re.compile(r"\$[^$]*[\\^_][^$]*\$")
_SPECIAL = {
    "\\": r"\textbackslash{}", "{": r"\{", "}": r"\}", "&": r"\&", "%": r"\%", "#": r"\#", "_": r"\_", "$": r"\$",
    "~": r"\textasciitilde{}", "^": r"\textasciicircum{}",
}  # fmt: skip
_SPECIALS = re.compile(r"[\\{}&%#_$~^]|-(?=-)|`(?=`)")
# From letter or digit to letter or digit: the colon of `TinyBERT:` and the bracket of `(BERT)` stay outside.
_CAPITALS_WITHIN = re.compile(r"(?:[^\W_][^\s{}-]*)?[^\W_][A-Z](?:[^\s{}-]*[^\W_])?")
_SUFFIX = re.compile(r"(?P<first>.+) (?P<last>\S+), (?P<suffix>Jr\.?|Sr\.?|[IVX]+)")
_SMALL_WORDS = frozenset(("a", "an", "the", "on", "of", "in", "for", "to", "and", "is"))


def document_for(papers: Iterable[Paper]) -> str:
    """Entries with distinct keys, a blank line between them. Papers come as `for_bibtex` gives them."""
    taken: set[str] = set()
    entries = []
    for paper in papers:
        key = _key(paper)
        free = key
        number = 2
        while free.lower() in taken:
            free = f"{key}-{number}"
            number += 1
        taken.add(free.lower())
        entries.append(_entry(paper, key, free))
    return "\n\n".join(entries) + "\n" if entries else ""


def entry_for(paper: Paper) -> str:
    key = _key(paper)
    return _entry(paper, key, key) + "\n"


def _entry(paper: Paper, key: str, free_key: str) -> str:
    if is_as_imported(paper):
        return paper.bibtex_raw if key == free_key else paper.bibtex_raw.replace(key, free_key, 1)
    kind, fields = _made(paper)
    lines = [f"  {name} = {{{_value(name, value)}}}," for name, value in fields.items() if value]
    return "\n".join([f"@{kind}{{{free_key},", *lines, "}"])


def is_as_imported(paper: Paper) -> bool:
    """Read again, the entry by itself says what the row says: no macro or parent is missing, nothing was changed."""
    if not paper.bibtex_raw:
        return False
    document = bibtex.read(paper.bibtex_raw)
    if len(document.records) != 1:
        return False
    record = document.records[0]
    if not {problem.message for problem in document.problems} <= set(not_understood(record)):
        return False
    return (
        record.fields == paper.bibtex_fields
        and (record.title, record.year) == (paper.title, paper.year)
        and venue_name(record.venue) == (paper.venue.name if paper.venue else "")
        and {*map(title_key, record.authors)} == {*map(title_key, _authors(paper))}
        and all(getattr(record, name) == getattr(paper, name) or not getattr(paper, name) for name in IDENTIFIERS)
    )


def _authors(paper: Paper) -> list[str]:
    return [authorship.author.name for authorship in paper.authorships.all()]


def _made(paper: Paper) -> tuple[str, dict[str, str]]:
    kind, venue_field = _kind(paper)
    kept = {name: text for name, text in paper.bibtex_fields.items() if name not in (*_OURS, *_REFERENCES)}
    venue = paper.venue.name if paper.venue else ""
    same_venue = next((name for name in _VENUE_FIELDS if venue and venue_name(kept.get(name, "")) == venue), "")
    if same_venue:
        kind, venue_field, venue = paper.bibtex_type or kind, same_venue, kept[same_venue]
    if venue:
        kept = {name: text for name, text in kept.items() if name not in _VENUE_FIELDS}
    fields = {
        "author": " and ".join(_name(name) for name in _authors(paper)),
        "title": _protected(_escaped(paper.title)),
        venue_field: venue,
        "year": str(paper.year or ""),
        "doi": paper.doi,
        "eprint": paper.arxiv,
        "archiveprefix": "arXiv" if paper.arxiv else "",
        "url": _address(paper),
    }
    return kind, {**kept, **{name: text for name, text in fields.items() if text}}


def _kind(paper: Paper) -> tuple[str, str]:
    """The type of an entry, and the field that names its venue."""
    venue = paper.venue.name if paper.venue else ""
    if venue and _JOURNAL.search(venue):
        return "article", "journal"
    if is_preprint(venue):
        return "misc", "howpublished"
    return "inproceedings", "booktitle"


def _address(paper: Paper) -> str:
    """The address that also carries the Anthology's id, where there is one; else the first."""
    addresses = [link.url for link in paper.links.all()]
    if paper.acl:
        anthology = f"https://aclanthology.org/{paper.acl}"
        return next((url for url in addresses if identifiers.acl_id(url) == paper.acl), anthology)
    return addresses[0] if addresses else ""


def _key(paper: Paper) -> str:
    """`jiao2020tinybert`: family name, year, first telling word of the title. The imported key where there is one."""
    if paper.bibtex_key:
        return paper.bibtex_key
    authors = _authors(paper)
    family = authors[0].partition(",")[0].split()[-1] if authors else ""
    words = [title_key(word) for word in re.split(r"[\s:–—-]+", paper.title)]
    word = next((word for word in words if word and word not in _SMALL_WORDS), "")
    key = "".join(filter(str.isascii, f"{title_key(family)}{paper.year or ''}{word}"))
    return key or f"paper{paper.pk}"


def _name(name: str) -> str:
    if found := _SUFFIX.fullmatch(name):
        return _escaped(f"{found['last']}, {found['suffix']}, {found['first']}")
    escaped = _escaped(name)
    return f"{{{escaped}}}" if "," in name or " and " in f" {name} ".lower() else escaped


def _value(name: str, value: str) -> str:
    if name in ("author", "title"):
        return value
    if name in _VERBATIM:
        return value.replace("{", "%7B").replace("}", "%7D")
    return _escaped(value)


def _escaped(text: str) -> str:
    """LaTeX's special characters in text; what stands between dollars as a formula stays a formula."""
    pieces, at = [], 0
    for formula in _FORMULA.finditer(text):
        if formula[0].count("{") == formula[0].count("}"):
            pieces += [_plain(text[at : formula.start()]), formula[0]]
            at = formula.end()
    return "".join([*pieces, _plain(text[at:])])


def _plain(text: str) -> str:
    return _SPECIALS.sub(lambda found: _SPECIAL.get(found[0], found[0] + "{}"), text)


def _protected(title: str) -> str:
    """Braces around words with capitals inside, so that no style lowers them: {BERT}, {TinyBERT}."""
    if "$" in title.replace(r"\$", "") or "\\text" in title:
        return f"{{{title}}}"
    return _CAPITALS_WITHIN.sub(lambda found: f"{{{found[0]}}}", title)
