"""What a reader may try after a run that did not end well: from its state and cause, for any method."""

from __future__ import annotations

from django.utils.translation import gettext as _

from demos.models import Run

UNWANTED_ENDS = (Run.State.FAILED, Run.State.LOST, Run.State.TIMED_OUT)


def what_to_try(run: Run) -> list[str]:
    """Sentences, the likeliest first; empty for a run that ended as somebody wished."""
    if run.state not in UNWANTED_ENDS:
        return []
    found = _of_the_cause(run.cause_en.lower()) if run.state == Run.State.FAILED else _of_the_state(run)
    return [*found, _("Read the log above its end: the job says there what it was doing.")]


def _of_the_state(run: Run) -> list[str]:
    if run.state == Run.State.TIMED_OUT:
        return [_("Choose a smaller preset, fewer epochs or less training text: the time limit ended it.")]
    return [
        _("Repeat it: nothing is wrong with what was asked; what executed it went away."),
        _("If it is lost again, look at the queue: its worker may have too little memory for this set-up."),
    ]


def _of_the_cause(cause: str) -> list[str]:
    if "diverged" in cause or "learning rate" in cause:
        return [_("Clone it with a lower learning rate: a loss grew past every bound.")]
    if "memory" in cause:
        return [_("Clone it with a smaller batch, a smaller model or less text: it needed more memory than it has.")]
    if "gpu" in cause or "cuda" in cause:
        return [_("Choose a preset that needs no GPU, or ask whoever keeps this site for a worker with one.")]
    if "data" in cause or "no such file" in cause:
        return [_("Choose another data set, or ask whoever keeps this site whether its files are all there.")]
    return [_("Repeat it once: a fault from outside may not come again. One in the job comes again, word for word.")]
