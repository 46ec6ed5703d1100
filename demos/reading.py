"""The methods as pages list them: what a spec says beside what this site has measured."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from django.db.models import Q
from django.utils.translation import gettext as _

from catalog.identifiers import arxiv_id
from catalog.models import AlternativeTitle, Paper
from catalog.titles import title_key
from demos import formatting, tables
from demos.models import Result, Run
from workers import registry
from workers.metrics import SIZE
from workers.registry import Family
from workers.spec import MethodSpec


@dataclass(frozen=True)
class MethodEntry:
    """A method, how often it ran here and its best run, if any."""

    spec: MethodSpec
    runs: int
    best: Run | None
    best_measured: tables.Measured | None
    kept: str = ""  # what the best run's student kept of its teacher, in words

    @property
    def family(self) -> Family:
        return family_of(self.spec)


@dataclass(frozen=True)
class FamilyEntry:
    family: Family
    methods: list[MethodEntry] = field(default_factory=list)

    @property
    def runs(self) -> int:
        return sum(entry.runs for entry in self.methods)


def spec_or_none(slug: str) -> MethodSpec | None:
    return registry.all_specs().get(slug)


def method_title(slug: str) -> str:
    spec = spec_or_none(slug)
    return formatting.local(spec.title) if spec else slug


def main_result(run: Run) -> str:
    return tables.one_line(spec_or_none(run.method), run.results.all())


def qualities(run: Run) -> dict[str, str]:
    """The method's, the baseline's and the teacher's quality by their kind, as far as they were measured."""
    found = tables.measured_by_kind(spec_or_none(run.method), run.results.all())
    return {kind: measured.quality for kind, measured in found.items()}


def preset_label(run: Run) -> str:
    spec = spec_or_none(run.method)
    labels = {preset.name: formatting.local(preset.label) for preset in spec.presets} if spec else {}
    return labels.get(run.preset, run.preset)


def family_of(spec: MethodSpec) -> Family:
    return next(family for family in registry.FAMILIES if family.slug == spec.family)


def data_title(name: str) -> str:
    """A data set's name for people, of whichever kind it is."""
    title = registry.data_titles().get(name)
    return formatting.local(title) if title else name


def entries(specs: Iterable[MethodSpec]) -> list[MethodEntry]:
    """Three queries, however many methods there are."""
    specs = list(specs)
    best_results = Result.objects.best_of_each_method(specs).values("run")
    best = {run.method: run for run in Run.objects.for_listing().filter(pk__in=best_results)} if specs else {}
    counts = {row["method"]: row["runs"] for row in Run.objects.counts_by_method()} if specs else {}
    return [_entry(spec, counts.get(spec.slug, 0), best.get(spec.slug)) for spec in specs]


def _entry(spec: MethodSpec, runs: int, best: Run | None) -> MethodEntry:
    measured = tables.measured_by_kind(spec, best.results.all()) if best else {}
    return MethodEntry(spec, runs, best, measured.get("method"), kept(spec, best.results.all()) if best else "")


def kept(spec: MethodSpec, results: Iterable[Result]) -> str:
    """Keeps 98.4 % of its teacher's accuracy at 4.0 % of its size; "" where one of the four was not measured.

    Of a quality that is better the lower it is nothing is kept.
    """
    values = {(result.role, result.metric): result.value for result in results}
    role = {role.kind: role.slug for role in reversed(spec.roles)}

    def share(metrics: Iterable[str]) -> tuple[str, float] | None:
        for metric in metrics:
            ours, theirs = (values.get((role.get(kind), metric)) for kind in ("method", "teacher"))
            if ours is not None and theirs:
                return formatting.metric_label(metric), ours / theirs
        return None

    quality, size = share([spec.quality.slug] if spec.quality.better == "higher" else ()), share(SIZE)
    if not (quality and size):
        return ""
    said = {"quality": _percent(quality[1]), "metric": quality[0].lower(), "size": _percent(size[1])}
    return _("keeps %(quality)s of its teacher's %(metric)s at %(size)s of its size") % said


def _percent(share: float) -> str:
    return str(formatting.Quantity(f"{100 * share:.1f}", "%"))


def families() -> list[FamilyEntry]:
    """Every family that has a method, in the registry's order."""
    found = {family.slug: FamilyEntry(family) for family in registry.FAMILIES}
    for entry in entries(registry.all_specs().values()):
        found[entry.spec.family].methods.append(entry)
    return [family for family in found.values() if family.methods]


def entries_for_paper(paper: Paper) -> list[MethodEntry]:
    """The methods that reproduce this paper: the same arXiv id, else the same title."""
    return entries(spec for spec in registry.all_specs().values() if is_about(spec, paper))


def is_about(spec: MethodSpec, paper: Paper) -> bool:
    if identifier := arxiv_id(spec.paper):
        return identifier == paper.arxiv
    titles = {paper.title_key, *(other.title_key for other in paper.alternative_titles.all())}
    return title_key(spec.paper) in titles


def of_runnable_papers() -> Q:
    """The papers that some method reproduces: `is_about` for all methods at once, as a condition on papers."""
    condition = Q(pk__in=[])
    for spec in registry.all_specs().values():
        if identifier := arxiv_id(spec.paper):
            condition |= Q(arxiv=identifier)
        else:
            key = title_key(spec.paper)
            others = AlternativeTitle.objects.filter(title_key=key).values("paper")
            condition |= Q(title_key=key) | Q(pk__in=others)
    return condition


def paper_of(spec: MethodSpec) -> Paper | None:
    """The catalogue's row of the paper that the method reproduces: `is_about`, asked the other way round."""
    if identifier := arxiv_id(spec.paper):
        return Paper.objects.filter(arxiv=identifier).first()
    key = title_key(spec.paper)
    return Paper.objects.filter(Q(title_key=key) | Q(alternative_titles__title_key=key)).first()
