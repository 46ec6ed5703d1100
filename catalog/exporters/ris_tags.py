"""Which RIS tag says what CSL says, both ways. RIS as Zotero, EndNote and publishers write it."""

from __future__ import annotations

import re
from typing import Any

Item = dict[str, Any]

TYPE_OF = {
    "article": "UNPB", "article-journal": "JOUR", "article-magazine": "MGZN", "article-newspaper": "NEWS",
    "book": "BOOK", "chapter": "CHAP", "dataset": "DATA", "entry-dictionary": "DICT", "entry-encyclopedia": "ENCYC",
    "manuscript": "MANSCPT", "pamphlet": "PAMP", "paper-conference": "CPAPER", "patent": "PAT", "periodical": "SER",
    "report": "RPRT", "software": "COMP", "standard": "STAND", "thesis": "THES", "webpage": "ELEC", "post": "BLOG",
    "post-weblog": "BLOG",
}  # fmt: skip
CSL_TYPE_OF = {
    **{tag: kind for kind, tag in TYPE_OF.items()},
    "CONF": "paper-conference", "EJOUR": "article-journal", "INPR": "article", "EBOOK": "book", "EDBOOK": "book",
    "ECHAP": "chapter", "GEN": "document", "BLOG": "post-weblog", "WEB": "webpage",
}  # fmt: skip
TAG_OF = {
    "container-title": "T2", "container-title-short": "J2", "collection-title": "T3", "title-short": "ST",
    "volume": "VL", "issue": "IS", "number": "M1", "publisher": "PB", "publisher-place": "CY", "edition": "ET",
    "ISBN": "SN", "ISSN": "SN", "DOI": "DO", "language": "LA", "abstract": "AB", "note": "N1", "annote": "RN",
    "genre": "M3", "event-title": "C3", "number-of-volumes": "NV", "chapter-number": "SE", "archive": "DB",
    "archive_location": "AN",
}  # fmt: skip
_VARIABLE_OF = {
    **{tag: variable for variable, tag in TAG_OF.items() if tag != "SN"},
    "JO": "container-title", "JF": "container-title", "BT": "container-title", "JA": "container-title-short",
    "J1": "container-title-short", "N2": "abstract", "UR": "URL", "CP": "issue",
}  # fmt: skip
_NAMES = {"AU": "author", "A1": "author", "ED": "editor", "A2": "editor", "A4": "translator"}
_READ_APART = ("TY", "ID", "TI", "T1", "CT", "PY", "Y1", "DA", "YR", "Y2", "KW", "SP", "EP", "SN", *_NAMES)
_DATE = re.compile(r"(\d{4})(?:[/-](\d{1,2})(?:[/-](\d{1,2}))?)?")


def item_of(fields: dict[str, str]) -> Item:
    """A CSL item from tags with their values, which stand one a line. Tags without a variable go into `custom`."""
    item: Item = {"type": CSL_TYPE_OF.get(fields.get("TY", "").upper(), "document")}
    custom = {}
    for tag, text in fields.items():
        variable = _VARIABLE_OF.get(tag, "")
        if variable and variable not in item:
            item[variable] = text.split("\n")[0] if variable in ("URL", "DOI") else " ".join(text.split("\n"))
        elif tag not in _READ_APART:
            custom[f"ris-{tag}"] = text
    for tag, variable in _NAMES.items():
        if names := [_name(line) for line in fields.get(tag, "").split("\n") if line.strip()]:
            item.setdefault(variable, []).extend(names)
    if number := fields.get("SN"):
        item["ISSN" if item["type"].startswith("article") else "ISBN"] = number.replace("\n", ", ")
    if words := fields.get("KW"):
        item["keyword"] = ", ".join(words.split("\n"))
    if pages := "-".join(filter(None, (fields.get("SP"), fields.get("EP")))):
        item["page"] = pages
    item["issued"] = _date(fields.get("DA") or fields.get("PY") or fields.get("Y1") or fields.get("YR") or "")
    item["accessed"] = _date(fields.get("Y2", ""))
    return item | ({"custom": custom} if custom else {})


def _name(line: str) -> dict[str, str]:
    family, *rest = [part.strip() for part in line.split(",", 2)]
    if not rest:
        return {"literal": family}
    return dict(zip(("family", "given", "suffix"), (family, *filter(None, rest)), strict=False))


def _date(text: str) -> dict:
    found = _DATE.match(text.strip())
    return {"date-parts": [[int(part) for part in found.groups() if part]]} if found else {}
