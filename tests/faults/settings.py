"""The settings of a site under test: the usual ones, and a method of toy jobs that no other installation knows."""

from pathlib import Path

from config.settings import *  # noqa: F403
from config.settings import CELERY_IMPORTS
from tests.faults import clock
from workers import methods

clock.make_settable()

methods.__path__.append(str(Path(__file__).parent / "methods"))
CELERY_IMPORTS = [*CELERY_IMPORTS, "tests.faults.worker"]
