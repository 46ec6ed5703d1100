"""The same run once more: by its button and through the service."""

from __future__ import annotations

import pytest

from demos import services
from demos.models import Run
from tests.demos.factories import RunFactory

pytestmark = pytest.mark.django_db


def test_a_repeat_asks_for_the_same_and_names_what_it_repeats(spec):
    run = RunFactory(succeeded=True, seed=5)
    again = services.repeat_run(run=run)
    assert (again.repeat_of, again.state, again.configuration) == (run, "queued", run.configuration)
    assert (again.seed, again.preset, again.data, again.params) == (5, run.preset, run.data, run.params)


@pytest.mark.parametrize(
    ("gone", "words"),
    [
        ({"method": "forgotten"}, "method of this run is not here"),
        ({"preset": "huge"}, "no set-up named huge"),
        ({"params": {"colour": 1}}, "does not take the parameters"),
    ],
)
def test_what_is_gone_is_named_and_nothing_starts(spec, gone, words):
    run = RunFactory(succeeded=True, **gone)
    with pytest.raises(services.RunRefused, match=words):
        services.repeat_run(run=run)
    assert Run.objects.get() == run


def test_the_button_leads_to_the_new_run(client, spec):
    run = RunFactory(succeeded=True)
    answer = client.post(f"/runs/{run.pk}/repeat/")
    assert answer.url == run.repeats.get().get_absolute_url()


def test_a_refusal_is_told_on_the_run_s_page(client, spec, settings):
    run = RunFactory(succeeded=True, preset="huge")
    answer = client.post(f"/runs/{run.pk}/repeat/", follow=True)
    assert answer.redirect_chain[-1][0] == run.get_absolute_url()
    assert "This method has no set-up named huge." in answer.content.decode()


def test_a_visitor_of_a_closed_site_repeats_nothing(client, spec, settings):
    settings.OPEN_TO_ANYONE = False
    run = RunFactory(succeeded=True)
    assert client.post(f"/runs/{run.pk}/repeat/").status_code == 403
    assert Run.objects.count() == 1


def test_a_get_repeats_nothing(client, spec):
    run = RunFactory(succeeded=True)
    assert client.get(f"/runs/{run.pk}/repeat/").status_code == 405
    assert Run.objects.count() == 1
