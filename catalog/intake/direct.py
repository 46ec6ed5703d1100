"""A document read and written in one go: while its process reads on, this one writes what it has read.

For the command line and the bundled catalogue. Doubtful pairs become papers of their own here; the page of suspected
duplicates shows them.
"""

from __future__ import annotations

import gc
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field

from django.core.files import File
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from catalog.history.recording import Recorder
from catalog.importers.bounded import Batch
from catalog.importers.records import Document, Problem, Record, Summary
from catalog.importers.wire import packed_summary
from catalog.intake.accepting import describe_list
from catalog.intake.bulk import lock_catalogue
from catalog.intake.reading import Entry, ImportRefused, entries_of, local_path, read
from catalog.intake.storing import BATCH, Store, Taken
from catalog.lists import ordering
from catalog.models import Import, PaperList


@dataclass
class ImportReport:
    """What became of a document, in English: pages translate it (catalog.intake.remarks) for whoever reads.

    `already_here` lists works once, however often the document names them; `filled` says what some of them gained.
    """

    added: list[str] = field(default_factory=list)
    already_here: list[str] = field(default_factory=list)
    filled: list[dict] = field(default_factory=list)
    problems: list[dict] = field(default_factory=list)
    remarks: list[dict] = field(default_factory=list)
    differences: list[dict] = field(default_factory=list)


def store_document(*, document: Document, paper_list: PaperList | None = None) -> ImportReport:
    """Takes in every entry that can be a paper; the others are in the report. One transaction.

    With a list, the entries stand in it too, under their headings, in the document's order. Storing the same
    document again changes nothing.
    """
    with transaction.atomic():
        lock_catalogue()
        store = Store(paper_list=paper_list)
        report = Reporter()
        report.take(store, entries_of(_in_order(document)))
        if paper_list is not None:
            store.placer.sections.arrange(document.sections)
            store.placer.sections.describe(document.section_texts)
    return report.report


def _in_order(document: Document) -> list[Record | Problem]:
    """A problem in the line of a record is a remark on it."""
    lines = {record.line for record in document.records}
    problems = [
        Problem(problem.line, problem.message, problem.text, is_remark=problem.line in lines)
        for problem in document.problems
    ]
    places = [(record.line, 0, record) for record in document.records]
    places += [(problem.line, 1, problem) for problem in problems]
    return [item for *_, item in sorted(places, key=lambda place: place[:2])]


def import_document(
    *, file: File, name: str, format: str = "auto", list_slug: str = "", owner=None
) -> tuple[Import, ImportReport]:
    """Reads and writes at the same time, in one transaction. The document is kept, so that it can be undone and taken
    in again. A list that is missing is made. Raises ImportRefused, ReadingStopped: then nothing was written.
    """
    import_ = Import(
        format=format, name=name[:200], size_bytes=file.size, owner=owner, accepted_by=owner,
        state=Import.State.ACCEPTED, accepted_at=timezone.now(),
    )  # fmt: skip
    import_.document.save(f"{import_.pk}.txt", file, save=False)
    try:
        with _collecting_only_new_garbage(), transaction.atomic(), local_path(import_.document) as path:
            import_.save(force_insert=True)
            batches = read(path, format=format, name=name)
            return import_, _store_batches(batches, import_, list_slug)
    except BaseException:  # Ctrl-C too: the file of an import that was rolled back is nobody's; raised again
        import_.document.delete(save=False)
        raise


def _store_batches(batches: Iterator[Batch], import_: Import, list_slug: str) -> ImportReport:
    lock_catalogue()
    paper_list, recorder = PaperList.objects.filter(slug=list_slug).first() if list_slug else None, Recorder()
    is_new_list = bool(list_slug) and paper_list is None
    if is_new_list:  # named once the document has been read
        paper_list = PaperList(slug=list_slug, position=ordering.end_of(PaperList.objects.all()))
        paper_list.save()
    if paper_list is not None:
        recorder.created(paper_list) if is_new_list else recorder.will_change(paper_list)
    store, reporter = Store(import_, import_.accepted_by, paper_list), Reporter()
    for items, summary in _larger(batches):  # noqa: B007 (the last one has the summary)
        reporter.take(store, entries_of(items))
    if not summary.entries and not summary.problems:
        raise ImportRefused(_("No entry was found in this document."))
    if paper_list is not None:
        if is_new_list:
            describe_list(paper_list, summary)
        store.placer.sections.arrange(summary.sections)
        store.placer.sections.describe(summary.section_texts)
        store.record(recorder)
    import_.format, import_.paper_list, import_.summary = summary.format, paper_list, packed_summary(summary)
    import_.report = {"counts": reporter.counts}
    import_.save(update_fields=["format", "paper_list", "summary", "report"])
    return reporter.report


@contextmanager
def _collecting_only_new_garbage() -> Iterator[None]:
    """The collector need not walk through all of Django each time that a batch is gone, nor often: rows by the
    hundred thousand come and go here, hardly one of them in a ring. A fifth of the time; the peak stays the same."""
    usual = gc.get_threshold()
    gc.freeze()
    gc.set_threshold(50_000, 20, 100)
    try:
        yield
    finally:
        gc.set_threshold(*usual)
        gc.unfreeze()


def _larger(batches: Iterable[Batch]) -> Iterator[tuple[list[Record | Problem], Summary | None]]:
    """At least as many items as are best written together; the reader's batches are for those who watch it."""
    items: list[Record | Problem] = []
    for batch in batches:
        items += batch.items
        if len(items) >= BATCH or batch.summary:
            yield items, batch.summary
            items = []


class Reporter:
    """Tells what became of each entry, works once however often they are named."""

    def __init__(self) -> None:
        self.report = ImportReport()
        self._told: dict[int, bool] = {}  # paper id -> whether it was new
        self._filled: dict[int, dict] = {}

    @property
    def counts(self) -> dict[str, int]:
        new = len(self.report.added)
        return {"new": new, "here": len(self._told) - new, "problem": len(self.report.problems)}

    def take(self, store: Store, entries: list[Entry]) -> None:
        records = [entry.record for entry in entries if entry.record is not None]
        taken = iter(store.take(records) if records else ())
        for entry in entries:
            if entry.record is None:
                row = {"line": entry.line, "message": entry.problem, "text": entry.text}
                self.report.problems.append(row)
                continue
            self._tell(next(taken))
            for message in entry.remarks:
                self.report.remarks.append({"line": entry.line, "message": message, "text": entry.record.title})

    def _tell(self, taken: Taken) -> None:
        if taken.paper_id not in self._told:
            self._told[taken.paper_id] = taken.is_new
            (self.report.added if taken.is_new else self.report.already_here).append(taken.slug)
        place = {"slug": taken.slug, "title": taken.title}
        if taken.gains and not self._told[taken.paper_id]:
            if taken.paper_id not in self._filled:
                self._filled[taken.paper_id] = place | {"gains": []}
                self.report.filled.append(self._filled[taken.paper_id])
            self._filled[taken.paper_id]["gains"] += map(asdict, taken.gains)
        for difference in taken.differences:
            self.report.differences.append({"line": taken.record.line, **place, **asdict(difference)})
