"""How whole the catalogue is: checks that find what is missing or odd, and where an editor mends it.

A check costs one query to count and one to list a page, however many rows there are (catalog.health.checks has them).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.core.cache import cache
from django.db.models import Count, Max, Model, QuerySet
from django.utils.translation import gettext_lazy as _

from catalog.models import Entry, Paper, Section

KEPT_S = 60


@dataclass(frozen=True)
class Finding:
    """`mend` leads an editor to the field; `text` is what is odd, blank where something is missing."""

    title: str
    address: str
    mend: str
    text: str = ""


@dataclass(frozen=True)
class Check:
    """`rows` finds them in a stable order, `told` says each of them, `advice` what to do about it.

    `present` names the fact that all other papers have, where the check asks for one: it makes a `Share`.
    """

    slug: str
    group: str
    label: str
    advice: str
    rows: Callable[[], QuerySet]
    told: Callable[[Model], Finding]
    present: str = ""


@dataclass(frozen=True)
class Counted:
    check: Check
    count: int


@dataclass(frozen=True)
class Share:
    """How many of the papers have a fact."""

    label: str
    count: int
    total: int

    @property
    def percent(self) -> float:
        """To one decimal; 100 where none is missing, and only there."""
        if self.count == self.total:
            return 100.0
        return min(round(100 * self.count / self.total, 1), 99.9)


def counted(checks: list[Check]) -> list[Counted]:
    """Kept until a paper changes, at most a minute: counting 30,000 papers takes the better part of a second."""
    counts = cache.get_or_set(f"health-{_state()}", lambda: [check.rows().count() for check in checks], KEPT_S)
    return [Counted(check, count) for check, count in zip(checks, counts, strict=True)]


def _state() -> str:
    papers = Paper.objects.aggregate(number=Count("pk"), changed_at=Max("updated_at"))
    stamp = f"{papers['changed_at']:%Y%m%d%H%M%S%f}" if papers["number"] else ""
    return f"{papers['number']}-{stamp}-{Section.objects.count()}-{Entry.objects.count()}"


def shares_of(found: list[Counted], total: int) -> list[Share]:
    return [Share(one.check.present, total - one.count, total) for one in found if one.check.present]


def grouped(found: list[Counted]) -> dict[str, list[Counted]]:
    groups: dict[str, list[Counted]] = {}
    for one in found:
        groups.setdefault(GROUPS[one.check.group], []).append(one)
    return groups


GROUPS = {
    "facts": _("Facts of papers"),
    "notes": _("Notes and subjects"),
    "titles": _("Titles"),
    "authors": _("Authors"),
    "links": _("Links"),
    "lists": _("Lists"),
}
