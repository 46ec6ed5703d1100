"""CPU seconds and memory of the web process's start, beside those of the libraries that it loads.

    .venv/bin/python benchmarks/starting.py [rounds]

Each start is a process of its own; the two kinds take turns, so that a busy machine slows both. The smallest of the
rounds is the one that was least disturbed.
"""

from __future__ import annotations

import json
import subprocess
import sys

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
OURS = "import config.asgi"


def measured(start: str) -> list[float]:
    command = [sys.executable, "-c", MEASURE.format(start=start)]
    return json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)


def main(rounds: int = 5) -> None:
    libraries, ours = zip(*((measured(LIBRARIES), measured(OURS)) for _ in range(rounds)), strict=True)
    for name, figures in (("libraries alone", libraries), ("web process", ours)):
        print(f"{name}: {min(figures)[0]:.2f} CPU s, {max(megabytes for _, megabytes in figures):.0f} MB")
    print(f"ratio: {min(ours)[0] / min(libraries)[0]:.2f}")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
