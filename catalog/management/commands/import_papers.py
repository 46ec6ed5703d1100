"""import_papers FILE: take a Markdown list or a BibTeX file into the catalogue, or only show what would be read."""

from __future__ import annotations

import json
import sys
from argparse import ArgumentParser
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.core.validators import validate_slug
from django.db import transaction

from catalog import remarks, services
from catalog.importers import FORMATS, read_text
from catalog.importers.records import Document
from catalog.models import PaperList


class Command(BaseCommand):
    help = "Import papers from a Markdown list or a BibTeX file. Entries that cannot be read are reported by line."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", metavar="FILE", help="the document; - reads standard input")
        parser.add_argument("--format", choices=("auto", *FORMATS), default="auto", help="default: auto")
        parser.add_argument("--list", metavar="SLUG", help="also put the papers into this list; made if it is missing")
        parser.add_argument("--dry-run", action="store_true", help="read and show; write nothing")
        parser.add_argument("--json", action="store_true", help="print JSON")

    def handle(self, *args, **options) -> None:
        if options["list"]:
            _check_slug(options["list"])
        document = _document(options["file"], options["format"])
        if options["dry_run"]:
            self._show(document, options["json"])
            return
        with transaction.atomic():
            paper_list = _list(options["list"], document) if options["list"] else None
            report = services.store_document(document=document, paper_list=paper_list)
        if options["json"]:
            self._print_json({"format": document.format, **asdict(report)})
        else:
            self._tell(report)

    def _show(self, document: Document, as_json: bool) -> None:
        if as_json:
            self._print_json(document.as_json())
            return
        preview = services.preview_document(document)
        for item in preview.items:
            title = item.record.title if item.record else ""
            adds = _adds(map(asdict, item.gains)) if item.verdict == "here" else ""
            told = ": ".join(filter(None, (title, adds, item.message)))
            self.stdout.write(f"line {item.line}: {item.verdict}: {told}")
        counts = preview.counts
        self.stdout.write(f"{counts['new']} new, {counts['here']} already here, {counts['problem']} with a problem.")

    def _tell(self, report: services.ImportReport) -> None:
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


def _document(path: str, format: str) -> Document:
    try:
        document = read_text(services.read_bytes(_bytes(path)), format)
    except services.ImportRefused as refusal:
        raise CommandError(f"{path}: {refusal}") from refusal
    if not document.records and not document.problems:
        raise CommandError(f"{path}: No entry was found in this document.")
    return document


def _bytes(path: str) -> bytes:
    if path == "-":
        return sys.stdin.buffer.read(settings.IMPORT_MAX_BYTES + 1)  # one byte too many is enough to refuse
    try:
        services.refuse_too_large(Path(path).stat().st_size)
        return Path(path).read_bytes()
    except OSError as error:
        raise CommandError(f"{path}: {error.strerror}") from error


def _list(slug: str, document: Document) -> PaperList:
    last = PaperList.objects.order_by("-position").first()
    facts = {
        "name_en": document.title[:200] or slug,
        "description_en": document.description,
        "position": last.position + 1 if last else 1,
    }
    return PaperList.objects.get_or_create(slug=slug, defaults=facts)[0]
