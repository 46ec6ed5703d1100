"""Which runs the runs page shows, as its form and its address ask."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from demos import formatting, reading
from demos.models import Run
from workers import registry

NEWEST, OLDEST = "", "oldest"


class RunFilterForm(forms.Form):
    """An unknown value shows all runs rather than an error."""

    method = forms.ChoiceField(label=gettext_lazy("Method"), required=False)
    state = forms.ChoiceField(label=gettext_lazy("State"), required=False)
    data = forms.ChoiceField(label=gettext_lazy("Data"), required=False)
    preset = forms.ChoiceField(label=gettext_lazy("Preset"), required=False)
    owner = forms.ChoiceField(
        label=gettext_lazy("Whose"),
        required=False,
        choices=[("", gettext_lazy("everybody's")), ("mine", gettext_lazy("mine"))],
    )
    sort = forms.ChoiceField(
        label=gettext_lazy("Order"),
        required=False,
        choices=[(NEWEST, gettext_lazy("newest first")), (OLDEST, gettext_lazy("oldest first"))],
    )
    group = forms.UUIDField(required=False, widget=forms.HiddenInput)
    configuration = forms.CharField(max_length=400, required=False, widget=forms.HiddenInput)  # or some, with commas

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        specs = list(registry.all_specs().values())
        data = dict.fromkeys(name for spec in specs for name in spec.data_sets)
        presets = {preset.name: formatting.local(preset.label) for spec in specs for preset in spec.presets}
        self._offer("method", _("all methods"), [(spec.slug, formatting.local(spec.title)) for spec in specs])
        self._offer("state", _("all states"), Run.State.choices)
        self._offer("data", _("all data"), [(name, reading.data_title(name)) for name in data])
        self._offer("preset", _("all presets"), list(presets.items()))

    def _offer(self, name: str, everything: str, choices: list[tuple[str, Any]]) -> None:
        self.fields[name].choices = [("", everything), *choices]

    def chosen(self) -> dict[str, str]:
        self.is_valid()
        return {name: str(value) for name, value in self.cleaned_data.items() if value}

    def filters(self, user: Any) -> dict[str, Any]:
        """For who asks: "mine" are those of nobody for whoever sits at an open machine."""
        found = self.chosen()
        found.pop("sort", None)
        if some := found.pop("configuration", ""):
            found["configuration__in"] = some.split(",")
        if found.pop("owner", ""):
            found |= {"owner": user} if user.is_authenticated else {"owner__isnull": True}
        return found

    @property
    def order(self) -> tuple[str, str]:
        return ("created_at", "pk") if self.chosen().get("sort") == OLDEST else ("-created_at", "-pk")

    @property
    def narrowed(self) -> bool:
        """Whether anything but the order was chosen."""
        return bool(self.chosen().keys() - {"sort"})

    def query(self) -> str:
        """What was chosen as an address has it, for the pager's links."""
        return urlencode(self.chosen())
