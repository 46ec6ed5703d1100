"""Import of a bibliography to database and search index, against bibtexparser's bare parse of the same text.

    python benchmarks/importing.py FILE.bib[.gz] [--entries 2500]

Each step is a process of its own, on a fresh SQLite file: the bare parse, the first import, the same file again.
Wall and processor seconds (of this process, and of the one that reads), peak memory of each, rows written. With
--entries the file is cut after so many: memory should not grow with them. On a busy machine compare processor seconds.
"""

from __future__ import annotations

import argparse
import gzip
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def _measured(work) -> dict:
    began, began_cpu = time.perf_counter(), time.process_time()
    facts = work()
    reader = resource.getrusage(resource.RUSAGE_CHILDREN)
    return {
        "wall_s": round(time.perf_counter() - began, 2),
        "cpu_s": round(time.process_time() - began_cpu, 2),
        "reader_cpu_s": round(reader.ru_utime + reader.ru_stime, 2),
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
        "reader_peak_mb": reader.ru_maxrss // 1024,
        **facts,
    }


def bare(path: Path) -> dict:
    import bibtexparser

    text = path.read_text(encoding="utf-8")
    return _measured(lambda: {"entries": len(bibtexparser.parse_string(text).entries)})


def taken_in(path: Path) -> dict:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    import django

    django.setup()
    from django.core.files import File
    from django.core.management import call_command
    from django.db import connection

    from catalog.intake.direct import import_document

    call_command("migrate", verbosity=0)

    def work() -> dict:
        written = _rows_written(connection)
        with path.open("rb") as file:
            _, report = import_document(file=File(file), name=path.name)
        return {
            "added": len(report.added),
            "already_here": len(report.already_here),
            "problems": len(report.problems),
            "rows_written": _rows_written(connection) - written,
        }

    return _measured(work)


def _rows_written(connection) -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT total_changes()")
        return cursor.fetchone()[0]


def _in_process(step: str, path: Path, state: Path) -> dict:
    done = subprocess.run(
        [sys.executable, __file__, str(path), "--step", step],
        env=os.environ | {"VAR_DIR": str(state), "PYTHONPATH": str(ROOT), "LOG_LEVEL": "ERROR"},
        cwd=ROOT, check=True, capture_output=True, text=True,
    )  # fmt: skip
    return json.loads(done.stdout.splitlines()[-1])


def _plain(path: Path, entries: int, folder: Path) -> Path:
    data = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    if entries:
        data = b"\n@".join(data.split(b"\n@")[: entries + 1])
    plain = folder / "given.bib"
    plain.write_bytes(data)
    return plain


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file", type=Path)
    parser.add_argument("--entries", type=int, default=0, help="cut the file after so many; default: all")
    parser.add_argument("--step", choices=("bare", "import"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.step:
        print(json.dumps({"bare": bare, "import": taken_in}[options.step](options.file)))
        return
    with tempfile.TemporaryDirectory() as folder:
        path, state = _plain(options.file, options.entries, Path(folder)), Path(folder) / "state"
        steps = {name: _in_process(step, path, state) for name, step in
                 (("bare parse", "bare"), ("first import", "import"), ("second import", "import"))}  # fmt: skip
    for name, facts in steps.items():
        print(f"{name:14}", "  ".join(f"{key} {value}" for key, value in facts.items()))
    for clock in ("wall_s", "cpu_s"):
        ratios = [steps[name][clock] / steps["bare parse"][clock] for name in ("first import", "second import")]
        print(f"{clock}: first {ratios[0]:.2f}, second {ratios[1]:.2f} times the bare parse")


if __name__ == "__main__":
    main()
