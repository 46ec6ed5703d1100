"""Finds the method folders below workers/methods and imports a job, and torch with it, at first use."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

from workers import methods, pages
from workers.data_kinds import Source
from workers.kit.texts import KINDS, DataSet, listing
from workers.metrics import METRICS
from workers.spec import MethodSpec, Metric, Param, Text, Value


@dataclass(frozen=True)
class Family:
    """A family of methods. `slug` is the name of its folder with hyphens for underscores, and of its colour."""

    slug: str
    title: Text


FAMILIES = (
    Family("distillation", Text("Knowledge distillation", "知识蒸馏")),
    Family("compression", Text("Compression", "模型压缩")),
    Family("probing", Text("Probing", "探针分析")),
    Family("fine-tuning", Text("Fine-tuning", "微调")),
    Family("embeddings", Text("Sentence embeddings", "句子表示")),
)


@dataclass(frozen=True)
class Choice:
    """One value of a parameter's choices as a form offers it."""

    value: str
    label: Text
    why_not: Text | None = None

    @property
    def available(self) -> bool:
        return self.why_not is None


class UnknownMethod(KeyError):
    """No method folder carries this slug."""

    def __str__(self) -> str:
        return f"no method {self.args[0]!r}; there are {', '.join(sorted(all_specs()))}"


@cache
def all_specs() -> dict[str, MethodSpec]:
    """Every method's spec by slug, found by walking workers/methods/<family>/<method>/. Imports no torch."""
    found: dict[str, MethodSpec] = {}
    known = dict(METRICS)
    for family in pkgutil.iter_modules(methods.__path__, methods.__name__ + "."):
        package = importlib.import_module(family.name)
        for method in pkgutil.iter_modules(package.__path__, package.__name__ + "."):
            module = importlib.import_module(method.name)
            spec = pages.worded(module.SPEC, Path(module.__file__).parent)
            if spec.slug in found:
                raise ValueError(f"two methods share the slug {spec.slug!r}")
            for metric in spec.metrics:
                if known.setdefault(metric.slug, metric) != metric:
                    raise ValueError(f"{spec.slug} means something else by the metric {metric.slug!r}")
            found[spec.slug] = replace(spec, folder=method.name)
    return found


def get_spec(slug: str) -> MethodSpec:
    """Raises UnknownMethod."""
    try:
        return all_specs()[slug]
    except KeyError:
        raise UnknownMethod(slug) from None


def metrics() -> dict[str, Metric]:
    """Every metric by slug, in the order of tables: what methods are judged by, then the rest of METRICS."""
    own = {metric.slug: metric for spec in all_specs().values() for metric in spec.metrics}
    return own | METRICS


def metric(slug: str, unit: str = "") -> Metric:
    """Of a slug that nobody knows (a method that is gone, an old run): itself as label, and neither way is better."""
    if known := METRICS.get(slug):
        return known
    words = slug.replace("_", " ")
    return metrics().get(slug) or Metric(slug, Text(words, words), unit)


def metrics_in_order(present: Iterable[str], spec: MethodSpec | None = None) -> list[str]:
    """The spec's own first, then as metrics() has them, then what nobody knows as it came."""
    own = [metric.slug for metric in spec.metrics] if spec else []
    present = dict.fromkeys(present)
    return [slug for slug in dict.fromkeys([*own, *metrics(), *present]) if slug in present]


def folder_path(spec: MethodSpec) -> Path:
    """The method's folder on disk, where page.md, page.zh.md and job.py lie."""
    return Path(importlib.import_module(spec.folder).__file__).parent


def load(slug: str) -> Callable[..., dict]:
    """The method's `run` function. Imports torch."""
    return importlib.import_module(get_spec(slug).folder + ".job").run


def load_owner(kind: str) -> None:
    """Imports the job of the method to which a kind of network belongs, as its name says: "<slug>-...".

    A checkpoint of that kind can be loaded from then on. Of a kind of the kit there is nothing to import.
    """
    for slug in all_specs():
        if kind.startswith(f"{slug}-"):
            load(slug)


def data_sets(spec: MethodSpec, data_dir: Path | str | None) -> list[DataSet]:
    """The data sets a method takes, in the spec's order, each with whether it can be read here. Imports no torch."""
    return listing(spec.data, data_dir)


def kinds() -> tuple[Source, ...]:
    """Every kind of data: the kit's, then those that methods bring themselves."""
    return tuple(dict.fromkeys((*KINDS, *(kind for spec in all_specs().values() for kind in spec.data))))


@cache
def data_titles() -> dict[str, Text]:
    """Every data set's name for people."""
    return {one.name: one.title for kind in kinds() for one in kind.sets}


def choices(param: Param, data_dir: Path | str | None) -> list[Choice]:
    """What a parameter of type "choice" takes, each with whether it can be had here. Imports no torch."""
    return [Choice(value, label, _why_not(param, value, data_dir)) for value, label in param.choices]


def absent(spec: MethodSpec, values: Mapping[str, Value], data_dir: Path | str | None) -> dict[str, Text]:
    """Why cleaned values cannot be had here, by parameter; empty where all can."""
    found = {param.name: _why_not(param, values[param.name], data_dir) for param in spec.params if param.name in values}
    return {name: why for name, why in found.items() if why}


def _why_not(param: Param, value: Value, data_dir: Path | str | None) -> Text | None:
    return param.why_not(value, data_dir) if param.why_not else None
