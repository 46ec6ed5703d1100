"""A run's scalars and figures as charts: which lines stand together, how they are named and coloured."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from django.utils.translation import gettext as _

from demos import charts, formatting
from workers.spec import Figure, MethodSpec, Text

LOOKS = 4  # colours for baselines, and for lines of no role
Lines = dict[str, list[charts.Point]]


def series_of(scalars: Iterable[dict]) -> Lines:
    """Scalar events by name, each a list of (step, value) in the order they came."""
    found: Lines = defaultdict(list)
    for body in scalars:
        found[body["name"]].append((body["step"], body["value"]))
    return dict(found)


def figures(spec: MethodSpec | None, events: Iterable[tuple[str, dict]], source: str = "") -> list[charts.Chart]:
    """The spec's figures in its order, from the scalars they name or from what the job drew; then the rest.

    Of the rest there is a chart for each last part of a name: "student/loss" and "teacher/loss" share theirs.
    `source` is the address that gives all points of a scalar.
    """
    events = list(events)
    series = series_of(body for kind, body in events if kind == "scalar")
    drawn = {body["slug"]: body["data"] for kind, body in events if kind == "figure"}
    found = []
    for figure in spec.figures if spec else ():
        lines = {name: series.pop(name) for name in figure.series if name in series}
        found.append(chart_of_figure(spec, figure, lines, drawn.pop(figure.slug, {}), source))
    endings = dict.fromkeys(name.rpartition("/")[2] for name in series)
    for ending in endings:
        lines = {name: points for name, points in series.items() if name.rpartition("/")[2] == ending}
        label = formatting.metric_label(ending)
        found.append(chart_of(spec, f"curve-{len(found)}", label, _("step"), label, lines, source))
    for slug, data in drawn.items():  # an old run's, whose spec had a figure that is gone
        title = slug.replace("-", " ")
        unnamed = Figure(slug, Text(title, title), Text("", ""), Text("", ""), ())
        found.append(chart_of_figure(spec, unnamed, {}, data, ""))
    return [chart for chart in found if chart]


def chart_of_figure(
    spec: MethodSpec | None, figure: Figure, lines: Lines, drawn: dict, source: str
) -> charts.Chart | None:
    """A figure of the spec: its scalars, or what the job drew in one of the kinds that workers/kit/events.py names."""
    title, x, y = (formatting.local(text) for text in (figure.title, figure.x, figure.y))
    match drawn.get("kind", "lines"):
        case "bars":
            looks = lines_of(spec, {line["name"]: [] for line in drawn["series"]})
            bars = [
                charts.Bars(look.label, line["y"], look.look) for look, line in zip(looks, drawn["series"], strict=True)
            ]
            return charts.bar_chart(figure.slug, title, x, y, _words(drawn["categories"]), bars)
        case "heatmap":
            names = _words(drawn["rows"]), _words(drawn["columns"])
            ends = drawn.get("low"), drawn.get("high")
            return charts.heatmap(figure.slug, title, x, y, *names, drawn["values"], *ends)
        case "tree":
            key, joined = _("heavy: in both trees, dashed: in one alone"), _("words joined")
            sentence = _words(drawn["words"]), drawn["gold"], drawn["predicted"]
            return charts.tree(figure.slug, title, y, x, key, joined, *sentence)
        case "lines":
            return chart_of(spec, figure.slug, title, x, y, lines | drawn_series(drawn), source)
    return None


def _words(labels: Iterable[object]) -> list[str]:
    return [formatting.in_language(label) for label in labels]


def drawn_series(data: dict) -> Lines:
    """The lines of a figure event, without their gaps."""
    return {
        line["name"]: [(x, y) for x, y in zip(data["x"], line["y"], strict=False) if y is not None]
        for line in data.get("series", [])
    }


def chart_of(
    spec: MethodSpec | None, slug: str, title: str, x: str, y: str, series: Lines, source: str = ""
) -> charts.Chart | None:
    """Shares, told by the metric that a name ends in, are drawn in per cent."""
    endings = {name.rpartition("/")[2].removeprefix("dev_") for name in series}
    factor = 1.0
    if endings and all(formatting.unit_of(ending) == "share" for ending in endings):
        factor = 100.0
        series = {name: [(step, factor * value) for step, value in points] for name, points in series.items()}
        y = _("%(axis)s (%%)") % {"axis": y}
    return charts.line_chart(slug, title, x, y, lines_of(spec, series, source, factor))


def lines_of(spec: MethodSpec | None, series: Lines, source: str = "", factor: float = 1.0) -> list[charts.Series]:
    """Lines named by the role that a name begins with, and by the rest of it where a role has several."""
    owners = [name.partition("/")[0] for name in series]
    known = {slug: (label, look) for slug, label, look in looks_of(spec)}
    lines = []
    for index, ((name, points), owner) in enumerate(zip(series.items(), owners, strict=True)):
        label, look = known.get(owner, (owner.replace("_", " "), f"baseline-{index % LOOKS + 1}"))
        if owners.count(owner) > 1:
            label = f"{label} {formatting.metric_label(name.partition('/')[2])}"
        dashed = owners.index(owner) < index
        lines.append(charts.Series(label, points, look, dashed, source=source, name=name, factor=factor))
    return lines


def looks_of(spec: MethodSpec | None) -> Iterable[tuple[str, str, str]]:
    """(role, label, look): a role keeps its colour in every chart of every run."""
    baselines = 0
    for role in spec.roles if spec else ():
        baselines += role.kind == "baseline"
        look = f"baseline-{(baselines - 1) % LOOKS + 1}" if role.kind == "baseline" else role.kind
        yield role.slug, formatting.local(role.label), look
