from argparse import ArgumentParser
from pathlib import Path

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from demos.taking_in import NotTakenIn, take_in_all


class Command(BaseCommand):
    help = "Take in runs that `python -m workers sweep` measured; a running site does so by itself."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "folder", nargs="?", type=Path, default=settings.SWEEPS_DIR, help="what the sweep's --out named"
        )

    def handle(self, *args, **options) -> None:
        count = 0
        try:
            for run in take_in_all(options["folder"]):
                self.stdout.write(f"{run}: seed {run.seed}, data {run.data}")
                count += 1
        except NotTakenIn as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"{count} runs taken in.")
