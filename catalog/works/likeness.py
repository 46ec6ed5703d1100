"""When two citations may be one work: rules on facts, without a database.

`is_same` is sure enough to merge without asking. `doubt` names what speaks for it where an editor should look. All else
are two works. Candidates come from equal identifiers, equal titles and equal `block_key`s, never from all pairs.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from functools import cached_property

from catalog.titles import title_key

IDENTIFIERS = ("arxiv", "acl", "doi")
KEY_MAX_LENGTH = 500
BLOCK_KEY_MAX_LENGTH = 60
# A title this long (letters and digits) is hardly ever given twice; a shorter one is, in other years.
_DISTINCTIVE = 30
# A preprint and its publication lie within a year of each other, seldom two.
_YEARS_APART, _YEARS_APART_SAME_PEOPLE = 1, 5
_YEARS_OF_DOUBT = 2
_NEARLY = 0.9
_SHORTEST_MAIN_TITLE = 6  # letters; below, what stands before a colon is a heading ("Part 1:"), not a title
_BLOCK_LETTERS = 6
_ARTICLE = re.compile(r"^\W*(?:an?|the|on)\s+", re.I)
_SUBTITLE = re.compile(r"\s*(?:[:?!：？！]|\s[-–—]|——)\s*")
_NUMBERS = re.compile(r"\d+|\b[ivx]+\b", re.I)


def key_of(title: str) -> str:
    return title_key(title)[:KEY_MAX_LENGTH]


def block_key(title: str, authors: list[str]) -> str:
    """Family name of the first author and the first letters of the title: look-alikes share it. "" without authors."""
    if not authors:
        return ""
    words = authors[0].partition(",")[0].split()
    family = title_key(words[-1]) if words else ""
    return f"{family[: BLOCK_KEY_MAX_LENGTH - 10]}|{title_key(_ARTICLE.sub('', title)[:40])[:_BLOCK_LETTERS]}"


@dataclass
class Facts:
    """What tells two works apart. `titles` are all that it carries, the first one its own."""

    titles: list[str]
    authors: list[str] = field(default_factory=list)
    year: int | None = None
    doi: str = ""
    arxiv: str = ""
    acl: str = ""

    @cached_property
    def keys(self) -> set[str]:
        return set(map(key_of, self.titles))

    @cached_property
    def families(self) -> set[str]:
        return family_names(self.authors)

    @cached_property
    def first_family(self) -> set[str]:
        return family_names(self.authors[:1])


def family_names(names: Iterable[str]) -> set[str]:
    """The last word of each; and all its words in one order, for those who write the family name first."""
    found = set()
    for name in names:
        words = [title_key(word) for word in name.partition(",")[0].split()]
        found |= {words[-1], " ".join(sorted(words))} if words else set()
    return found


def is_same(here: Facts, given: Facts) -> bool:
    """Sure: one identifier, or one title and nothing against it."""
    if _shared_identifier(here, given):
        # An identifier is sometimes given to the wrong work: another title by other people stays another work.
        return bool(here.keys & given.keys) or not by_other_people(here, given)
    return any(not _differ(here, given, key) for key in here.keys & given.keys)


def doubt(here: Facts, given: Facts) -> str:
    """Why these two, which are not surely the same, may be: identifier | arxiv | people | years | title, or ""."""
    if _shared_identifier(here, given):
        return "identifier"
    if shared := here.keys & given.keys:
        return _doubt_of_one_title(here, given, max(map(len, shared)))
    return "title" if _nearly_one_title(here, given) else ""


def _doubt_of_one_title(here: Facts, given: Facts, letters: int) -> str:
    if by_other_people(here, given):
        return "people" if letters >= _DISTINCTIVE else ""
    if here.arxiv and given.arxiv and here.arxiv != given.arxiv:
        return "arxiv"
    return "years" if here.families & given.families or letters >= _DISTINCTIVE else ""


def _nearly_one_title(here: Facts, given: Facts) -> bool:
    if not here.first_family & given.first_family:
        return False
    if here.year and given.year and abs(here.year - given.year) > _YEARS_OF_DOUBT:
        return False
    if any(getattr(here, n) and getattr(given, n) and getattr(here, n) != getattr(given, n) for n in IDENTIFIERS):
        return False
    return any(nearly_equal(title, other) for title in here.titles for other in given.titles)


def nearly_equal(title: str, other: str) -> bool:
    """One lacks the subtitle of the other, or a few letters differ; numbers must not: Part I is not Part II."""
    key, other_key = key_of(title), key_of(other)
    if key == other_key:
        return True
    if _numbers(title) != _numbers(other):
        return False
    main, other_main = _main_title(title), _main_title(other)
    if len(main) >= _SHORTEST_MAIN_TITLE and (main == other_key or other_main == key):
        return True
    if min(len(key), len(other_key)) < 0.8 * max(len(key), len(other_key)):
        return False
    pair = SequenceMatcher(None, key, other_key, autojunk=False)
    return pair.real_quick_ratio() >= _NEARLY and pair.quick_ratio() >= _NEARLY and pair.ratio() >= _NEARLY


def _main_title(title: str) -> str:
    return key_of(_SUBTITLE.split(title, maxsplit=1)[0])


def _numbers(title: str) -> list[str]:
    return [number.lower() for number in _NUMBERS.findall(title)]


def _shared_identifier(here: Facts, given: Facts) -> bool:
    return any(getattr(here, name) and getattr(here, name) == getattr(given, name) for name in IDENTIFIERS)


def _differ(here: Facts, given: Facts, key: str) -> bool:
    """Two works of one title: other preprints, other people (a book and its review), or another time."""
    if here.arxiv and given.arxiv and here.arxiv != given.arxiv:
        return True
    if by_other_people(here, given):
        return True
    apart = abs(here.year - given.year) if here.year and given.year else 0
    if here.authors and given.authors:
        return apart > _YEARS_APART_SAME_PEOPLE
    return apart > _YEARS_APART and len(key) < _DISTINCTIVE


def by_other_people(here: Facts, given: Facts) -> bool:
    if not here.authors or not given.authors:
        return False
    return not here.families & given.families
