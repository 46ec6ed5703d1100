"""Writes a curated list as a snapshot says: its words, its sections, who stands in them and in which order."""

from __future__ import annotations

from collections import Counter

from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from catalog.history.refusals import Gone, Taken
from catalog.history.snapshots import BILINGUAL, Snapshot
from catalog.models import Change, ChangeSet, Entry, Paper, PaperList, Section

_COLUMNS = ("slug", "position", *BILINGUAL)


def insert_list(pk: int, snapshot: Snapshot) -> None:
    """The bare row under its old id. Raises Taken."""
    _refuse_taken(pk, snapshot)
    created_at = parse_datetime(snapshot["created_at"]) if snapshot.get("created_at") else timezone.now()
    row = PaperList(pk=pk, created_at=created_at, **{name: snapshot[name] for name in _COLUMNS})
    row.save_base(raw=True, force_insert=True)


def write_list(pk: int, goal: Snapshot, now: Snapshot) -> None:
    """`now` is how it stands. Raises Taken, Gone."""
    _refuse_taken(pk, goal)
    PaperList.objects.filter(pk=pk).update(**{name: goal[name] for name in _COLUMNS})
    if goal["sections"] != now.get("sections"):
        _write_sections(pk, goal["sections"])


def _refuse_taken(pk: int, goal: Snapshot) -> None:
    if other := PaperList.objects.exclude(pk=pk).filter(slug=goal["slug"]).first():
        raise Taken(
            _("The address %(slug)s belongs to another list now: %(name)s") % {"slug": goal["slug"], "name": other.name}
        )


def _write_sections(list_id: int, sections: list[Snapshot]) -> None:
    sections = _with_papers_that_are_here(sections)
    rows = {row.pk: row for row in Section.objects.filter(paper_list=list_id)}
    position, kept = -1, {section["id"] for section in sections}
    for section in sections:
        row = rows.get(section["id"])
        position = row.position if row and row.position > position else max(position + 1, 1)
        # A parent that stands further down, or nowhere, is set below, once all rows are there.
        values = {name: section[name] for name in BILINGUAL} | {"position": position, "paper_list_id": list_id}
        Section.objects.update_or_create(pk=section["id"], defaults=values)
    for section in sections:
        parent = section["parent"] if section["parent"] in kept else None
        Section.objects.filter(pk=section["id"]).update(parent=parent)
        _write_entries(section["id"], section["entries"])
    Section.objects.filter(paper_list=list_id).exclude(pk__in=kept).delete()


def _write_entries(section_id: int, papers: list[int]) -> None:
    """Rows that can stay as they are stay; gaps between positions are used before anything is moved."""
    rows = list(Entry.objects.filter(section=section_id).order_by("position"))
    left, placed, position = {}, [], 0
    for row in rows:
        left.setdefault(row.paper_id, []).append(row)
    for paper_id in papers:
        row = next((row for row in left.get(paper_id, ()) if row.position > position), None)
        if row is not None:
            left[paper_id].remove(row)
        position = row.position if row else position + 1
        placed.append(row or Entry(section_id=section_id, paper_id=paper_id, position=position))
    kept = {row.pk for row in placed if row.pk}
    Entry.objects.filter(section=section_id).exclude(pk__in=kept).delete()
    Entry.objects.bulk_create([row for row in placed if not row.pk], batch_size=500)


def _with_papers_that_are_here(sections: list[Snapshot]) -> list[Snapshot]:
    """A paper that was merged meanwhile is named by the one that it became. Raises Gone for one that was removed."""
    wanted = {paper for section in sections for paper in section["entries"]}
    here = set(Paper.objects.filter(pk__in=wanted).values_list("pk", flat=True))
    became = {paper: _successor(paper) for paper in wanted - here}
    return [
        section | {"entries": _once([became.get(paper, paper) for paper in section["entries"]], section["entries"])}
        for section in sections
    ]


def _once(papers: list[int], asked: list[int]) -> list[int]:
    """Two papers that became one stand once; what stood twice before goes on doing so."""
    allowed, result = Counter(asked), []
    for paper, before in zip(papers, asked, strict=True):
        if paper == before or (paper not in allowed and paper not in result):
            result.append(paper)
    return result


def _successor(paper_id: int) -> int:
    """The paper that this one was merged into. Raises Gone."""
    removals = Change.objects.filter(target=Change.Target.PAPER, target_id=paper_id, after__isnull=True)
    removed = removals.order_by("-pk").first()
    if removed and removed.changeset.kind == ChangeSet.Kind.MERGE:
        kept = removed.changeset.changes.filter(target=Change.Target.PAPER, after__isnull=False).first()
        if kept and Paper.objects.filter(pk=kept.target_id).exists():
            return kept.target_id
    name = removed.label if removed else str(paper_id)
    raise Gone(_("The paper “%(title)s” is gone: bring it back first.") % {"title": name})
