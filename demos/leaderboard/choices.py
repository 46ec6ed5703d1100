"""What a leaderboard can be asked for, and what stands for what nobody asked."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from urllib.parse import urlencode

ANY = "any"
UNKNOWN_DEVICE = "unknown"  # runs from before devices were kept
KINDS = ("method", "baseline", "teacher")
MAX_SEEDS = 100


@dataclass(frozen=True)
class Choices:
    """One leaderboard. As an address it names everything that is not as it would be anyway."""

    data: str = ""
    quality: str = ""
    cost: str = ""
    method: str = ""  # empty: all of them
    kind: str = ""  # empty: all of KINDS
    teacher: str = ""
    device: str = ""
    seeds: int = 1  # at least so many
    sort: str = ""  # a column, best first; with a minus before it, worst first

    def query(self, asked: Mapping[str, str], **changed: str) -> str:
        """The address of this board with something changed: what was asked, minus what was refused."""
        values = {name: str(value) for name, value in asdict(self).items() if asked.get(name)}
        values |= changed
        return urlencode({name: value for name, value in values.items() if value})


NAMES = tuple(Choices.__dataclass_fields__)


@dataclass(frozen=True)
class Refused:
    """A value that nothing here has. `instead` stands for it on the page; the API refuses it."""

    name: str
    value: str
    valid: tuple[str, ...]
    instead: str


@dataclass
class Picker:
    """Takes values from what was asked, one by one, and remembers those that make no sense."""

    asked: Mapping[str, str]
    refused: list[Refused] = field(default_factory=list)

    def one_of(self, name: str, valid: Iterable[str], default: str) -> str:
        value, valid = self.asked.get(name, ""), tuple(valid)
        if not value or value in valid:
            return value or default
        self.refuse(name, valid, default)
        return default

    def whole(self, name: str, low: int, high: int) -> int:
        value = self.asked.get(name, "")
        if not value:
            return low
        if value.isascii() and value.isdigit() and low <= int(value[:9]) <= high:
            return int(value)
        self.refuse(name, (f"{low}–{high}",), str(low))
        return low

    def refuse(self, name: str, valid: tuple[str, ...], instead: str) -> None:
        self.refused.append(Refused(name, self.asked.get(name, "")[:60], valid, instead))
