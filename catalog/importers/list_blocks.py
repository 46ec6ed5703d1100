"""A Markdown list cut into blocks: headings, items, paragraphs, each with its line.

More lenient than Markdown, because list authors are: a heading or a number may lack its blank, the text below an
item may be indented by any width, and numbers may be missing, doubled or begin anywhere.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from catalog.importers.list_links import with_inline_links

_HEADING = re.compile(r" {0,3}(#{1,6})(?!#)[ \t]*(.*)")
_CLOSING_MARKS = re.compile(r"(?:^|[ \t]+)#+$")
_ITEM = re.compile(r"([ \t]*)(?:[-*+•][ \t]+|\d{1,4}[.)．](?:[ \t]+|(?=[*\[]|[^\W\d]))|\d{1,4}、[ \t]*(?=\*\*|\[))(.*)")
_BOLD_ENTRY = re.compile(r"\*\*(?!\*)[^*]+\*\*[.,\s]*\*(?!\*)[^*]+\*")
_UNDERLINE = re.compile(r"[ \t]*(?:={2,}|-{3,})")
_QUOTE = re.compile(r"\A[ \t]*>[> \t]*")
_FENCES = ("```", "~~~")


@dataclass
class Block:
    """`kind` is heading, item, text, table (one row) or rule; `level` a heading's level or an item's indentation.

    `lines` are stripped, without the mark that opens the block; "" stands for a blank line.
    """

    kind: str
    line: int
    lines: list[str] = field(default_factory=list)
    level: int = 0

    @property
    def text(self) -> str:
        """The lines up to the first blank one."""
        return self._paragraphs()[0]

    @property
    def below(self) -> str:
        """The paragraphs under an item, apart from it by a blank line and indented."""
        return "\n\n".join(self._paragraphs()[1:])

    @property
    def source(self) -> str:
        return "\n\n".join(self._paragraphs())

    def _paragraphs(self) -> list[str]:
        joined = "\n".join(self.lines).strip("\n")
        return [paragraph.strip("\n") for paragraph in re.split(r"\n{2,}", joined)]


def blocks_of(lines: list[str]) -> list[Block]:
    blocks: list[Block] = []
    for number, line, is_code in _numbered(lines):
        previous = blocks[-1] if blocks else None
        if previous and previous.kind == "text" and len(previous.lines) == 1 and _UNDERLINE.fullmatch(line):
            previous.kind, previous.level = "heading", 1 if "=" in line else 2
        elif not is_code and (opened := _opened_by(line, number)):
            blocks.append(opened)
        elif not line.strip():
            if previous:
                previous.lines.append("")
        elif previous and _continues(previous, line):
            previous.lines.append(_QUOTE.sub("", line, count=1).strip())
        else:
            blocks.append(Block("text", number, [_QUOTE.sub("", line, count=1).strip()]))
    return blocks


def lines_of(text: str) -> list[str]:
    """Without comments. Links by name have their addresses in them."""
    return with_inline_links(_without_comments(text)).split("\n")


def _numbered(lines: list[str]) -> Iterator[tuple[int, str, bool]]:
    """Number, line, and whether it belongs to a block of code, where `# x` is no heading."""
    is_code = False
    for number, line in enumerate(lines, 1):
        is_fence = line.lstrip().startswith(_FENCES)
        yield number, line.rstrip(), is_code or is_fence
        is_code ^= is_fence


def _without_comments(text: str) -> str:
    """Line ends stay, so that line numbers do."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    kept, at = [], 0
    while (start := text.find("<!--", at)) >= 0 and (end := text.find("-->", start)) >= 0:
        kept += [text[at:start], "\n" * text.count("\n", start, end)]
        at = end + len("-->")
    return "".join([*kept, text[at:]])


def _opened_by(line: str, number: int) -> Block | None:
    """The block that begins on this line, unless it is plain text. `* * *` is a rule, `* x` an item."""
    if heading := _HEADING.fullmatch(line):
        return Block("heading", number, [_CLOSING_MARKS.sub("", heading[2]).strip()], len(heading[1]))
    marks = line.replace(" ", "").replace("\t", "")
    if len(marks) >= 3 and marks[0] in "-*_" and not marks.strip(marks[0]):
        return Block("rule", number)
    if item := _ITEM.fullmatch(line):
        return Block("item", number, [item[2].strip()], _width(item[1]))
    if marks.startswith("|"):
        return Block("table", number, [line.strip()])
    return None


def _continues(block: Block, line: str) -> bool:
    """Text goes on with what stands right above it; below a blank line only indented text belongs to an item.

    `**Title**. *A. One*` at the margin begins an entry, with or without a bullet.
    """
    if block.kind not in ("item", "text") or _BOLD_ENTRY.match(line):
        return False
    if block.lines[-1]:
        return True
    return block.kind == "item" and _width(line) > block.level


def _width(line: str) -> int:
    expanded = line.expandtabs(4)
    return len(expanded) - len(expanded.lstrip())
