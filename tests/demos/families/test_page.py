"""A family's page: which runs count, what is missing, and what its button starts."""

from __future__ import annotations

import pytest
from django.urls import reverse

from demos.configurations import configuration_of
from demos.families.reading import FamilyRuns
from demos.models import Group, Result, Run
from tests.demos.factories import RunFactory
from workers.comparison import comparison

pytestmark = pytest.mark.django_db

QUALITIES = {"teacher": (0.92, 0.93, 0.91), "alone": (0.60, 0.62, 0.61), "student": (0.80, 0.83, 0.80)}


@pytest.fixture
def address(spec) -> str:
    return reverse("demos:family", args=[spec.family])


@pytest.fixture
def params(spec) -> dict:
    (entry,) = comparison(spec.family, "small").entries
    return entry.params


def measured(spec, params, seed: int, **changed) -> Run:
    params = {**params, **changed}
    key = configuration_of(method=spec.slug, data="opinions", params=params)
    run = RunFactory(succeeded=True, preset="small", seed=seed, params=params, configuration=key)
    for role, values in QUALITIES.items():
        for metric, value in (("accuracy", values[seed % 3]), ("size_bytes", 1e5)):
            Result.objects.create(run=run, role=role, metric=metric, value=value)
    return run


def test_the_footing_and_who_cannot_keep_to_it_are_said(client, address):
    page = client.get(address).content.decode()
    assert "Epochs" in page and "Teacher epochs" not in page  # only what some method here has a parameter for
    assert "cannot keep to all of it: Student: tiny." in page


def test_an_unmeasured_family_offers_to_measure_every_seed(client, address):
    response = client.get(address)
    assert response.context["missing"] == 3
    assert "Measure what is missing · 3 runs" in response.content.decode()


def test_the_button_starts_the_family_settings_for_each_seed_and_no_run_twice(client, address, spec, params):
    for _press in range(2):
        response = client.post(address + "measure/", {"preset": "small", "data": "opinions", "seeds": "3"})
        assert response.status_code == 302
    runs = Run.objects.all()
    assert sorted(run.seed for run in runs) == [0, 1, 2]
    assert all(run.params == params and run.preset == "small" for run in runs)
    assert Group.objects.get().seeds == [0, 1, 2]
    assert "3 runs of this comparison wait or work" in client.get(address).content.decode()


def test_a_gain_over_three_seeds_is_paired_and_judged(client, address, spec, params):
    for seed in range(3):
        measured(spec, params, seed)
    response = client.get(address)
    (part,) = response.context["parts"]
    (baseline, method) = part.rows
    assert (baseline.quality, baseline.gain, baseline.order) == ("61.0 ± 1.0", "+20.0 ± 1.0", "ordering holds: better")
    assert (method.quality, method.gain) == ("81.0 ± 1.7", "")
    assert [row.quality for row in response.context["teachers"]] == ["92.0 ± 1.0"]
    assert response.context["missing"] == 0
    assert "Complete: every method has run with 3 seeds." in response.content.decode()


def test_runs_with_other_settings_do_not_count(client, address, spec, params):
    for seed in range(3):
        measured(spec, params, seed, temperature=9.0)
    response = client.get(address)
    assert response.context["missing"] == 3
    assert response.context["parts"][0].rows == []


def test_two_seeds_claim_no_order(client, address, spec, params):
    for seed in range(2):
        measured(spec, params, seed)
    response = client.get(address + "?seeds=2")
    assert "not claimed" in response.context["parts"][0].rows[0].order
    assert "Too few seeds for an order." in response.content.decode()


def test_data_that_is_not_here_has_no_button(client, address):
    page = client.get(address + "?data=sst2").content.decode()
    assert "3 runs are missing, and this data set is not here." in page
    assert "Measure what is missing" not in page


def test_what_the_address_cannot_mean_is_said(client, address):
    assert "“nonsense” is nothing that this page can show." in client.get(address + "?data=nonsense").content.decode()


@pytest.mark.parametrize("slug", ["no-such-family", "embeddings"])
def test_a_family_without_methods_has_no_page(client, spec, slug):
    assert client.get(reverse("demos:family", args=[slug])).status_code == 404


def test_a_reader_may_not_press_the_button(client, address, settings):
    settings.OPEN_TO_ANYONE = False
    assert client.post(address + "measure/", {"preset": "small", "data": "opinions"}).status_code == 403
    assert not Run.objects.exists()


def test_claims_are_judged_by_all_that_was_measured_and_not_by_the_tables_columns_alone(spec, params):
    for seed in range(3):
        run = measured(spec, params, seed)
        Result.objects.create(run=run, role="student", metric="flops_per_token", value=1000 + seed, unit="FLOP")
    found = FamilyRuns(comparison(spec.family, "small"), "opinions", range(3))
    (entry,) = found.comparison.entries
    assert found.measured(entry).by_seed("student", "flops_per_token") == {0: 1000, 1: 1001, 2: 1002}
