"""A method judged by a metric that it alone knows, better the lower it is; and metrics that nobody knows any more."""

import csv
from dataclasses import replace

import pytest
from django.urls import reverse

from demos import formatting, reading, tables, verdicts
from demos.families.reading import FamilyRuns
from demos.leaderboard.board import board_of
from demos.leaderboard.tiny import tiny_pareto
from demos.models import Result, Run
from tests.demos import stand_in
from tests.demos.factories import RunFactory, measured, measured_run
from tests.demos.leaderboard.measured import OTHER
from tests.demos.test_views import text_of
from workers import registry
from workers.comparison import comparison
from workers.metrics import METRICS
from workers.spec import MethodSpec, Metric, Text

pytestmark = pytest.mark.django_db
SURPRISE = Metric("surprise", Text("Surprise", "意外度"), "bits a word", "lower")
ROLES = {"teacher": 1.0, "alone": 3.0, "student": 2.0}
BOARD = "/api/v1/leaderboard/"


@pytest.fixture
def own(spec, monkeypatch) -> MethodSpec:
    """Beside another method, which is judged by its accuracy."""
    found = replace(stand_in.SPEC, metrics=(SURPRISE, METRICS["accuracy"]))
    monkeypatch.setattr(registry, "all_specs", lambda: {found.slug: found, OTHER.slug: OTHER})
    return found


def surprised(seed: int = 0, size: float = 9e5, **values: float) -> Run:
    run = measured(RunFactory(seed=seed, device_class="cpu a"), "surprise", "bits a word", **ROLES | values)
    return measured(run, "size_bytes", "bytes", teacher=9e6, alone=size, student=size)


# --- one run ------------------------------------------------------------------------------------------------------
def test_its_label_stands_in_both_languages_and_its_number_with_its_own_unit(own, client):
    run = surprised()
    assert "Surprise bits a word" in text_of(client.get(run.get_absolute_url()))
    assert (
        SURPRISE.label.zh in client.get(run.get_absolute_url(), headers={"Accept-Language": "zh-hans"}).content.decode()
    )
    assert str(formatting.quantity("surprise", 2.5)) == "2.5\u202fbits a word"


def test_less_is_better_than_the_baseline_in_the_table(own):
    run = surprised()
    table = tables.results_table(own, run.results.all())
    assert [column.metric for column in table.columns] == ["surprise", "size_bytes"]
    cell = table.rows[-1].cells[0]
    assert (cell.difference, cell.verdict, table.is_in_points) == ("\u22121", "better", False)


def test_the_best_run_is_the_lowest_and_nothing_is_kept_of_a_teacher(own):
    surprised(seed=0)
    best = surprised(seed=1, student=1.5)
    surprised(seed=2, student=2.5)
    entry = reading.entries([own])[0]
    assert (entry.best, entry.best_measured.quality, entry.kept) == (best, "1.5\u202fbits a word", "")
    assert reading.main_result(best).replace("\u202f", " ").startswith("method 1.5 bits a word, baseline 3 bits")


def test_another_run_is_better_the_lower_it_is(own, client):
    one, other = surprised(), surprised(seed=1, student=1.0)
    page = client.get(reverse("demos:compare"), {"runs": f"{one.id},{other.id}"})
    line = next(line for line in page.context["comparison"].results if line.role == "student")
    assert (line.metric_label, line.cells[1].difference, line.cells[1].verdict) == ("Surprise", "\u22121", "better")


# --- several ------------------------------------------------------------------------------------------------------
def test_the_order_is_told_by_it(own):
    for seed in range(3):
        surprised(seed=seed, student=2.0 + seed / 100)
    order = verdicts.measured_order(own, verdicts.measured_of(own.slug))
    assert (order.metric, order.words.endswith("the method is better here.")) == ("surprise", True)


def test_the_leaderboard_offers_it_and_ranks_the_lowest_first(own, client):
    surprised()
    board = board_of({})
    assert (board.choices.quality, board.options.qualities) == ("surprise", ["surprise"])
    assert [one.role.slug for one in board.networks] == ["teacher", "student", "alone"]
    assert [one.role.slug for one in board.on_front] == ["student", "teacher"]
    page = client.get("/leaderboard/")
    assert "Surprise (bits a word)" in page.content.decode() and 'aria-sort="ascending"' in page.content.decode()
    assert page.context["plot"].data["y"]["falls"]


def test_the_api_takes_it_and_gives_its_unit_label_and_direction(own, client):
    surprised()
    body = client.get(BOARD, {"quality": "surprise", "kind": "method"}).json()
    assert (body["choices"]["quality_unit"], body["networks"][0]["quality"]["mean"]) == ("bits a word", 2.0)
    assert client.get(BOARD, {"quality": "beauty"}).status_code == 400
    assert client.get(f"/api/v1/methods/{own.slug}/").json()["metrics"][0] == {
        "slug": "surprise",
        "label": {"en": "Surprise", "zh": SURPRISE.label.zh},
        "unit": "bits a word",
        "better": "lower",
    }


def test_a_board_of_several_methods_begins_with_what_most_are_judged_by(own, monkeypatch):
    third = replace(OTHER, slug="third")
    monkeypatch.setattr(registry, "all_specs", lambda: {one.slug: one for one in (own, OTHER, third)})
    surprised()
    measured_run(method="other"), measured_run(method="third")
    board = board_of({"teacher": "any"})
    assert (board.choices.quality, board.options.qualities) == ("accuracy", ["surprise", "accuracy"])


def test_the_tiny_plot_draws_what_is_better_higher(own):
    surprised()
    drawn = tiny_pareto(reading.entries([own]))
    assert "from 0.90 MB at 2\u202fbits a word" in drawn.svg.replace("0.90\u202fMB", "0.90 MB")
    heights = [float(part.split()[1].split("m")[0]) for part in drawn.svg.split('class="mark" d="M')[1:]]
    baseline, teacher, method = heights
    assert teacher < method < baseline, "SVG counts downwards"


def test_a_family_of_several_qualities_names_each_in_its_row(own, client):
    for spec, run in ((own, surprised()), (OTHER, measured_run(method="other"))):
        Run.objects.filter(pk=run.pk).update(configuration=_family_key(spec))
    page = client.get(reverse("demos:family", args=[own.family]))
    rows = {part.spec.slug: part.rows[-1] for part in page.context["parts"]}
    assert (rows[own.slug].metric, rows[own.slug].quality) == ("Surprise (bits a word)", "2")
    assert (rows["other"].metric, rows["other"].quality) == ("Accuracy (%)", "81.0")
    assert page.context["quality"] == "Quality"


def _family_key(spec: MethodSpec) -> str:
    return FamilyRuns(comparison(spec.family, "small"), "opinions", [0]).configurations[spec.slug]


# --- known nowhere ------------------------------------------------------------------------------------------------
def test_a_metric_that_nobody_knows_is_shown_by_its_slug_on_every_page(spec, client):
    one, other = measured_run(), measured_run()
    for run in (one, other):
        Result.objects.create(run=run, role="student", metric="lost_art", value=3.25, unit="arts", position=9)
    assert "lost art arts" in text_of(client.get(one.get_absolute_url()))
    query = {"runs": f"{one.id},{other.id}"}
    assert "lost art" in text_of(client.get(reverse("demos:compare"), query))
    lines = csv.reader(client.get(reverse("demos:compare_csv"), query).content.decode().splitlines())
    assert ["student", "lost_art", "arts", "3.25", "3.25"] in list(lines)
    results = client.get(f"/api/v1/runs/{one.id}/").json()["results"]
    assert {"role": "student", "metric": "lost_art", "value": 3.25, "unit": "arts"} in results
    assert client.get("/leaderboard/").status_code == 200


def test_a_run_of_a_method_that_is_gone_is_shown_by_its_slugs(spec, client):
    run = measured(RunFactory(method="gone"), "lost_art", "arts", who=3.25)
    page = text_of(client.get(run.get_absolute_url()))
    assert "lost art arts" in page and "3.25" in page
    assert client.get("/").status_code == client.get("/runs/").status_code == 200
