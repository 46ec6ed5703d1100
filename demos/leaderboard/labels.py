"""What the networks of a leaderboard are called: short enough for a plot, and different where they are."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from demos import formatting
from demos.forms import printed_value
from demos.leaderboard.choices import UNKNOWN_DEVICE
from demos.leaderboard.measurements import NO_TEACHER, MeasuredRun, teacher_role
from demos.leaderboard.networks import Network
from workers.spec import MethodSpec, Param

VALUES_IN_A_PLOT = 2


def kind_word(kind: str) -> str:
    words = {"method": pgettext("role", "method"), "baseline": _("baseline"), "teacher": _("teacher")}
    return words[kind]


def role_label(network: Network) -> str:
    return formatting.local(network.role.label)


def method_title(spec: MethodSpec) -> str:
    return formatting.local(spec.title)


def device_label(device: str) -> str:
    return _("unknown device") if device == UNKNOWN_DEVICE else device


def settings_told_apart(networks: Iterable[Network]) -> dict[str, list[tuple[Param, Any]]]:
    """By key: the parameters, with their values, in which networks of one method and role differ from each other."""
    same_role: dict[Hashable, list[Network]] = {}
    for network in networks:
        same_role.setdefault((network.spec.slug, network.role.slug), []).append(network)
    found = {}
    for alike in same_role.values():
        varied = _varied([network.settings for network in alike])
        for network in alike:
            known = [param for param in network.spec.params if param.name in varied]
            found[network.key] = [(param, network.settings.get(param.name)) for param in known]
    return found


def _varied(settings: list[Mapping[str, Any]]) -> set[str]:
    first = settings[0]
    return {name for one in settings[1:] for name in first.keys() | one.keys() if one.get(name) != first.get(name)}


def in_words(settings: Iterable[tuple[Param, Any]]) -> str:
    """Student network: BiLSTM, 16 units · Temperature: 4."""
    return " · ".join(f"{formatting.local(param.label)}{_(': ')}{_value(param, value)}" for param, value in settings)


def in_plot(network: Network, settings: list[tuple[Param, Any]], *, names_method: bool = True) -> str:
    """Soft targets · bilstm-16: the method's title (a baseline's own name) and the first of its settings, short.

    Where all are one method's its title says nothing, and the settings stand alone.
    """
    settings = sorted(settings, key=lambda pair: pair[0].type != "choice")  # a choice is most often of a network
    name = method_title(network.spec) if network.kind == "method" else role_label(network)
    values = [_short(param, value) for param, value in settings]
    parts = [*values[:VALUES_IN_A_PLOT], *(["…"] if len(values) > VALUES_IN_A_PLOT else [])]
    needs_name = names_method or network.kind != "method" or not parts
    return " · ".join([name, *parts] if needs_name else parts)


def _short(param: Param, value: Any) -> str:
    return str(value) if param.type == "choice" else f"{_symbol(param)} {_value(param, value)}"


def teacher_labels(examples: Mapping[str, MeasuredRun]) -> dict[str, str]:
    """By teacher: its network, and what else tells it from the others. `examples`: a run with each."""
    settings = {}
    for teacher, run in examples.items():
        if role := teacher_role(run.spec):
            settings[teacher] = run.configuration.settings_of(role)
    varied = _varied(list(settings.values())) if settings else set()
    labels = {NO_TEACHER: _("no teacher")} if NO_TEACHER in examples else {}
    for teacher, values in settings.items():
        known = [param for param in examples[teacher].spec.params if param.name in values]
        shown = [param for param in known if param.type == "choice" or param.name in varied]
        words = [_teacher_value(param, values[param.name]) for param in shown]
        labels[teacher] = " · ".join(words) or method_title(examples[teacher].spec)
    return labels


def _teacher_value(param: Param, value: Any) -> str:
    return _value(param, value) if param.type == "choice" else f"{formatting.local(param.label)} {_value(param, value)}"


def _value(param: Param, value: Any) -> str:
    return "–" if value is None else printed_value(param, value)


def _symbol(param: Param) -> str:
    return param.symbol if param.symbol.isalpha() else formatting.local(param.label)
