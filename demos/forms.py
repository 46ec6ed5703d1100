"""The run form of a method, built from its spec: one field a parameter, bounds as HTML attributes too."""

from __future__ import annotations

import unicodedata
from collections.abc import Collection
from functools import cached_property

from django import forms
from django.conf import settings
from django.forms.boundfield import BoundWidget
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from demos import formatting, options, pages
from demos.groups.fields import GroupFormMixin, SeedsField, vary_name
from workers import registry
from workers.registry import DataSet
from workers.spec import InvalidParams, MethodSpec, Param, Preset

DEFAULT_PRESET = "small"


def field_name(param: Param) -> str:
    """A parameter may be called "seed" or "data": its field carries a prefix."""
    return f"param_{param.name}"


def printed_value(param: Param, value: object) -> str:
    """A parameter's value as its field shows it."""
    if param.type == "bool":
        return _("yes") if value else _("no")
    if param.type == "choice":
        return next((formatting.local(label) for name, label in param.choices if name == value), str(value))
    return str(value) or "–" if param.type == "text" else formatting.plain_number(value)


def bounds(param: Param) -> str:
    """1 to 20, "" where a parameter has none."""
    if param.type == "text" or param.minimum is None or param.maximum is None:
        return ""
    return _("%(low)s to %(high)s") % {
        "low": formatting.plain_number(param.minimum),
        "high": formatting.plain_number(param.maximum),
    }


def sentence(words: str) -> str:
    """A spec's words as a sentence: "must be a number" becomes "Must be a number."."""
    full_stop = "" if words.endswith((".", "。")) else "。" if unicodedata.east_asian_width(words[-1]) == "W" else "."
    return words[:1].upper() + words[1:] + full_stop


class PresetRadios(forms.RadioSelect):
    """Presets that cannot be run here are shown, cannot be chosen, and say why."""

    refused: frozenset[str] = frozenset()

    def create_option(self, name, value, *args, **kwargs):
        option = super().create_option(name, value, *args, **kwargs)
        if value in self.refused:
            option["attrs"] |= {"disabled": True, "aria-describedby": f"refused-{value}"}
        return option


class RunForm(GroupFormMixin, forms.Form):
    """An empty parameter, or no data set, means the chosen preset's: that is how presets work without scripts.

    `cleaned_data["grid"]` has the runs it asks for: one, or several that differ in seed and in up to two parameters.
    """

    spec: MethodSpec
    use_required_attribute = False

    preset = forms.ChoiceField(label=gettext_lazy("Preset"), widget=PresetRadios)
    data = forms.ChoiceField(label=gettext_lazy("Data"), required=False, widget=options.SelectHere)
    seed = SeedsField()

    def __init__(self, *args, **kwargs):
        super().__init__(*args, label_suffix="", **kwargs)
        names = [preset.name for preset in self.spec.presets]
        self.fields["preset"].choices = [(p.name, formatting.local(p.label)) for p in self.spec.presets]
        self.fields["preset"].initial = DEFAULT_PRESET if DEFAULT_PRESET in names else names[0]
        self._offer_data_sets()
        for param in self.spec.params:
            self.fields[field_name(param)] = param_field(param)
        self.add_values_fields()

    def full_clean(self) -> None:
        """The first field in error gets the focus: on a phone it may be far down the page."""
        super().full_clean()
        if wrong := [name for name in self.fields if name in self.errors]:
            self.fields[wrong[0]].widget.attrs["autofocus"] = True

    @cached_property
    def data_sets(self) -> dict[str, DataSet]:
        return {data_set.name: data_set for data_set in registry.data_sets(self.spec, settings.DATA_DIR)}

    def _offer_data_sets(self) -> None:
        field = self.fields["data"]
        field.choices = [("", _("the preset's own"))]
        for name, data_set in self.data_sets.items():
            field.choices.append((name, options.label(data_set.title, data_set.why_not)))
        field.widget.choices = field.choices
        field.widget.unavailable = frozenset(n for n, data_set in self.data_sets.items() if not data_set.available)

    def clean(self) -> dict:
        cleaned = super().clean()
        if "preset" not in cleaned:
            return cleaned
        preset = self.spec.preset(cleaned["preset"])
        if "data" in cleaned:
            cleaned["data"] = cleaned["data"] or preset.data
            self._check_data(cleaned["data"])
        given = {param.name: self.cleaned_data.get(field_name(param)) for param in self.spec.params}
        cleaned["grid"] = self.clean_grid(preset, {k: v for k, v in given.items() if v not in (None, "")})
        return cleaned

    def _check_data(self, name: str) -> None:
        data_set = self.data_sets.get(name)
        if data_set is None:
            self.add_error("data", _("This method does not know the data set “%(data)s”.") % {"data": name})
        elif not data_set.available:
            self.add_error("data", sentence(formatting.local(data_set.why_not)))

    def add_invalid_params(self, error: InvalidParams) -> None:
        """The spec's objections, each at its field: the list of values where one was given, else the single value.

        What has no field stands above the form.
        """
        for name, text in error.errors.items():
            field = vary_name(name) if self.cleaned_data.get(vary_name(name)) else f"param_{name}"
            self.add_error(field if field in self.fields else None, sentence(formatting.local(text)))

    def refuse_presets(self, names: Collection[str]) -> None:
        """What cannot be run here cannot be chosen; the first that can be is chosen in its place."""
        field = self.fields["preset"]
        field.widget.refused = frozenset(names)
        possible = [name for name, _label in field.choices if name not in names]
        if field.initial in names and possible:
            field.initial = possible[0]
        if self.initial.get("preset") in names:
            del self.initial["preset"]

    @property
    def preset_radios(self) -> list[tuple[Preset, BoundWidget]]:
        radios = {radio.data["value"]: radio for radio in self["preset"]}
        return [(preset, radios[preset.name]) for preset in self.spec.presets]

    def data_title(self, name: str) -> str:
        """The data set's name for people, and that it is not here where it is not."""
        choices = dict(self.fields["data"].choices)
        return str(choices.get(name, name))

    @property
    def param_fields(self) -> list[dict]:
        """Each parameter with its field, its bounds and its value under every preset."""
        return [
            {
                "param": param,
                "field": self[field_name(param)],
                "symbol": pages.formula(param.symbol) if param.symbol else "",
                "bounds": bounds(param),
                "unavailable": options.reasons_of(param),
                "presets": [
                    (preset.name, printed_value(param, self.spec.values_of(preset)[param.name]))
                    for preset in self.spec.presets
                ],
            }
            for param in self.spec.params
        ]

    @property
    def opens_params(self) -> bool:
        """Whether a parameter was given or refused: then the fold stands open."""
        given = self.data if self.is_bound else self.initial
        return any(value not in (None, "") for name, value in given.items() if name.startswith("param_"))

    @property
    def unavailable(self) -> list[tuple[str, str]]:
        """(titles, why not) of data sets that are absent."""
        return options.reasons((found.title, found.why_not) for found in self.data_sets.values() if found.why_not)


def param_field(param: Param) -> forms.Field:
    """A list for a choice, an input for the rest: the spec checks, the HTML attributes only help."""
    common = {"label": formatting.local(param.label), "help_text": formatting.local(param.help), "required": False}
    if param.type in {"bool", "choice"}:
        offered, absent = [("true", _("yes")), ("false", _("no"))], frozenset()
        if param.type == "choice":
            offered, absent = options.offered(param)
        field = forms.ChoiceField(
            choices=[("", _("the preset's value")), *offered], widget=options.SelectHere, **common
        )
        field.widget.unavailable = absent
        return field
    if param.type == "text":
        return forms.CharField(max_length=int(param.maximum), **common)
    step = "1" if param.type == "int" else "any"
    attrs = {"step": step, "min": param.minimum, "max": param.maximum, "inputmode": "decimal"}
    attrs = {key: value for key, value in attrs.items() if value is not None}
    return forms.CharField(widget=forms.NumberInput(attrs=attrs), max_length=40, **common)


def form_for(spec: MethodSpec) -> type[RunForm]:
    return type("RunFormOfMethod", (RunForm,), {"spec": spec})
