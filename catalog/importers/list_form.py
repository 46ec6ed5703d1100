"""The form of a Markdown paper list in which everything survives being written and read again.

catalog.importers.paper_list reads lists as people write them, and has to guess. A document that begins with MARK is
read to the letter instead (catalog.importers.list_exact): writer and reader of each line stand here side by side.

    <!-- distillery-list 1 -->
    # Knowledge distillation                       the list's English name
    <!-- zh: 知识蒸馏 -->                            its Chinese name, which Markdown does not show

    > What the list is about.                      its description, any Markdown, each line behind "> ";
    >                                              English unless a line like the next one says otherwise
    > <!-- zh -->
    > 这份清单讲什么。

    ## Overview                                    a section; ### and so on stand inside it; it may be empty
    <!-- zh: 概览 -->                               and may have a Chinese name and a description, as the list

    - **TinyBERT: Distilling BERT**. *Xiaoqi Jiao, Yichun Yin*. (Findings 2020) [[pdf]](https://...) - ***TinyBERT***

      <!-- en -->                                  a note in English: any Markdown, each line behind two blanks
      Two losses more.

      <!-- zh -->                                  each such line begins another note
      多了两种损失。

Of an item only the title must stand: `- **Title**.` Its parts keep this order and are parted by one blank. In names,
labels and titles a backslash stands before what Markdown would take for its own, before a comma within a name and
before the brackets of a venue; in addresses before brackets and backslashes. Four digits at the end of a venue are
the year, unless the first of them is written as an entity (`&#50;020`). What Markdown has no place for stands behind
the item, a comment each: `<!-- doi: 10.1/x -->`. `doi`, `arxiv` and `acl` need one only where the links do not give
the same; any other name is kept among the record's `fields`. Entries of a section without a name stand above the
first heading, with an empty path.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Iterator

from catalog import identifiers
from catalog.importers.records import Document, Link, Record, SectionTexts, Text

MARK = "<!-- distillery-list 1 -->"
IDENTIFIERS = {"arxiv": identifiers.arxiv_id, "doi": identifiers.doi, "acl": identifiers.acl_id}

_MARK = re.compile(r"\s*<!--\s*distillery-list 1\b[^>]*-->")
_SIGNS = re.compile(r"[\\`*_#\[\]<~]|&(?=[#\w]+;)")
_URL_SIGNS = re.compile(r"[\\()<>]|&(?=[#\w]+;)")
_ESCAPE = re.compile(r"\\([!-/:-@\[-`{-~])|(&(?:#\d{1,7}|#x[0-9a-fA-F]{1,6}|[a-zA-Z][a-zA-Z0-9]{1,30});)")
_YEAR_BEHIND = re.compile(r"(?:(?P<venue>.*) )?(?P<year>[0-9]{4})", re.S)
_T = r"(?:[^\\*\[\]]|\\.)"  # a sign of text, or an escaped one
_ITEM = re.compile(
    rf"- \*\*(?P<title>{_T}+)\*\*\."
    rf"(?: \*(?P<authors>{_T}+)\*\.)?"
    r"(?: \((?P<where>(?:[^\\()]|\\.)+)\))?"
    rf"(?P<links>(?: \[\[{_T}*\]\]\((?:[^\\()\s]|\\.)*\))*)"
    rf"(?: - \*\*\*(?P<nick>{_T}+)\*\*\*)?"
    r"(?P<facts>(?: <!-- [a-z]\w*: [^<>]*? ?-->)*)"
)
_LINK = re.compile(rf" \[\[({_T}*)\]\]\(((?:[^\\()\s]|\\.)*)\)")
_FACT = re.compile(r" <!-- ([a-z]\w*): ([^<>]*?) ?-->")
_NAME = re.compile(r"<!-- zh: ([^<>]*) -->")
_LANGUAGE = re.compile(r"<!-- (en|zh) -->")
_UNESCAPED_COMMA = re.compile(r"((?:[^\\,]|\\.)*)(?:,|\Z)")


def is_marked(text: str) -> bool:
    return _MARK.match(text) is not None


# --- written -----------------------------------------------------------------------------------------------------


def written(document: Document) -> Iterator[str]:
    """The list, piece by piece: its head, then each section with its items. Sections keep the document's order."""
    yield "\n".join([MARK, *_head(1, document.title, document.title_zh, document.description, document.description_zh)])
    texts = {tuple(section.path): section for section in document.section_texts}
    records: dict[tuple[str, ...], list[Record]] = {}
    for record in document.records:
        records.setdefault(tuple(record.section), []).append(record)
    yield from map(item, records.get((), ()))
    for path in _in_order([*map(tuple, document.sections), *records]):
        said = texts.get(path) or SectionTexts(list(path))
        yield "\n" + "\n".join(_head(len(path) + 1, path[-1], said.name_zh, said.description, said.description_zh))
        yield from map(item, records.get(path, ()))


def _in_order(paths: Iterable[tuple[str, ...]]) -> list[tuple[str, ...]]:
    """Each path once, below its parent, whatever order they come in."""
    below: dict[tuple[str, ...], dict[tuple[str, ...], None]] = {}
    for path in paths:
        for depth in range(1, len(path) + 1):
            below.setdefault(path[: depth - 1], {})[path[:depth]] = None
    ordered: list[tuple[str, ...]] = []
    waiting = [*reversed(below.get((), {}))]
    while waiting:
        ordered.append(path := waiting.pop())
        waiting += reversed(below.get(path, {}))
    return ordered


def _head(level: int, name: str, name_zh: str, description: str, description_zh: str) -> list[str]:
    lines = [f"{'#' * level} {_escaped(name)}"] if name else []
    if name_zh:
        lines.append(f"<!-- zh: {_in_comment(name_zh)} -->")
    texts = [Text("en", description)] if description else []
    texts += [Text("zh", description_zh)] if description_zh else []
    lines += ["", *(f"> {line}" if line else ">" for line in _text_lines(texts, "en"))]
    return [*lines, ""] if texts else lines


def item(record: Record) -> str:
    """One entry with its notes, ended by a line end. The record's place and its original text are not part of it."""
    parts = [f"- **{_escaped(record.title)}**."]
    if record.authors:
        parts.append("*" + ", ".join(_escaped(name).replace(",", "\\,") for name in record.authors) + "*.")
    if record.venue or record.year:
        parts.append(f"({_where(record)})")
    parts += [f"[[{_escaped(link.label)}]]({_URL_SIGNS.sub(_backslash, link.url)})" for link in record.links]
    if record.short_name:
        parts.append(f"- ***{_escaped(record.short_name)}***")
    parts += [f"<!-- {name}: {_in_comment(value)} -->" for name, value in _facts(record).items()]
    notes = sorted(record.remarks, key=lambda note: note.language != "")  # unmarked text can only stand first
    lines = [f"  {line}" if line else "" for line in _text_lines(notes, "")]
    return "\n".join([" ".join(parts), *([""] if lines else []), *lines]) + "\n"


def _where(record: Record) -> str:
    venue = re.sub(r"[()]", _backslash, _escaped(record.venue))
    if record.year:
        return f"{venue} {record.year:04d}".strip()
    return re.sub(r"(?<![^ ])[0-9](?=[0-9]{3}\Z)", lambda digit: f"&#{ord(digit[0])};", venue)


def _facts(record: Record) -> dict[str, str]:
    given = identifiers_of(record.links)
    facts = {name: getattr(record, name) for name in IDENTIFIERS if getattr(record, name) != given[name]}
    return facts | {name: value for name, value in record.fields.items() if re.fullmatch(r"[a-z]\w*", name)}


def _text_lines(texts: list[Text], expected: str) -> list[str]:
    """`expected` is the language that needs no mark where its text comes first."""
    lines: list[str] = []
    for text in texts:
        body = text.body.replace("\r\n", "\n").replace("\r", "\n").strip("\n")
        if lines:
            lines.append("")
        if text.language and (lines or text.language != expected):
            lines.append(f"<!-- {text.language} -->")
        lines += [line.replace("<!-- ", "<!--  ") if _LANGUAGE.fullmatch(line) else line for line in body.split("\n")]
    return lines


def _escaped(text: str) -> str:
    return _SIGNS.sub(_backslash, " ".join(text.split()))


def _backslash(sign: re.Match[str]) -> str:
    return f"\\{sign[0]}"


def _in_comment(text: str) -> str:
    return html.escape(" ".join(text.split()), quote=False).replace("--", "-&#45;")


# --- read --------------------------------------------------------------------------------------------------------


def read_item(line: str) -> Record | None:
    """None for a line that is not in this form."""
    found = _ITEM.fullmatch(line)
    if found is None:
        return None
    links = [Link(_plain(label), _plain(url)) for label, url in _LINK.findall(found["links"])]
    record = Record(title=_plain(found["title"]), links=links, short_name=_plain(found["nick"] or ""))
    record.authors = [_plain(name.strip()) for name in _UNESCAPED_COMMA.findall(found["authors"] or "") if name.strip()]
    if where := found["where"]:
        year = _YEAR_BEHIND.fullmatch(where)
        record.venue = _plain(where if year is None else year["venue"] or "")
        record.year = int(year["year"]) if year else None
    facts = {name: html.unescape(value) for name, value in _FACT.findall(found["facts"])}
    for name, value in (identifiers_of(links) | facts).items():
        if name in IDENTIFIERS:
            setattr(record, name, value)
        else:
            record.fields[name] = value
    return record


def read_heading(line: str) -> tuple[int, str] | None:
    """The level and the name. Seven levels and more are no heading to Markdown, but are one here."""
    found = re.fullmatch(r"(#{1,20}) (.+)", line)
    return (len(found[1]), _plain(found[2].strip())) if found else None


def read_name_zh(line: str) -> str | None:
    found = _NAME.fullmatch(line.strip())
    return html.unescape(found[1]) if found else None


def read_texts(lines: list[str], expected: str = "") -> list[Text]:
    """Texts parted by lines that name a language; what stands before the first of them is in the `expected` one."""
    texts: list[tuple[str, list[str]]] = [(expected, [])]
    for line in lines:
        if language := _LANGUAGE.fullmatch(line):
            texts.append((language[1], []))
        else:
            texts[-1][1].append(line)
    return [Text(language, body) for language, body in ((name, "\n".join(t).strip("\n")) for name, t in texts) if body]


def identifiers_of(links: list[Link]) -> dict[str, str]:
    """What the addresses of a list entry say: the first arXiv id, DOI and ACL id, "" where there is none."""
    return {name: next(filter(None, (find(link.url) for link in links)), "") for name, find in IDENTIFIERS.items()}


def _plain(text: str) -> str:
    return _ESCAPE.sub(lambda found: found[1] or html.unescape(found[2]), text)
