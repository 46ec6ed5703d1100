"""Metrics that a method brings along: found by their slug, told on the terminal, and one meaning a slug."""

import shutil
import sys
from dataclasses import replace

import pytest

from workers import methods, registry
from workers.comparison import Comparison, Entry, Planned
from workers.metrics import METRICS
from workers.pages import PAGES
from workers.spec import Metric, Text
from workers.sweep_command import table
from workers.terminal import results_table

SURPRISE = Metric("surprise", Text("Surprise", "意外度"), "bits a word", "lower")
HINTON = registry.get_spec("hinton-kd")
OWN = replace(HINTON, metrics=(SURPRISE,))
CONTRARY = """
from dataclasses import replace
from workers.methods.distillation.hinton_kd import SPEC as HINTON
from workers.spec import ACCURACY
SPEC = replace(HINTON, slug="contrary", metrics=(replace(ACCURACY, better="lower"),))
"""


def test_the_metric_of_one_method_is_known_beside_the_common_ones():
    assert registry.metric("head_accuracy") == registry.get_spec("what-bert-looks-at").quality
    assert "head_accuracy" not in METRICS
    assert set(METRICS) < set(registry.metrics())


def test_a_slug_that_nobody_knows_is_its_own_label_and_neither_way_is_better():
    found = registry.metric("lost_art", "arts")
    assert (found.label.en, found.unit, found.sign) == ("lost art", "arts", 0)


def test_a_slug_means_one_thing(tmp_path, monkeypatch):
    folder = tmp_path / "contrary" / "one"
    folder.mkdir(parents=True)
    (tmp_path / "contrary" / "__init__.py").touch()
    (folder / "__init__.py").write_text(CONTRARY)
    for page in PAGES.values():
        shutil.copy(registry.folder_path(HINTON) / page, folder)
    monkeypatch.setattr(methods, "__path__", [*methods.__path__, str(tmp_path)])
    try:
        with pytest.raises(ValueError, match="contrary means something else by the metric 'accuracy'"):
            registry.all_specs.__wrapped__()
    finally:
        for name in [name for name in sys.modules if name.startswith("workers.methods.contrary")]:
            del sys.modules[name]


# --- on the terminal ----------------------------------------------------------------------------------------------
def cells(shown) -> list[list[str]]:
    return [[text for text in column.cells if text] for column in shown.columns]


def test_a_run_shows_the_method_s_own_first_and_what_nobody_knows_last(monkeypatch):
    monkeypatch.setattr(registry, "all_specs", lambda: {OWN.slug: OWN})
    rows = [("lost_art", 3.25, "arts"), ("accuracy", 0.8, "share"), ("surprise", 2.5, "bits a word")]
    found = [{"role": "student", "metric": metric, "value": value, "unit": unit} for metric, value, unit in rows]
    assert cells(results_table(OWN, found)) == [
        ["Surprise", "Accuracy", "lost art"],
        ["2.5 bits a word", "80.0 %", "3.25 arts"],
    ]


def test_a_sweep_judges_a_method_by_its_own_quality_and_its_direction():
    entry = Entry(OWN, OWN.preset("smoke"), {})
    measured = []
    for seed in range(5):
        values = {"baseline": 3.0 + seed, "student": 2.0 + seed}
        results = [{"role": role, "metric": "surprise", "value": value} for role, value in values.items()]
        measured.append((Planned(entry, "opinions", seed), results))
    _names, quality, gain, order, *_rest = cells(
        table(Comparison("distillation", "smoke", {}, (entry,)), "opinions", measured)
    )
    assert (quality, gain, order) == (["5 ± 1.581", "4 ± 1.581"], ["-1 ± 0"], ["better"])
