"""What every reader hands over: plain records with the text as the document has it. No ORM, no Django."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass, field

EXCERPT = 20_000


@dataclass(frozen=True)
class Link:
    label: str
    url: str


@dataclass(frozen=True)
class Problem:
    """Something a reader could not take in. `line` counts from 1; `text` is the piece itself, to be mended.

    A piece longer than EXCERPT characters is cut there, and `length` says how long it is; else `length` is 0.
    A remark is about an entry that was read all the same: it stands behind that entry's record.
    """

    line: int
    message: str
    text: str = ""
    length: int = 0
    is_remark: bool = False

    @classmethod
    def of(cls, line: int, message: str, text: str, is_remark: bool = False) -> Problem:
        length = len(text) if len(text) > EXCERPT else 0
        return cls(line, message, text[:EXCERPT].rstrip(), length, is_remark)


@dataclass(frozen=True)
class Span:
    """A piece of the text from `start` to before `end`: an entry, a problem, a string, a preamble, a heading, a
    note, a comment, text that stands outside of entries, or blank. The spans of a document cover all of its text,
    and each character once."""

    start: int
    end: int
    kind: str


@dataclass
class Summary:
    """What became of a document's characters: how many pieces of each kind there are, and how long they are together.

    `entries` counts the records and `problems` the pieces that gave none, `remarks` what was said of records.
    """

    format: str = ""
    encoding: str = ""
    title: str = ""
    title_zh: str = ""
    description: str = ""
    description_zh: str = ""
    sections: list[list[str]] = field(default_factory=list)
    section_texts: list[SectionTexts] = field(default_factory=list)
    entries: int = 0
    problems: int = 0
    remarks: int = 0
    bytes: int = 0
    characters: int = 0
    pieces: dict[str, int] = field(default_factory=dict)
    lengths: dict[str, int] = field(default_factory=dict)

    @property
    def unaccounted(self) -> int:
        """Characters that belong to no piece: none, or a reader is at fault."""
        return self.characters - sum(self.lengths.values())


@dataclass(frozen=True)
class Text:
    """A text in one language: "en", "zh", or "" where the document does not say which."""

    language: str
    body: str


@dataclass
class Record:
    """One work as a document states it. Empty string or None where the document says nothing.

    `section` is the path of headings above the entry, outermost first; `position` counts entries of one section
    from 1; `line` is where the entry begins, from 1. `source` is the format (bibtex, csl-json, ris, markdown) in which
    `type` is said, `fields` keeps what the document says beyond this, and `raw` is the entry as it stands there.
    `notes`, where a document names their languages, are the texts of `note` one by one; see `remarks`.
    """

    title: str
    authors: list[str] = field(default_factory=list)
    venue: str = ""
    year: int | None = None
    links: list[Link] = field(default_factory=list)
    short_name: str = ""
    note: str = ""
    section: list[str] = field(default_factory=list)
    position: int = 0
    line: int = 0
    doi: str = ""
    arxiv: str = ""
    acl: str = ""
    key: str = ""
    type: str = ""
    fields: dict[str, str] = field(default_factory=dict)
    raw: str = ""
    source: str = ""
    notes: list[Text] = field(default_factory=list)

    @property
    def remarks(self) -> list[Text]:
        """Every note, with its language where that is known."""
        return self.notes or ([Text("", self.note)] if self.note else [])


@dataclass
class SectionTexts:
    """What a list says of one of its sections beyond the name in its heading."""

    path: list[str]
    name_zh: str = ""
    description: str = ""
    description_zh: str = ""


@dataclass
class Document:
    """A document read whole: `title` and `description` are a list's own; every entry is a record or a problem.

    `sections` are the paths of all sections in the document's order, those without entries included; `section_texts`
    holds those that say more than their names. Names and descriptions are the English ones where `_zh` stands beside.
    """

    format: str
    records: list[Record] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    title: str = ""
    description: str = ""
    sections: list[list[str]] = field(default_factory=list)
    title_zh: str = ""
    description_zh: str = ""
    section_texts: list[SectionTexts] = field(default_factory=list)
    spans: list[Span] = field(default_factory=list)

    @classmethod
    def of(cls, format: str, items: Iterable[Span | Record | Problem]) -> Document:
        document = cls(format)
        for item in items:
            if isinstance(item, Span):
                document.spans.append(item)
            else:
                (document.records if isinstance(item, Record) else document.problems).append(item)
        return document

    def as_json(self) -> dict:
        """The form that `import_papers --dry-run --json` prints."""
        keys = (
            "title", "authors", "venue", "year", "links", "short_name", "note", "section",
            "position", "line", "doi", "arxiv", "key", "type",
        )  # fmt: skip
        return {
            "format": self.format,
            "records": [{key: asdict(record)[key] for key in keys} for record in self.records],
            "problems": [{"line": problem.line, "message": problem.message} for problem in self.problems],
        }
