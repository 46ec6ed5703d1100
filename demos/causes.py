"""Why a run ended, where the fault lay on our side; and the last lines that its job said."""

from __future__ import annotations

import errno

from demos.formatting import in_language
from demos.models import Run
from demos.recording import ArtifactRefused
from workers.spec import Text

LAST_LINES = 20
UNWANTED = (Run.State.FAILED, Run.State.LOST, Run.State.TIMED_OUT, Run.State.CANCELLED)


def of_our_side(error: Exception) -> Text:
    """For what broke outside the job: while its words were written down, or its files stored."""
    if isinstance(error, ArtifactRefused):
        said = str(error)
    elif isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
        said = f"a file could not be kept ({error.strerror})"
    else:
        said = f"{type(error).__name__}: {error}"
    return Text(f"The run could not be executed: {said}.", f"运行无法执行：{said}。")


def last_lines(run: Run) -> list[str]:
    """The end of the log of a run that ended otherwise than hoped, for the reader; nothing for any other."""
    if run.state not in UNWANTED:
        return []
    latest = run.events.filter(kind="log").order_by("-seq").values_list("body__text", flat=True)[:LAST_LINES]
    lines = [line for text in reversed(latest) for line in in_language(text).splitlines()]
    return lines[-LAST_LINES:]
