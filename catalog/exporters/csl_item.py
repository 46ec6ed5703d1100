"""A paper as a CSL item (the vocabulary of CSL-JSON 1.0.2): the form in which one format's entry becomes another's.

What an imported entry says beyond the row is kept: known fields as CSL variables, all others under `custom`. What the
row says wins, as editors change rows.
"""

from __future__ import annotations

import json
import re
from typing import Any

from catalog import identifiers
from catalog.exporters import ris_tags
from catalog.exporters.citation_keys import key_of
from catalog.exporters.csl_fields import BIBTEX_OF, BIBTEX_TYPES, CSL_OF, CSL_TYPES, MONTHS, NAMES, WITHIN
from catalog.exporters.names import parts_of, printed
from catalog.importers.names import printed_names
from catalog.models import Paper
from catalog.titles import title_key
from catalog.venues import venue_kind, venue_name

Item = dict[str, Any]
_ISO_DATE = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?")
_ROW_SAYS = ("author", "title", "subtitle", "year", "month", "day", "date", "crossref", "xdata", "urldate")
_ARXIV = ("eprint", "eprinttype", "archiveprefix", "primaryclass")
_TYPES = {"journal": "article-journal", "preprint": "article", "meeting": "paper-conference"}
_VENUES = ("container-title", "event-title", "collection-title", "publisher")
_WHOLE_WORKS = ("book", "thesis", "report")


def item_for(paper: Paper) -> Item:
    """Papers come as `for_export` gives them."""
    said = {"csl-json": _from_csl, "ris": _from_ris}.get(paper.source, _from_bibtex)(paper)
    item: Item = {"id": key_of(paper), "type": said.pop("type", "") or _type_of(paper), "citation-key": key_of(paper)}
    item["title"] = paper.title
    if authors := [row.author.name for row in paper.authorships.all()]:
        item["author"] = _authors(authors, said.pop("author", []))
    _set_venue(item, said, paper.venue.name if paper.venue else "")
    if issued := _issued(paper, said.pop("issued", {})):
        item["issued"] = issued
    _set_identifiers(item, said, paper)
    for name in ("title", "author", "id", "citation-key"):
        said.pop(name, None)
    return item | {name: value for name, value in said.items() if value}


def _type_of(paper: Paper) -> str:
    return _TYPES[venue_kind(paper.venue.name if paper.venue else "")]


def _authors(names: list[str], said: list[dict]) -> list[dict]:
    """As the entry parted them where it names the same people: it knows better what is whose family name."""
    parted = {printed(name): name for name in said}
    return [parted.get(name) or parts_of(name).as_csl() for name in names]


def _set_venue(item: Item, said: Item, venue: str) -> None:
    """Where readers look for it: behind a whole work its publisher, else what it stands in."""
    names = ("publisher",) if item["type"] in _WHOLE_WORKS else _VENUES
    given = next((str(said[name]) for name in names if said.get(name)), "")
    if venue and title_key(venue_name(given)) != title_key(venue):
        alone = item["type"] not in WITHIN and not any(said.get(name) for name in _VENUES[:-1])
        said["publisher" if alone or item["type"] in _WHOLE_WORKS else "container-title"] = venue


def _issued(paper: Paper, said: dict) -> dict:
    """The entry's own date, with month and day, where its year is the row's."""
    parts = said.get("date-parts") or [[]]
    if paper.year is None:
        return said if "date-parts" not in said else {}
    return said if parts[0][:1] == [paper.year] else {"date-parts": [[paper.year]]}


def _set_identifiers(item: Item, said: Item, paper: Paper) -> None:
    """An item has one address: the one that carries an identifier comes before any other."""
    urls = [link.url for link in paper.links.all()]
    if paper.doi:
        said["DOI"] = paper.doi
    if paper.acl and not any(identifiers.acl_id(str(said.get(name, ""))) == paper.acl for name in ("URL", "DOI")):
        if said.get("URL"):
            said["custom"] = said.get("custom", {}) | {"url": said["URL"]}
        said["URL"] = f"https://aclanthology.org/{paper.acl}"
    elif not said.get("URL") and urls:
        said["URL"] = next((url for url in urls if identifiers.arxiv_id(url) == paper.arxiv != ""), urls[0])
    if paper.arxiv:
        if not said.get("URL"):
            said["URL"] = f"https://arxiv.org/abs/{paper.arxiv}"
        name = "number" if item["type"] == "article" else "archive_location"
        said.setdefault(name, f"arXiv:{paper.arxiv}")


def _from_bibtex(paper: Paper) -> Item:
    """Also of a Markdown list's entry, whose further facts have no names that are known here."""
    fields = {name: text for name, text in paper.bibtex_fields.items() if text}
    kind = paper.bibtex_type if paper.source in ("", "bibtex") else ""
    item: Item = {"type": CSL_TYPES.get(kind, "document") if kind else ""}
    if kind == "misc" and _type_of(paper) != "article":
        item["type"] = "document"
    custom = {"bibtex-type": kind} if kind and BIBTEX_TYPES.get(item["type"]) != kind else {}
    for name in ("editor", "translator"):
        if people := printed_names(fields.get(name, "")):
            item[name] = [parts_of(person).as_csl() for person in people]
    for name, text in fields.items():
        variable = "number" if name == "number" and item["type"] in ("report", "patent") else CSL_OF.get(name, "")
        if variable and variable not in item:
            item[variable] = text.replace("--", "-").replace("–", "-") if name == "pages" else text
        elif name not in (*NAMES, *_ROW_SAYS, *(_ARXIV if paper.arxiv else ())):
            custom[name] = text
    item["issued"], item["accessed"] = _date(fields), _iso_dates(fields.get("urldate", ""))
    return item | ({"custom": custom} if custom else {})


def _date(fields: dict[str, str]) -> dict:
    if dates := _iso_dates(fields.get("date", "")):
        return dates
    year, month, day = (fields.get(name, "").strip() for name in ("year", "month", "day"))
    if not year.isdecimal():
        return {"literal": year} if year else {}
    number = next((at for at, name in enumerate(MONTHS, 1) if month and name.startswith(month.lower()[:3])), 0)
    number = number or (int(month) if month.isdecimal() and 1 <= int(month) <= 12 else 0)
    parts = [int(year), *([number] if number else []), *([int(day)] if number and day.isdecimal() else [])]
    return {"date-parts": [parts]}


def _iso_dates(text: str) -> dict:
    """`2019-06-02` and `2019-06-02/2019-06-07`; other forms of date are none here."""
    found = [_ISO_DATE.fullmatch(one) for one in text.split("/")] if text else []
    if not found or None in found or len(found) > 2:
        return {}
    return {"date-parts": [[int(part) for part in one.groups() if part] for one in found]}


def _from_csl(paper: Paper) -> Item:
    try:
        item = json.loads(paper.bibtex_raw)
    except ValueError:
        return {"type": paper.bibtex_type}
    return item if isinstance(item, dict) else {}


def _from_ris(paper: Paper) -> Item:
    return ris_tags.item_of(paper.bibtex_fields)


def as_bibtex(item: Item) -> tuple[str, dict[str, str]]:
    """The type, and the fields as plain text. Title, authors, year and identifiers are the row's to say."""
    custom = dict(item.get("custom") or {})
    kind = str(custom.pop("bibtex-type", "") or BIBTEX_TYPES.get(item.get("type", ""), "misc"))
    fields = {name: str(text) for name, text in custom.items() if isinstance(text, str | int)}
    for variable, name in BIBTEX_OF.items():
        value = item.get(variable)
        if isinstance(value, str | int) and value != "":
            name = "journal" if variable == "container-title" and kind in ("article", "periodical") else name
            fields.setdefault(name, str(value))
    for name in ("editor", "translator"):
        if people := item.get(name):
            fields[name] = " and ".join(map(printed, people))
    parts = (item.get("issued") or {}).get("date-parts") or [[]]
    if len(parts[0]) > 1 and str(parts[0][1]).isdecimal():
        fields["month"] = str(parts[0][1])
    return kind, fields
