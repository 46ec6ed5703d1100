"""Which runs an address asks to compare: `?runs=<id>,<id>&baseline=<id>`, or whole addresses of runs."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterable
from dataclasses import dataclass

from django.http import QueryDict
from django.utils.translation import gettext as _

from demos.models import Run

FEWEST, MOST = 2, 20
OFFERED = 15
UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)


class NotComparable(Exception):
    """What is wrong with the choice of runs, for people."""


@dataclass(frozen=True)
class Asked:
    """The runs that are there, in the order asked for, the baseline first; and what was asked for and is not there."""

    runs: list[Run]
    unknown: list[str]

    @property
    def baseline(self) -> Run | None:
        return self.runs[0] if self.runs else None

    @property
    def is_unfinished(self) -> bool:
        """Nothing is wrong with the choice yet: more runs are to come."""
        return not self.unknown and len(self.runs) < FEWEST

    @property
    def offered(self) -> list[Run]:
        """What might be compared with these: two queries."""
        runs = Run.objects.for_listing()
        found = runs.comparable_with(self.baseline) if self.baseline else runs.filter(state=Run.State.SUCCEEDED)
        return list(found.exclude(pk__in=[run.pk for run in self.runs])[:OFFERED])

    def check(self) -> None:
        """Raises NotComparable unless there are 2 to 20 runs and all were found."""
        if self.unknown:
            raise NotComparable(_("There is no run %(ids)s.") % {"ids": ", ".join(self.unknown)})
        if len(self.runs) < FEWEST:
            raise NotComparable(_("Choose at least two runs to compare."))
        if len(self.runs) > MOST:
            said = {"most": MOST, "count": len(self.runs)}
            raise NotComparable(_("At most %(most)d runs can stand beside each other; these are %(count)d.") % said)


def asked_for(query: QueryDict) -> Asked:
    """One query for the runs and one each for what belongs to them, however many they are."""
    ids, unknown = _identifiers(part for value in query.getlist("runs") for part in re.split(r"[\s,]+", value))
    baseline = next(iter(_identifiers([query.get("baseline", "")])[0]), None)
    if baseline:
        ids = [baseline, *(one for one in ids if one != baseline)]
    found = Run.objects.for_listing().select_related("repeat_of").in_bulk(ids[: MOST + 1])
    unknown += [str(one)[:8] for one in ids[: MOST + 1] if one not in found]
    return Asked([found[one] for one in ids if one in found], unknown)


def _identifiers(words: Iterable[str]) -> tuple[list[uuid.UUID], list[str]]:
    """Ids in their order, each once; and the words that hold none."""
    ids: dict[uuid.UUID, None] = {}
    unknown = []
    for word in filter(None, words):
        if hit := UUID.search(word):
            ids[uuid.UUID(hit[0])] = None
        else:
            unknown.append(word[:40])
    return list(ids), unknown
