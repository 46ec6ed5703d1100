"""import_papers FILE: take a document into the catalogue, only show what would be read, or take an import back."""

from __future__ import annotations

import json
import sys
from argparse import ArgumentParser
from collections.abc import Iterable
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from uuid import UUID

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files import File
from django.core.files.base import ContentFile
from django.core.management.base import BaseCommand, CommandError
from django.core.validators import validate_slug

from catalog.importers import FORMATS
from catalog.importers.records import Document, Problem, Record, Summary
from catalog.intake import direct, remarks, undoing
from catalog.intake.judging import Judge
from catalog.intake.reading import ImportRefused, ReadingStopped, entries_of, read, refuse_size
from catalog.models import Import, ImportItem


class Command(BaseCommand):
    help = (
        "Import papers from a document. Entries that cannot be read are reported by line. It holds the database for "
        "its whole time: on SQLite nobody else can write until it ends. Where people work on the site, give a large "
        "document under /import/, which writes in short steps."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "file", metavar="FILE", nargs="?", help="the document, also gzipped; - reads standard input"
        )
        parser.add_argument("--format", choices=("auto", *FORMATS), default="auto", help="default: auto")
        parser.add_argument("--list", metavar="SLUG", help="also put the papers into this list; made if it is missing")
        parser.add_argument("--dry-run", action="store_true", help="read and show; write nothing")
        parser.add_argument("--undo", metavar="ID", type=UUID, help="take the import with this id back, as a whole")
        parser.add_argument("--json", action="store_true", help="print JSON")

    def handle(self, *args, **options) -> None:
        if options["undo"]:
            self._undo(options["undo"])
            return
        if not options["file"]:
            raise CommandError("Name a FILE, or an import to take back with --undo.")
        if options["list"]:
            _check_slug(options["list"])
        try:
            with _opened(options["file"]) as file:
                self._show(file, options) if options["dry_run"] else self._import(file, options)
        except (ImportRefused, ReadingStopped) as refusal:
            raise CommandError(f"{options['file']}: {refusal}") from refusal

    def _show(self, file: File, options: dict) -> None:
        items, summary = _read_whole(file, options["format"])
        if options["json"]:
            self._print_json(_document(items, summary).as_json())
            return
        # Neither the import nor its items are saved: what stands above is found among the items themselves.
        judged = Judge(Import(format=summary.format)).judge(entries_of(items), 1)
        for item in judged:
            adds = _adds(item.gains) if item.verdict == ImportItem.Verdict.HERE else ""
            told = ": ".join(filter(None, (item.title, adds, item.message)))
            self.stdout.write(f"line {item.line}: {item.verdict}: {told}")
        counts = {verdict: sum(item.verdict == verdict for item in judged) for verdict in ImportItem.Verdict.values}
        doubtful = f"{counts['doubtful']} doubtful, " if counts["doubtful"] else ""
        self.stdout.write(
            f"{counts['new']} new, {counts['here']} already here, {doubtful}{counts['problem']} with a problem."
        )

    def _import(self, file: File, options: dict) -> None:
        import_, report = direct.import_document(
            file=file, name=Path(options["file"]).name, format=options["format"], list_slug=options["list"] or ""
        )
        if options["json"]:
            self._print_json({"import": str(import_.pk), "format": import_.format, **asdict(report)})
            return
        self._tell(report)
        self.stdout.write(f"To take it back: manage.py import_papers --undo {import_.pk}")

    def _tell(self, report: direct.ImportReport) -> None:
        for slug in report.added:
            self.stdout.write(f"added: {slug}")
        gains = {row["slug"]: row["gains"] for row in report.filled}
        for slug in report.already_here:
            self.stdout.write(f"already here: {slug}: {_adds(gains.get(slug, ()))}")
        for name in ("problems", "remarks"):
            for row in getattr(report, name):
                self.stderr.write(f"line {row['line']}: {name[:-1]}: {row['message']}")
        for row in report.differences:
            kept = f"{row['fact']} stays {row['here']!r}, not {row['given']!r}"
            self.stderr.write(f"line {row['line']}: {row['slug']}: {kept}")
        self.stdout.write(
            f"{len(report.added)} added, {len(report.already_here)} already here, {len(report.problems)} problems."
        )

    def _undo(self, import_id: UUID) -> None:
        import_ = Import.objects.filter(pk=import_id, state=Import.State.ACCEPTED).first()
        if import_ is None:
            raise CommandError(f"No import that was accepted has the id {import_id}.")
        report = undoing.undo_now(import_=import_, actor=None)
        for row in report["kept"]:
            self.stdout.write(f"kept ({row['reason']}): {row.get('slug') or row['title']}")
        self.stdout.write(f"{report['removed']} papers removed, {len(report['kept'])} kept.")

    def _print_json(self, body: dict) -> None:
        self.stdout.write(json.dumps(body, ensure_ascii=False, indent=2))


def _adds(gains: Iterable[dict]) -> str:
    told = ", ".join(remarks.gains_told(gains))
    return f"adds {told}" if told else "nothing to add"


def _check_slug(slug: str) -> None:
    try:
        validate_slug(slug)
    except ValidationError as error:
        raise CommandError(f"Not a slug: {slug!r}. Use letters, digits, - and _.") from error


@contextmanager
def _opened(path: str) -> Iterable[File]:
    if path == "-":
        data = sys.stdin.buffer.read(settings.IMPORT_MAX_BYTES + 1)  # one byte too many is enough to refuse
        refuse_size(len(data))
        yield ContentFile(data)
        return
    try:
        refuse_size(Path(path).stat().st_size)
        with Path(path).open("rb") as source:
            yield File(source)
    except OSError as error:
        raise CommandError(f"{path}: {error.strerror}") from error


def _read_whole(file: File, format: str) -> tuple[list[Record | Problem], Summary]:
    batches = list(read(file.read(), format=format, name=file.name or ""))
    return [item for batch in batches for item in batch.items], batches[-1].summary


def _document(items: list[Record | Problem], summary: Summary) -> Document:
    records = [item for item in items if isinstance(item, Record)]
    return Document(summary.format, records, [item for item in items if isinstance(item, Problem)])
