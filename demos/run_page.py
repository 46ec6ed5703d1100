"""What a run's page shows, put together from its row and its events."""

from __future__ import annotations

from urllib.parse import urlencode

from django.urls import reverse

from demos import advice, curves, estimates, reading, run_facts, run_log, seeds, stages, tables
from demos.forms import field_name
from demos.models import Run
from demos.run_facts import command, preset_of, took_s
from demos.try_page import offer
from workers.spec import MethodSpec

__all__ = ["command", "repeat_fields", "run_context", "took_s"]

SHOWN_KINDS = ("stage", "scalar", "figure")
NAMED_BEFORE = 5  # of the runs that wait before this one


def run_context(run: Run) -> dict:
    """A fixed number of queries. The log and everything else are as they were at the event `last_seq`, or later."""
    last = last_seq(run)
    spec = reading.spec_or_none(run.method)
    events = list(run.events.filter(kind__in=SHOWN_KINDS).values_list("kind", "body", "at"))
    charts = curves.figures(spec, [(kind, body) for kind, body, _at in events], reverse("run-series", args=[run.id]))
    log = run_log.log_page(run, up_to=last)
    failed = run.state in advice.UNWANTED_ENDS
    last_lines = run_log.last_lines(log) if failed else []
    return {
        "run": run,
        "trying": offer(run),
        "spec": spec,
        "title": reading.method_title(run.method),
        "table": tables.results_table(spec, run.results.all(), seeds.over_seeds(run)),
        "charts": charts,
        "log": log,
        "last_seq": last,
        "failed": failed,
        "last_lines": last_lines,
        "advice": advice.what_to_try(run, has_log=bool(last_lines)),
        "device": run.environment.get("device_name", "") or run.device_class,
        "repeat": (again := repeat_fields(run, spec)),
        "clone_query": urlencode(again),
        "compare_query": compare_query(run),
        **_facts(run, spec),
        **_standing(run, spec, [(body, at) for kind, body, at in events if kind == "stage"]),
    }


def _facts(run: Run, spec: MethodSpec | None) -> dict:
    return {
        "params": run_facts.params(run, spec),
        "cost": run_facts.cost_facts(run),
        "facts": run_facts.facts(run),
        "data_facts": run_facts.data_facts(run),
        "artifacts": list(run.artifacts.all()),
        "command": command(run),
    }


def _standing(run: Run, spec: MethodSpec | None, begun: list) -> dict:
    """Where the run stands: its stages and what is left, or what it waits for."""
    found = stages.steps(run, begun)
    usual = _usual(run, spec) if not run.has_ended else None
    took = took_s(run)
    left = max(0.0, usual.seconds - took) if usual and took is not None and run.state in Run.ACTIVE else None
    return {
        "steps": found,
        "stage_left_s": stages.stage_left_s(run, found),
        "run_left_s": left,
        "usual": usual,
        "took": took,
        "waiting": waiting(run) if run.state == Run.State.QUEUED else None,
    }


def _usual(run: Run, spec: MethodSpec | None) -> estimates.Estimate | None:
    if preset_of(run, spec) is None:
        return None
    return estimates.usual_time(spec, run.preset, run.data, run.params, run.device_class)


def waiting(run: Run) -> dict:
    """Place in the queue, what runs and waits before it, seconds until it probably begins (None: cannot be told)."""
    order = list(Run.objects.in_queue_order(run.queue).select_related("owner"))
    place = next((place for place, other in enumerate(order, start=1) if other.pk == run.pk), 0)
    before = order[: place - 1] if place else []
    running = Run.objects.filter(queue=run.queue, state__in=Run.ACTIVE).order_by("started_at")
    return {
        "place": place,
        "running": list(running[:NAMED_BEFORE]),
        "before": before[:NAMED_BEFORE],
        "more": max(0, len(before) - NAMED_BEFORE),
        "begins_s": estimates.expected_start(run),
    }


def repeat_fields(run: Run, spec: MethodSpec | None) -> list[tuple[str, str]]:
    """The run form filled as it was for this run: a parameter that had its preset's value stays empty."""
    preset = preset_of(run, spec)
    if preset is None:
        return []
    usual = spec.values_of(preset)
    changed = [param for param in spec.params if run.params.get(param.name, usual[param.name]) != usual[param.name]]
    asked = [("preset", run.preset), ("data", run.data), ("seed", str(run.seed))]
    return asked + [(field_name(param), _as_typed(run.params[param.name])) for param in changed]


def _as_typed(value: object) -> str:
    """As somebody would type it into the form: 4 and not 4.0."""
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value).lower()


def compare_query(run: Run) -> str:
    """Beside the run that it repeats, where it repeats one."""
    if run.repeat_of_id is None:
        return urlencode({"runs": run.pk})
    return urlencode({"runs": f"{run.pk},{run.repeat_of_id}", "baseline": run.repeat_of_id}, safe=",")


def last_seq(run: Run) -> int:
    """Asked before anything else: what is said meanwhile comes again as an event, and nothing is missed."""
    return run.events.order_by("-seq").values_list("seq", flat=True).first() or 0
