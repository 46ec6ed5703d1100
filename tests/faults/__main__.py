"""`python -m tests.faults [names]`: strikes a site of toy jobs, prints a table, writes var/faults.json."""

from __future__ import annotations

import dataclasses
import json
import os
import sys
import time
import traceback
from pathlib import Path

from tests.faults import scenarios
from tests.faults.site import Skipped, Verdict
from tests.running_site import ROOT

ROW = "{:<30} {:>7} {:>5} {:>5} {:>7} {:>8} {:>6} {:>7}  {}"


def play(name: str) -> Verdict:
    began = time.monotonic()
    try:
        verdict = scenarios.ALL[name]()
    except Skipped as reason:
        verdict = Verdict(name, 0, notes={"skipped": str(reason)})
    except Exception as error:  # noqa: BLE001 (the others are still to be played)
        traceback.print_exc()
        verdict = Verdict(name, 0, faults=[f"{type(error).__name__}: {error}"])
    verdict.seconds = round(time.monotonic() - began, 1)
    return verdict


def main(names: list[str]) -> int:
    load, verdicts = os.getloadavg()[0], []
    print(ROW.format("scenario", "strikes", "runs", "lost", "doubled", "endless", "faults", "seconds", "states"))
    for name in names or scenarios.ALL:
        verdicts.append(verdict := play(name))
        print(ROW.format(
            verdict.scenario, verdict.strikes, verdict.runs, verdict.lost, verdict.doubled, verdict.endless,
            len(verdict.faults), verdict.seconds, verdict.states,
        ), flush=True)  # fmt: skip
        for line in (*verdict.faults, *(f"{key}: {value}" for key, value in verdict.notes.items())):
            print(f"    {line}", flush=True)
    written = Path(ROOT, "var", "faults.json")
    written.parent.mkdir(exist_ok=True)
    report = {"load_before": load, "load_after": os.getloadavg()[0], "processors": os.cpu_count()}
    report["verdicts"] = [dataclasses.asdict(verdict) for verdict in verdicts]
    written.write_text(json.dumps(report, indent=1, ensure_ascii=False))
    print(f"load {load:.1f} before, {report['load_after']:.1f} after; written to {written.relative_to(ROOT)}")
    return int(any(v.faults or v.lost or v.doubled or v.endless for v in verdicts))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
