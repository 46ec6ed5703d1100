"""What a run was asked and what it ran on, in rows of words: parameters, data, environment, cost, command line."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from demos import formatting, pages, reading
from demos.forms import printed_value
from demos.models import Run
from workers import jobs
from workers.jobs import JobRequest
from workers.spec import MethodSpec, Preset

CHANGES_SHOWN = 4
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
    "name": gettext_lazy("name"),
    "title": gettext_lazy("title"),
    "split": gettext_lazy("measured on"),
    "train_rows": gettext_lazy("training rows"),
    "dev_rows": gettext_lazy("dev rows"),
    "dev_words": gettext_lazy("dev words"),
    "classes": gettext_lazy("classes"),
    "relations": gettext_lazy("kinds of relation"),
    "scale": gettext_lazy("scores from, to"),
    "example": gettext_lazy("example"),
    "second_text": gettext_lazy("second text"),
    "sha256": gettext_lazy("SHA-256"),
    "licence": gettext_lazy("licence"),
    "note": gettext_lazy("note"),
}


def preset_of(run: Run, spec: MethodSpec | None) -> Preset | None:
    """None where the method or the preset is gone: an old run is still read."""
    return next((preset for preset in spec.presets if preset.name == run.preset), None) if spec else None


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


def changes(run: Run) -> str:
    """How the run differs from its preset: Temperature 4, Epochs 2. "" where it does not, or the preset is gone."""
    spec = reading.spec_or_none(run.method)
    preset = preset_of(run, spec)
    if preset is None:
        return ""
    usual = spec.values_of(preset)
    changed = [param for param in spec.params if run.params.get(param.name, usual[param.name]) != usual[param.name]]
    words = [f"{formatting.local(param.label)} {printed_value(param, run.params[param.name])}" for param in changed]
    if len(words) > CHANGES_SHOWN:
        more = len(words) - CHANGES_SHOWN + 1
        words[CHANGES_SHOWN - 1 :] = [ngettext("%(count)d more", "%(count)d more", more) % {"count": more}]
    return _(", ").join(words)


def facts(run: Run) -> list[tuple[str, str]]:
    """What the run ran on, in rows of words. What has a place of its own on the page is left out."""
    elsewhere = {"command", "seed", "data", "compute_s", "peak_memory_mb", "peak_device_memory_mb"}
    if run.environment.get("cpu") == run.environment.get("device_name"):
        elsewhere.add("cpu")
    return list(_rows({name: value for name, value in run.environment.items() if name not in elsewhere}))


def cost_facts(run: Run) -> list[tuple[str, str]]:
    """What the run has taken: waiting, work, memory. What is not known yet is left out."""
    said, waited = run.environment, (run.started_at - run.created_at).total_seconds() if run.started_at else None
    took, computed = took_s(run), said.get("compute_s")
    rows = [
        (_("waited"), None if waited is None else formatting.duration(max(0.0, waited))),
        (_("wall time"), None if took is None else formatting.duration(took)),
        (_("compute time (CPU)"), None if computed is None else formatting.duration(computed)),
        (_("peak memory"), _megabytes(said.get("peak_memory_mb"))),
        (_("peak memory of the GPU"), _megabytes(said.get("peak_device_memory_mb"))),
        (_("attempts"), str(run.attempts) if run.attempts else None),
        (_("worker"), run.worker or None),
    ]
    return [(label, value) for label, value in rows if value is not None]


def took_s(run: Run) -> float | None:
    """Seconds from its claim to its end, or to now; None before. Not below 0: a clock may have been set back."""
    if not run.started_at:
        return None
    return max(0.0, ((run.ended_at or timezone.now()) - run.started_at).total_seconds())


def _megabytes(value: float | None) -> str | None:
    return None if value is None else f"{value:,.0f}".replace(",", formatting.THIN_SPACE) + f"{formatting.THIN_SPACE}MB"


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
    if isinstance(value, int | float):
        return formatting.plain_number(value)
    return ", ".join(map(str, value)) if isinstance(value, list) else formatting.in_language(value)


def command(run: Run) -> str:
    """The command line that repeats the run, as the job said it or made from the row; "" for a method that is gone."""
    spec = reading.spec_or_none(run.method)
    if said := run.environment.get("command"):
        return str(said)
    if preset_of(run, spec) is None:
        return ""
    device = "cuda" if run.queue == "gpu" else "cpu"
    asked = {"method": run.method, "preset": run.preset, "data": run.data, "seed": run.seed, "params": run.params}
    return jobs.command_line(JobRequest(**asked, device=device))
