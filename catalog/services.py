"""Writes: taking documents in, with a preview before and a report after."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from functools import lru_cache

from django.conf import settings
from django.core.files.base import ContentFile
from django.db import IntegrityError, transaction
from django.db.models import Count, Max
from django.template.defaultfilters import filesizeformat
from django.utils import timezone
from django.utils.translation import gettext as _

from catalog import search
from catalog.identity import Shelf, Work
from catalog.importers import FORMATS, NotText, decode, format_of, read_text
from catalog.importers.records import Document, Problem, Record
from catalog.merging import Difference, Gain, fault_of, merge, new_work, usable_links
from catalog.models import Import, Paper, PaperList
from catalog.shelving import place_entries, save_works


class ImportRefused(Exception):
    """The document cannot be taken in at all; the message says why, for people."""


@dataclass
class ImportReport:
    """What became of a document, in English: pages translate it (catalog.remarks) for whoever reads.

    `already_here` lists works once, however often the document names them; `filled` says what some of them gained.
    """

    added: list[str] = field(default_factory=list)
    already_here: list[str] = field(default_factory=list)
    filled: list[dict] = field(default_factory=list)
    problems: list[dict] = field(default_factory=list)
    remarks: list[dict] = field(default_factory=list)
    differences: list[dict] = field(default_factory=list)


@dataclass(frozen=True)
class PreviewItem:
    verdict: str  # new | here | problem
    line: int
    record: Record | None = None
    paper: Paper | None = None
    message: str = ""
    text: str = ""
    gains: Sequence[Gain] = ()
    differences: Sequence[Difference] = ()


@dataclass(frozen=True)
class Preview:
    items: list[PreviewItem]

    @property
    def counts(self) -> dict[str, int]:
        found = Counter(item.verdict for item in self.items)
        return {verdict: found[verdict] for verdict in ("new", "here", "problem")}

    @property
    def gaining(self) -> int:
        """How many papers of the catalogue would gain a fact."""
        return len({item.paper.pk for item in self.items if item.paper and item.gains})


def create_import(*, data: bytes, name: str, format: str, owner) -> Import:
    """Keeps the document for a preview; no paper is written. Raises ImportRefused."""
    text = read_bytes(data)
    if format not in ("auto", *FORMATS):
        raise ImportRefused(_("This format is not known: %(format)s") % {"format": format})
    if format == "auto":
        format = format_of(text)
    document = _read(text, format)
    if not document.records and not document.problems:
        raise ImportRefused(_("No entry was found in this document."))
    document_file = ContentFile(data, name="document")
    return Import.objects.create(
        format=format, name=name[:200], document=document_file, size_bytes=len(data), owner=owner, state="preview"
    )


def refuse_too_large(size_bytes: int) -> None:
    """Raises ImportRefused; for those who know the size before they read."""
    if size_bytes > settings.IMPORT_MAX_BYTES:
        sizes = {"size": filesizeformat(size_bytes), "limit": filesizeformat(settings.IMPORT_MAX_BYTES)}
        raise ImportRefused(_("This has %(size)s; at most %(limit)s are taken. Split it and import the parts.") % sizes)


def read_bytes(data: bytes) -> str:
    """The document's text. Raises ImportRefused where there is none or too much."""
    refuse_too_large(len(data))
    try:
        text = decode(data)
    except NotText as error:
        raise ImportRefused(_("This is not a text file.")) from error
    if not text.strip("\ufeff \t\r\n"):
        raise ImportRefused(_("The document is empty."))
    return text


def _text(import_: Import) -> str:
    with import_.document.open() as file:
        return decode(file.read())


@lru_cache(maxsize=2)  # a document is read when it is given, and taken in as it was read
def _read(text: str, format: str) -> Document:
    return read_text(text, format)


def preview_import(import_: Import) -> Preview:
    """Kept for its next page until a paper is added, edited or removed; accepting asks the rows anew."""
    papers = Paper.objects.aggregate(number=Count("pk"), changed_at=Max("updated_at"))
    return _preview_as_of(_text(import_), import_.format, papers["number"], papers["changed_at"])


@lru_cache(maxsize=2)
def _preview_as_of(text: str, format: str, number: int, changed_at: datetime | None) -> Preview:
    return preview_document(_read(text, format))


def preview_document(document: Document) -> Preview:
    """What would become of each entry, in the document's order, by the merging that also stores it. Reads only."""
    shelf = Shelf(document.records)
    remarks = _remarks_by_line(document)
    items = [_preview_item(record, shelf, remarks.get(record.line, [])) for record in document.records]
    items += [PreviewItem("problem", p.line, message=p.message, text=p.text) for p in _left_out(document)]
    return Preview(sorted(items, key=lambda item: item.line))


def _preview_item(record: Record, shelf: Shelf, remarks: list[Problem]) -> PreviewItem:
    if fault := fault_of(record):
        return PreviewItem("problem", record.line, record, message=fault, text=record.raw or record.title)
    said = [*(remark.message for remark in remarks), *usable_links(record)[1]]
    work = shelf.find(record)
    if work is None:
        new_work(record, shelf)
        return PreviewItem("new", record.line, record, message=" ".join(said))
    if work.is_new:
        said.insert(0, f"The same work stands above, in line {work.line}.")
    gains, differences = merge(work, record, shelf)
    paper = None if work.is_new else work.paper
    return PreviewItem("here", record.line, record, paper, " ".join(said), gains=gains, differences=differences)


def _remarks_by_line(document: Document) -> dict[int, list[Problem]]:
    remarks: dict[int, list[Problem]] = {}
    for problem in document.problems:
        remarks.setdefault(problem.line, []).append(problem)
    return remarks


def _left_out(document: Document) -> list[Problem]:
    """Problems that no record stands for."""
    lines = {record.line for record in document.records}
    return [problem for problem in document.problems if problem.line not in lines]


@transaction.atomic
def accept_import(*, import_: Import) -> Import:
    """Writes the document once; pressed again, it changes nothing."""
    unanswered = Import.objects.filter(pk=import_.pk, state=Import.State.PREVIEW)
    if unanswered.update(state=Import.State.ACCEPTED, accepted_at=timezone.now()):
        report = store_document(document=_read(_text(import_), import_.format))
        Import.objects.filter(pk=import_.pk).update(report=asdict(report))
    import_.refresh_from_db()
    return import_


def store_document(*, document: Document, paper_list: PaperList | None = None) -> ImportReport:
    """Takes in every entry that can be a paper; the others are in the report. One transaction.

    With a list, the entries stand in it too, under their headings, in the document's order. Storing the same
    document again changes nothing.
    """
    try:
        with transaction.atomic():
            return _store(document, paper_list)
    except IntegrityError:  # somebody else wrote one of these papers meanwhile: now it is found
        with transaction.atomic():
            return _store(document, paper_list)


def _store(document: Document, paper_list: PaperList | None) -> ImportReport:
    report = ImportReport(problems=[asdict(problem) for problem in _left_out(document)])
    placed, taken, differences = _take_in(document, report)
    report.problems.sort(key=lambda problem: problem["line"])
    new = [work for work, _gains in taken if work.is_new]
    here = [(work, gains) for work, gains in taken if not work.is_new]
    filled = [(work, gains) for work, gains in here if gains]
    save_works(new, [(work, {gain.fact for gain in gains}) for work, gains in filled])
    report.added = [work.paper.slug for work in new]
    report.already_here = [work.paper.slug for work, _gains in here]
    report.filled = [
        {"slug": work.paper.slug, "title": work.paper.title, "gains": list(map(asdict, gains))}
        for work, gains in filled
    ]
    report.differences = [
        {"line": record.line, "slug": work.paper.slug, "title": work.paper.title, **asdict(difference)}
        for record, work, difference in differences
    ]
    if paper_list is not None:
        place_entries(paper_list, placed)
    search.reindex({work.paper.pk for work in new} | {work.paper.pk for work, _gains in filled})
    return report


def _take_in(
    document: Document, report: ImportReport
) -> tuple[list[tuple[Record, Work]], list[tuple[Work, list[Gain]]], list[tuple[Record, Work, Difference]]]:
    """Into memory: each record's work, each work with its gains, what differs. The report gets problems, remarks."""
    remarks = _remarks_by_line(document)
    shelf = Shelf(document.records)
    placed: list[tuple[Record, Work]] = []
    taken: dict[int, tuple[Work, list[Gain]]] = {}
    differences: list[tuple[Record, Work, Difference]] = []
    for record in document.records:
        if fault := fault_of(record):
            report.problems.append({"line": record.line, "message": fault, "text": record.raw or record.title})
            continue
        work = shelf.find(record)
        if work is None:
            work, differing = new_work(record, shelf)
            taken[id(work)] = (work, [])
        else:
            gains, differing = merge(work, record, shelf)
            taken.setdefault(id(work), (work, []))[1].extend(gains)
        differences += [(record, work, difference) for difference in differing]
        placed.append((record, work))
        for message in [*(p.message for p in remarks.get(record.line, [])), *usable_links(record)[1]]:
            report.remarks.append({"line": record.line, "message": message, "text": record.title})
    return placed, list(taken.values()), differences
