"""On a site with accounts a run and a group are stopped by who started them and by staff; anybody signed in repeats."""

import pytest
from django.urls import reverse

from catalog.api.tokens import issue_token
from demos.models import Group, Run
from tests.demos.factories import RunFactory, measured_run

pytestmark = pytest.mark.django_db
STOPPERS = [("ada", True), ("root", True), ("bob", False)]  # ada started it, root is staff


@pytest.fixture(autouse=True)
def people(django_user_model, settings):
    settings.OPEN_TO_ANYONE = False
    return {name: django_user_model.objects.create_user(name, is_staff=name == "root") for name in dict(STOPPERS)}


def a_group(owner) -> Group:
    asked = {"method": "stand-in", "preset": "small", "data": "opinions", "seeds": [0], "params": {}, "varied": {}}
    group = Group.objects.create(owner=owner, **asked)
    RunFactory(owner=owner, group=group, seed=0)
    return group


def headers_of(person) -> dict:
    return {"Authorization": f"Bearer {issue_token(user=person, name='notebook', scopes=['read', 'run'])[1]}"}


@pytest.mark.parametrize(("name", "may"), STOPPERS)
def test_a_run_is_cancelled_by_who_started_it_and_by_staff(client, spec, people, name, may):
    run = RunFactory(owner=people["ada"])
    client.force_login(people[name])
    assert (client.post(reverse("demos:run_cancel", args=[run.id])).status_code == 302) is may
    assert (Run.objects.get().state == "cancelled") is may


@pytest.mark.parametrize(("name", "may"), STOPPERS)
def test_a_run_s_page_shows_cancel_to_who_may_press_it(client, spec, people, name, may):
    run = RunFactory(owner=people["ada"])
    client.force_login(people[name])
    assert ('id="run-cancel"' in client.get(run.get_absolute_url()).content.decode()) is may


@pytest.mark.parametrize(("name", "may"), STOPPERS)
def test_the_api_cancels_for_who_started_it_and_for_staff(client, spec, people, name, may):
    run = RunFactory(owner=people["ada"])
    answer = client.post(f"/api/v1/runs/{run.id}/cancel/", headers=headers_of(people[name]))
    assert answer.status_code == (202 if may else 403)
    assert may or answer.json()["detail"] == "Only whoever started it, or an administrator, may stop it."
    assert (Run.objects.get().state == "cancelled") is may


@pytest.mark.parametrize(("name", "may"), STOPPERS)
def test_a_group_is_cancelled_by_who_started_it_and_by_staff(client, spec, people, name, may):
    group = a_group(people["ada"])
    client.force_login(people[name])
    assert ('id="group-cancel"' in client.get(group.get_absolute_url()).content.decode()) is may
    assert (client.post(reverse("demos:group_cancel", args=[group.id])).status_code == 302) is may
    assert (Run.objects.get().state == "cancelled") is may


@pytest.mark.parametrize(("name", "may"), STOPPERS)
def test_the_api_cancels_a_group_for_who_started_it_and_for_staff(client, spec, people, name, may):
    group = a_group(people["ada"])
    answer = client.post(f"/api/v1/groups/{group.id}/cancel/", headers=headers_of(people[name]))
    assert answer.status_code == (202 if may else 403)
    assert (Run.objects.get().state == "cancelled") is may


def test_a_run_that_nobody_signed_in_started_is_left_to_staff_once_the_site_is_closed(client, spec, people):
    run = RunFactory(owner=None)
    for name, status in (("bob", 403), ("root", 302)):
        client.force_login(people[name])
        assert client.post(reverse("demos:run_cancel", args=[run.id])).status_code == status


def test_whoever_sits_at_an_open_machine_stops_any_run(client, spec, people, settings):
    settings.OPEN_TO_ANYONE = True
    run = RunFactory(owner=people["ada"])
    assert client.post(reverse("demos:run_cancel", args=[run.id])).status_code == 302
    assert Run.objects.get().state == "cancelled"


def test_anybody_signed_in_repeats_the_run_of_another_as_their_own(client, spec, people):
    run = measured_run(owner=people["ada"])
    client.force_login(people["bob"])
    assert 'id="run-repeat"' in client.get(run.get_absolute_url()).content.decode()
    client.post(reverse("demos:run_repeat", args=[run.id]))
    assert client.post(f"/api/v1/runs/{run.id}/repeat/", headers=headers_of(people["bob"])).status_code == 202
    assert [again.owner for again in Run.objects.filter(repeat_of=run)] == [people["bob"]] * 2


def test_a_reader_without_an_account_may_compare_a_run_and_nothing_else(client, spec, people):
    page = client.get(measured_run(owner=people["ada"]).get_absolute_url()).content.decode()
    assert reverse("demos:compare") in page
    assert 'id="run-repeat"' not in page and "Clone with changes" not in page


def test_runs_are_removed_by_staff_alone(client, spec, people):
    run = measured_run(owner=people["ada"])
    client.force_login(people["ada"])
    client.post(f"/admin/demos/run/{run.pk}/delete/", {"post": "yes"})
    assert Run.objects.exists()
    assert client.delete(f"/api/v1/runs/{run.id}/", headers=headers_of(people["root"])).status_code == 405
    people["root"].is_superuser = True
    people["root"].save()
    client.force_login(people["root"])
    client.post(f"/admin/demos/run/{run.pk}/delete/", {"post": "yes"})
    assert not Run.objects.exists()
