"""What `python -m workers run` shows: a progress bar while the job runs, and a table of its numbers at the end."""

from __future__ import annotations

from typing import Any

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from workers import registry
from workers.kit.events import Event, log_text
from workers.spec import MethodSpec

# By a metric's unit: what its value is multiplied by, and how it is printed.
SCALES = {
    "share": (100, "{:.1f} %"),
    "points": (100, "{:.1f} points"),
    "correlation": (1, "{:.3f}"),
    "perplexity": (1, "{:.2f}"),
    "nats": (1, "{:.4f} nats"),
    "parameters": (1e-6, "{:.3f} M"),
    "bytes": (1e-6, "{:.2f} MB"),
    "examples/s": (1, "{:,.0f} /s"),
    "ms": (1, "{:.2f} ms"),
    "s": (1, "{:.1f} s"),
    "bits": (1, "{:.2f} bits"),
    "FLOP": (1e-6, "{:.3f} MFLOP"),
    "steps": (1, "{:,.0f}"),
    "texts": (1, "{:,.0f}"),
}


def scale_of(unit: str) -> tuple[float, str]:
    """Factor and format; of a unit that only a method of its own knows, as it is."""
    return SCALES.get(unit, (1, f"{{:.4g}} {unit}".rstrip()))


class Terminal:
    """Follows a job's events; use as a context manager around it."""

    def __init__(self, console: Console):
        self.console = console
        self._bar = Progress(
            TextColumn("{task.fields[place]}"),
            TextColumn("{task.description}"),
            BarColumn(),
            TimeElapsedColumn(),
            console=console,
            transient=True,
        )
        self._task = self._bar.add_task("Start", place="", total=1.0)

    def __enter__(self) -> Terminal:
        self._bar.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._bar.stop()

    def take(self, event: Event) -> None:
        if event["kind"] == "stage":
            place = f"{event['index']}/{event['count']}"
            self._bar.console.print(f"[dim]{place}[/dim] {event['title']['en']}", highlight=False)
            self._bar.update(self._task, description=event["title"]["en"], place=place, completed=0.0)
        elif event["kind"] == "progress":
            self._bar.update(self._task, completed=event["share"])
        elif event["kind"] == "log":
            self._bar.console.print(log_text(event["text"]), highlight=False, markup=False)


def results_table(spec: MethodSpec, results: list[dict[str, Any]]) -> Table:
    """One row a metric, one column a role, in the spec's order."""
    found = {(row["role"], row["metric"]): row for row in results}
    roles = [role for role in spec.roles if any(role.slug == slug for slug, _ in found)]
    table = Table(title=spec.title.en)
    table.add_column("")
    for role in roles:
        table.add_column(role.label.en, justify="right")
    for slug in registry.metrics_in_order((metric for _, metric in found), spec):
        cells = [_cell(found.get((role.slug, slug))) for role in roles]
        if any(cells):
            table.add_row(registry.metric(slug).label.en, *cells)
    return table


def _cell(row: dict[str, Any] | None) -> str:
    if row is None:
        return ""
    factor, form = scale_of(row["unit"])
    return form.format(factor * row["value"])
