"""A printed name ("Ludwig van der Berg", "King, Jr.", 张三, "OpenAI") in the parts that citation formats ask for."""

from __future__ import annotations

import re
from dataclasses import dataclass

from catalog.exporters.romanisation import HAN, chinese_name_parts, is_chinese_name

_SUFFIX = re.compile(r"(?P<name>.+), (?P<suffix>Jr\.?|Sr\.?|[IVX]+)")
_COMPANY = re.compile(r"(?:Inc|Ltd|LLC|Corp|Co|GmbH|AG|PLC|S\.A|B\.V)\.?", re.I)
_ET_AL = frozenset(("others", "et al.", "et al", "等"))


@dataclass(frozen=True)
class NameParts:
    """`literal` alone where a name has no parts, as an institution's. `particle` is the "van der" before the family."""

    family: str = ""
    given: str = ""
    particle: str = ""
    suffix: str = ""
    literal: str = ""

    def as_csl(self) -> dict[str, str]:
        names = {
            "family": self.family,
            "given": self.given,
            "non-dropping-particle": self.particle,
            "suffix": self.suffix,
            "literal": self.literal,
        }
        return {name: text for name, text in names.items() if text}

    def as_ris(self) -> str:
        """`Family, Given, Suffix`, in which a name without a comma is an institution's."""
        family = f"{self.particle} {self.family}".strip()
        return self.literal or ", ".join(filter(None, [family, self.given, self.suffix]))


def parts_of(name: str) -> NameParts:
    if is_chinese_name(name):
        family, given = chinese_name_parts(name)
        return NameParts(family=family, given=given)
    if found := _SUFFIX.fullmatch(name):
        parts = _western(found["name"])
        return NameParts(parts.family or parts.literal, parts.given, parts.particle, found["suffix"])
    family, comma, given = name.partition(", ")
    if comma and not _COMPANY.fullmatch(given) and "," not in given:
        return NameParts(family=family, given=given)
    return NameParts(literal=name) if comma or " and " in f" {name.lower()} " else _western(name)


def _western(name: str) -> NameParts:
    """The last word is the family name, small words before it are its particle. One word alone has no parts."""
    words = name.split()
    if len(words) < 2 or HAN.search(name):
        return NameParts(literal=name)
    start = len(words) - 1
    while start > 1 and words[start - 1][:1].islower():
        start -= 1
    return NameParts(words[-1], " ".join(words[:start]), " ".join(words[start:-1]))


def printed(name: dict) -> str:
    """A CSL name as papers print it; what is Chinese stands family name first, without a blank."""
    if name.get("literal"):
        return str(name["literal"])
    family, given = str(name.get("family") or ""), str(name.get("given") or "")
    if HAN.search(family) and HAN.search(given):
        return family + given
    particles = [str(name.get(kind) or "") for kind in ("dropping-particle", "non-dropping-particle")]
    text = " ".join(part for part in (given, *particles, family) if part)
    return f"{text}, {name['suffix']}" if name.get("suffix") else text


def is_more(name: str) -> bool:
    """The "and others" at the end of a list of names, which is nobody's name."""
    return name.strip().lower() in _ET_AL
