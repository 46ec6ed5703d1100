import pytest
from django.contrib.auth import get_user_model

from demos.groups import services
from demos.models import Group, Run
from demos.services import RunRefused
from tests.demos.factories import end, measured
from workers.spec import InvalidParams

pytestmark = pytest.mark.django_db


def asked(**changes) -> dict:
    return {"preset": "small", "data": "opinions", "seeds": [0, 1, 2], "params": {}, "varied": {}} | changes


@pytest.fixture
def group(spec) -> Group:
    return services.start_group(spec=spec, **asked(seeds=[0, 1], varied={"temperature": [2, 4]}))


def test_a_group_has_a_run_for_each_seed_and_point(spec, group):
    found = {(run.seed, run.params["temperature"]) for run in group.runs.all()}
    assert found == {(0, 2.0), (0, 4.0), (1, 2.0), (1, 4.0)}
    assert (group.size, group.varied, group.seeds) == (4, {"temperature": [2.0, 4.0]}, [0, 1])
    assert group.params["epochs"] == 3 and "temperature" not in group.params


def test_runs_of_a_point_have_one_configuration_and_points_differ(group):
    assert group.runs.values("configuration").distinct().count() == 2


def test_runs_are_started_seed_by_seed(group):
    assert list(group.runs.order_by("created_at").values_list("seed", flat=True)) == [0, 0, 1, 1]


def test_a_group_keeps_its_owner(spec):
    ada = get_user_model().objects.create_user("ada")
    group = services.start_group(spec=spec, owner=ada, **asked())
    assert group.owner == ada
    assert set(group.runs.values_list("owner", flat=True)) == {ada.id}


def test_one_seed_and_nothing_varied_is_a_plain_run(spec):
    run = services.start(spec=spec, **asked(seeds=[7], varied={"temperature": [2]}))
    assert isinstance(run, Run)
    assert (run.seed, run.params["temperature"], run.group) == (7, 2.0, None)
    assert not Group.objects.exists()


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"preset": "huge"}, RunRefused),
        ({"data": "nope"}, RunRefused),
        ({"seeds": []}, RunRefused),
        ({"seeds": [0, 2**31]}, RunRefused),
        ({"seeds": list(range(61))}, RunRefused),
        ({"varied": {"temperature": [4, 99]}}, InvalidParams),
    ],
)
def test_what_is_refused_leaves_nothing(spec, change, error):
    with pytest.raises(error):
        services.start_group(spec=spec, **asked(**change))
    assert not Run.objects.exists() and not Group.objects.exists()


def test_a_group_that_the_queue_has_no_room_for_starts_none_of_its_runs(
    spec, settings, django_capture_on_commit_callbacks
):
    settings.RUN_MAX_QUEUED = 2
    with django_capture_on_commit_callbacks() as sent, pytest.raises(RunRefused, match="Too many runs"):
        services.start_group(spec=spec, **asked())
    assert not Run.objects.exists() and not Group.objects.exists() and sent == []


def test_cancelling_ends_what_waits_and_leaves_what_has_ended(group):
    done = measured(group.runs.first())
    assert services.cancel_group(group=group) == 3
    assert group.runs.filter(state="cancelled").count() == 3
    assert Run.objects.get(pk=done.pk).state == "succeeded"


def test_only_what_ended_without_a_result_is_run_again(group):
    first, second, third, _waiting = group.runs.order_by("created_at")
    measured(first)
    end(second, "failed")
    end(third, "cancelled")
    again = services.repeat_failed(group=group)
    assert [(run.repeat_of, run.seed, run.params, run.group) for run in again] == [
        (run, run.seed, run.params, group) for run in (second, third)
    ]


def test_failures_are_run_again_only_once(group):
    end(group.runs.first(), "failed")
    services.repeat_failed(group=group)
    assert services.repeat_failed(group=group) == []


def test_added_seeds_run_at_every_point(group):
    assert services.add_seeds(group=group, seeds=[1, 2]) == [2]
    group.refresh_from_db()
    assert (group.seeds, group.runs.count()) == ([0, 1, 2], 6)
    assert {run.params["temperature"] for run in group.runs.filter(seed=2)} == {2.0, 4.0}


@pytest.mark.parametrize(("seeds", "said"), [([0, 1], "has these seeds"), (range(100), "at most 60 runs")])
def test_seeds_that_are_there_or_too_many_are_refused(group, seeds, said):
    with pytest.raises(RunRefused, match=said):
        services.add_seeds(group=group, seeds=list(seeds))
    assert group.runs.count() == 4


def test_seeds_that_the_queue_has_no_room_for_are_not_written_down(group, settings):
    settings.RUN_MAX_QUEUED = 5
    with pytest.raises(RunRefused, match="Too many"):
        services.add_seeds(group=group, seeds=[2])
    group.refresh_from_db()
    assert (group.seeds, group.runs.count()) == ([0, 1], 4)


def test_a_group_of_a_method_that_is_gone_starts_nothing(group, monkeypatch):
    end(group.runs.first(), "failed")
    group.method = "gone"
    with pytest.raises(RunRefused, match="not here any more"):
        services.repeat_failed(group=group)
    assert Run.objects.count() == 4
