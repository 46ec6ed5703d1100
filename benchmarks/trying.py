"""How long a reader waits for "Try it": a running site asked over HTTP, cold once and then warm.

    .venv/bin/python benchmarks/trying.py http://127.0.0.1:8000 RUN-ID [questions]

The first question may find no child, no copy of the models and nothing in memory; the rest find all of it. The times
are of whole requests to the API, models' own share beside them. On an open site nothing is counted against the asker.
"""

from __future__ import annotations

import json
import sys
import time
from urllib.request import Request, urlopen

TEXTS = ("a dull film", "the soup was cold , but the service was warm", "not bad at all", "I would not go there again")


def ask(address: str, text: str) -> tuple[float, float]:
    """Seconds of the request, and seconds of the models' forward passes in it (one each)."""
    body = json.dumps({"text": text}).encode()
    request = Request(address, body, {"Content-Type": "application/json"})
    began = time.perf_counter()
    with urlopen(request, timeout=30) as answer:
        said = json.load(answer)
    return time.perf_counter() - began, sum(one["ms"] for one in said["answers"]) / 1000


def main(site: str, run: str, questions: int = 50) -> None:
    address = f"{site}/api/v1/runs/{run}/try/"
    first, _passes = ask(address, TEXTS[0])
    times, passes = zip(*(ask(address, TEXTS[i % len(TEXTS)]) for i in range(questions)), strict=True)
    ordered = sorted(times)
    p50, p95 = ordered[len(ordered) // 2], ordered[int(0.95 * len(ordered))]
    print(f"first question: {1000 * first:.0f} ms")
    print(
        f"{questions} more: p50 {1000 * p50:.0f} ms, p95 {1000 * p95:.0f} ms, longest {1000 * ordered[-1]:.0f} ms; "
        f"of that forward passes {1000 * sum(passes) / len(passes):.1f} ms"
    )


if __name__ == "__main__":
    main(sys.argv[1].rstrip("/"), sys.argv[2], *map(int, sys.argv[3:]))
