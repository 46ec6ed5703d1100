"""RIS out, lines ended as the format asks. An imported record that nobody changed goes out as it came."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from catalog.exporters.csl_item import Item, item_for
from catalog.exporters.names import NameParts
from catalog.exporters.ris_tags import TAG_OF, TYPE_OF
from catalog.exporters.untouched import is_untouched
from catalog.models import Paper

_PAGES = re.compile(r"(\S+?)\s*[-–—]+\s*(\S+)")
_LINE = "\r\n"


def document_for(papers: Iterable[Paper]) -> Iterator[str]:
    for paper in papers:
        yield entry_for(paper)


def entry_for(paper: Paper) -> str:
    if is_untouched(paper, "ris"):
        line = _LINE if _LINE in paper.bibtex_raw else "\n"
        return paper.bibtex_raw.rstrip("\r\n") + line + line
    lines = [f"{tag}  - {' '.join(value.split())}" for tag, value in _lines(item_for(paper), paper)]
    return _LINE.join([*lines, "ER  - ", "", ""])


def _lines(item: Item, paper: Paper) -> Iterator[tuple[str, str]]:
    yield "TY", TYPE_OF.get(item["type"], "GEN")
    yield "ID", item["id"]
    yield "TI", item["title"]
    for variable, tag in (("author", "AU"), ("editor", "ED"), ("translator", "A4")):
        for name in item.get(variable, ()):
            yield tag, _name(name)
    yield from _dates(item)
    yield from _pages(str(item.get("page", "")))
    for variable, tag in TAG_OF.items():
        if value := item.get(variable):
            yield tag, str(value)
    for word in re.split(r"\s*[,;，；]\s*", str(item.get("keyword", ""))):
        if word:
            yield "KW", word
    for name, text in (item.get("custom") or {}).items():
        if name.startswith("ris-"):
            yield from ((name.removeprefix("ris-"), line) for line in str(text).split("\n"))
    for url in _addresses(item, paper):
        yield "UR", url


def _name(name: dict) -> str:
    particles = " ".join(filter(None, (name.get("dropping-particle"), name.get("non-dropping-particle"))))
    parts = NameParts(
        str(name.get("family", "")), str(name.get("given", "")), particles, str(name.get("suffix", "")),
        str(name.get("literal", "")),
    )  # fmt: skip
    return parts.as_ris()


def _dates(item: Item) -> Iterator[tuple[str, str]]:
    issued = item.get("issued") or {}
    parts = [str(part) for part in (issued.get("date-parts") or [[]])[0]]
    if parts:
        yield "PY", parts[0]
    if len(parts) > 1:
        yield "DA", "/".join([parts[0], *(part.zfill(2) for part in parts[1:]), *[""] * (3 - len(parts)), ""])
    accessed = [str(part) for part in ((item.get("accessed") or {}).get("date-parts") or [[]])[0]]
    if accessed:
        yield "Y2", "/".join([accessed[0], *(part.zfill(2) for part in accessed[1:])])


def _pages(page: str) -> Iterator[tuple[str, str]]:
    found = _PAGES.fullmatch(page.strip())
    if found:
        yield "SP", found[1]
        yield "EP", found[2]
    elif page:
        yield "SP", page


def _addresses(item: Item, paper: Paper) -> list[str]:
    """Every link of the paper, and those that carry its identifiers."""
    urls = [str(item["URL"])] if item.get("URL") else []
    urls += [link.url for link in paper.links.all()]
    urls += (
        [f"https://arxiv.org/abs/{paper.arxiv}"] if paper.arxiv and not any(paper.arxiv in url for url in urls) else []
    )
    urls += [f"https://aclanthology.org/{paper.acl}"] if paper.acl and not any(paper.acl in url for url in urls) else []
    return list(dict.fromkeys(urls))
