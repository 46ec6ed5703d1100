"""Writes on groups: start one, stop what is left of it, run its failures again, add seeds.

A group is started whole or not at all: where one of its runs is refused, none is written. Its runs are ordinary runs;
whatever limits a person limits the whole of them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from demos import services
from demos.groups import reading
from demos.groups.grid import Grid, TooLarge, checked, too_many_words
from demos.models import Group, Run
from demos.services import RunRefused
from workers import registry
from workers.spec import MethodSpec


def start(
    *,
    spec: MethodSpec,
    preset: str,
    data: str,
    seeds: Sequence[int],
    params: Mapping[str, Any],
    varied: Mapping[str, Sequence[Any]],
    owner: Any = None,
) -> Run | Group:
    """One seed and nothing varied is a plain run. Raises as start_group does."""
    grid = _grid(spec, preset, seeds=seeds, params=params, varied=varied)
    if grid.size == 1:
        asked = {"preset": preset, "data": data, "seed": grid.seeds[0], "params": grid.params}
        return services.start_run(spec=spec, owner=owner, **asked)
    return _start(spec=spec, preset=preset, data=data, grid=grid, owner=owner)


def start_group(
    *,
    spec: MethodSpec,
    preset: str,
    data: str,
    seeds: Sequence[int],
    params: Mapping[str, Any],
    varied: Mapping[str, Sequence[Any]],
    owner: Any = None,
) -> Group:
    """All of its runs, or none. Raises RunRefused, or InvalidParams naming all that is wrong in any point."""
    grid = _grid(spec, preset, seeds=seeds, params=params, varied=varied)
    return _start(spec=spec, preset=preset, data=data, grid=grid, owner=owner)


def _grid(spec: MethodSpec, preset: str, **asked: Any) -> Grid:
    try:
        return checked(spec, spec.preset(preset), **asked)
    except KeyError as error:
        raise RunRefused(_("This method has no set-up named %(name)s.") % {"name": preset}) from error
    except TooLarge as error:
        raise RunRefused(str(error)) from error


def _start(*, spec: MethodSpec, preset: str, data: str, grid: Grid, owner: Any) -> Group:
    if not grid.seeds:
        raise RunRefused(_("A group needs at least one seed."))
    with transaction.atomic():
        group = Group.objects.create(
            method=spec.slug, preset=preset, data=data, seeds=list(grid.seeds), params=dict(grid.params),
            varied={name: list(values) for name, values in grid.varied.items()},
            owner=owner if owner and owner.is_authenticated else None,
        )  # fmt: skip
        _start_runs(spec=spec, group=group, grid=grid, owner=owner)
    return group


def _start_runs(*, spec: MethodSpec, group: Group, grid: Grid, owner: Any) -> None:
    """Seed by seed, so that every point has its first result before any has its second."""
    common = {"spec": spec, "preset": group.preset, "data": group.data, "owner": owner, "group": group}
    for seed in grid.seeds:
        for point in grid.points:
            services.start_run(seed=seed, params={**group.params, **point}, **common)


def cancel_group(*, group: Group) -> int:
    """Asks every run that has not ended to stop, the waiting ones first: else each one stopped lets another begin."""
    left = list(group.runs.exclude(state__in=Run.ENDED).order_by("-created_at"))
    for run in sorted(left, key=lambda run: run.state in Run.ACTIVE):
        services.request_cancel(run=run)
    return len(left)


def repeat_failed(*, group: Group, owner: Any = None) -> list[Run]:
    """Starts again, in the group, what ended without a result. All or none; raises RunRefused."""
    spec = _spec_of(group)
    with transaction.atomic():
        Group.objects.select_for_update().get(pk=group.pk)  # pressed twice at once, it starts them once
        return [
            services.start_run(
                spec=spec, preset=run.preset, data=run.data, seed=run.seed, params=run.params, owner=owner,
                group=group, repeat_of=run,
            )
            for run in reading.of_group(group).unsuccessful
        ]  # fmt: skip


def add_seeds(*, group: Group, seeds: Sequence[int], owner: Any = None) -> list[int]:
    """Every point once more for each seed that the group does not have; which these are. All or none.

    Raises RunRefused.
    """
    spec = _spec_of(group)
    with transaction.atomic():
        held = Group.objects.select_for_update().get(pk=group.pk)
        new = [seed for seed in dict.fromkeys(seeds) if seed not in held.seeds]
        if not new:
            raise RunRefused(_("The group has these seeds already."))
        whole = Grid([*held.seeds, *new], held.params, held.varied)
        if whole.size > settings.GROUP_MAX_RUNS:
            raise RunRefused(_("This makes %(runs)d runs. %(most)s") % {"runs": whole.size, "most": too_many_words()})
        held.seeds = whole.seeds
        held.save(update_fields=["seeds"])
        _start_runs(spec=spec, group=held, grid=Grid(new, held.params, held.varied), owner=owner)
    return new


def _spec_of(group: Group) -> MethodSpec:
    try:
        return registry.get_spec(group.method)
    except registry.UnknownMethod as error:
        raise RunRefused(_("The method of this group is not here any more.")) from error
