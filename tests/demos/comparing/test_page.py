"""/compare/: what stands beside each other, and what is refused."""

import pytest
from django.urls import reverse

from demos.models import Result, Run
from tests.demos import stand_in
from tests.demos.factories import RunFactory, add_events, measured_run

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("spec")]


def compare(client, *runs: Run, **query: str):
    asked = {"runs": ",".join(str(run.id) for run in runs)} | query
    return client.get(reverse("demos:compare"), asked)


def lines(response, part: str) -> dict[str, list[str]]:
    return {line.name: line.values for line in response.context[part]}


def test_only_parameters_that_differ_are_shown(client):
    one, other = measured_run(seed=1), measured_run(seed=1, params=stand_in.SPEC.clean({"epochs": 5}))
    assert lines(compare(client, one, other), "params") == {"Epochs": ["3", "5"]}


def test_equal_parameters_are_shown_when_asked_for(client):
    found = lines(compare(client, measured_run(seed=1), measured_run(seed=1), all="1"), "params")
    assert found["Temperature"] == ["4", "4"]
    assert found["seed"] == ["1", "1"]


def test_results_carry_their_difference_to_the_first_run(client):
    one, other = measured_run(), measured_run()
    other.results.filter(role="student", metric="accuracy").update(value=0.85)
    results = compare(client, one, other).context["comparison"].results
    student = next(line for line in results if (line.role, line.metric) == ("student", "accuracy"))
    assert [(cell.text, cell.difference, cell.verdict) for cell in student.cells] == [
        ("81.0", "", ""),
        ("85.0", "+4.0", "better"),
    ]


def test_a_smaller_file_is_better(client):
    one, other = measured_run(), measured_run()
    other.results.filter(role="student", metric="size_bytes").update(value=200_000)
    results = compare(client, one, other).context["comparison"].results
    line = next(line for line in results if (line.role, line.metric) == ("student", "size_bytes"))
    assert (line.cells[1].difference, line.cells[1].verdict) == ("−0.09", "better")


def test_a_run_is_called_by_what_sets_it_apart_from_those_of_its_method(client):
    one = measured_run(seed=1, params=stand_in.SPEC.clean({"epochs": 3}))
    other = measured_run(seed=2, params=stand_in.SPEC.clean({"epochs": 5}))
    stranger = measured_run(seed=1, method="gone", params={})
    names = compare(client, one, other, stranger).context["comparison"].names
    title = "Soft targets <script>"
    assert names == [f"{title}, Epochs 3, seed 1", f"{title}, Epochs 5, seed 2", "gone"]


def test_runs_that_nothing_sets_apart_are_called_by_their_ids(client):
    twins = [measured_run(seed=1), measured_run(seed=1)]
    assert compare(client, *twins).context["comparison"].names == [str(run.id)[:8] for run in twins]


def test_another_baseline_comes_first(client):
    one, other = measured_run(), measured_run()
    assert compare(client, one, other, baseline=str(other.id)).context["comparison"].baseline == other


def test_curves_of_one_name_share_a_chart(client):
    one, other = measured_run(seed=1), measured_run(seed=2)
    for run in (one, other):
        add_events(
            run, *[("scalar", {"name": "student/soft_loss", "step": step, "value": 1 / step}) for step in (1, 2)]
        )
    page = compare(client, one, other)
    assert page.context["curve"] == "student/soft_loss"
    assert page.context["chart"].svg.count('class="line"') == 2 or page.context["chart"].svg.count("polyline") >= 2


def test_addresses_of_runs_are_understood_too(client):
    one, other = measured_run(), measured_run()
    page = client.get(reverse("demos:compare"), {"runs": [str(one.id), f"http://here{other.get_absolute_url()}"]})
    assert page.context["comparison"].runs == [one, other]


def test_runs_of_different_methods_are_matched_by_what_a_role_is(client):
    gone = RunFactory(succeeded=True, method="gone")
    Result.objects.create(run=gone, role="pupil", metric="accuracy", value=0.5, unit="share")
    labels = [line.role_label for line in compare(client, measured_run(), gone).context["comparison"].results]
    assert {"teacher", "baseline", "method", "pupil"} == set(labels)


def test_one_run_begins_a_choice_and_asks_for_another(client):
    page = compare(client, measured_run())
    assert page.status_code == 200
    assert "Choose at least two runs" in page.content.decode()


def test_a_run_is_offered_what_may_stand_beside_it_with_itself_ticked(client):
    stranger = measured_run(method="gone")
    one, other = measured_run(seed=1), measured_run(seed=2)
    RunFactory(succeeded=True, data="sst2")
    RunFactory()
    page = compare(client, one)
    assert page.context["runs"] == [one, other, stranger]
    assert page.content.decode().count(" checked") == 1
    assert f'value="{one.id}" checked' in page.content.decode()


def test_twenty_one_runs_are_too_many(client):
    page = compare(client, *[RunFactory() for _ in range(21)])
    assert "At most 20 runs" in page.content.decode()


def test_a_run_that_is_not_there_is_named(client):
    page = compare(client, measured_run(), Run(), measured_run())
    assert page.status_code == 422
    assert "There is no run" in page.content.decode()


def test_an_empty_choice_is_a_page_and_no_error(client):
    assert client.get(reverse("demos:compare")).status_code == 200


def test_two_and_twenty_runs_cost_the_same_queries(client, django_assert_max_num_queries):
    runs = [measured_run(seed=seed) for seed in range(20)]
    with django_assert_max_num_queries(12) as few:
        compare(client, *runs[:3])
    with django_assert_max_num_queries(12) as many:
        compare(client, *runs)
    assert len(few) == len(many)


def test_the_csv_has_a_column_a_run(client):
    one, other = measured_run(), measured_run()
    answer = client.get(reverse("demos:compare_csv"), {"runs": f"{one.id},{other.id}"})
    rows = answer.content.decode().splitlines()
    assert rows[0] == f"role,metric,unit,{one.id},{other.id}"
    assert "student,accuracy,share,0.81,0.81" in rows
