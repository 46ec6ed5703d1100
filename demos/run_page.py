"""What a run's page shows, put together from its row and its events."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from django.utils import timezone
from django.utils.translation import gettext as _

from demos import charts, formatting, reading, services, tables
from demos.models import Run
from workers import jobs
from workers.jobs import JobRequest
from workers.spec import MethodSpec, Text

LOG_TAIL = 14
SHOWN_KINDS = ("stage", "scalar", "figure")


@dataclass(frozen=True)
class Step:
    title: str
    status: str  # done, current, waiting


def run_context(run: Run) -> dict:
    spec = reading.spec_or_none(run.method)
    events = list(run.events.filter(kind__in=SHOWN_KINDS).values_list("kind", "body"))
    return {
        "run": run,
        "spec": spec,
        "title": reading.method_title(run.method),
        "table": tables.results_table(spec, run.results.all()),
        "steps": steps(run, [body for kind, body in events if kind == "stage"]),
        "charts": figures(spec, events),
        "log": log_tail(run),
        "last_seq": last_seq(run),
        "facts": facts(run),
        "params": params(run, spec),
        "artifacts": list(run.artifacts.all()),
        "command": command(run),
        "place": services.queue_place(run) if run.state == Run.State.QUEUED else None,
        "took": took_s(run),
    }


def took_s(run: Run) -> float | None:
    if not run.started_at:
        return None
    return ((run.ended_at or timezone.now()) - run.started_at).total_seconds()


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


# --- curves and figures -----------------------------------------------------------------------------------------
def series_of(scalars: Iterable[dict]) -> dict[str, list[charts.Point]]:
    """Scalar events by name, each a list of (step, value) in the order they came."""
    found: dict[str, list[charts.Point]] = defaultdict(list)
    for body in scalars:
        found[body["name"]].append((body["step"], body["value"]))
    return dict(found)


def figures(spec: MethodSpec | None, events: Iterable[tuple[str, dict]]) -> list[charts.Chart]:
    """The spec's figures in its order, each from the scalars it names or from what the job drew; then what no figure
    claimed, one chart for each last part of a name ("student/loss" and "teacher/loss" share theirs)."""
    events = list(events)
    series = series_of(body for kind, body in events if kind == "scalar")
    drawn = {body["slug"]: body["data"] for kind, body in events if kind == "figure"}
    found, used = [], set()
    for figure in spec.figures if spec else ():
        title, x, y = (formatting.local(text) for text in (figure.title, figure.x, figure.y))
        names = [name for prefix in figure.series for name in series if name.startswith(prefix) and name not in used]
        used.update(names)
        found.append(charts.line_chart(figure.slug, title, x, y, lines_of(spec, names, series)))
        found.append(drawn_chart(figure.slug, title, x, y, drawn.pop(figure.slug, None)))
    rest = defaultdict(list)
    for name in series:
        if name not in used:
            rest[name.rsplit("/", 1)[-1]].append(name)
    for ending, names in rest.items():
        label = formatting.metric_label(ending)
        found.append(charts.line_chart(f"curve-{len(found)}", label, _("step"), label, lines_of(spec, names, series)))
    found += [drawn_chart(f"figure-{slug}", slug, "", "", data) for slug, data in drawn.items()]
    return [chart for chart in found if chart]


def lines_of(spec: MethodSpec | None, names: list[str], series: dict[str, list[charts.Point]]) -> list[charts.Series]:
    """Lines named by their role where the name begins with one; two lines of one role differ by their ending too."""
    roles = {role.slug: role for role in spec.roles} if spec else {}
    endings = {name.partition("/")[2] for name in names}
    lines = []
    for index, name in enumerate(names):
        owner, _slash, ending = name.partition("/")
        role = roles.get(owner)
        label = formatting.local(role.label) if role else owner.replace("_", " ")
        if len(endings) > 1 and ending:
            label = f"{label} {formatting.metric_label(ending)}"
        lines.append(charts.Series(label, series[name], role.kind if role else f"other-{index % 6 + 1}"))
    return lines


def drawn_chart(slug: str, title: str, x: str, y: str, data: object) -> charts.Chart | None:
    """A figure event's data: {"bars": [[label, value]..]} or {"series": [{"name", "points": [[x, y]..]}..]}."""
    if not isinstance(data, dict):
        return None
    if "bars" in data:
        return charts.bar_chart(slug, title, x, [(in_language(label), float(value)) for label, value in data["bars"]])
    lines = [
        charts.Series(in_language(line["name"]), [tuple(point) for point in line["points"]], f"other-{i % 6 + 1}")
        for i, line in enumerate(data.get("series", []))
    ]
    return charts.line_chart(slug, title, x, y, lines)


# --- log, parameters, environment, command ----------------------------------------------------------------------
def log_tail(run: Run) -> list[str]:
    texts = run.events.filter(kind="log").order_by("-seq").values_list("body__text", flat=True)[:LOG_TAIL]
    return list(texts)[::-1]


def log_text(run: Run) -> str:
    return "".join(f"{text}\n" for text in run.events.filter(kind="log").values_list("body__text", flat=True))


def last_seq(run: Run) -> int:
    return run.events.order_by("-seq").values_list("seq", flat=True).first() or 0


def params(run: Run, spec: MethodSpec | None) -> list[dict]:
    """What the run used, in the spec's order, with label and unit; then what the spec no longer has."""
    known = {param.name: param for param in spec.params} if spec else {}
    order = [name for name in known if name in run.params] + [name for name in run.params if name not in known]
    return [
        {
            "name": name,
            "label": formatting.local(known[name].label) if name in known else name,
            "symbol": known[name].symbol if name in known else "",
            "unit": known[name].unit if name in known else "",
            "value": run.params[name],
        }
        for name in order
    ]


def facts(run: Run) -> list[tuple[str, str]]:
    """The environment as rows of words; nested facts are joined ("data hash")."""
    return list(_flatten(run.environment))


def _flatten(facts: dict, before: str = "") -> Iterable[tuple[str, str]]:
    for name, value in facts.items():
        label = f"{before} {name}".strip().replace("_", " ")
        if isinstance(value, dict) and not set(value) <= {"en", "zh"}:
            yield from _flatten(value, label)
        else:
            yield label, in_language(value) if isinstance(value, dict) else str(value)


def command(run: Run) -> str:
    """The command line that repeats the run: the job's own words, else made from the row; "" for a method that is gone."""
    spec = reading.spec_or_none(run.method)
    if said := run.environment.get("command"):
        return str(said)
    if spec is None or run.preset not in {preset.name for preset in spec.presets}:
        return ""
    device = "cuda" if run.queue == "gpu" else "cpu"
    asked = {"method": run.method, "preset": run.preset, "data": run.data, "seed": run.seed, "params": run.params}
    return jobs.command_line(JobRequest(**asked, device=device))
