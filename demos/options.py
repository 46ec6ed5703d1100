"""Lists of which some entries are not on this machine: those are shown, cannot be chosen, and say why."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext as _

from demos import formatting
from workers import registry
from workers.spec import MethodSpec, Param, Text


class SomeAbsent:
    """For a widget with options: `unavailable` are the values that cannot be chosen."""

    unavailable: frozenset[str] = frozenset()

    def create_option(self, name, value, *args, **kwargs):
        option = super().create_option(name, value, *args, **kwargs)
        if value in self.unavailable:
            option["attrs"]["disabled"] = True
        return option


class SelectHere(SomeAbsent, forms.Select):
    pass


class TicksHere(SomeAbsent, forms.CheckboxSelectMultiple):
    pass


def label(title: Text, why_not: Text | None) -> str:
    """As a list shows it."""
    shown = formatting.local(title)
    return _("%(data)s (not here)") % {"data": shown} if why_not else shown


def reasons(absent: Iterable[tuple[Text, Text]]) -> list[tuple[str, str]]:
    """(titles, why not) of (title, why not): what is absent for the same reason stands in one line."""
    titles: dict[str, list[str]] = {}
    for title, why in absent:
        titles.setdefault(formatting.local(why), []).append(formatting.local(title))
    return [(_(", ").join(names), why) for why, names in titles.items()]


def offered(param: Param) -> tuple[list[tuple[str, str]], frozenset[str]]:
    """A choice's values with their labels, and which of them cannot be had here."""
    choices = registry.choices(param, settings.DATA_DIR)
    shown = [(choice.value, label(choice.label, choice.why_not)) for choice in choices]
    return shown, frozenset(choice.value for choice in choices if not choice.available)


def reasons_of(param: Param) -> list[tuple[str, str]]:
    choices = registry.choices(param, settings.DATA_DIR)
    return reasons((choice.label, choice.why_not) for choice in choices if choice.why_not)


def absent_in_words(spec: MethodSpec, values: Mapping[str, Any]) -> str:
    """Which of these values cannot be had here and why; "" where all can."""
    absent = registry.absent(spec, values, settings.DATA_DIR)
    params = {param.name: param for param in spec.params}
    found = reasons((_title(params[name], values[name]), why) for name, why in absent.items())
    return " ".join(_("%(titles)s: %(why)s.") % {"titles": titles, "why": why} for titles, why in found)


def _title(param: Param, value: Any) -> Text:
    return dict(param.choices).get(value, Text(str(value), str(value)))
