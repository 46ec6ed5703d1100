"""What a group is made of: seeds, at most two parameters with a list of values each, and the runs these make."""

from __future__ import annotations

import itertools
import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from workers import registry
from workers.spec import InvalidParams, MethodSpec, Preset, Text

MAX_VARIED = 2  # what a table and a curve can still show
MAX_SEED = 2**31 - 1
SEPARATORS = re.compile(r"[,，、;；\s]+")
RANGE = re.compile(r"(\d+)\s*[-–—~]\s*(\d+)")
Point = dict[str, Any]  # a value for each varied parameter


class InvalidSeeds(ValueError):
    """The message is for people."""


class TooLarge(ValueError):
    """More runs, or more parameters, than a group may have; the message is for people."""


@dataclass(frozen=True)
class Grid:
    """Seeds, what every run has in common, and the values of what differs."""

    seeds: Sequence[int]
    params: Mapping[str, Any] = field(default_factory=dict)
    varied: Mapping[str, Sequence[Any]] = field(default_factory=dict)

    @property
    def points(self) -> list[Point]:
        """Every combination of values, the last parameter's changing fastest; one empty point where nothing varies."""
        names = list(self.varied)
        return [dict(zip(names, values, strict=True)) for values in itertools.product(*self.varied.values())]

    @property
    def size(self) -> int:
        """How many runs it makes: counted, not built, because what was asked for may be absurd."""
        return len(self.seeds) * math.prod(len(values) for values in self.varied.values())


def parse_seeds(text: str) -> list[int]:
    """ "0", "0-4", "0, 3, 7" and mixtures, each seed once, in the order given. Raises InvalidSeeds."""
    found: dict[int, None] = {}
    for part in SEPARATORS.split(RANGE.sub(r"\1-\2", text.strip())):
        for seed in _seeds_of(part) if part else ():
            found[seed] = None
            if len(found) > settings.GROUP_MAX_RUNS:
                raise InvalidSeeds(too_many_words())
    return list(found)


def _seeds_of(part: str) -> Iterable[int]:
    if part.isascii() and part.isdigit():
        first = last = int(part)
    elif between := RANGE.fullmatch(part):
        first, last = int(between[1]), int(between[2])
    else:
        raise InvalidSeeds(_("“%(part)s” is no seed. Write 0, or 0-4, or 0, 3, 7.") % {"part": part[:40]})
    if first > last:
        wanted = {"part": part[:40], "turned": f"{last}-{first}"}
        raise InvalidSeeds(_("“%(part)s” runs backwards. Write %(turned)s.") % wanted)
    if last > MAX_SEED:
        raise InvalidSeeds(_("A seed must lie between 0 and %(most)d.") % {"most": MAX_SEED})
    return range(first, last + 1)


def too_many_words() -> str:
    most = settings.GROUP_MAX_RUNS
    return ngettext("A group has at most %(most)d run.", "A group has at most %(most)d runs.", most) % {"most": most}


def checked(
    spec: MethodSpec,
    preset: Preset,
    *,
    seeds: Sequence[int],
    params: Mapping[str, Any],
    varied: Mapping[str, Sequence[Any]],
) -> Grid:
    """The grid with every value cleaned and none twice; a parameter with one value is no longer varied.

    Raises TooLarge, or InvalidParams naming every parameter that is wrong in any point.
    """
    _refuse_what_is_too_large(seeds, varied)
    errors: dict[str, Text] = {}
    values = {name: _cleaned(spec, name, given, errors) for name, given in varied.items()}
    for name in varied.keys() & params.keys():
        errors[name] = Text("has one value and a list of values: give only one of them", "单个值与一组值只能给其一")
    try:
        common = spec.clean({name: value for name, value in params.items() if name not in varied}, preset=preset)
    except InvalidParams as error:
        errors = error.errors | errors
    else:
        alone = {name: value for name, value in common.items() if name not in varied}
        errors = registry.absent(spec, alone, settings.DATA_DIR) | errors
    if errors:
        raise InvalidParams(errors)
    common |= {name: found[0] for name, found in values.items() if len(found) == 1}
    differing = [param.name for param in spec.params if len(values.get(param.name, ())) > 1]
    return Grid(
        list(dict.fromkeys(seeds)),
        {name: value for name, value in common.items() if name not in differing},
        {name: values[name] for name in differing},
    )


def _refuse_what_is_too_large(seeds: Sequence[int], varied: Mapping[str, Sequence[Any]]) -> None:
    if len(varied) > MAX_VARIED:
        raise TooLarge(_("At most %(most)d parameters can be varied at once.") % {"most": MAX_VARIED})
    asked = Grid(seeds, varied=varied).size
    if asked > settings.GROUP_MAX_RUNS:
        raise TooLarge(_("This makes %(runs)d runs. %(most)s") % {"runs": asked, "most": too_many_words()})


def _cleaned(spec: MethodSpec, name: str, given: Sequence[Any], errors: dict[str, Text]) -> list[Any]:
    """Each value once, in the order given; what is wrong goes into `errors`, with the value that is meant."""
    param = next((param for param in spec.params if param.name == name), None)
    if param is None:
        errors[name] = Text("is not a parameter of this method", "不是此方法的参数")
        return []
    if not given:
        errors[name] = Text("needs at least one value", "至少须给一个值")
    found: dict[Any, None] = {}
    for value in given:
        try:
            found[cleaned := param.clean(value)] = None
            said = registry.absent(spec, {name: cleaned}, settings.DATA_DIR).get(name)
        except ValueError as error:
            said = error.args[0]
        if said:
            shown = str(value)[:40]
            errors.setdefault(name, Text(f"{shown}: {said.en}", f"{shown}：{said.zh}"))
    return list(found)
