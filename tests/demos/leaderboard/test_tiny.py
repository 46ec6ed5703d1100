"""The home page's plot: the networks of each method's best run, and the front of them."""

import re

import pytest

from demos import reading
from demos.leaderboard.tiny import tiny_pareto
from demos.models import Result
from tests.demos.factories import RunFactory, measured_run

pytestmark = pytest.mark.django_db


def drawn(spec):
    return tiny_pareto(reading.entries([spec]))


def test_teacher_and_student_stand_where_they_were_measured(spec):
    measured_run()
    found = drawn(spec)
    marks = re.findall(r'<g class="([^"]+)"><path class="mark" d="M([\d.]+) ([\d.]+)', found.svg)
    (teacher, *teacher_at), (student, *student_at) = marks
    assert (teacher, student) == ("kind-teacher", "family-distillation kind-method")
    assert float(student_at[0]) < float(teacher_at[0]), "the student is smaller"
    assert float(student_at[1]) > float(teacher_at[1]), "and lies lower: SVG counts downwards"
    assert "from 0.29 MB at 81.0 % to 7.30 MB at 82.3 %" in found.svg.replace("\u202f", " ")


def test_what_is_larger_and_no_better_is_not_on_the_front(spec):
    run = measured_run()
    Result.objects.filter(run=run, role="teacher", metric="accuracy").update(value=0.80)
    (front,) = re.findall(r'class="front" d="M[^"]*"', drawn(spec).svg)
    assert front.count("V") == 1, "a step for the student alone"


def test_one_network_or_none_is_no_plot(spec):
    assert drawn(spec) is None
    run = RunFactory(succeeded=True)
    Result.objects.create(run=run, role="student", metric="accuracy", value=0.8, unit="share")
    Result.objects.create(run=run, role="student", metric="size_bytes", value=9, unit="bytes")
    assert drawn(spec) is None


def test_the_plot_costs_no_query(spec, django_assert_num_queries):
    measured_run()
    entries = reading.entries([spec])
    with django_assert_num_queries(0):
        assert tiny_pareto(entries)


def test_home_shows_it_and_leads_to_the_leaderboard(client, spec):
    measured_run()
    page = client.get("/").content.decode()
    assert re.search(r'<a href="/leaderboard/"><svg class="tiny-pareto"', page)
