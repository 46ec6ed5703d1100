import tarfile
import tempfile
import zlib
from argparse import ArgumentParser
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from demos.archive.loading import load_site
from demos.archive.manifest import ArchiveRefused, Manifest


class Command(BaseCommand):
    help = "Build the site that dump_site wrote, in an empty database: all of it or nothing."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("source", metavar="FROM", type=Path, help="the folder or the .tar that dump_site wrote")

    def handle(self, *args, **options) -> None:
        source: Path = options["source"]
        try:
            manifest = load_site(folder=source) if source.is_dir() else _load_tar(source)
        except (EOFError, zlib.error) as error:  # what gzip raises where a download or a copy stopped
            raise CommandError(f"{source} is cut off or damaged: {error}") from error
        except (ArchiveRefused, OSError, tarfile.TarError) as error:
            raise CommandError(str(error)) from error
        rows = sum(table["rows"] for table in manifest.tables.values())
        self.stdout.write(f"{source}: {rows} rows and {len(manifest.files)} files loaded.")


def _load_tar(path: Path) -> Manifest:
    with tempfile.TemporaryDirectory() as scratch, tarfile.open(path) as tar:
        tar.extractall(scratch, filter="data")
        return load_site(folder=Path(scratch))
