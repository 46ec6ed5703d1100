"""Papers that may be one work: found by what they share, never by looking at all pairs; judged once, by an editor.

Two papers are looked at where they share an identifier, a title or a block key (first author and how the title
begins). Whether there is something to ask says catalog.works.likeness. What was found is kept until a paper changes.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import combinations

from django.core.cache import cache
from django.db import transaction
from django.db.models import Count, Q

from catalog import identifiers
from catalog.models import AlternativeTitle, Authorship, ChangeSet, IndexVersion, Paper, PaperVersion, Verdict
from catalog.works.likeness import IDENTIFIERS, Facts, doubt, is_same, nearly_equal
from catalog.works.merges import merge_papers

_LARGEST_BLOCK = 40  # papers; a larger one shares a heading ("Introduction"), and would make pairs without end
_BATCH = 5_000
_CACHE_KEY = "catalog.works.duplicates"
# The surest first; within one kind as their titles stand in the alphabet.
_SUREST_FIRST = ("identifier", "same", "title", "arxiv", "years", "people")
_ACL_DOI = "10.18653/v1/"


@dataclass(frozen=True)
class Suspects:
    """Two papers, the lower id first, and why they may be one: a word of catalog.works.likeness, or "same"."""

    first: int
    second: int
    reason: str
    title: str = ""

    @property
    def pair(self) -> tuple[int, int]:
        return self.first, self.second


def suspects() -> list[Suspects]:
    """Every pair that an editor should look at and has not judged yet.

    Two queries while no paper has changed; else a fixed number for each 5,000 papers that share something.
    """
    token = IndexVersion.objects.values_list("token", flat=True).first()  # another one after every write to papers
    kept = cache.get(_CACHE_KEY)
    if token is None or kept is None or kept[0] != token:
        kept = (token, _find())
        cache.set(_CACHE_KEY, kept, timeout=None)
    judged = set(Verdict.objects.values_list("first_id", "second_id"))
    return [each for each in kept[1] if each.pair not in judged]


def suspects_of(one: Paper, other: Paper) -> Suspects:
    """Two papers that an editor names; `reason` is "" where nothing speaks for their being one work."""
    first, second = sorted((one.pk, other.pk))
    rows = _facts({first, second})
    _read_authors(rows, {first, second})
    return Suspects(first, second, _reason(rows[first], rows[second]))


def _find() -> list[Suspects]:
    shared = set(_sharing_identifiers())
    pairs = shared | set(_pairs_in(_blocks()))
    rows = _facts({pk for pair in pairs for pk in pair})
    pairs = [pair for pair in pairs if pair in shared or _alike(*(rows[pk] for pk in pair))]
    _read_authors(rows, {pk for pair in pairs for pk in pair})
    found = []
    for first, second in pairs:
        reason = "identifier" if (first, second) in shared else _reason(rows[first], rows[second])
        if reason:
            found.append(Suspects(first, second, reason, rows[first].titles[0]))
    return sorted(found, key=lambda each: (_SUREST_FIRST.index(each.reason), each.title.lower(), each.pair))


def _reason(first: Facts, second: Facts) -> str:
    return "same" if is_same(first, second) else doubt(first, second)


def _blocks() -> Iterator[list[int]]:
    """Papers that share a title or a block key. Each query goes through an index."""
    blocks = defaultdict(set)
    for name in ("title_key", "block_key"):
        shared = Paper.objects.order_by().values(name).annotate(count=Count("pk")).filter(count__gt=1)
        rows = Paper.objects.filter(**{f"{name}__in": shared.exclude(**{name: ""}).values(name)})
        for pk, key in rows.order_by().values_list("pk", name):
            blocks[name, key].add(pk)
    others = AlternativeTitle.objects.order_by().values_list("paper_id", "title_key")
    for pk, key in others:
        blocks["title_key", key].add(pk)
    keys = {key for _pk, key in others}
    for start in range(0, len(keys), _BATCH):
        batch = sorted(keys)[start : start + _BATCH]
        for pk, key in Paper.objects.filter(title_key__in=batch).values_list("pk", "title_key"):
            blocks["title_key", key].add(pk)
    return (sorted(block) for block in blocks.values() if 1 < len(block) <= _LARGEST_BLOCK)


def _pairs_in(blocks: Iterable[list[int]]) -> Iterator[tuple[int, int]]:
    for block in blocks:
        yield from combinations(block, 2)


def _facts(ids: set[int]) -> dict[int, Facts]:
    """Titles, year and identifiers; authors are read for those alone whose titles are alike."""
    ids, found = sorted(ids), {}
    for start in range(0, len(ids), _BATCH):
        batch = ids[start : start + _BATCH]
        papers = Paper.objects.filter(pk__in=batch).order_by()
        for pk, title, year, *values in papers.values_list("pk", "title", "year", *IDENTIFIERS):
            found[pk] = Facts([title], [], year, **dict(zip(IDENTIFIERS, values, strict=True)))
        for pk, title in AlternativeTitle.objects.filter(paper__in=batch).values_list("paper_id", "title"):
            found[pk].titles.append(title)
    return found


def _read_authors(rows: dict[int, Facts], ids: set[int]) -> None:
    ids = sorted(ids)
    for start in range(0, len(ids), _BATCH):
        named = Authorship.objects.filter(paper__in=ids[start : start + _BATCH]).order_by("paper", "position")
        for pk, name in named.values_list("paper_id", "author__name"):
            rows[pk].authors.append(name)


def _alike(first: Facts, second: Facts) -> bool:
    return bool(first.keys & second.keys) or any(nearly_equal(a, b) for a in first.titles for b in second.titles)


def _sharing_identifiers() -> Iterator[tuple[int, int]]:
    """One paper's identifier in another form, or of a version of it: a DOI that names the ACL or arXiv id."""
    holders = defaultdict(set)
    for model, owner in ((Paper, "pk"), (PaperVersion, "paper_id")):
        for name in IDENTIFIERS:  # one by one: an index holds the few that are not blank
            for pk, value in model.objects.exclude(**{name: ""}).order_by().values_list(owner, name):
                for key in _forms(name, value):
                    holders[key].add(pk)
    return _pairs_in(sorted(block) for block in holders.values() if 1 < len(block) <= _LARGEST_BLOCK)


def _forms(name: str, value: str) -> list[str]:
    value = value.lower()
    forms = [f"{name}:{value}"]
    if name == "doi" and value.startswith(_ACL_DOI):
        forms.append(f"acl:{value.removeprefix(_ACL_DOI)}")
    elif name == "doi" and (number := identifiers.arxiv_id(value)):
        forms.append(f"arxiv:{number}")
    return forms


# --- what an editor says ----------------------------------------------------------------------------------------
@transaction.atomic
def judge(*, first: Paper, second: Paper, kind: str, actor) -> Verdict:
    """Versions of one work, or different works: not asked again until `ask_again`. The latest word counts."""
    low, high = sorted((first, second), key=lambda paper: paper.pk)
    verdict, _created = Verdict.objects.update_or_create(
        first=low, second=high, defaults={"kind": Verdict.Kind(kind), "actor": actor}
    )
    Paper.objects.filter(pk__in=[low.pk, high.pk]).touch()  # their pages name each other as versions
    return verdict


def judge_same(*, kept: Paper, other: Paper, actor) -> ChangeSet:
    """The same work: merged into one. The merge is the memory of it, and taking that back asks again."""
    return merge_papers(kept=kept, other=other, actor=actor)


@transaction.atomic
def ask_again(*, verdict: Verdict) -> None:
    Paper.objects.filter(Q(pk=verdict.first_id) | Q(pk=verdict.second_id)).touch()
    verdict.delete()
