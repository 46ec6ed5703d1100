"""What kind of place a venue is, by its name: all that a row without an imported entry tells of its type."""

from __future__ import annotations

import re
from typing import Literal

from catalog.intake.merging import is_preprint

_JOURNAL = re.compile(
    r"journal|transactions|trans\.|letters|review|magazine|nature|science|tacl|jmlr|tpami|\bj\.|\bann\.|corr$|computing"
    r"|学报|杂志|期刊",
    re.I,
)


def venue_kind(venue: str) -> Literal["journal", "preprint", "meeting"]:
    if venue and _JOURNAL.search(venue):
        return "journal"
    return "preprint" if is_preprint(venue) else "meeting"
