"""What /api/v1/leaderboard/ can be asked for: the choices of the page, as parameters of the API."""

import django_filters
from django import forms
from django.utils.choices import CallableChoiceIterator
from drf_spectacular.utils import extend_schema_field

from demos.leaderboard.board import SORTS
from demos.leaderboard.choices import ANY, KINDS, MAX_SEEDS
from demos.leaderboard.measurements import COSTS, qualities
from demos.models import Run
from workers import registry

MAX_LENGTH = 120


@extend_schema_field({"type": "string", "maxLength": MAX_LENGTH})
class NameFilter(django_filters.CharFilter):
    pass


@extend_schema_field({"type": "integer", "minimum": 1, "maximum": MAX_SEEDS})
class SeedsFilter(django_filters.NumberFilter):
    field_class = forms.IntegerField


def _name(what: str) -> NameFilter:
    return NameFilter(method="skip", max_length=MAX_LENGTH, help_text=what)


def _one_of(values: tuple[str, ...], what: str) -> django_filters.ChoiceFilter:
    return django_filters.ChoiceFilter(method="skip", choices=[(value, value) for value in values], help_text=what)


class BoardFilter(django_filters.FilterSet):
    """Only describes and checks: `board_of` reads the same values."""

    data = _name("A data set. Default: the one with the most runs.")
    quality = django_filters.ChoiceFilter(
        method="skip",
        choices=CallableChoiceIterator(lambda: [(slug, slug) for slug in qualities(registry.all_specs().values())]),
        help_text="The metric that networks are judged by. Default: what most of the methods here are judged by.",
    )
    cost = _one_of(COSTS, "What it is set against. Default: the size on disk.")
    method = _name("A method's slug. Default: all.")
    kind = _one_of(KINDS, "Only what methods made, only baselines, or only teachers. Default: all.")
    teacher = _name(f"A teacher, as `options` names them, or `{ANY}`. Default: the one with the most runs.")
    device = _name(f"A class of devices, or `{ANY}` where the cost is no time. Default: the one with the most runs.")
    seeds = SeedsFilter(
        method="skip", min_value=1, max_value=MAX_SEEDS, help_text="Only networks measured with at least so many seeds."
    )
    sort = _one_of(
        tuple(sign + name for name in SORTS for sign in ("", "-")),
        "Best first; with a minus, worst first. Default: quality.",
    )

    class Meta:
        model = Run
        fields: list[str] = []

    def skip(self, runs, name: str, value: str):
        return runs
