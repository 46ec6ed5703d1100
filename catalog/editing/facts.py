"""What an editor may change of a paper, as values that can be compared: two people's edits are told apart by them."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, fields, replace

from catalog.models import Paper


class NoFacts(ValueError):
    """The text does not hold the facts of a paper."""


@dataclass(frozen=True)
class Facts:
    """Authors and other titles in order; links as (label, address); topics as (kind, slug), sorted."""

    title: str
    short_name: str = ""
    authors: tuple[str, ...] = ()
    venue: str = ""
    year: int | None = None
    doi: str = ""
    arxiv: str = ""
    acl: str = ""
    titles: tuple[str, ...] = ()
    links: tuple[tuple[str, str], ...] = ()
    topics: tuple[tuple[str, str], ...] = ()

    def as_text(self) -> str:
        return json.dumps(asdict(self), ensure_ascii=False)

    @classmethod
    def from_text(cls, text: str) -> Facts:
        """Back from a form, which may hold anything. Raises NoFacts."""
        try:
            values = {name: _frozen(value) for name, value in json.loads(text).items()}
            return cls(**values)
        except (ValueError, TypeError, AttributeError, RecursionError) as error:
            raise NoFacts(text[:200]) from error

    def slugs(self, kind: str) -> list[str]:
        return [slug for topic_kind, slug in self.topics if topic_kind == kind]


NAMES = tuple(field.name for field in fields(Facts))


def facts_of(paper: Paper) -> Facts:
    """As the database has them. Costs one query for each relation that is not prefetched."""
    return Facts(
        title=paper.title,
        short_name=paper.short_name,
        authors=tuple(authorship.author.name for authorship in paper.authorships.all()),
        venue=paper.venue.name if paper.venue else "",
        year=paper.year,
        doi=paper.doi,
        arxiv=paper.arxiv,
        acl=paper.acl,
        titles=tuple(other.title for other in paper.alternative_titles.all()),
        links=tuple((link.label, link.url) for link in paper.links.all()),
        topics=tuple(sorted((topic.kind, topic.slug) for topic in paper.topics.all())),
    )


def differing(one: Facts, other: Facts) -> list[str]:
    """The names of the facts in which they differ, in the order of the form."""
    return [name for name in NAMES if getattr(one, name) != getattr(other, name)]


def with_facts_of(mine: Facts, other: Facts, names: list[str]) -> Facts:
    return replace(mine, **{name: getattr(other, name) for name in names})


@dataclass(frozen=True)
class Conflict:
    """A paper changed while somebody edited it: what they saw, what they wrote, what stands here now."""

    seen: Facts
    mine: Facts
    now: Facts

    @property
    def disputed(self) -> list[str]:
        """Facts that both changed, and not to the same."""
        changed = differing(self.seen, self.now)
        return [name for name in differing(self.mine, self.now) if name in changed and self._is_mine(name)]

    @property
    def taken_over(self) -> list[str]:
        """Facts that the others alone changed."""
        return [name for name in differing(self.seen, self.now) if not self._is_mine(name)]

    @property
    def merged(self) -> Facts:
        """Mine, with what the others alone changed."""
        return with_facts_of(self.mine, self.now, self.taken_over)

    def _is_mine(self, name: str) -> bool:
        return getattr(self.seen, name) != getattr(self.mine, name)


def _frozen(value):
    return tuple(_frozen(item) for item in value) if isinstance(value, list) else value
