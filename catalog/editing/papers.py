"""Writes to papers by editors: add and change. Each is recorded, indexed and moves the paper's `updated_at`.

A paper is removed by `catalog.history.removing.remove`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from django.db import IntegrityError
from django.db.models import QuerySet

from catalog.editing.facts import Conflict, Facts, differing, facts_of
from catalog.editing.topics import NewTag, topics_named
from catalog.history.recording import Recorder, recorded
from catalog.history.removing import follow
from catalog.intake.shelving import save_works
from catalog.models import AlternativeTitle, Paper, PaperLink, Topic, Verdict
from catalog.works.duplicates import judge
from catalog.works.identity import Work
from catalog.works.likeness import IDENTIFIERS, key_of

# Exports tell an edit by comparing the row with the imported fields, save for an identifier that the row lacks: another
# paper may hold it. One that an editor cleared goes from the fields too; the text as imported stays in `bibtex_raw`.
_SAID_IN = {"doi": ("doi",), "arxiv": ("eprint", "archiveprefix", "eprinttype", "primaryclass"), "acl": ()}
_COLUMNS = ("title", "short_name", "year", *IDENTIFIERS)


@dataclass
class IdentifierTaken(Exception):
    """Another paper has this identifier. `name` is a column of Paper."""

    name: str
    paper: Paper


@dataclass
class TitleTaken(Exception):
    """A paper of this title is here, and nobody said that the new one is another work."""

    paper: Paper


@dataclass
class ChangedMeanwhile(Exception):
    """The paper is not any more what the editor saw. Nothing was written."""

    conflict: Conflict


def create_paper(
    *, facts: Facts, new_tags: Sequence[NewTag] = (), is_other_work: bool = False, actor, summary: str = ""
) -> Paper:
    """Raises IdentifierTaken and, unless it is said to be another work, TitleTaken; what was said is remembered."""
    with _refusing_taken(facts, Paper.objects.all()), recorded(actor=actor, summary=summary) as recorder:
        same = _of_one_title(facts.title)
        if same and not is_other_work:
            raise TitleTaken(same)
        new = Paper(title_key=key_of(facts.title), **_columns(facts))
        save_works([Work(new, authors=list(facts.authors), venue=facts.venue)], [])
        paper = Paper.objects.get(pk=new.pk)  # written by SQL of its own, the row in memory belongs to no database
        _write_relations(paper, facts, new_tags, recorder)
        follow([paper.pk])
        recorder.created(paper)
        if same:
            judge(first=same, second=paper, kind=Verdict.Kind.DIFFERENT, actor=actor)
    return paper


def change_paper(
    *, paper: Paper, facts: Facts, seen: Facts, new_tags: Sequence[NewTag] = (), actor, summary: str = ""
) -> Paper:
    """Writes what differs. `seen` is what the editor began from: raises ChangedMeanwhile, also IdentifierTaken."""
    others = Paper.objects.exclude(pk=paper.pk)
    with _refusing_taken(facts, others), recorded(paper, actor=actor, summary=summary) as recorder:
        paper = Paper.objects.select_for_update().get(pk=paper.pk)
        now = facts_of(paper)
        if seen != now:
            raise ChangedMeanwhile(Conflict(seen=seen, mine=facts, now=now))
        names = differing(now, facts)
        if names or new_tags:
            _write_columns(paper, facts, names)
            _write_relations(paper, facts, new_tags, recorder)
            follow([paper.pk])
    return paper


@contextmanager
def _refusing_taken(facts: Facts, others: QuerySet) -> Iterator[None]:
    """Around the transaction: who takes an identifier while we write is told by the database, and named here."""
    _refuse_taken(facts, others)
    try:
        yield
    except IntegrityError:
        _refuse_taken(facts, others)
        raise


def _refuse_taken(facts: Facts, others: QuerySet) -> None:
    for name in IDENTIFIERS:
        value = getattr(facts, name)
        if value and (holder := others.filter(**{name: value}).first()):
            raise IdentifierTaken(name, holder)


def _of_one_title(title: str) -> Paper | None:
    key = key_of(title)
    other = AlternativeTitle.objects.filter(title_key=key).select_related("paper").first()
    return Paper.objects.filter(title_key=key).first() or (other.paper if other else None)


def _columns(facts: Facts) -> dict:
    return {name: getattr(facts, name) for name in _COLUMNS}


def _write_columns(paper: Paper, facts: Facts, names: list[str]) -> None:
    """Also venue and authors, by the writer that imports use: one rule makes the rows of both."""
    for name, value in _columns(facts).items():
        setattr(paper, name, value)
    paper.title_key = key_of(facts.title)
    cleared = {field for name in IDENTIFIERS if name in names and not getattr(facts, name) for field in _SAID_IN[name]}
    paper.bibtex_fields = {field: text for field, text in paper.bibtex_fields.items() if field not in cleared}
    work = Work(paper, authors=list(facts.authors), venue=facts.venue)
    relations = {"venue", *({"authors"} & set(names))}
    save_works([], [(work, {*_COLUMNS, "title_key", "bibtex_fields", *relations})])


def _write_relations(paper: Paper, facts: Facts, new_tags: Sequence[NewTag], recorder: Recorder) -> None:
    paper.links.all().delete()
    PaperLink.objects.bulk_create(
        PaperLink(paper=paper, label=label, url=url, position=position)
        for position, (label, url) in enumerate(facts.links, 1)
    )
    others = {key_of(title): title for title in facts.titles}
    others.pop(paper.title_key, None)
    paper.alternative_titles.all().delete()
    AlternativeTitle.objects.bulk_create(
        AlternativeTitle(paper=paper, title=title, title_key=key) for key, title in others.items()
    )
    chosen = [Topic.objects.filter(kind=kind, slug__in=facts.slugs(kind)) for kind in Topic.Kind.values]
    paper.topics.set([*chosen[0], *chosen[1], *topics_named(new_tags, recorder=recorder)])
