"""The paper's claims beside what runs measured here: reproduced, in order, not reproduced, or not comparable, and why.

A verdict leans on one configuration over at least three seeds: the one with most seeds among those that can answer, so
that nobody's verdict is picked for its number. An order is judged by the differences seed by seed. Trials do not count:
their networks have hardly been trained.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from demos import formatting, reading
from demos.models import Result
from demos.seeds import OverSeeds
from workers import registry
from workers.spec import Claim, MethodSpec
from workers.statistics import SEEDS_FOR_A_CLAIM, Summary, summary

TRIAL = "smoke"  # the preset of every method that shows that its job runs, and no more


class Verdict(Enum):
    REPRODUCED = "reproduced", gettext_lazy("reproduced")
    IN_ORDER = "in-order", gettext_lazy("reproduced in order")
    NOT_REPRODUCED = "not-reproduced", gettext_lazy("not reproduced")
    NOT_COMPARABLE = "not-comparable", gettext_lazy("not comparable")

    def __init__(self, slug: str, label: str):
        self.slug, self.label = slug, label


@dataclass(kw_only=True)
class Measured(OverSeeds):
    """The succeeded runs of one configuration."""

    configuration: str
    data: str
    preset: str

    @property
    def is_trial(self) -> bool:
        return self.preset == TRIAL


@dataclass(frozen=True)
class Judged:
    """A claim, the verdict on it and the configuration it leans on (None: there is none)."""

    claim: Claim
    verdict: Verdict
    why: str
    measured: Summary | None = None
    printed: str = ""
    configuration: str = ""
    data: str = ""


@dataclass(frozen=True)
class Order:
    """The method against its first baseline, seed by seed, where most seeds ran."""

    method: str
    baseline: str
    metric: str
    difference: Summary
    printed: str
    words: str
    configuration: str
    data: str


# --- reading ----------------------------------------------------------------------------------------------------
def measured_of(slug: str) -> list[Measured]:
    """Every configuration of a method that has results: trials last, and most seeds first. One query."""
    found = _measured(run__method=slug)
    return sorted(found.values(), key=lambda one: (one.is_trial, -max(map(len, one.values.values()))))


def measured_in(configurations: Iterable[str]) -> dict[str, Measured]:
    """By configuration; nothing of those without results. One query."""
    return _measured(run__configuration__in=configurations)


def _measured(**of_runs: Any) -> dict[str, Measured]:
    rows = (
        Result.objects.filter(run__state="succeeded", **of_runs)
        .order_by("run__created_at")  # a later run of the same seed takes the place of an earlier one
        .values_list("run__configuration", "run__data", "run__preset", "run__seed", "role", "metric", "value")
    )
    found: dict[str, Measured] = {}
    for configuration, data, preset, seed, role, metric, value in rows:
        one = found.setdefault(configuration, Measured(configuration=configuration, data=data, preset=preset))
        one.take(role, metric, seed, value)
    return found


# --- judging ----------------------------------------------------------------------------------------------------
def judged_claims(spec: MethodSpec, measured: Iterable[Measured]) -> list[Judged]:
    measured = list(measured)
    return [_judged(spec, claim, measured) for claim in spec.claims]


def _judged(spec: MethodSpec, claim: Claim, measured: list[Measured]) -> Judged:
    if not (claim.metric and claim.role):
        return Judged(
            claim, Verdict.NOT_COMPARABLE, _("No run here measures this: it needs the paper's networks or data.")
        )
    able = [one for one in measured if one.by_seed(claim.role, claim.metric)]
    if not able:
        return Judged(claim, Verdict.NOT_COMPARABLE, _("No run has measured this here yet."))
    same = [one for one in able if claim.number is not None and (one.data, one.preset) == (claim.data, claim.preset)]
    chosen = (same or able)[0]
    values = chosen.by_seed(claim.role, claim.metric)
    found = summary(list(values.values()))
    verdict, why = _verdict(spec, claim, chosen, found, has_the_papers_setup=bool(same))
    printed = formatting.spread(claim.metric, found)
    return Judged(claim, verdict, why, found, printed, chosen.configuration, chosen.data)


def _verdict(
    spec: MethodSpec, claim: Claim, chosen: Measured, found: Summary, *, has_the_papers_setup: bool
) -> tuple[Verdict, str]:
    if chosen.is_trial:
        return Verdict.NOT_COMPARABLE, _("Only the smoke preset has run, which shows that the job runs and no more.")
    if found.n < SEEDS_FOR_A_CLAIM:
        return Verdict.NOT_COMPARABLE, _too_few(found.n)
    if has_the_papers_setup and found.low <= claim.number <= found.high:
        return Verdict.REPRODUCED, _("The paper's figure lies inside the interval measured here (95 per cent).")
    if claim.than:
        return _order_verdict(spec, claim, chosen)
    if has_the_papers_setup:
        return Verdict.NOT_REPRODUCED, _("The paper's figure lies outside the interval measured here (95 per cent).")
    why = _("The paper's set-up has not been run here: this was measured on %(data)s with smaller networks or data.")
    return Verdict.NOT_COMPARABLE, why % {"data": reading.data_title(chosen.data)}


def _order_verdict(spec: MethodSpec, claim: Claim, chosen: Measured) -> tuple[Verdict, str]:
    difference = chosen.difference(claim.role, claim.than, claim.metric)
    if difference is None or difference.n < SEEDS_FOR_A_CLAIM:
        common = chosen.by_seed(claim.role, claim.metric).keys() & chosen.by_seed(claim.than, claim.metric).keys()
        return Verdict.NOT_COMPARABLE, _too_few(len(common))
    said = {
        "than": _role_label(spec, claim.than),
        "difference": formatting.difference(claim.metric, difference),
        "data": reading.data_title(chosen.data),
    }
    if is_better(claim.metric, difference):
        why = _("Better than %(than)s as the paper has it, by %(difference)s on %(data)s; not in its set-up.")
        return Verdict.IN_ORDER, why % said
    if is_better(claim.metric, difference, reverse=True):
        return Verdict.NOT_REPRODUCED, _("Worse than %(than)s here, by %(difference)s on %(data)s.") % said
    why = _("The difference to %(than)s, %(difference)s on %(data)s, cannot be told from the noise of the seeds.")
    return Verdict.NOT_REPRODUCED, why % said


def is_better(metric: str, difference: Summary, *, reverse: bool = False) -> bool:
    """Whether the whole interval of a difference lies on the good side of 0 (with `reverse`: on the bad side)."""
    if difference.low is None:
        return False
    lower_is_better = registry.metric(metric).better == "lower"
    return difference.high < 0 if lower_is_better != reverse else difference.low > 0


def _too_few(n: int) -> str:
    return _("Only %(n)d of at least %(least)d seeds have run.") % {"n": n, "least": SEEDS_FOR_A_CLAIM}


def _role_label(spec: MethodSpec, slug: str) -> str:
    return next((formatting.local(role.label) for role in spec.roles if role.slug == slug), slug)


# --- the order that was measured, whatever the paper says ---------------------------------------------------------
def measured_order(spec: MethodSpec, measured: Iterable[Measured]) -> Order | None:
    """By the method's own quality. None where no configuration has both networks over enough seeds."""
    method = next((role.slug for role in spec.roles if role.kind == "method"), "")
    baseline = next((role.slug for role in spec.roles if role.kind == "baseline"), "")
    metric = spec.quality.slug
    for one in measured:
        difference = one.difference(method, baseline, metric)
        if difference and difference.n >= SEEDS_FOR_A_CLAIM:
            return Order(
                _role_label(spec, method), _role_label(spec, baseline), metric, difference,
                formatting.difference(metric, difference), _order_words(metric, difference),
                one.configuration, one.data,
            )  # fmt: skip
    return None


def _order_words(metric: str, difference: Summary) -> str:
    if is_better(metric, difference):
        return _("The whole interval lies on the method's side: the method is better here.")
    if is_better(metric, difference, reverse=True):
        return _("The whole interval lies on the baseline's side: the method is worse here.")
    return _("The interval holds zero: the two cannot be told apart here.")
