"""Papers that a reader of this one may want next, each with the reason why it is named.

Candidates come from indexed rows around the paper (its sections, tags, authors, telling words), never from all pairs;
the cost is a fixed number of queries.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field

from django.db.models import Count, Q
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from catalog.models import Authorship, Entry, Paper, Topic
from catalog.search.similar import similar_titles

SHOWN = 8
CANDIDATES = 60  # for each reason
NEIGHBOURS = 4  # entries of one section, to either side
# A curator who sets two papers side by side says most; a shared word of the title says least.
SECTION, TAG, AUTHOR, WORD = 3.0, 2.0, 1.5, 0.8


@dataclass
class Related:
    """A paper, and why: the list section it shares, tags, authors, words of the title."""

    paper: Paper
    reasons: list[str] = field(default_factory=list)


def related_to(paper: Paper) -> list[Related]:
    """Best first. Wants the paper as `for_page` gives it."""
    scores: defaultdict[int, float] = defaultdict(float)
    sections = _beside(paper, scores)
    tags = {topic.pk: topic.name for topic in paper.topics.all() if topic.kind == Topic.Kind.TAG}
    authors = {row.author_id: row.author.name for row in paper.authorships.all()}
    _sharing(Paper.topics.through.objects.filter(topic__in=tags), paper, TAG, scores)
    _sharing(Authorship._base_manager.filter(author__in=authors), paper, AUTHOR, scores)
    words = similar_titles(paper, most=CANDIDATES)
    for other, shared in words.items():
        scores[other] += WORD * len(shared)
    best = sorted(scores, key=lambda pk: (-scores[pk], pk))[:SHOWN]
    papers = Paper.objects.for_listing().in_bulk(best)
    found = [Related(papers[pk]) for pk in best if pk in papers]
    for row in found:
        row.reasons = [
            *sections.get(row.paper.pk, ()),
            *_named(tags, (topic.pk for topic in row.paper.topics.all()), _tags_told),
            *_named(authors, (one.author_id for one in row.paper.authorships.all()), _authors_told),
            *([_words_told(words[row.paper.pk])] if row.paper.pk in words else ()),
        ]
    return found


def _beside(paper: Paper, scores: dict[int, float]) -> dict[int, list[str]]:
    """The nearest entries of the paper's sections, the nearer the better."""
    places = {entry.section_id: entry for entry in paper.entries.all()}
    if not places:
        return {}
    near = Q()
    for entry in places.values():
        span = (entry.position - NEIGHBOURS, entry.position + NEIGHBOURS)
        near |= Q(section=entry.section_id, position__range=span)
    reasons: dict[int, list[str]] = {}
    rows = Entry.objects.filter(near).exclude(paper=paper).values_list("paper_id", "section_id", "position")
    for other, section_id, position in rows:
        entry = places[section_id]
        apart = abs(position - entry.position)
        scores[other] += SECTION / (1 + apart / NEIGHBOURS)
        name = entry.section.name or entry.section.paper_list.name
        reasons.setdefault(other, [_("beside it under “%(section)s”") % {"section": name}])
    return reasons


def _sharing(rows, paper: Paper, weight: float, scores: dict[int, float]) -> None:
    shared = rows.exclude(paper=paper).order_by().values("paper").annotate(count=Count("pk"))
    for row in shared.order_by("-count", "-paper")[:CANDIDATES]:
        scores[row["paper"]] += weight * row["count"]


def _named(names: dict[int, str], others, told) -> list[str]:
    shared = [names[pk] for pk in others if pk in names]
    return [told(shared)] if shared else []


def _tags_told(names: list[str]) -> str:
    return ngettext("tag %(names)s", "tags %(names)s", len(names)) % {"names": _(", ").join(names)}


def _authors_told(names: list[str]) -> str:
    return _("by %(names)s") % {"names": _(", ").join(names)}


def _words_told(words: list[str]) -> str:
    return _("similar title: %(words)s") % {"words": _(", ").join(words)}
