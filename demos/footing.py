"""The line at the foot of every page: how much this site has measured, and on what."""

from __future__ import annotations

import logging
from dataclasses import dataclass

from django.core.cache import cache
from django.db import DatabaseError
from django.db.models import Count
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from demos.models import Run

logger = logging.getLogger(__name__)

KEY = "demos.footing"
KEPT_S = 60
DEVICES = 3  # kinds that are named; the others are counted


@dataclass(frozen=True)
class Footing:
    """`devices`: kinds of device, the one with most runs first. `torch`: the version of the latest run."""

    runs: int = 0
    methods: int = 0
    devices: tuple[str, ...] = ()
    torch: str = ""

    def __str__(self) -> str:
        """34 runs of 2 methods measured on AMD EPYC with PyTorch 2.8.0; "" while nothing was measured."""
        if not self.runs:
            return ""
        runs = ngettext("%(n)d run", "%(n)d runs", self.runs) % {"n": self.runs}
        methods = ngettext("%(n)d method", "%(n)d methods", self.methods) % {"n": self.methods}
        devices = _(", ").join(self.devices[:DEVICES])
        if (more := len(self.devices) - DEVICES) > 0:
            devices = _("%(devices)s and %(n)d more") % {"devices": devices, "n": more}
        said = {"runs": runs, "methods": methods, "devices": devices, "torch": self.torch}
        if devices and self.torch:
            return _("%(runs)s of %(methods)s measured on %(devices)s with PyTorch %(torch)s") % said
        return _("%(runs)s of %(methods)s measured") % said


def footing() -> Footing:
    """At most a minute old. Pages stand without it: an error page asks it too."""
    try:
        return cache.get_or_set(KEY, _counted, KEPT_S)
    except DatabaseError as error:
        logger.warning("what was measured cannot be counted: %s", error)
        return Footing()


def _counted() -> Footing:
    """Two queries."""
    succeeded = Run.objects.filter(state=Run.State.SUCCEEDED).order_by()
    rows = list(succeeded.values("method", "device_class").annotate(runs=Count("id")))
    of_device: dict[str, int] = {}
    for row in rows:
        of_device[row["device_class"]] = of_device.get(row["device_class"], 0) + row["runs"]
    devices = sorted(filter(None, of_device), key=of_device.get, reverse=True)
    latest = succeeded.order_by("-created_at").values_list("environment__packages__torch", flat=True).first()
    methods = len({row["method"] for row in rows})
    return Footing(sum(of_device.values()), methods, tuple(devices), str(latest or "").partition("+")[0])
