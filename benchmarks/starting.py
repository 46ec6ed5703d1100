"""CPU seconds and memory of the web process's start, beside those of the libraries that it loads.

    .venv/bin/python benchmarks/starting.py [rounds]

The start ends when addresses and all methods' specs are read, with their words: of the methods that there are, and of
95, the others being copies under other names. Each start is a process of its own; the kinds take turns, so that a busy
machine slows all. The smallest of the rounds is the one that was least disturbed.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from itertools import cycle
from pathlib import Path

MEASURE = """
import json, resource, sys, time
{start}
print(json.dumps([time.process_time(), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024]))
"""
LIBRARIES = """
from django.conf import settings
settings.configure(INSTALLED_APPS=["django.contrib.auth", "django.contrib.contenttypes", "rest_framework"])
import django, celery, redis
django.setup()
import rest_framework.viewsets, rest_framework.routers, drf_spectacular.views
"""
OURS = """
import os
from workers import methods, registry
methods.__path__ += [folder for folder in [os.environ.get("MADE_UP")] if folder]
import config.asgi
from django.urls import get_resolver
get_resolver().url_patterns
methods_read = len(registry.all_specs())
heavy = {"torch", "transformers", "sklearn", "scipy", "numpy"} & set(sys.modules)
assert not heavy, heavy
assert methods_read == int(os.environ.get("METHODS", methods_read)), methods_read
"""
METHODS = 95
ROOT = Path(__file__).resolve().parents[1]


def made_up(folder: Path, count: int) -> None:
    """So many copies of the methods' folders, as a family of their own, each under another slug."""
    homes = sorted(path.parent for path in (ROOT / "workers" / "methods").glob("*/*/job.py"))
    family = folder / "copies"
    family.mkdir()
    (family / "__init__.py").touch()
    for number, home in zip(range(count), cycle(homes), strict=False):
        copy = shutil.copytree(home, family / f"copy_{number}")
        spec = (home / "__init__.py").read_text(encoding="utf-8")
        (copy / "__init__.py").write_text(re.sub(r'slug="([\w-]+)"', rf'slug="\1-{number}"', spec), encoding="utf-8")


def measured(start: str, **environment: str) -> list[float]:
    command = [sys.executable, "-c", MEASURE.format(start=start)]
    env = os.environ | environment
    return json.loads(subprocess.run(command, capture_output=True, text=True, check=True, cwd=ROOT, env=env).stdout)


def main(rounds: int = 5) -> None:
    there_are = len(list((ROOT / "workers" / "methods").glob("*/*/job.py")))
    with tempfile.TemporaryDirectory() as folder:
        made_up(Path(folder), METHODS - there_are)
        many = {"MADE_UP": folder, "METHODS": str(METHODS)}
        turns = [(measured(LIBRARIES), measured(OURS), measured(OURS, **many)) for _ in range(rounds)]
    found = dict(
        zip(("libraries alone", f"with {there_are} methods", f"with {METHODS}"), zip(*turns, strict=True), strict=True)
    )
    for name, figures in found.items():
        print(f"{name}: {min(figures)[0]:.2f} CPU s, {max(megabytes for _, megabytes in figures):.0f} MB")
    alone, *ours = (min(figures)[0] for figures in found.values())
    print("ratios:", ", ".join(f"{one / alone:.2f}" for one in ours))


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
