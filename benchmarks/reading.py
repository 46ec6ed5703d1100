"""How long reading takes and how much memory, beside bibtexparser's bare parse; and what hostile documents cost.

    python benchmarks/reading.py FILE.bib[.gz] [--rounds 3]   time against bibtexparser; memory by the number of entries
    python benchmarks/reading.py --hostile                    seconds, peak memory and what was read of each

Each reading is a fresh process that reads as the site does, in a bounded child, and only counts what comes. "parent s"
is the processor time of the process that takes the records in, "peak MB" the reading child's high-water mark.
"""

from __future__ import annotations

import argparse
import gzip
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
SIZES = (0.25, 0.5, 1)  # of the file, to see how memory grows


def measured_reading(path: Path) -> dict:
    """In this process: read the file, and say what it took."""
    from catalog.importers.bounded import ReadingStopped, read_bounded
    from catalog.importers.records import Record

    began, cpu = time.perf_counter(), time.process_time()
    records = problems = 0
    outcome = "read"
    first_s = None
    try:
        for batch in read_bounded(path, name=path.name):
            first_s = first_s or time.perf_counter() - began
            records += sum(isinstance(item, Record) for item in batch.items)
            problems += sum(not isinstance(item, Record) and not item.is_remark for item in batch.items)
            if batch.summary and batch.summary.unaccounted:
                outcome = f"{batch.summary.unaccounted} characters unaccounted for"
    except ReadingStopped as stopped:
        outcome = f"{stopped.reason}: {stopped}"
    return {
        "wall_s": time.perf_counter() - began,
        "first_s": first_s,
        "parent_s": time.process_time() - cpu,
        "child_s": sum(resource.getrusage(resource.RUSAGE_CHILDREN)[:2]),
        "peak_mb": resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
        / (2**20 if sys.platform == "darwin" else 2**10),
        "own_mb": peak_mb(resource.RUSAGE_SELF),
        "records": records,
        "problems": problems,
        "outcome": outcome,
    }


def peak_mb(whose: int) -> float:
    return resource.getrusage(whose).ru_maxrss / (2**20 if sys.platform == "darwin" else 2**10)


def bare_parse(path: Path) -> dict:
    import bibtexparser

    data = path.read_bytes()
    text = (gzip.decompress(data) if path.suffix == ".gz" else data).decode()
    began, cpu = time.perf_counter(), time.process_time()
    library = bibtexparser.parse_string(text)
    wall_s, cpu_s = time.perf_counter() - began, time.process_time() - cpu
    return {"wall_s": wall_s, "cpu_s": cpu_s, "peak_mb": peak_mb(resource.RUSAGE_SELF), "records": len(library.entries)}


def in_fresh_process(what: str, path: Path) -> dict:
    command = [sys.executable, __file__, "--one", what, str(path)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, check=True, capture_output=True, text=True, env=environment, cwd=ROOT)
    return json.loads(done.stdout)


def compare(path: Path, rounds: int) -> None:
    ours, theirs = [], []
    for _ in range(rounds):  # by turns, so that both meet the same machine
        theirs.append(in_fresh_process("bare", path))
        ours.append(in_fresh_process("reading", path))
    bare_s = statistics.median(row["wall_s"] for row in theirs)
    wall_s = statistics.median(row["wall_s"] for row in ours)
    last = ours[-1]
    print(f"{path.name}: {last['records']} records, {last['problems']} problems, {last['outcome']}")
    print(
        f"bibtexparser, bare parse   {bare_s:6.2f} s   {theirs[-1]['records']} entries, {theirs[-1]['peak_mb']:.0f} MB"
    )
    print(f"read in a bounded process  {wall_s:6.2f} s   {wall_s / bare_s:.2f} times that")
    ratio = statistics.median(row["child_s"] for row in ours) / statistics.median(row["cpu_s"] for row in theirs)
    print(f"of the processor: {ratio:.2f} times that, and {last['parent_s']:.2f} s in the process that takes it in")
    print(f"first batch after {last['first_s']:.2f} s")
    data = path.read_bytes()
    data = gzip.decompress(data) if path.suffix == ".gz" else data
    with tempfile.TemporaryDirectory() as folder:
        for size in SIZES:
            part = Path(folder) / "part.bib"
            part.write_bytes(data[: int(len(data) * size)])
            row = in_fresh_process("reading", part)
            print(f"{row['records']:7} records: child {row['peak_mb']:.0f} MB, parent {row['own_mb']:.0f} MB")


def hostile() -> None:
    from benchmarks.hostile import DOCUMENTS, data_of

    print(f"{'':42} {'wall s':>7} {'peak MB':>8} {'records':>8} {'problems':>9}  outcome")
    with tempfile.TemporaryDirectory() as folder:
        for name in DOCUMENTS:
            path = Path(folder) / "document"
            path.write_bytes(data_of(name))
            row = in_fresh_process("reading", path)
            counts = f"{row['records']:8} {row['problems']:9}"
            print(f"{name:42} {row['wall_s']:7.2f} {row['peak_mb']:8.0f} {counts}  {row['outcome']}", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file", nargs="?", type=Path)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--hostile", action="store_true")
    parser.add_argument("--one", choices=("bare", "reading"), help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.one:
        print(json.dumps({"bare": bare_parse, "reading": measured_reading}[args.one](args.file)))
    elif args.hostile:
        hostile()
    elif args.file:
        compare(args.file, args.rounds)
    else:
        parser.error("a file, or --hostile")


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))
    main()
