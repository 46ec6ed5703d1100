"""`python -m tests.faults.audit`, in the environment of a site: what its database says of the runs, as JSON.

Read past the site's own pages and API: what is proved about them must not lean on them.
"""

from __future__ import annotations

import json
import sys
from typing import Any

import django


def facts(run: Any) -> dict[str, Any]:
    """What matters of one run."""
    events = list(run.events.order_by("seq").values_list("seq", "kind", "body"))
    ends = [body["state"] for _seq, kind, body in events if kind == "state" and body["state"] in run.ENDED]
    steps = [body["step"] for _seq, kind, body in events if kind == "scalar"]
    return {
        "id": str(run.pk),
        "state": run.state,
        "kind": run.params["kind"],
        "wanted_steps": run.params["steps"],
        "cause": run.cause_en,
        "has_cause": bool(run.cause_en and run.cause_zh),
        "ends": ends,
        "steps_in_order": steps == list(range(len(steps))),
        "steps": len(steps),
        "results": run.results.count(),
        "artifacts": {item.name: item.size_bytes for item in run.artifacts.all()},
        "attempts": run.attempts,
        "worker": run.worker,
        "seconds": (run.ended_at - run.started_at).total_seconds() if run.ended_at and run.started_at else None,
    }


def faults_of(run: dict[str, Any]) -> list[str]:
    """Every promise that this run's row and events break."""
    found = []
    if not run["ends"]:
        return ["has no end"]
    if len(run["ends"]) > 1:
        found.append(f"ended {len(run['ends'])} times")
    if run["ends"][-1] != run["state"]:
        found.append("its last event and its row name different ends")
    if run["state"] != "succeeded" and not run["has_cause"]:
        found.append("ended without a cause")
    if not run["steps_in_order"]:
        found.append("events are missing or doubled")
    if run["state"] == "succeeded" and (run["steps"], run["results"]) != (run["wanted_steps"], 1):
        found.append(f"succeeded with {run['steps']} of {run['wanted_steps']} steps, {run['results']} results")
    return found


def main() -> int:
    django.setup()
    from demos.models import Run

    json.dump([facts(run) for run in Run.objects.filter(method="toy")], sys.stdout)
    return 0


if __name__ == "__main__":
    sys.exit(main())
