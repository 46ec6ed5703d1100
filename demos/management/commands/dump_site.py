import tarfile
import tempfile
from argparse import ArgumentParser
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from demos.archive.dumping import dump_site
from demos.archive.manifest import ArchiveRefused


class Command(BaseCommand):
    help = (
        "Write the whole site (rows as JSON Lines, papers.bib, files with hashes, a manifest) into a folder or a .tar."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "to", metavar="TO", type=Path, help="a new folder, or a file that ends with .tar or .tar.gz"
        )
        parser.add_argument(
            "--with-people",
            action="store_true",
            help="also accounts with their password hashes, tokens, reading lists and private notes, and who did what",
        )

    def handle(self, *args, **options) -> None:
        to: Path = options["to"]
        try:
            if to.name.endswith((".tar", ".tar.gz")):
                manifest = _dump_tar(to, options["with_people"])
            else:
                manifest = dump_site(folder=to, with_people=options["with_people"])
        except (ArchiveRefused, OSError) as error:
            raise CommandError(str(error)) from error
        for name in manifest.missing:
            self.stderr.write(f"This file is gone from storage: {name}")
        rows = sum(table["rows"] for table in manifest.tables.values())
        people = "with" if manifest.with_people else "without"
        self.stdout.write(f"{to}: {rows} rows, {len(manifest.files)} files, {people} people.")


def _dump_tar(path: Path, with_people: bool):
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=path.parent) as scratch:
        folder = Path(scratch) / "site"
        manifest = dump_site(folder=folder, with_people=with_people)
        with tarfile.open(path, "x:gz" if path.name.endswith(".gz") else "x") as tar:
            tar.add(folder, arcname=".")
    return manifest
