"""A paper, a note, a list or a topic as JSON: all that its history keeps of it, in a form that can be compared."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db import models

from catalog.models import Change, Note, Paper, PaperList, Topic

Snapshot = dict[str, Any]
Recorded = Paper | Note | PaperList | Topic

PAPER_COLUMNS = (
    "slug", "title", "short_name", "year", "doi", "arxiv", "acl",
    "bibtex_type", "bibtex_key", "bibtex_fields", "bibtex_raw", "source",
)  # fmt: skip
BILINGUAL = ("name_en", "name_zh", "description_en", "description_zh")


def target_of(row: Recorded) -> str:
    """The kind under which `Change` names the row."""
    return _TARGETS[type(row)]


def snapshot_of(row: Recorded) -> Snapshot:
    """Reads the database anew: what a row carries in memory may be older than what was written beside it."""
    return _SNAPSHOTS[type(row)](row)


def _columns(row: models.Model, names: tuple[str, ...]) -> Snapshot:
    return {name: getattr(row, name) for name in names}


def _paper(paper: Paper) -> Snapshot:
    paper = Paper.objects.select_related("venue").get(pk=paper.pk)
    return _columns(paper, PAPER_COLUMNS) | {
        "venue": paper.venue.name if paper.venue else "",
        "authors": list(paper.authorships.values_list("author__name", flat=True)),
        "links": [[link.label, link.url] for link in paper.links.all()],
        "titles": list(paper.alternative_titles.order_by("pk").values_list("title", flat=True)),
        "topics": [[topic.kind, topic.slug] for topic in paper.topics.all()],
    }


def _note(note: Note) -> Snapshot:
    note = Note.objects.get(pk=note.pk)
    return {"paper": note.paper_id, "language": note.language, "body": note.body}


def _topic(topic: Topic) -> Snapshot:
    topic = Topic.objects.get(pk=topic.pk)
    return _columns(topic, ("kind", "slug", "position", *BILINGUAL))


def _list(paper_list: PaperList) -> Snapshot:
    paper_list = PaperList.objects.get(pk=paper_list.pk)
    sections = [
        {"id": section.pk, "parent": section.parent_id}
        | _columns(section, BILINGUAL)
        | {"entries": list(section.entries.order_by("position").values_list("paper_id", flat=True))}
        for section in paper_list.sections.all()
    ]
    return _columns(paper_list, ("slug", "position", *BILINGUAL)) | {"sections": sections}


_TARGETS = {
    Paper: Change.Target.PAPER,
    Note: Change.Target.NOTE,
    PaperList: Change.Target.LIST,
    Topic: Change.Target.TOPIC,
}
_SNAPSHOTS: dict[type, Callable[[Any], Snapshot]] = {Paper: _paper, Note: _note, PaperList: _list, Topic: _topic}
