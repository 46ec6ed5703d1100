"""Groups as a reader meets them: the run panel that starts them, their page, the list of them."""

import csv
import io
import re
from html import unescape

import pytest
from django.urls import reverse

from demos.groups import services
from demos.models import Group, Run
from tests.demos.factories import RunFactory, end, measured

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _open_site(settings):
    settings.OPEN_TO_ANYONE = True


def text_of(response) -> str:
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", response.content.decode())))


def start(spec, seeds=(0, 1, 2), **varied) -> Group:
    asked = {"preset": "small", "data": "opinions", "seeds": list(seeds), "params": {}, "varied": varied}
    return services.start_group(spec=spec, **asked)


def measure(group: Group) -> None:
    for run in group.runs.all():
        measured(run, student=0.80 + run.seed / 100, alone=0.70 + run.seed / 100, teacher=0.9)


def press(client, spec, **fields):
    return client.post(reverse("demos:run_start", args=[spec.slug]), {"preset": "smoke", **fields})


# --- the run panel ------------------------------------------------------------------------------------------------
def test_several_seeds_start_a_group(client, spec):
    response = press(client, spec, seed="0-2")
    group = Group.objects.get()
    assert (response.status_code, response.url) == (302, group.get_absolute_url())
    assert sorted(group.runs.values_list("seed", flat=True)) == [0, 1, 2]


def test_a_list_of_values_starts_a_run_for_each(client, spec):
    press(client, spec, seed="4", vary_temperature="1, 2", vary_student=["tiny", "small"])
    found = {(run.params["temperature"], run.params["student"]) for run in Group.objects.get().runs.all()}
    assert found == {(1.0, "tiny"), (1.0, "small"), (2.0, "tiny"), (2.0, "small")}


def test_one_seed_starts_a_plain_run(client, spec):
    response = press(client, spec, seed="4")
    assert response.url == Run.objects.get().get_absolute_url()
    assert not Group.objects.exists()


def test_many_runs_are_asked_about_first_and_nothing_is_started(client, spec):
    response = press(client, spec, seed="0-5", vary_temperature="1, 2")
    page = text_of(response)
    assert "Start 12 runs?" in page and "Temperature 1, 2" in page and "Seeds 0–5" in page
    assert "about 48 s of work" in page  # twelve times the four seconds of the preset
    assert not Run.objects.exists()


def test_what_was_asked_about_starts_once_it_is_confirmed(client, spec):
    body = press(client, spec, seed="0-5", vary_temperature="1, 2").content.decode()
    fields = re.findall(r'<input type="hidden" name="((?!csrf)\w+)" value="([^"]*)"', body)
    press(client, spec, sure="1", **dict(fields))
    assert Group.objects.get().runs.count() == 12


def test_going_back_from_the_question_fills_the_form_again(client, spec):
    body = press(client, spec, seed="0-5", vary_student=["tiny", "small"]).content.decode()
    back = unescape(re.search(r'href="([^"]*#run)"', body)[1])
    form = client.get(back).content.decode()
    assert 'value="0-5"' in form
    assert len(re.findall(r'name="vary_student" value="\w+"[^>]*checked', form)) == 2


def test_a_wrong_value_is_answered_in_its_place_and_starts_nothing(client, spec):
    response = press(client, spec, seed="0-2", vary_temperature="2, 99")
    assert response.status_code == 422
    assert "99: must be between 1 and 20." in text_of(response)
    assert not Run.objects.exists()


# --- the page of a group ------------------------------------------------------------------------------------------
def test_a_group_that_waits_says_so_and_how_to_reload(client, spec):
    group = start(spec)
    response = client.get(group.get_absolute_url())
    assert "0 of 3 runs done · 3 waiting" in text_of(response)
    assert "Cancel the 3 that are left" in text_of(response)
    assert "Reload" in response.content.decode()
    assert f'data-refresh="{group.get_absolute_url()}?metric=accuracy"' in response.content.decode()


def test_seeds_are_shown_as_mean_deviation_and_interval(client, spec):
    group = start(spec)
    measure(group)
    page = text_of(client.get(group.get_absolute_url()))
    assert "81.0 ± 1.0 78.5 to 83.5 3 seeds" in page  # 4.303 * 1 / sqrt(3) = 2.48
    assert "+10.0 ± 0.0 +10.0 to +10.0 3 seeds ordering holds: better" in page


def test_two_seeds_claim_no_order(client, spec):
    group = start(spec, seeds=[0, 1])
    measure(group)
    assert "fewer than 3 seeds: not claimed" in text_of(client.get(group.get_absolute_url()))


def test_one_varied_parameter_is_a_curve_and_a_row_a_value(client, spec):
    group = start(spec, temperature=[2, 4, 8])
    measure(group)
    body = client.get(group.get_absolute_url()).content.decode()
    assert "Accuracy against Temperature" in body and body.count("error-bar") == 3
    assert re.findall(r'<th scope="row">([248])</th>', body)[:3] == ["2", "4", "8"]


def test_two_varied_parameters_are_a_grid_of_shades(client, spec):
    group = start(spec, seeds=[0], temperature=[2, 4], epochs=[1, 2])
    measure(group)
    body = client.get(group.get_absolute_url()).content.decode()
    assert "Accuracy by Temperature and Epochs" in body and body.count("shade-1") == 4


def test_the_metric_is_chosen_in_the_address(client, spec):
    group = start(spec)
    for run in group.runs.all():
        measured(run)
        run.results.create(role="student", metric="size_bytes", value=290_000, unit="bytes", position=9)
    body = client.get(group.get_absolute_url() + "?metric=size_bytes").content.decode()
    assert '<option value="size_bytes" selected>' in body
    assert client.get(group.get_absolute_url() + "?metric=nonsense").status_code == 200


def test_a_failed_run_is_named_with_its_cause_and_can_be_run_again(client, spec):
    group = start(spec)
    end(group.runs.get(seed=1), "failed", "It ran out of memory.")
    page = text_of(client.get(group.get_absolute_url()))
    assert "seed 1 It ran out of memory." in page and "Run it again" in page
    client.post(reverse("demos:group_repeat", args=[group.id]))
    assert group.runs.filter(seed=1, state="queued").count() == 1
    assert "run again since" in text_of(client.get(group.get_absolute_url()))


def test_what_is_left_is_cancelled_by_one_press(client, spec):
    group = start(spec)
    response = client.post(reverse("demos:group_cancel", args=[group.id]))
    assert response.url == group.get_absolute_url()
    assert group.runs.filter(state="cancelled").count() == 3


def test_seeds_are_added(client, spec):
    group = start(spec)
    client.post(reverse("demos:group_seeds", args=[group.id]), {"seeds": "3-4"})
    assert sorted(group.runs.values_list("seed", flat=True)) == [0, 1, 2, 3, 4]


@pytest.mark.parametrize(("seeds", "said"), [("x", "“x” is no seed"), ("0-1", "The group has these seeds already.")])
def test_seeds_that_cannot_be_added_are_answered_on_the_page(client, spec, seeds, said):
    group = start(spec)
    response = client.post(reverse("demos:group_seeds", args=[group.id]), {"seeds": seeds})
    assert response.status_code == 422
    assert said in text_of(response) and f'value="{seeds}"' in response.content.decode()
    assert group.runs.count() == 3


def test_the_runs_that_were_measured_are_ticked_to_be_compared_up_to_twenty(client, spec):
    group = start(spec, seeds=range(22))
    measure(group)
    again = RunFactory(group=group, seed=0, params=group.runs.first().params)  # counts for nothing while it waits
    page = client.get(group.get_absolute_url()).content.decode()
    assert page.count('name="runs"') == 22 and str(again.id) in page
    assert len(re.findall(r'name="runs" value="[0-9a-f-]{36}" checked', page)) == 20
    ticked = re.findall(r'name="runs" value="([0-9a-f-]{36})" checked', page)
    assert client.get(reverse("demos:compare"), {"runs": ticked}).status_code == 200


def test_htmx_gets_the_live_part_alone(client, spec):
    group = start(spec)
    response = client.get(group.get_absolute_url(), headers={"HX-Request": "true"})
    assert response.content.decode().lstrip().startswith('<div id="group-live"')
    assert "HX-Request" in response["Vary"]


def test_a_group_costs_the_same_queries_with_two_runs_and_twenty(client, spec, django_assert_num_queries):
    small, large = start(spec, seeds=range(2)), start(spec, seeds=range(20))
    measure(small)
    measure(large)
    for group in (small, large):
        with django_assert_num_queries(4):  # the group, its runs, their results, their curves
            client.get(group.get_absolute_url())


def test_the_csv_has_a_row_for_each_point_role_and_metric(client, spec):
    group = start(spec, temperature=[2, 4])
    measure(group)
    response = client.get(reverse("demos:group_csv", args=[group.id]))
    rows = list(csv.DictReader(io.StringIO(response.content.decode())))
    assert len(rows) == 6
    student = next(row for row in rows if row["role"] == "student")
    assert (student["temperature"], student["metric"], student["unit"], student["n"]) == (
        "2.0",
        "accuracy",
        "share",
        "3",
    )
    assert float(student["mean"]) == pytest.approx(0.81)
    assert "attachment" in response["Content-Disposition"]


def test_a_group_of_a_method_that_is_gone_is_still_read(client, spec):
    group = start(spec, temperature=[2, 4])
    measure(group)
    Group.objects.update(method="gone")
    assert "81.0 ± 1.0" in text_of(client.get(group.get_absolute_url()))


def test_the_chinese_page_is_chinese(client, spec):
    group = start(spec, temperature=[2, 4])
    page = text_of(client.get(group.get_absolute_url(), headers={"Accept-Language": "zh-Hans"}))
    assert "温度" in page


# --- the list -----------------------------------------------------------------------------------------------------
def test_groups_are_listed_with_what_differs_and_how_far_they_are(client, spec):
    measure(start(spec))
    start(spec, seeds=[0], temperature=[1, 2])
    page = text_of(client.get(reverse("demos:groups")))
    assert "seeds 0–2" in page and "3 of 3" in page
    assert "Temperature 1, 2 · seed 0" in page and "0 of 2" in page and "2 waiting" in page


def test_the_list_costs_the_same_queries_with_two_groups_and_twenty(client, spec, django_assert_num_queries):
    for count in (2, 18):
        for _ in range(count):
            start(spec, seeds=[0, 1])
        with django_assert_num_queries(2):
            client.get(reverse("demos:groups"))


def test_the_newest_group_stands_first(client, spec):
    groups = [start(spec, seeds=[0, seed]) for seed in (1, 2, 3)]
    links = re.findall(r'href="(/groups/[0-9a-f-]{36}/)"', client.get(reverse("demos:groups")).content.decode())
    assert links == [group.get_absolute_url() for group in reversed(groups)]


def test_an_empty_list_says_what_to_do(client, spec):
    assert "No group has been started yet." in text_of(client.get(reverse("demos:groups")))


# --- elsewhere ----------------------------------------------------------------------------------------------------
def test_a_run_says_in_which_group_it_is(client, spec):
    run = start(spec).runs.first()
    RunFactory()
    for address in (reverse("demos:runs"), run.get_absolute_url()):
        assert f'href="{run.group.get_absolute_url()}"' in client.get(address).content.decode()
    assert text_of(client.get(reverse("demos:runs"))).count("in a group of 3") == 3
