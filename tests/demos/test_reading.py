from dataclasses import replace

import pytest
from django.template.loader import render_to_string

from catalog.bundle import load_bundled_catalogue
from catalog.identifiers import arxiv_id
from catalog.models import Paper
from catalog.titles import title_key
from demos import reading
from demos.models import Result, Run
from tests.demos.factories import RunFactory, measured_run
from workers import registry

pytestmark = pytest.mark.django_db


def quality(value: float, **values) -> Run:
    run = RunFactory(succeeded=True, **values)
    Result.objects.create(run=run, role="student", metric="accuracy", value=value, unit="share")
    Result.objects.create(run=run, role="teacher", metric="accuracy", value=0.99, unit="share", position=1)
    return run


def test_the_best_run_is_the_method_s_own_best_and_not_the_teacher_s(spec):
    quality(0.7)
    best = quality(0.9)
    quality(0.8)
    (entry,) = reading.entries([spec])
    assert (entry.best, entry.runs, entry.best_measured.quality) == (best, 3, "90.0\u202f%")


def test_of_equals_the_latest_is_best(spec):
    quality(0.9)
    latest = quality(0.9)
    assert reading.entries([spec])[0].best == latest


def test_a_run_that_did_not_end_well_is_no_best_run(spec):
    run = quality(0.9)
    Run.objects.filter(pk=run.pk).update(state=Run.State.FAILED)
    (entry,) = reading.entries([spec])
    assert (entry.best, entry.runs) == (None, 1)


def test_a_paper_is_known_by_its_arxiv_id_whatever_its_title(spec):
    assert reading.is_about(spec, Paper(title="Another title", title_key="anothertitle", arxiv="1503.02531"))
    assert not reading.is_about(spec, Paper(title="No id", title_key="noid", arxiv=""))


def test_a_paper_without_an_arxiv_id_is_known_by_each_of_its_titles(spec):
    titled = replace(spec, paper="Model Compression")
    paper = Paper.objects.create(slug="first", title="Model compression.", title_key=title_key("Model compression."))
    other = Paper.objects.create(slug="other", title="Model Compressions", title_key=title_key("Model Compressions"))
    assert reading.is_about(titled, paper) and reading.paper_of(titled) == paper
    assert not reading.is_about(titled, other)
    renamed = replace(spec, paper="Smaller Models")
    other.alternative_titles.create(title="Smaller models", title_key=title_key("Smaller models"))
    assert reading.is_about(renamed, other) and reading.paper_of(renamed) == other


def test_methods_cost_three_queries_however_many_runs(spec, django_assert_num_queries):
    for _ in range(5):
        measured_run()
    with django_assert_num_queries(3):
        reading.families()


def test_a_method_tells_what_its_best_run_kept_of_its_teacher(spec):
    measured_run()
    (entry,) = reading.entries([spec])
    assert entry.kept.replace("\u202f", " ") == "keeps 98.4 % of its teacher's accuracy at 4.0 % of its size"


def test_without_the_teacher_s_size_nothing_is_said_of_what_was_kept(spec):
    quality(0.8)
    assert reading.entries([spec])[0].kept == ""


def test_every_method_s_paper_stands_in_the_bundled_catalogue_or_is_found_at_arxiv():
    load_bundled_catalogue()
    absent = [spec for spec in registry.all_specs().values() if reading.paper_of(spec) is None]
    assert [spec.slug for spec in absent if not arxiv_id(spec.paper)] == []


def test_a_best_run_without_a_size_is_said_without_one(spec):
    quality(0.8)
    (entry,) = reading.entries([spec])
    said = " ".join(render_to_string("demos/_method_line.html", {"entry": entry}).replace("\u202f", " ").split())
    assert "best 80.0 % ·" in said
