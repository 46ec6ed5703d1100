from django.core.management.base import BaseCommand

from catalog.bundle import load_bundled_catalogue


class Command(BaseCommand):
    help = "Take in the catalogue that comes with the code. Does nothing where this version is in already."

    def handle(self, *args, **options) -> None:
        report = load_bundled_catalogue()
        if report is None:
            self.stdout.write("Bundled catalogue: already loaded.")
        else:
            self.stdout.write(
                f"Bundled catalogue: {report['added']} papers added, {report['already_here']} list entries were here."
            )
