"""How measured numbers read: one place for units and decimals, so that every page and table agrees."""

from __future__ import annotations

import math
from dataclasses import dataclass

from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from workers import registry
from workers.spec import Text
from workers.statistics import Summary

THIN_SPACE = "\u202f"
BOUNDS = {"share": (0.0, 1.0), "points": (-1.0, 1.0), "correlation": (-1.0, 1.0)}  # by a metric's unit


@dataclass(frozen=True)
class Quantity:
    """A number as it is printed and the unit that always goes with it."""

    number: str
    unit: str

    def __str__(self) -> str:
        return f"{self.number}{THIN_SPACE}{self.unit}" if self.unit else self.number


def plain_number(value: float) -> str:
    """What has no metric: 8000, 10 000, 0.002. Never 1e+06, which `g` makes of a million."""
    if isinstance(value, int) or (value.is_integer() and abs(value) < 1e15):
        return f"{value:,.0f}".replace(",", THIN_SPACE if abs(value) >= 10_000 else "")
    return f"{value:g}"


def local(text: Text | None) -> str:
    return text.in_language(get_language() or "en") if text else ""


def in_language(text: object) -> str:
    """An event's {"en", "zh"}, or its plain string."""
    if isinstance(text, dict):
        return local(Text(str(text.get("en", "")), str(text.get("zh", "") or text.get("en", ""))))
    return "" if text is None else str(text)


def metric_label(slug: str) -> str:
    """The metric's name for people; one that nobody knows is shown by its slug."""
    return local(registry.metric(slug).label)


def unit_of(metric: str, unit: str = "") -> str:
    """What a value is stored in: the metric's own unit, else what the run said."""
    return registry.metric(metric, unit).unit


def quantity(metric: str, value: float, unit: str = "") -> Quantity:
    """81.0 %, 1.82 M, 7.30 MB, 4.10 ms: the unit is the same in every row of a column."""
    stored = unit_of(metric, unit)
    if stored == "share":
        return Quantity(f"{100 * value:.1f}", "%")
    if stored == "points":
        return Quantity(f"{100 * value:.1f}", _("points"))
    if stored == "correlation":
        return Quantity(f"{value:.3f}", "")
    if stored == "perplexity":
        return Quantity(f"{value:.2f}", "")
    if stored == "parameters":
        return Quantity(f"{value / 1e6:.3f}", "M")
    if stored == "FLOP":
        return Quantity(f"{value / 1e6:.3f}", "MFLOP")
    if stored == "bits":
        return Quantity(f"{value:.2f}", _("bits"))
    if stored == "bytes":
        return Quantity(f"{value / 1e6:.2f}", "MB")
    if stored in {"ms", "nats"}:
        return Quantity(f"{value:.{2 if stored == 'ms' else 3}f}", _("nats") if stored == "nats" else stored)
    if stored == "s":
        return Quantity(f"{value:,.1f}".replace(",", THIN_SPACE), stored)
    if stored == "examples/s":
        return Quantity(f"{value:,.0f}".replace(",", THIN_SPACE), _("examples/s"))
    return Quantity(f"{value:.4g}", stored)


def spread(metric: str, summary: Summary, unit: str = "") -> str:
    """81.0 ± 0.3 % (5 seeds): mean and sample standard deviation; one seed has no deviation and says so by its count.

    Without the unit, where a column's head has it: spread_number.
    """
    mean = quantity(metric, summary.mean, unit)
    seeds = ngettext("%(n)d seed", "%(n)d seeds", summary.n) % {"n": summary.n}
    return f"{Quantity(spread_number(metric, summary, unit), mean.unit)} ({seeds})"


def spread_number(metric: str, summary: Summary, unit: str = "") -> str:
    """81.0 ± 0.3, or 81.0 for one seed: in the unit that quantity() gives."""
    mean = quantity(metric, summary.mean, unit).number
    if summary.deviation is None:
        return mean
    return f"{mean} ± {quantity(metric, summary.deviation, unit).number}"


def spread_shows(metric: str, summary: Summary, unit: str = "") -> bool:
    """Whether the deviation has a digit other than 0 as it is printed: that of a size has none."""
    deviation = quantity(metric, summary.deviation, unit).number if summary.deviation else ""
    return any(digit in "123456789" for digit in deviation)


def interval_ends(metric: str, summary: Summary, unit: str = "") -> tuple[float, float] | None:
    """Of the mean's 95 % interval, None for one seed. Student's knows no bounds; a share does."""
    if summary.low is None:
        return None
    least, most = BOUNDS.get(unit_of(metric, unit), (-math.inf, math.inf))
    return max(least, summary.low), min(most, summary.high)


def interval(metric: str, summary: Summary, unit: str = "") -> str:
    """78.9 to 83.1, "" for one seed: in the unit that quantity() gives."""
    ends = interval_ends(metric, summary, unit)
    if ends is None:
        return ""
    low, high = (quantity(metric, end, unit).number.replace("-", "\u2212") for end in ends)
    return _("%(low)s to %(high)s") % {"low": low, "high": high}


def signed(metric: str, value: float, unit: str = "") -> str:
    """A difference in a metric's printed unit, always with its sign: +1.3 (points, for a share), −0.02."""
    number = quantity(metric, abs(value), unit).number
    return f"{'+' if value >= 0 else chr(0x2212)}{number}"


def signed_spread(metric: str, found: Summary, unit: str = "") -> str:
    """+30.2 ± 3.1: mean and deviation of a difference, or +30.2 of one seed."""
    mean = signed(metric, found.mean, unit)
    return mean if found.deviation is None else f"{mean} ± {quantity(metric, found.deviation, unit).number}"


def difference(metric: str, found: Summary, unit: str = "") -> str:
    """+30.2 ± 3.1 points (95 % interval +26.3 to +34.1, 5 seeds)."""
    stored = unit_of(metric, unit)
    word = _("points") if stored == "share" else quantity(metric, 0, unit).unit
    mean = str(Quantity(signed_spread(metric, found, unit), word))
    seeds = ngettext("%(n)d seed", "%(n)d seeds", found.n) % {"n": found.n}
    if found.deviation is None:
        return f"{mean} ({seeds})"
    said = {
        "mean": mean,
        "low": signed(metric, found.low, unit),
        "high": signed(metric, found.high, unit),
        "seeds": seeds,
    }
    return _("%(mean)s (95 %% interval %(low)s to %(high)s, %(seeds)s)") % said


def duration(seconds: float) -> str:
    """8 s, 1 min 20 s, 10 min, 2 h 5 min."""
    whole = round(seconds)
    if whole < 60:
        return _("%(s)d s") % {"s": whole}
    if whole < 3600 and whole % 60 == 0:
        return _("%(min)d min") % {"min": whole // 60}
    if whole < 3600:
        return _("%(min)d min %(s)d s") % {"min": whole // 60, "s": whole % 60}
    return _("%(h)d h %(min)d min") % {"h": whole // 3600, "min": whole % 3600 // 60}


def file_size(size_bytes: int) -> str:
    """Bytes below 1 kB, then kB and MB of a thousand, as download pages have them."""
    if size_bytes < 1000:
        return ngettext("%(count)d byte", "%(count)d bytes", size_bytes) % {"count": size_bytes}
    if size_bytes < 1_000_000:
        return f"{size_bytes / 1000:.1f}{THIN_SPACE}kB"
    return f"{size_bytes / 1e6:.2f}{THIN_SPACE}MB"
