"""The runs page shows what its form and its address ask for."""

import re

import pytest
from django.urls import reverse

from demos.models import Group, Run
from tests.demos.factories import RunFactory, measured_run

pytestmark = pytest.mark.django_db


def shown(client, **asked) -> list[str]:
    """The ids of the runs in the table, in its order."""
    html = client.get(reverse("demos:runs"), asked).content.decode()
    return re.findall(r'<a href="/runs/([0-9a-f-]{36})/"><time', html)


def ids(*runs: Run) -> list[str]:
    return [str(run.id) for run in runs]


@pytest.mark.parametrize(
    "different", [{"method": "gone"}, {"data": "sst2"}, {"preset": "smoke"}, {"state": Run.State.STARTING}]
)
def test_runs_are_narrowed_by_each_of_their_facts(client, spec, different):
    RunFactory(**different)
    wanted = RunFactory()
    ((name, _value),) = different.items()
    assert shown(client, **{name: getattr(wanted, name)}) == ids(wanted)


def test_filters_narrow_together(client, spec):
    RunFactory(preset="smoke")
    measured_run(preset="small")
    wanted = measured_run(preset="smoke")
    assert shown(client, preset="smoke", state="succeeded") == ids(wanted)


def test_mine_are_those_i_started(client, spec, django_user_model):
    ada, bob = (django_user_model.objects.create_user(name) for name in ("ada", "bob"))
    RunFactory(owner=bob)
    RunFactory()
    mine = RunFactory(owner=ada)
    client.force_login(ada)
    assert shown(client, owner="mine") == ids(mine)


def test_at_an_open_machine_mine_are_those_of_nobody(client, spec, django_user_model):
    RunFactory(owner=django_user_model.objects.create_user("ada"))
    nobodys = RunFactory()
    assert shown(client, owner="mine") == ids(nobodys)


def test_a_group_s_runs_are_shown_with_the_way_to_it_and_out_of_it(client, spec):
    group = Group.objects.create(method=spec.slug, preset="small", data="opinions")
    RunFactory()
    wanted = RunFactory(group=group)
    assert shown(client, group=str(group.id)) == ids(wanted)
    html = client.get(reverse("demos:runs"), {"group": str(group.id)}).content.decode()
    assert f'href="{group.get_absolute_url()}"' in html and "Show all runs" in html


def test_the_newest_come_first_unless_the_oldest_are_asked_for(client, spec):
    first, second = RunFactory(), RunFactory()
    assert shown(client) == ids(second, first)
    assert shown(client, sort="oldest") == ids(first, second)


@pytest.mark.parametrize("nonsense", [{"group": "x"}, {"owner": "bob"}, {"sort": "-pk"}, {"data": "<b>"}])
def test_what_the_form_does_not_know_shows_all_runs(client, spec, nonsense):
    RunFactory.create_batch(2)
    assert len(shown(client, **nonsense)) == 2


def test_the_pager_keeps_every_choice(client, spec):
    RunFactory.create_batch(31)
    html = client.get(reverse("demos:runs"), {"data": "opinions", "sort": "oldest"}).content.decode()
    assert 'href="?data=opinions&amp;sort=oldest&amp;page=2"' in html


def test_the_page_leads_to_the_queue(client, spec):
    assert f'href="{reverse("demos:queue")}"' in client.get(reverse("demos:runs")).content.decode()
