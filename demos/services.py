"""What people ask of runs: start, repeat, stop, remove.

What follows has files of its own: demos/queueing.py (whose turn it is), demos/holding.py (what the worker that holds a
run writes), demos/recording.py (what a job says), demos/sweeping.py (what was forgotten).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from demos import formatting, options, reading
from demos.configurations import configuration_of
from demos.events import append, state_event
from demos.holding import LeaseLost, end
from demos.models import Artifact, Group, Run
from demos.querysets import queues_served
from demos.queueing import RunRefused, TooManyRuns, claim_next, queue_place, refuse_too_many, send, wake_for_others_of
from workers import registry
from workers.spec import InvalidParams, MethodSpec, Preset, Text

__all__ = [
    "LeaseLost", "RunRefused", "TooManyRuns",
    "claim_next", "queue_place", "refuse_absent_values", "remove_artifacts", "remove_runs", "repeat_run",
    "request_cancel", "start_run",
]  # fmt: skip

CANCELLED_WAITING = Text("Cancelled before it began.", "尚未开始便已取消。")


# --- start ----------------------------------------------------------------------------------------------------
def start_run(
    *,
    spec: MethodSpec,
    preset: str,
    data: str,
    seed: int,
    params: Mapping[str, Any],
    owner: Any = None,
    group: Group | None = None,
    repeat_of: Run | None = None,
) -> Run:
    """Raises RunRefused, TooManyRuns among them, or InvalidParams from the spec.

    Many may be started in one transaction: they are sent when it commits. Where Redis is away they wait for the sweep.
    """
    chosen = _preset(spec, preset)
    cleaned = spec.clean(params, preset=chosen)
    _refuse_data_that_is_not_here(spec, data)
    refuse_absent_values(spec, cleaned)
    if not 0 <= seed < 2**31:
        raise RunRefused(_("The seed must lie between 0 and 2147483647."))
    _refuse_what_no_worker_serves(chosen)
    owner = owner if owner and owner.is_authenticated else None
    with transaction.atomic():
        refuse_too_many(owner)
        run = Run.objects.create(
            method=spec.slug, preset=preset, data=data, seed=seed, params=cleaned, queue=chosen.needs,
            configuration=configuration_of(method=spec.slug, data=data, params=cleaned), group=group,
            repeat_of=repeat_of, paper=reading.paper_of(spec), owner=owner,
        )  # fmt: skip
        append(run.id, [state_event(Run.State.QUEUED)])
        transaction.on_commit(lambda: send(run=run))
    return run


def _preset(spec: MethodSpec, name: str) -> Preset:
    try:
        return spec.preset(name)
    except KeyError as error:
        raise RunRefused(_("This method has no set-up named %(name)s.") % {"name": name}) from error


def _refuse_what_no_worker_serves(preset: Preset) -> None:
    if preset.needs in queues_served():
        return
    if preset.needs == "gpu":
        raise RunRefused(_("This set-up needs a GPU, and no worker here has one. Choose a smaller one."))
    raise RunRefused(_("No worker here takes runs of the queue %(queue)s.") % {"queue": preset.needs})


def _refuse_data_that_is_not_here(spec: MethodSpec, name: str) -> None:
    known = {data_set.name: data_set for data_set in registry.data_sets(spec, settings.DATA_DIR)}
    if name not in known:
        raise RunRefused(_("This method does not take the data set %(name)s.") % {"name": name})
    if not known[name].available:
        why_not = known[name].why_not
        raise RunRefused(formatting.local(why_not) or _("This data set is not here."))


def refuse_absent_values(spec: MethodSpec, params: Mapping[str, Any]) -> None:
    """Raises RunRefused where a value, an encoder for one, is not on this machine. Forms say so at the field."""
    if words := options.absent_in_words(spec, params):
        raise RunRefused(words)


def repeat_run(*, run: Run, owner: Any = None) -> Run:
    """The same again, with nothing changed. Raises RunRefused, also where the method has changed too much for that."""
    try:
        spec = registry.get_spec(run.method)
        return start_run(
            spec=spec, preset=run.preset, data=run.data, seed=run.seed, params=run.params, owner=owner, repeat_of=run
        )
    except registry.UnknownMethod as error:
        raise RunRefused(_("The method of this run is not here any more.")) from error
    except InvalidParams as error:
        raise RunRefused(_("The method does not take the parameters of this run any more.")) from error


# --- stop and remove --------------------------------------------------------------------------------------------
def request_cancel(*, run: Run) -> Run:
    """A waiting run ends at once; one that a worker holds is marked, and stopped soon; an ended one stays."""
    if not end(Q(pk=run.pk, state=Run.State.QUEUED), run.pk, Run.State.CANCELLED, CANCELLED_WAITING):
        with transaction.atomic():
            marked = Run.objects.active().filter(pk=run.pk, cancel_requested_at=None)
            if marked.update(cancel_requested_at=timezone.now()):
                append(run.pk, [state_event(Run.objects.values_list("state", flat=True).get(pk=run.pk))])
    run.refresh_from_db()
    return run


def remove_runs(*, runs: Iterable[Run]) -> int:
    """With all that they left, their files too. A worker that holds one finds it gone and stops its job."""
    with transaction.atomic():
        locked = Run.objects.filter(pk__in=[run.pk for run in runs]).select_for_update(of=("self",))
        owners = {run.pk: run.owner_id for run in locked}  # nobody writes to them from here on
        _forget_files(Artifact.objects.filter(run__in=owners))
        Run.objects.filter(pk__in=owners).delete()
        for owner_id in set(owners.values()):
            transaction.on_commit(lambda owner_id=owner_id: wake_for_others_of(owner_id))
    return len(owners)


def remove_artifacts(*, artifacts: Iterable[Artifact]) -> None:
    with transaction.atomic():
        found = Artifact.objects.filter(pk__in=[artifact.pk for artifact in artifacts])
        _forget_files(found)
        found.delete()


def _forget_files(artifacts: Iterable[Artifact]) -> None:
    """On commit: a file cannot be brought back when the rows are."""
    for artifact in artifacts:
        transaction.on_commit(lambda file=artifact.file: file.storage.delete(file.name), robust=True)
