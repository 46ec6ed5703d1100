"""The addresses of an entry and what they say: links, DOI, arXiv and ACL ids, alike for every format."""

from __future__ import annotations

import re
from collections.abc import Iterable

from catalog import identifiers
from catalog.importers.records import Link, Record

_ADDRESS = re.compile(r"(?:https?|ftp)://[^\s{}\"<>]+", re.I)
YEAR = re.compile(r"(?<!\d)(1[0-9]{3}|20[0-9]{2}|2100)(?!\d)")


def addresses_in(texts: Iterable[str]) -> list[str]:
    """Each address once, without the full stop of the sentence that it ends."""
    found: dict[str, None] = {}
    for text in texts:
        if "://" in text:
            for address in _ADDRESS.findall(text):
                found.setdefault(address.rstrip(".,;"))
    return list(found)


def identify(record: Record, urls: list[str], doi: str) -> None:
    """Sets links, DOI, arXiv and ACL id from the addresses and from the field that holds the DOI."""
    dois = {url: identifiers.doi(url) for url in urls if "10." in url}
    record.doi = (identifiers.doi(doi) if doi else "") or next(filter(None, dois.values()), "")
    record.links = [Link("url", url) for url in urls]
    if record.doi and record.doi not in dois.values():
        record.links.append(Link("doi", f"https://doi.org/{record.doi}"))
    in_acl = [text for text in (*urls, record.doi) if "acl" in text.lower() or "10." in text]
    record.acl = next(filter(None, map(identifiers.acl_id, in_acl)), "")
    for address in [*urls, doi]:
        if "arxiv" in address.lower() and (found := identifiers.arxiv_id(address)):
            record.arxiv = found
            return


def year_in(*texts: str) -> int | None:
    found = next(filter(None, map(YEAR.search, texts)), None)
    return int(found[1]) if found else None
