"""Gathers a job's events into the one document that `python -m workers run` writes.

Its `log` is a list of {"en", "zh"}: every line in both languages, as the event carries it.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from workers.kit.events import Event, in_both


class Results:
    """What a job has said so far. Figures and log lines stand beside the series, as the run page shows them."""

    def __init__(self, *, method: str, preset: str, seed: int, data: str, params: dict[str, Any]):
        self.asked = {"method": method, "preset": preset, "seed": seed, "data": data, "params": params}
        self.environment: dict[str, Any] = {}
        self.results: list[dict[str, Any]] = []
        self.series: dict[str, dict[str, list]] = {}
        self.figures: dict[str, Any] = {}
        self.artifacts: list[dict[str, str]] = []
        self.log: list[dict[str, str]] = []

    def take(self, event: Event) -> None:
        body = {name: value for name, value in event.items() if name != "kind"}
        match event["kind"]:
            case "environment":
                self.environment |= body
            case "result":
                self.results.append(body)
            case "scalar":
                series = self.series.setdefault(body["name"], {"steps": [], "values": []})
                series["steps"].append(body["step"])
                series["values"].append(body["value"])
            case "figure":
                self.figures[body["slug"]] = body["data"]
            case "artifact":
                self.artifacts.append(body)
            case "log":
                self.log.append(in_both(body["text"]))

    def document(self) -> dict[str, Any]:
        return {
            **self.asked,
            "environment": self.environment,
            "results": self.results,
            "series": self.series,
            "figures": self.figures,
            "artifacts": self.artifacts,
            "log": self.log,
        }

    def write(self, path: Path) -> None:
        path.write_text(json.dumps(self.document(), indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
