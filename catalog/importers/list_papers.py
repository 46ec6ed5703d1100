"""Which items and headings of a list are papers. Whatever is not stays a note, a section or a problem; see paper_list.

A heading is judged by what stands below it. Its siblings are asked only where that does not tell.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

from catalog.importers.list_blocks import Block
from catalog.importers.list_entry import Entry, read_entry
from catalog.importers.list_inline import plain
from catalog.importers.list_people import reads_as_names
from catalog.titles import title_key

_OTHER_THINGS = re.compile(
    r"data ?sets?|benchmarks?\b|repositor|\brepos?\b|blogs?\b|posts?\b|videos?\b|implementation|\btools?\b|toolkits?\b|"
    r"courses?\b|数据集|博客|仓库|视频|工具|教程|代码",
    re.I,
)
_PAPER_LABEL = re.compile(r"paper|pdf|arxiv|\babs\b|论文", re.I)
_LINK_WORD = re.compile(
    r"(?:official |source |project |my )?(?:paper|pdf|arxiv|abs|code|github|page|home ?page|website|project|slides?|"
    r"poster|video|talk|blog|post|demo|data|models?|link|here|论文|代码|地址|链接|项目|博客|视频|原文)",
    re.I,
)
_NAMES_A_SECTION = re.compile(
    r"to[ -]?dos?|references?|bibliography|(?:table of )?contents?|notes?|links?|(?:other )?resources?|introduction|"
    r"overview|about|misc\w*|others?|appendix|change ?log|contact|star history|"
    r"(?:\w+ ){0,3}(?:papers?|lists?|readings?) (?:on|about|of|for|from|with|in|to)\b.*|.*\b(?:licen[sc]e|contributing|"
    r"contributors|acknowledge?ments?|how to contribute|this (?:list|repo\w*|page|document))\b.*|"
    r"目录|参考文献|参考资料|参考|引用|致谢|许可|贡献|待办|其他|其它|备注|简介|前言|说明|更新日志",
    re.I,
)
_VIDEO_HOSTS = ("youtube.com", "youtu.be", "bilibili.com", "vimeo.com")
_NUMBER = re.compile(r"^\d{1,3}(?:[.)．]\s+|、\s*)")
_LABEL = re.compile(r"\s*(?:\*\*|__)[^*_\n]{1,40}(?:[:：](?:\*\*|__)|(?:\*\*|__)\s*[:：])")
_TITLE_WORDS = 4
_TITLE_HAN = 12
_HAN = re.compile(r"[\u3400-\u9fff]")

EntryOf = Callable[[Block], "Entry | None"]


def reads_as_paper(entry: Entry | None, section: list[str]) -> bool:
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
    is_stated = bool(record.authors) or _links_a_paper(entry)
    if any(map(_OTHER_THINGS.search, section)):
        return is_stated
    return is_stated or bool(record.links or record.year)


def is_bold_paragraph(entry: Entry | None) -> bool:
    """`**Title**. *A. One*.` needs no bullet."""
    return bool(entry and entry.style == "bold" and entry.record.authors)


def is_bare_title(block: Block, entry: Entry | None) -> bool:
    """`- **Title**.` and nothing else."""
    if entry is None or entry.style != "bold" or _LABEL.match(block.text):
        return False
    record = entry.record
    return bool(title_key(record.title)) and not (record.note or record.links or block.below)


def heading_text(heading: Block) -> str:
    """Without the number that a list of papers may give it."""
    return _NUMBER.sub("", heading.lines[0])


@dataclass
class _Part:
    """A heading with what stands between it and the next one, and the parts of deeper headings that follow it."""

    heading: Block
    reads_as_title: bool
    has_text: bool
    has_entries: bool
    below: list[_Part]

    @property
    def verdict(self) -> str:
        """paper, section, or perhaps: a name too short to tell, nothing below it, or deeper headings for its note."""
        text = plain(heading_text(self.heading))
        if self.has_entries or _NAMES_A_SECTION.fullmatch(text.rstrip(" .:：")) or not title_key(text):
            return "section"
        if any(part.reads_as_title or part.has_entries for part in self.below):
            return "section"
        if self.below:
            return "perhaps" if self.reads_as_title and any(part.has_text for part in self.below) else "section"
        return "paper" if self.reads_as_title and self.has_text else "perhaps"


def paper_headings(blocks: list[Block], title: Block | None, entry_of: EntryOf) -> tuple[set[int], set[int]]:
    """The identities of the headings that are papers, and of those that only divide such a paper's note."""
    parts = _parts(blocks, title, entry_of)
    verdicts = [part.verdict for part in parts]
    headings = Counter(part.heading.level for part in parts)
    votes: Counter[tuple[int, bool]] = Counter()
    for part, verdict in zip(parts, verdicts, strict=True):
        if verdict != "perhaps" or part.reads_as_title:
            votes[part.heading.level, verdict != "section"] += 1
    papers: set[int] = set()
    in_notes: set[int] = set()
    for part, verdict in zip(parts, verdicts, strict=True):
        level = part.heading.level
        most = votes[level, False] if part.reads_as_title else headings[level] / 2
        is_paper = verdict == "paper" or (verdict == "perhaps" and votes[level, True] > most)
        if is_paper and id(part.heading) not in in_notes:
            papers.add(id(part.heading))
            in_notes |= {id(lower.heading) for lower in part.below}
    return papers, in_notes


def _parts(blocks: list[Block], title: Block | None, entry_of: EntryOf) -> list[_Part]:
    parts: list[_Part] = []
    for heading, body in _bodies(blocks):
        if heading is not title:
            has_entries = any(looks_like_entry(block, entry_of(block)) for block in body)
            has_text = any(block.kind in ("text", "item") for block in body)
            parts.append(_Part(heading, _reads_as_title(heading), has_text, has_entries, []))
    open_ones: list[_Part] = []
    for part in parts:
        open_ones = [above for above in open_ones if above.heading.level < part.heading.level]
        for above in open_ones:
            above.below.append(part)
        open_ones.append(part)
    return parts


def _bodies(blocks: list[Block]) -> Iterator[tuple[Block, list[Block]]]:
    heading: Block | None = None
    body: list[Block] = []
    for block in blocks:
        if block.kind != "heading":
            body.append(block)
            continue
        if heading:
            yield heading, body
        heading, body = block, []
    if heading:
        yield heading, body


def _reads_as_title(heading: Block) -> bool:
    text = heading_text(heading)
    if "](" in text:
        record = read_entry(text).record
        return bool(record.arxiv or record.acl or record.doi) or _is_long(record.title)
    return _is_long(text)


def _is_long(text: str) -> bool:
    return len(text.split()) >= _TITLE_WORDS or len(_HAN.findall(text)) >= _TITLE_HAN


def looks_like_entry(block: Block, entry: Entry | None) -> bool:
    """More is asked than of an item in a list: what stands below a paper may be a remark in bullets."""
    if block.kind == "table":
        return entry is not None
    if block.kind == "text":
        return is_bold_paragraph(entry)
    if block.kind != "item" or entry is None or _LABEL.match(block.text):
        return False
    record = entry.record
    if entry.style == "link":
        return bool(record.links) and not _LINK_WORD.fullmatch(record.title)
    if not reads_as_paper(entry, []):
        return False
    if entry.style != "plain" and record.authors and reads_as_names(", ".join(record.authors)):
        return True
    return not record.note and bool(_links_a_paper(entry) or record.year or record.short_name)


def _links_a_paper(entry: Entry) -> bool:
    return any(_PAPER_LABEL.search(link.label) for link in entry.record.links)


def _host(url: str) -> str:
    try:
        return urlsplit(url).hostname or ""
    except ValueError:  # an address that is none, such as http://[x
        return ""
