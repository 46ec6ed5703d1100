"""Markdown paper lists: every bullet, number and paper-like heading becomes a record, a note or a problem."""

from __future__ import annotations

import re
from collections import Counter
from urllib.parse import urlsplit

from catalog.importers.list_blocks import Block, blocks_of
from catalog.importers.list_entry import Entry, read_entry
from catalog.importers.list_inline import plain
from catalog.importers.records import Document, Problem, Record
from catalog.titles import title_key

_OTHER_THINGS = re.compile(
    r"data ?sets?|benchmarks?\b|repositor|\brepos?\b|blogs?\b|posts?\b|videos?\b|implementation|\btools?\b|toolkits?\b|"
    r"courses?\b|数据集|博客|仓库|视频|工具|教程|代码",
    re.I,
)
_PAPER_LABEL = re.compile(r"paper|pdf|arxiv|\babs\b|论文", re.I)
_VIDEO_HOSTS = ("youtube.com", "youtu.be", "bilibili.com", "vimeo.com")
_TITLE_WORDS = 4
_TITLE_HAN = 12
_HAN = re.compile(r"[\u3400-\u9fff]")
_ENTRY_MAX = 10_000
_PREVIEW = 300


def read(text: str) -> Document:
    return _Reader(blocks_of(text)).document()


class _Reader:
    """Walks the blocks once; `current` is the record that text may still belong to, `depth` its indentation."""

    def __init__(self, blocks: list[Block]) -> None:
        self.blocks = blocks
        self.entries = {id(block): _entry_of(block) for block in blocks}
        self.title = _title_heading(blocks)
        self.paper_levels = _paper_levels(blocks, self.entries, self.title)
        self.made = Document(format="markdown", title=plain(self.title.text) if self.title else "")
        self.path: list[tuple[int, str]] = []
        self.places: Counter[tuple[str, ...]] = Counter()
        self.current: Record | None = None
        self.depth = 0
        self.description: list[str] = []

    def document(self) -> Document:
        for block in self.blocks:
            getattr(self, f"_{block.kind}")(block)
        self.made.description = "\n\n".join(self.description)
        return self.made

    def _heading(self, block: Block) -> None:
        self.current = None
        if block is self.title:
            return
        if block.level in self.paper_levels and self.entries[id(block)]:
            self._add(block, depth=-1)
            return
        self.path = [(level, name) for level, name in self.path if level < block.level]
        if name := plain(block.lines[0]):
            self.path.append((block.level, name))
            self.made.sections.append(self._section())

    def _item(self, block: Block) -> None:
        if _reads_as_paper(self.entries[id(block)], self._section()):
            self._add(block, depth=block.level)
            self._note(block.below)
        elif self.current and block.level > self.depth:
            self._note(block.source)
        else:
            self.current = None
            self._problem(block, "This does not read as a paper: it was left out.")

    def _text(self, block: Block) -> None:
        entry = self.entries[id(block)]
        if entry and entry.style == "bold" and entry.record.authors:
            self._add(block, depth=0)
        elif self.current:
            self._note(block.source)
        elif not self.path and not self.made.records:
            self.description.append(block.source)
        else:
            self._problem(block, "This text belongs to no entry: it was left out.")

    def _table(self, block: Block) -> None:
        self.current = None
        if block.text.strip("|-: \t"):
            self._problem(block, "Rows of a table are not read.")

    def _rule(self, block: Block) -> None:
        self.current = None

    def _section(self) -> list[str]:
        return [name for _, name in self.path]

    def _add(self, block: Block, depth: int) -> None:
        record = self.entries[id(block)].record
        for link in [link for link in record.links if not link.url]:
            self.made.problems.append(Problem(block.line, f'The link "{link.label}" has no address.', block.text))
            record.links.remove(link)
        record.section, record.line = self._section(), block.line
        self.places[tuple(record.section)] += 1
        record.position = self.places[tuple(record.section)]
        self.made.records.append(record)
        self.current, self.depth = record, depth

    def _note(self, text: str) -> None:
        if text:
            self.current.note = f"{self.current.note}\n\n{text}" if self.current.note else text

    def _problem(self, block: Block, message: str) -> None:
        self.made.problems.append(Problem(block.line, message, block.source[:_PREVIEW]))


def _entry_of(block: Block) -> Entry | None:
    """None for what cannot be an entry. No entry is nearly as long as _ENTRY_MAX characters."""
    text = block.lines[0] if block.kind == "heading" else block.text
    return read_entry(text) if block.kind in ("heading", "item", "text") and len(text) <= _ENTRY_MAX else None


def _title_heading(blocks: list[Block]) -> Block | None:
    """The document's own title: its first heading, where that is the only one of level 1."""
    headings = [block for block in blocks if block.kind == "heading"]
    is_title = [heading.level for heading in headings].count(1) == 1 and headings[0].level == 1
    return headings[0] if is_title else None


def _paper_levels(blocks: list[Block], entries: dict[int, Entry | None], title: Block | None) -> set[int]:
    """Levels at which headings are papers: nothing but text stands below any of them, and most read as titles."""
    candidates: dict[int, list[Block]] = {}
    sections: set[int] = set()
    heading: Block | None = None
    for block in blocks:
        if block.kind == "heading" and block is not title:
            if heading and heading.level < block.level:
                sections.add(heading.level)
            heading = block
            candidates.setdefault(block.level, []).append(block)
        elif heading and block.kind == "item" and _reads_as_paper(entries[id(block)], []):
            sections.add(heading.level)
    return {
        level
        for level, headings in candidates.items()
        if level not in sections and 2 * sum(map(_reads_as_title, headings)) > len(headings)
    }


def _reads_as_title(heading: Block) -> bool:
    text = heading.lines[0]
    return len(text.split()) >= _TITLE_WORDS or len(_HAN.findall(text)) >= _TITLE_HAN


def _reads_as_paper(entry: Entry | None, section: list[str]) -> bool:
    """Repositories, posts, talks on video and data sets stand in the same lists, in the same form or nearly so.

    `[Title](url)` may be anything: it takes authors and a year to make a paper. Under a heading that announces
    other things a link to a paper or emphasised authors are asked for.
    """
    if entry is None:
        return False
    record = entry.record
    if not title_key(record.title) or (record.links and _host(record.links[0].url).endswith(_VIDEO_HOSTS)):
        return False
    if entry.style == "link":
        return bool(record.year or len(record.authors) > 1)
    is_stated = bool(record.authors) or any(_PAPER_LABEL.search(link.label) for link in record.links)
    if any(map(_OTHER_THINGS.search, section)):
        return is_stated
    return is_stated or bool(record.links or record.year)


def _host(url: str) -> str:
    try:
        return urlsplit(url).hostname or ""
    except ValueError:  # an address that is none, such as http://[x
        return ""
