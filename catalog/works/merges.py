"""Two rows of one work become one. What does not lead stays as a version, and the step can be taken back."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import models, transaction
from django.utils.translation import gettext as _

from catalog import identifiers
from catalog.history import rows as beside
from catalog.history.paper_rows import write_paper
from catalog.history.recording import Recorder, recorded
from catalog.history.removing import follow, take_out
from catalog.history.snapshots import VERSION_COLUMNS, Snapshot, snapshots_of
from catalog.models import Change, ChangeSet, Entry, Note, Paper, PaperList, Reading, Verdict
from catalog.venues import is_preprint
from catalog.works.identity import rekey
from catalog.works.likeness import IDENTIFIERS, key_of

# What is cited together, from one of the two: a title of one and a venue of the other would be nobody's citation.
CITATION = ("title", "authors", "venue", "year", "bibtex_type", "bibtex_key", "bibtex_fields", "bibtex_raw", "source")
_FURTHER = (Reading.Status.TO_READ, Reading.Status.READING, Reading.Status.READ)


class MergeRefused(Exception):
    """Nothing was written; the message says why, for people."""


class SamePaper(MergeRefused):
    """A paper cannot be merged with itself."""


class PaperGone(MergeRefused):
    """One of the two was merged or removed meanwhile."""


@transaction.atomic
def merge_papers(*, kept: Paper, other: Paper, actor, summary: str = "") -> ChangeSet:
    """`other` goes into `kept`, whose address stays; the other's address redirects. Raises MergeRefused.

    The published citation leads, of two alike that of `kept`. Lists, topics, notes, links, titles, readings, verdicts
    and every other row that points at `other` (runs) are united. `undo_changeset` splits them again.
    """
    if kept.pk == other.pk:
        raise SamePaper(_("This is one paper already."))
    with recorded(actor=actor, kind=ChangeSet.Kind.MERGE, summary=summary) as recorder:
        _watch(kept, other, recorder)
        snapshots = snapshots_of(Paper, [kept.pk, other.pk])
        united = _united(snapshots[kept.pk], snapshots[other.pk])
        _unite_notes(kept, other)
        _unite_entries(kept, other)
        _unite_readings(kept, other)
        _unite_verdicts(kept, other)
        _repoint_the_rest(kept, other)
        take_out(Paper.objects.get(pk=other.pk), recorder=recorder)
        write_paper(kept.pk, united, snapshots[kept.pk])
        rekey([kept.pk])
        follow([kept.pk])
    recorder.changeset.changes.filter(target=Change.Target.PAPER).update(paper=kept)
    return recorder.changeset


def _watch(kept: Paper, other: Paper, recorder: Recorder) -> None:
    """Locks both papers, so that two editors who merge the same pair take turns."""
    both = list(Paper.objects.select_for_update().filter(pk__in=[kept.pk, other.pk]).order_by("pk"))
    if len(both) < 2:
        raise PaperGone(_("One of the two papers is not here any more."))
    lists = PaperList.objects.filter(sections__entries__paper=other).distinct()
    recorder.will_change(*both, *Note.objects.filter(paper__in=both), *lists)
    recorder.will_repoint(kept.pk, other.pk)


def leading(kept: Snapshot, other: Snapshot) -> bool:
    """Whether the other's citation is the one to show: it is published, and the kept one's is not."""
    return is_preprint(kept["venue"]) and not is_preprint(other["venue"])


def _united(kept: Snapshot, other: Snapshot) -> Snapshot:
    first, second = (other, kept) if leading(kept, other) else (kept, other)
    united = dict(kept) | {name: first[name] for name in CITATION}
    for name in ("authors", "venue", "year"):
        united[name] = first[name] or second[name]
    if not first["bibtex_fields"] and is_preprint(first["venue"]) == is_preprint(second["venue"]):
        # Of a preprint beside its publication the entry stays with the version: it cites something else.
        united |= {name: second[name] for name in CITATION if name.startswith("bibtex_") or name == "source"}
    united["short_name"] = kept["short_name"] or other["short_name"]
    united |= {name: _identifier(name, first[name], second[name]) for name in IDENTIFIERS}
    united["links"] = _by(lambda link: link[1], [*kept["links"], *other["links"]])
    titles = _by(key_of, [*kept["titles"], second["title"], *other["titles"]])
    united["titles"] = [title for title in titles if key_of(title) != key_of(united["title"])]
    united["topics"] = sorted(_by(tuple, [*kept["topics"], *other["topics"]]))
    united["versions"] = [*kept["versions"], *other["versions"]]
    if any(second[name] and second[name] != united[name] for name in VERSION_COLUMNS):
        united["versions"].append({name: second[name] for name in VERSION_COLUMNS})
    united["addresses"] = sorted({*kept["addresses"], *other["addresses"], other["slug"]})
    return united


def _identifier(name: str, first: str, second: str) -> str:
    """The leading one; the DOI that arXiv gives to preprints says no more than the arXiv id, and gives way."""
    if name == "doi" and first and second and identifiers.arxiv_id(first):
        return second
    return first or second


def _by(key, items: Iterable) -> list:
    return list({key(item): item for item in reversed(list(items))}.values())[::-1]


def _unite_notes(kept: Paper, other: Paper) -> None:
    bodies = {body.strip() for body in kept.notes.values_list("body", flat=True)}
    for note in other.notes.all():
        if note.body.strip() in bodies:
            note.delete()
        else:
            Note.objects.filter(pk=note.pk).update(paper=kept)
            bodies.add(note.body.strip())


def _unite_entries(kept: Paper, other: Paper) -> None:
    """In a list where both stand, the kept one's places stay; elsewhere it takes the other's."""
    lists = PaperList.objects.filter(sections__entries__paper=kept)
    Entry.objects.filter(paper=other, section__paper_list__in=list(lists)).delete()
    Entry.objects.filter(paper=other).update(paper=kept)


def _unite_readings(kept: Paper, other: Paper) -> None:
    """Of one reader's two, the further status and both notes."""
    mine = {reading.user_id: reading for reading in Reading.objects.filter(paper=kept)}
    for reading in Reading.objects.filter(paper=other):
        here = mine.get(reading.user_id)
        if here is None:
            Reading.objects.filter(pk=reading.pk).update(paper=kept)
            continue
        here.status = max(here.status, reading.status, key=_FURTHER.index)
        here.note = "\n\n".join(_by(str, filter(None, [here.note, reading.note])))
        here.save(update_fields=["status", "note", "updated_at"])
        reading.delete()


def _unite_verdicts(kept: Paper, other: Paper) -> None:
    """What was said of the other and a third holds of the kept one, unless that was judged itself."""
    about = models.Q(first=other) | models.Q(second=other)
    for verdict in Verdict.objects.filter(about):
        third = verdict.second_id if verdict.first_id == other.pk else verdict.first_id
        pair = sorted((kept.pk, third))
        known = third == kept.pk or Verdict.objects.filter(first=pair[0], second=pair[1]).exists()
        if known:
            verdict.delete()
        else:
            Verdict.objects.filter(pk=verdict.pk).update(first=pair[0], second=pair[1])


def _repoint_the_rest(kept: Paper, other: Paper) -> None:
    """The history, and rows of other apps (runs), of which the catalogue knows only that they point at a paper."""
    Change.objects.filter(paper=other).update(paper=kept)
    for relation in beside.relations_beside():
        if relation.related_model not in (Reading, Verdict):
            rows = relation.related_model._base_manager.filter(**{relation.field.name: other.pk})
            rows.update(**{relation.field.name: kept.pk})
