"""The part of a run form that makes a group: several seeds, lists of values, and how many runs these are."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from demos import formatting, options
from demos.groups.grid import Grid, InvalidSeeds, TooLarge, checked, parse_seeds
from workers.spec import InvalidParams, MethodSpec, Param, Preset

CONFIRM_FROM = 12  # runs; fewer start at the press of the button, so many are asked about once more
MAX_LIST_LENGTH = 400  # letters
SEPARATORS = re.compile(r"[,，、;；\s]+")


def vary_name(param: Param | str) -> str:
    """The field of a parameter's list of values."""
    return f"vary_{param if isinstance(param, str) else param.name}"


class SeedsField(forms.CharField):
    """One or several seeds: a list of numbers. Empty means seed 0."""

    def __init__(self, **kwargs: Any):
        super().__init__(
            label=gettext_lazy("Seeds"),
            required=False,
            initial="0",
            max_length=MAX_LIST_LENGTH,
            help_text=gettext_lazy(
                "One, or several for a mean with its spread: 0-4, or 0, 3, 7. On a CPU a seed gives the same numbers."
            ),
            widget=forms.TextInput(attrs={"autocomplete": "off", "inputmode": "text"}),
            **kwargs,
        )

    def to_python(self, value: object) -> list[int]:
        try:
            return parse_seeds(super().to_python(value)) or [0]
        except InvalidSeeds as error:
            raise ValidationError(str(error)) from error


class ValuesField(forms.CharField):
    """Several values of one parameter, as text; the spec says what is wrong with any of them."""

    separators = SEPARATORS

    def to_python(self, value: object) -> list[str]:
        return [part for part in self.separators.split(super().to_python(value)) if part]


class TextsField(ValuesField):
    separators = re.compile(r"\s*;\s*")  # a text may hold commas and spaces of its own


def values_field(param: Param) -> forms.Field:
    """A text field for a number's values, boxes to tick for a choice's."""
    label = formatting.local(param.label)
    if param.type in {"bool", "choice"}:
        offered, absent = [("true", _("yes")), ("false", _("no"))], frozenset()
        if param.type == "choice":
            offered, absent = options.offered(param)
        field = forms.MultipleChoiceField(label=label, choices=offered, required=False, widget=options.TicksHere)
        field.widget.unavailable = absent
        return field
    attrs = {"inputmode": "text", "autocomplete": "off"}
    kind = TextsField if param.type == "text" else ValuesField
    return kind(label=label, required=False, max_length=MAX_LIST_LENGTH, widget=forms.TextInput(attrs=attrs))


class GroupFormMixin:
    """For a form with `spec` and `seed`: fields for lists of values, and the grid of runs that all of it asks for."""

    spec: MethodSpec

    def add_values_fields(self) -> None:
        for param in self.spec.params:
            self.fields[vary_name(param)] = values_field(param)

    def clean_grid(self, preset: Preset, given: Mapping[str, Any]) -> Grid | None:
        """None where something is wrong; each objection stands at the field that it is about."""
        varied = {p.name: values for p in self.spec.params if (values := self.cleaned_data.get(vary_name(p)))}
        try:
            return checked(self.spec, preset, seeds=self.cleaned_data.get("seed", [0]), params=given, varied=varied)
        except TooLarge as error:
            self.add_error(vary_name(list(varied)[-1]) if varied else "seed", str(error))
        except InvalidParams as error:
            self.add_invalid_params(error)
        return None

    @property
    def asked(self) -> dict[str, Any]:
        """What a valid form asks demos.groups.services.start for."""
        grid: Grid = self.cleaned_data["grid"]
        named = {"seeds": grid.seeds, "params": grid.params, "varied": grid.varied}
        return named | {name: self.cleaned_data[name] for name in ("preset", "data")}

    @property
    def runs(self) -> int:
        """How many runs a valid form asks for."""
        return self.cleaned_data["grid"].size

    @property
    def asks_first(self) -> bool:
        return self.runs >= CONFIRM_FROM

    @property
    def values_fields(self) -> list[dict]:
        """The field for each parameter's values; `ticks`: as boxes, for a choice."""
        fields = [self[vary_name(param)] for param in self.spec.params]
        return [{"field": field, "ticks": isinstance(field.field, forms.MultipleChoiceField)} for field in fields]

    @property
    def opens_values(self) -> bool:
        """Whether a list of values was given or refused: then the fold stands open."""
        given = self.data if self.is_bound else self.initial
        return any(given.get(vary_name(param)) for param in self.spec.params)
