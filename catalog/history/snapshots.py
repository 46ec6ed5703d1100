"""A paper, a note, a list or a topic as JSON: all that its history keeps of it, in a form that can be compared."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from django.db import models

from catalog.models import Change, Note, Paper, PaperList, Section, Topic

Snapshot = dict[str, Any]
Recorded = Paper | Note | PaperList | Topic

PAPER_COLUMNS = (
    "slug", "title", "short_name", "year", "doi", "arxiv", "acl",
    "bibtex_type", "bibtex_key", "bibtex_fields", "bibtex_raw", "source", "citation_key",
)  # fmt: skip
VERSION_COLUMNS = (
    "title", "authors", "venue", "year", "doi", "arxiv", "acl",
    "bibtex_type", "bibtex_key", "bibtex_fields", "bibtex_raw", "source",
)  # fmt: skip
BILINGUAL = ("name_en", "name_zh", "description_en", "description_zh")
# What tells when a row was first there and whence: kept, so that a row comes back as it was; never shown as a change.
BIRTH = ("created_at", "origin")
BATCH = 500  # papers read together: below every database's limit on parameters
_PAPER_RELATIONS = ("authorships", "links", "alternative_titles", "topics", "versions", "former_addresses")


def target_of(row: Recorded) -> str:
    """The kind under which `Change` names the row."""
    return _TARGETS[type(row)]


def model_of(target: str) -> type[Recorded]:
    return _MODELS[target]


def label_of(target: str, snapshot: Snapshot) -> str:
    """What the row is called in lists of changes, long after it is gone."""
    text = {Change.Target.PAPER: "title", Change.Target.NOTE: "body"}.get(target, "name_en")
    return snapshot[text][: 60 if target == Change.Target.NOTE else 500]


def snapshot_of(row: Recorded) -> Snapshot:
    """Reads the database anew: what a row carries in memory may be older than what was written beside it."""
    return snapshots_of(type(row), [row.pk])[row.pk]


def snapshots_of(model: type[Recorded], ids: Iterable[int]) -> dict[int, Snapshot]:
    """Of all these rows that exist, by id, read anew: a fixed number of queries for each 500."""
    ids, found = sorted(set(ids)), {}
    for start in range(0, len(ids), BATCH):
        rows = _read(model, ids[start : start + BATCH])
        found |= {row.pk: _SNAPSHOTS[model](row) for row in rows}
    return found


def _read(model: type[Recorded], ids: list[int]) -> models.QuerySet:
    rows = model.objects.filter(pk__in=ids)
    if model is Paper:
        return rows.select_related("venue").prefetch_related(*_PAPER_RELATIONS)
    if model is PaperList:
        return rows.prefetch_related(models.Prefetch("sections", Section.objects.prefetch_related("entries")))
    return rows


def _columns(row: models.Model, names: tuple[str, ...]) -> Snapshot:
    return {name: getattr(row, name) for name in names}


def _born(row: models.Model) -> Snapshot:
    return {"created_at": row.created_at.isoformat()}


def _by_age(rows: models.Manager) -> list:
    return sorted(rows.all(), key=lambda row: row.pk)


def _paper(paper: Paper) -> Snapshot:
    return (
        _columns(paper, PAPER_COLUMNS)
        | _born(paper)
        | {
            "origin": str(paper.origin_id) if paper.origin_id else None,
            "venue": paper.venue.name if paper.venue else "",
            "authors": [authorship.author.name for authorship in paper.authorships.all()],
            "links": [[link.label, link.url] for link in paper.links.all()],
            "titles": [other.title for other in _by_age(paper.alternative_titles)],
            "topics": sorted([topic.kind, topic.slug] for topic in paper.topics.all()),
            "versions": [_columns(version, VERSION_COLUMNS) | _born(version) for version in _by_age(paper.versions)],
            "addresses": sorted(address.slug for address in paper.former_addresses.all()),
        }
    )


def _note(note: Note) -> Snapshot:
    return {"paper": note.paper_id, "language": note.language, "body": note.body} | _born(note)


def _topic(topic: Topic) -> Snapshot:
    return _columns(topic, ("kind", "slug", "position", *BILINGUAL))


def _list(paper_list: PaperList) -> Snapshot:
    sections = [
        {"id": section.pk, "parent": section.parent_id}
        | _columns(section, BILINGUAL)
        | {"entries": [entry.paper_id for entry in section.entries.all()]}
        for section in paper_list.sections.all()
    ]
    return _columns(paper_list, ("slug", "position", *BILINGUAL)) | _born(paper_list) | {"sections": sections}


_TARGETS = {
    Paper: Change.Target.PAPER,
    Note: Change.Target.NOTE,
    PaperList: Change.Target.LIST,
    Topic: Change.Target.TOPIC,
}
_MODELS: dict[str, type[Recorded]] = {target.value: model for model, target in _TARGETS.items()}
_SNAPSHOTS: dict[type, Callable[[Any], Snapshot]] = {Paper: _paper, Note: _note, PaperList: _list, Topic: _topic}
