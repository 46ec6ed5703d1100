"""What the run panel says before anyone presses: what each preset costs here, when it would begin, what is refused."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.forms.boundfield import BoundWidget
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from demos import formatting, options
from demos.costs import Costs, Estimate, set_up
from demos.estimates import Forecast, device_classes
from demos.forms import RunForm
from workers.spec import MethodSpec, Preset


@dataclass(frozen=True)
class Choice:
    """A preset with its radio button. `refused`: why it cannot be run here; `begins`: when it would, in words."""

    preset: Preset
    radio: BoundWidget
    data: str
    estimate: Estimate | None
    waiting: int
    begins: str
    refused: str


@dataclass(frozen=True)
class Panel:
    """`refused`: why nothing can be started now; `note`: what else this person's limits mean for the next run."""

    choices: list[Choice]
    refused: str
    note: str


def run_panel(form: RunForm, owner: Any = None) -> Panel:
    """For who is signed in, or for all who are not: they count as one. A fixed number of queries."""
    forecast = Forecast()
    refused = _refused_presets(form.spec, forecast)
    form.refuse_presets(refused)
    owner_id = owner.pk if owner and owner.is_authenticated else None
    set_ups = {preset.name: set_up(form.spec, preset) for preset in form.spec.presets}
    costs = Costs(set_ups.values())
    waiting = Counter(run.queue for run in forecast.waiting)
    choices = [
        Choice(
            preset=preset,
            radio=radio,
            data=form.data_title(preset.data),
            estimate=costs.of(set_ups[preset.name], device_classes(forecast.workers, preset.needs)),
            waiting=waiting[preset.needs],
            begins="" if preset.name in refused else _begins(forecast, preset.needs, owner_id),
            refused=refused.get(preset.name, ""),
        )
        for preset, radio in form.preset_radios
    ]
    return Panel(choices, _refused(forecast, owner_id), _note(forecast, owner_id))


def _refused_presets(spec: MethodSpec, forecast: Forecast) -> dict[str, str]:
    """Why not, by the name of the preset."""
    found = {}
    for preset in spec.presets:
        if preset.needs not in forecast.queues_served:
            found[preset.name] = _("Needs a GPU, and no worker here has one.")
        elif absent := options.absent_in_words(spec, spec.values_of(preset)):
            found[preset.name] = absent
    return found


def _begins(forecast: Forecast, queue: str, owner_id: int | None) -> str:
    if not any(queue in worker.queues for worker in forecast.workers):
        return _("No worker is there now: it waits until one is started.")
    start = forecast.start_of_another(queue, owner_id)
    if start is None:
        return _("When it begins cannot be told: nobody has timed what runs before it.")
    return (
        _("It begins in about %(time)s.") % {"time": formatting.duration(start)}
        if start >= 1
        else _("It begins at once.")
    )


def _refused(forecast: Forecast, owner_id: int | None) -> str:
    each = settings.RUN_MAX_WAITING_EACH or math.inf
    own = sum(run.owner_id == owner_id for run in forecast.waiting)
    if own >= each:
        words = ngettext(
            "You have %(count)d run waiting, as many as one person may. Cancel one, or wait until one has begun.",
            "You have %(count)d runs waiting, as many as one person may. Cancel one, or wait until one has begun.",
            own,
        )
        return words % {"count": own}
    if len(forecast.waiting) >= (settings.RUN_MAX_QUEUED or math.inf):
        return _("Too many runs are waiting already. Try again when some have ended.")
    return ""


def _note(forecast: Forecast, owner_id: int | None) -> str:
    own = sum(run.owner_id == owner_id for run in forecast.active)
    if own < forecast.running_each:
        return ""
    words = ngettext(
        "You have %(count)d run at work, as many as one person may at once: the next begins when it ends.",
        "You have %(count)d runs at work, as many as one person may at once: the next begins when one of them ends.",
        own,
    )
    return words % {"count": own}
