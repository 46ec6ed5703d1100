"""Taking a large import in and back, in processes of their own on a SQLite file: one is killed, another writes."""

import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from tests.running_site import ROOT, SET_BY_THE_TEST

ENTRIES = 2_500
GIVE = """
from django.core.files.base import ContentFile
from django.core.management import call_command
from catalog.intake import accepting, previewing
from catalog.models import Paper

call_command("migrate", verbosity=0)
Paper.objects.create(slug="before", title="Here before")
text = "".join("@misc{k%d, title={Work number %d}, author={Lee, Ann}, year=2020}\\n" % (i, i) for i in range(ENTRIES))
facts = {"name": "a.bib", "format": "auto", "owner": None, "new_list": {"slug": "mine", "name_en": "Mine"}}
import_ = previewing.create_import(file=ContentFile(text.encode()), **facts)
accepting.accept_import(import_=import_, actor=None)
"""
UNDO = """
from catalog.intake import undoing
from catalog.models import Import

undoing.undo_import(import_=Import.objects.get(), actor=None)
"""
# All that a worker does with an import, whether it is new to it or was left by another.
WORK = """
from catalog.intake import accepting, undoing
from catalog.models import Import

for import_ in Import.objects.all():
    {"accepting": accepting.store, "undoing": undoing.take_back}[import_.state](import_id=import_.pk)
"""
LOOK = """
import json
from catalog.models import Entry, Import, ImportItem, Paper

listed = Entry.objects.filter(section__paper_list__slug="mine").order_by("section__position", "position")
print(json.dumps({
    "states": list(Import.objects.values_list("state", flat=True)),
    "papers": Paper.objects.count(),
    "titles": list(listed.values_list("paper__title", flat=True)),
    "pending": ImportItem.objects.filter(stored_at=None).count(),
}))
"""


class Shop:
    """A SQLite database and the processes that work on it."""

    def __init__(self, folder: Path) -> None:
        self.database = folder / "distillery.sqlite3"
        inherited = {name: value for name, value in os.environ.items() if name not in SET_BY_THE_TEST}
        # No broker answers there: nobody hears of the import but the processes begun here.
        self.environment = inherited | {"VAR_DIR": str(folder), "REDIS_URL": "redis://127.0.0.1:1/0"}

    def begin(self, code: str) -> subprocess.Popen:
        prelude = f"import django; django.setup(); ENTRIES = {ENTRIES}\n"
        environment = self.environment | {"DJANGO_SETTINGS_MODULE": "config.settings"}
        command = [sys.executable, "-c", prelude + code]
        return subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True)

    def run(self, code: str) -> str:
        process = self.begin(code)
        output, _ = process.communicate(timeout=240)
        assert process.returncode == 0
        return output

    def look(self) -> dict:
        return json.loads(self.run(LOOK))

    @contextmanager
    def opened(self) -> Iterator[sqlite3.Connection]:
        with closing(sqlite3.connect(self.database, timeout=30, isolation_level=None)) as connection:
            yield connection

    def ask(self, question: str):
        with self.opened() as connection:
            return connection.execute(question).fetchone()[0]

    def kill_amid(self, progress: str) -> int:
        """Ends a worker with SIGKILL once the number that `progress` asks for lies between none and all."""
        worker = self.begin(WORK)
        while not 0 < (number := self.ask(progress)) < ENTRIES:
            assert worker.poll() is None, "the worker ended before it could be killed"
            time.sleep(0.01)
        worker.send_signal(signal.SIGKILL)
        worker.communicate(timeout=10)
        return number

    def let_lease_run_out(self) -> None:
        with self.opened() as connection:
            connection.execute("UPDATE catalog_import SET beat_at = '2020-01-01 00:00:00'")


@pytest.fixture(scope="module")
def given(tmp_path_factory) -> Path:
    """A folder with an import that waits to be taken in; nobody works on it."""
    folder = tmp_path_factory.mktemp("given")
    Shop(folder).run(GIVE)
    return folder


@pytest.fixture
def shop(given, tmp_path) -> Shop:
    return Shop(shutil.copytree(given, tmp_path / "var"))


STORED = "SELECT count(*) FROM catalog_importitem WHERE stored_at IS NOT NULL"
REMOVED = f"SELECT {ENTRIES} + 1 - count(*) FROM catalog_paper"


def test_import_whose_worker_is_killed_is_taken_in_once_and_back_as_a_whole(shop):
    shop.kill_amid(STORED)
    left = shop.look()
    assert left["states"] == ["accepting"] and 0 < left["pending"] < ENTRIES
    assert left["papers"] - 1 == len(left["titles"]) == ENTRIES - left["pending"]

    shop.run(WORK)
    assert shop.look() == left, "the dead worker's lease still holds"
    shop.let_lease_run_out()
    shop.run(WORK)
    titles = [f"Work number {number}" for number in range(ENTRIES)]
    assert shop.look() == {"states": ["accepted"], "papers": ENTRIES + 1, "titles": titles, "pending": 0}

    shop.run(UNDO)
    shop.kill_amid(REMOVED)
    shop.let_lease_run_out()
    shop.run(WORK)
    assert (shop.ask("SELECT count(*) FROM catalog_paper"), shop.ask("SELECT count(*) FROM catalog_author")) == (1, 0)
    assert json.loads(shop.ask("SELECT report FROM catalog_import")) == {"removed": ENTRIES, "kept": []}


def test_others_write_while_an_import_is_taken_in(shop):
    with shop.opened() as connection:
        connection.execute("CREATE TABLE beat (state text, stored integer)")
        worker = shop.begin(WORK)
        while worker.poll() is None:
            connection.execute(f"INSERT INTO beat SELECT state, ({STORED}) FROM catalog_import")
            time.sleep(0.05)
    assert worker.returncode == 0
    amid = f"SELECT count(*) FROM beat WHERE state = 'accepting' AND stored > 0 AND stored < {ENTRIES}"
    assert shop.ask(amid) > 0
