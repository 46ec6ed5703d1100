"""What a run's page shows, put together from its row and its events."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from demos import curves, formatting, pages, reading, services, tables
from demos.forms import field_name, printed_value
from demos.models import Run
from demos.try_page import offer
from workers import jobs
from workers.jobs import JobRequest
from workers.spec import MethodSpec, Preset, Text

LOG_TAIL = 14
UNWANTED_ENDS = (Run.State.FAILED, Run.State.LOST, Run.State.TIMED_OUT)
SHOWN_KINDS = ("stage", "scalar", "figure")
FACT_LABELS = {
    "python": gettext_lazy("Python"),
    "packages": gettext_lazy("packages"),
    "device": gettext_lazy("device"),
    "device_name": gettext_lazy("device name"),
    "threads": gettext_lazy("threads"),
    "cpu": gettext_lazy("processor"),
    "platform": gettext_lazy("platform"),
    "deterministic": gettext_lazy("same seed, same numbers"),
    "code": gettext_lazy("code version"),
    "teacher": gettext_lazy("teacher"),
    "cached": gettext_lazy("from the cache"),
    "train_s": gettext_lazy("training time (s)"),
    "peak_memory_mb": gettext_lazy("peak memory (MB)"),
    "name": gettext_lazy("name"),
    "title": gettext_lazy("title"),
    "split": gettext_lazy("measured on"),
    "train_rows": gettext_lazy("training rows"),
    "dev_rows": gettext_lazy("dev rows"),
    "classes": gettext_lazy("classes"),
    "sha256": gettext_lazy("SHA-256"),
    "licence": gettext_lazy("licence"),
    "note": gettext_lazy("note"),
}


@dataclass(frozen=True)
class Step:
    title: str
    status: str  # done, current, waiting


def run_context(run: Run) -> dict:
    spec = reading.spec_or_none(run.method)
    events = list(run.events.filter(kind__in=SHOWN_KINDS).values_list("kind", "body"))
    return {
        "run": run,
        "trying": offer(run),
        "spec": spec,
        "title": reading.method_title(run.method),
        "table": tables.results_table(spec, run.results.all()),
        "steps": steps(run, [body for kind, body in events if kind == "stage"]),
        "charts": curves.figures(spec, events),
        "log": log_tail(run),
        "last_seq": last_seq(run),
        "facts": facts(run),
        "data_facts": data_facts(run),
        "params": params(run, spec),
        "artifacts": list(run.artifacts.all()),
        "command": command(run),
        "place": services.queue_place(run) if run.state == Run.State.QUEUED else None,
        "took": took_s(run),
        "usual_s": usual_s(run, spec),
        "device": run.environment.get("device_name", ""),
        "failed": run.state in UNWANTED_ENDS,
        "repeat": (again := repeat_fields(run, spec)),
        "repeat_query": urlencode(again),
    }


def took_s(run: Run) -> float | None:
    if not run.started_at:
        return None
    return ((run.ended_at or timezone.now()) - run.started_at).total_seconds()


def usual_s(run: Run, spec: MethodSpec | None) -> int | None:
    """What the preset takes on two CPU cores where nothing was changed."""
    preset = _preset_of(run, spec)
    return preset.seconds if preset else None


def _preset_of(run: Run, spec: MethodSpec | None) -> Preset | None:
    """None where the method or the preset is gone: an old run is still read."""
    return next((preset for preset in spec.presets if preset.name == run.preset), None) if spec else None


def repeat_fields(run: Run, spec: MethodSpec | None) -> list[tuple[str, str]]:
    """The run form filled as it was for this run: a parameter that had its preset's value stays empty."""
    preset = _preset_of(run, spec)
    if preset is None:
        return []
    usual = spec.values_of(preset)
    changed = [param for param in spec.params if run.params.get(param.name, usual[param.name]) != usual[param.name]]
    asked = [("preset", run.preset), ("data", run.data), ("seed", str(run.seed))]
    return asked + [(field_name(param), str(run.params[param.name]).lower()) for param in changed]


def steps(run: Run, stages: Iterable[dict]) -> list[Step]:
    """The stages begun so far and how many are still to come; only the last begun can be under way."""
    begun = [stage for stage in stages if stage]
    if not begun:
        return []
    titles = [in_language(stage.get("title")) or stage.get("name", "") for stage in begun]
    last = "done" if run.state == Run.State.SUCCEEDED else "stopped" if run.has_ended else "current"
    found = [Step(title, "done") for title in titles[:-1]] + [Step(titles[-1], last)]
    to_come = max(0, int(begun[-1].get("count") or 0) - len(begun))
    return found + [Step("", "waiting")] * to_come


def in_language(text: object) -> str:
    """An event's {"en", "zh"}, or its plain string."""
    if isinstance(text, dict):
        return formatting.local(Text(str(text.get("en", "")), str(text.get("zh", "") or text.get("en", ""))))
    return str(text or "")


# --- log, parameters, environment, command ----------------------------------------------------------------------
def log_tail(run: Run) -> list[str]:
    texts = run.events.filter(kind="log").order_by("-seq").values_list("body__text", flat=True)[:LOG_TAIL]
    return list(texts)[::-1]


def log_text(run: Run) -> str:
    return "".join(f"{text}\n" for text in run.events.filter(kind="log").values_list("body__text", flat=True))


def last_seq(run: Run) -> int:
    return run.events.order_by("-seq").values_list("seq", flat=True).first() or 0


def params(run: Run, spec: MethodSpec | None) -> list[dict]:
    """What the run used, in the spec's order; then, by its name alone, what the spec no longer has."""
    known = [param for param in spec.params if param.name in run.params] if spec else []
    rows = [
        {
            "label": formatting.local(param.label),
            "symbol": pages.formula(param.symbol) if param.symbol else "",
            "unit": param.unit,
            "value": printed_value(param, run.params[param.name]),
        }
        for param in known
    ]
    names = {param.name for param in known}
    return rows + [{"label": name, "value": value} for name, value in run.params.items() if name not in names]


def facts(run: Run) -> list[tuple[str, str]]:
    """What the run ran on, in rows of words. What has a place of its own on the page is left out."""
    elsewhere = {"command", "seed", "data"}
    if run.environment.get("cpu") == run.environment.get("device_name"):
        elsewhere.add("cpu")
    return list(_rows({name: value for name, value in run.environment.items() if name not in elsewhere}))


def data_facts(run: Run) -> list[tuple[str, str]]:
    data = run.environment.get("data")
    return list(_rows(data)) if isinstance(data, dict) else []


def _rows(facts: dict, before: str = "") -> Iterable[tuple[str, str]]:
    """Nested facts carry their parent's name; versions of packages stand in one row."""
    for name, value in facts.items():
        label = f"{before} {FACT_LABELS.get(name, name.replace('_', ' '))}".strip()
        if name == "packages" and isinstance(value, dict):
            yield label, ", ".join(f"{package} {version}" for package, version in value.items())
        elif isinstance(value, dict) and not set(value) <= {"en", "zh"}:
            yield from _rows(value, label)
        else:
            yield label, _fact(value)


def _fact(value: object) -> str:
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    return ", ".join(map(str, value)) if isinstance(value, list) else in_language(value)


def command(run: Run) -> str:
    """The command line that repeats the run, as the job said it or made from the row; "" for a method that is gone."""
    spec = reading.spec_or_none(run.method)
    if said := run.environment.get("command"):
        return str(said)
    if _preset_of(run, spec) is None:
        return ""
    device = "cuda" if run.queue == "gpu" else "cpu"
    asked = {"method": run.method, "preset": run.preset, "data": run.data, "seed": run.seed, "params": run.params}
    return jobs.command_line(JobRequest(**asked, device=device))
