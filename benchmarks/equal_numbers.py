"""Whether methods give the numbers that they gave at another commit: what a move of code must leave as it was.

python -m benchmarks.equal_numbers COMMIT [--preset smoke] [--preset small] [--method hinton-kd] [--keep FOLDER]

Runs each method's preset twice, from a work tree of that commit and from this one, on this machine with one thread,
seed 0 and an empty cache. Every result but seconds, rates and memory, every curve and every figure must be the same to
the last digit; rows that are new are counted. What that commit gave is kept in FOLDER and not run again.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
MEASURED = {"latency_p50_ms", "latency_p95_ms", "throughput", "train_s", "peak_memory"}  # no two runs have these alike
SECONDS = {"kernel-time", "time-quality"}  # figures of seconds
CATEGORIES = ("categories", "kind")  # what such a figure must still have alike


def results_of(tree: Path, method: str, preset: str, kept: Path) -> dict:
    """What `workers run` writes; run only where it is not there yet."""
    out = kept / f"{method}-{preset}"
    if not (out / "results.json").is_file():
        with tempfile.TemporaryDirectory() as cache:
            command = [
                sys.executable,
                "-m",
                "workers",
                "run",
                method,
                "--preset",
                preset,
                "--seed",
                "0",
                "--threads",
                "1",
            ]
            command += ["--device", "cpu", "--out", str(out), "--cache-dir", cache]
            subprocess.run(command, cwd=tree, check=True, stdout=subprocess.DEVNULL)
    return json.loads((out / "results.json").read_text(encoding="utf-8"))


def rows(document: dict) -> dict[str, float]:
    return {f"{r['role']} {r['metric']}": r["value"] for r in document["results"] if r["metric"] not in MEASURED}


def differences(old: dict, new: dict) -> Iterator[str]:
    before, after = rows(old), rows(new)
    yield from (
        f"result {key}: {value} became {after.get(key)}" for key, value in before.items() if after.get(key) != value
    )
    for kind in ("series", "figures"):
        for name in old[kind].keys() | new[kind].keys():
            pair = [document[kind].get(name) for document in (old, new)]
            if name in SECONDS and None not in pair:
                pair = [{key: data.get(key) for key in CATEGORIES} for data in pair]
            if pair[0] != pair[1]:
                yield f"{kind} {name}"


def methods(tree: Path) -> list[str]:
    listed = subprocess.run(
        [sys.executable, "-m", "workers", "list", "--json"], cwd=tree, check=True, capture_output=True, text=True
    )
    return [method["slug"] for method in json.loads(listed.stdout)]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("commit")
    parser.add_argument("--preset", action="append")
    parser.add_argument("--method", action="append")
    parser.add_argument("--keep", type=Path, default=Path(tempfile.gettempdir()) / "equal-numbers")
    asked, differ = parser.parse_args(), 0
    kept = {"old": asked.keep / asked.commit, "new": Path(tempfile.mkdtemp())}
    kept["old"].mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        tree = Path(folder) / "old"
        subprocess.run(["git", "worktree", "add", "--quiet", "--detach", str(tree), asked.commit], cwd=ROOT, check=True)
        try:
            for preset in asked.preset or ["smoke", "small"]:
                for method in asked.method or methods(tree):
                    old, new = (
                        results_of(tree, method, preset, kept["old"]),
                        results_of(ROOT, method, preset, kept["new"]),
                    )
                    found = list(differences(old, new))
                    differ += bool(found)
                    counts = f"{len(rows(old))} results, {len(old['series'])} curves, {len(old['figures'])} figures"
                    print(f"{method} {preset}: {counts}; {len(rows(new)) - len(rows(old))} new; differ: {len(found)}")
                    print(*(f"    {line}\n" for line in found), sep="", end="", flush=True)
        finally:
            subprocess.run(["git", "worktree", "remove", "--force", str(tree)], cwd=ROOT, check=True)
    return 1 if differ else 0


if __name__ == "__main__":
    sys.exit(main())
