"""Verdicts on a paper's claims: every branch, with numbers chosen so that one can see the answer."""

from dataclasses import replace

import pytest

from demos import verdicts
from demos.models import Result, Run
from demos.verdicts import Verdict
from tests.demos import stand_in
from tests.demos.factories import RunFactory
from workers.metrics import METRICS
from workers.spec import Claim, Text

pytestmark = pytest.mark.django_db
WHAT = Text("Accuracy", "准确率")
BETTER = Claim(WHAT, "90.7", "Table 1", metric="accuracy", role="student", than="alone")
NUMBER = replace(BETTER, than="", number=0.80, data="opinions", preset="small")


def runs(student: list[float], alone: list[float], **values) -> None:
    for seed, (ours, theirs) in enumerate(zip(student, alone, strict=True)):
        run = RunFactory(succeeded=True, seed=seed, **values)
        for role, value in (("student", ours), ("alone", theirs)):
            Result.objects.create(run=run, role=role, metric="accuracy", value=value, unit="share")


def judged(claim: Claim) -> verdicts.Judged:
    spec = replace(stand_in.SPEC, claims=(claim,))
    return verdicts.judged_claims(spec, verdicts.measured_of(spec.slug))[0]


def test_a_claim_without_a_metric_is_not_comparable():
    assert judged(Claim(WHAT, "74", "section 3")).verdict is Verdict.NOT_COMPARABLE


def test_two_seeds_are_too_few_for_any_verdict():
    runs([0.81, 0.82], [0.70, 0.70])
    found = judged(BETTER)
    assert found.verdict is Verdict.NOT_COMPARABLE
    assert found.why == "Only 2 of at least 3 seeds have run."


def test_seeds_that_only_one_of_two_networks_has_do_not_count_for_their_order():
    runs([0.81], [0.70])
    for seed in (1, 2):
        Result.objects.create(
            run=RunFactory(succeeded=True, seed=seed), role="student", metric="accuracy", value=0.8, unit="share"
        )
    assert judged(BETTER).why == "Only 1 of at least 3 seeds have run."


def test_an_order_that_holds_in_every_seed_is_reproduced_in_order():
    runs([0.81, 0.82, 0.80], [0.70, 0.72, 0.69])
    found = judged(BETTER)
    assert found.verdict is Verdict.IN_ORDER
    assert "+10.7" in found.why  # the mean of 11, 10 and 11 points


@pytest.mark.parametrize("last", [0.70, 0.80])  # the mean lies on the method's side, or on the other
def test_a_difference_whose_interval_holds_zero_is_not_reproduced(last):
    runs([0.81, 0.70, 0.75], [0.70, 0.81, last])
    found = judged(BETTER)
    assert found.verdict is Verdict.NOT_REPRODUCED
    assert "noise" in found.why


def test_the_order_turned_round_is_not_reproduced():
    runs([0.60, 0.61, 0.62], [0.70, 0.72, 0.72])
    found = judged(BETTER)
    assert found.verdict is Verdict.NOT_REPRODUCED
    assert found.why.startswith("Worse than Student alone")


def test_for_a_metric_that_should_be_low_less_is_better():
    for seed, (ours, theirs) in enumerate([(0.1, 0.3), (0.11, 0.3), (0.1, 0.31)]):
        run = RunFactory(succeeded=True, seed=seed)
        Result.objects.create(run=run, role="student", metric="ece", value=ours, unit="share")
        Result.objects.create(run=run, role="alone", metric="ece", value=theirs, unit="share")
    assert judged(replace(BETTER, metric="ece")).verdict is Verdict.IN_ORDER


def test_the_papers_figure_inside_the_interval_is_reproduced():
    runs([0.79, 0.80, 0.81], [0.70, 0.70, 0.70])
    assert judged(NUMBER).verdict is Verdict.REPRODUCED


def test_the_papers_figure_outside_the_interval_is_not_reproduced():
    runs([0.60, 0.61, 0.62], [0.70, 0.70, 0.70])
    assert judged(NUMBER).verdict is Verdict.NOT_REPRODUCED


def test_a_figure_on_other_data_or_of_another_preset_is_not_comparable():
    runs([0.79, 0.80, 0.81], [0.70, 0.70, 0.70], preset="full")
    found = judged(NUMBER)
    assert found.verdict is Verdict.NOT_COMPARABLE
    assert found.measured.n == 3


def test_the_configuration_with_most_seeds_answers_and_not_the_best_one():
    runs([0.99, 0.99, 0.99], [0.70, 0.70, 0.71], params={"epochs": 9})
    runs([0.72, 0.70, 0.71, 0.70], [0.71, 0.71, 0.70, 0.71])
    assert judged(BETTER).measured.n == 4


def test_a_trial_answers_only_where_nothing_else_ran_and_proves_nothing():
    runs([0.81, 0.82, 0.80, 0.81], [0.70, 0.72, 0.69, 0.70], preset="smoke", params={"epochs": 1})
    found = judged(BETTER)
    assert (found.verdict, found.measured.n) == (Verdict.NOT_COMPARABLE, 4)
    assert found.why == "Only the smoke preset has run, which shows that the job runs and no more."
    runs([0.60, 0.61, 0.62], [0.70, 0.72, 0.72])
    found = judged(BETTER)
    assert (found.verdict, found.measured.n) == (Verdict.NOT_REPRODUCED, 3)


def test_a_seed_that_ran_twice_counts_once_with_its_newest_value():
    runs([0.10, 0.10, 0.10], [0.70, 0.70, 0.70])
    runs([0.79, 0.80, 0.81], [0.70, 0.70, 0.70])
    found = judged(NUMBER)
    assert (found.measured.n, round(found.measured.mean, 6)) == (3, 0.8)


def test_the_order_is_told_without_any_claim(spec):
    runs([0.81, 0.82, 0.80], [0.70, 0.72, 0.69])
    order = verdicts.measured_order(spec, verdicts.measured_of(spec.slug))
    assert (order.method, order.baseline) == ("Student", "Student alone")
    assert order.words == "The whole interval lies on the method's side: the method is better here."


def test_the_order_is_told_by_the_quality_that_a_method_measures(spec):
    runs([0.81, 0.82, 0.80], [0.70, 0.72, 0.69])
    judged_by_uas = replace(spec, metrics=(METRICS["uas"],))
    assert verdicts.measured_order(judged_by_uas, verdicts.measured_of(spec.slug)) is None
    Result.objects.update(metric="uas")
    assert verdicts.measured_order(judged_by_uas, verdicts.measured_of(spec.slug)).metric == "uas"


def test_a_methods_page_tells_no_order_of_trials(client):
    runs([0.81, 0.82, 0.80], [0.70, 0.72, 0.69], preset="smoke", method="hinton-kd", params={"epochs": 1})
    Result.objects.filter(role="alone").update(role="baseline")
    assert client.get("/methods/hinton-kd/").context["order"] is None
    Run.objects.update(preset="small")
    assert client.get("/methods/hinton-kd/").context["order"].baseline == "Student, labels only"


def test_measured_of_costs_one_query(django_assert_num_queries):
    runs([0.81, 0.82, 0.80], [0.70, 0.72, 0.69])
    with django_assert_num_queries(1):
        verdicts.measured_of(stand_in.SPEC.slug)
