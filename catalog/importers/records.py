"""What every reader hands over: plain records with the text as the document has it. No ORM, no Django."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field


@dataclass(frozen=True)
class Link:
    label: str
    url: str


@dataclass(frozen=True)
class Problem:
    """Something a reader could not take in. `line` counts from 1; `text` is the piece itself."""

    line: int
    message: str
    text: str = ""


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
