"""Removing a paper, a note, a list or a topic, so that all of it can be brought back."""

from __future__ import annotations

from collections.abc import Iterable

from catalog import search
from catalog.history.recording import Recorder, recorded
from catalog.history.snapshots import Recorded
from catalog.models import ChangeSet, Note, Paper, PaperList, Topic


def remove(row: Recorded, *, actor, summary: str = "") -> ChangeSet:
    """With what hangs on it: a paper's notes and places, readings of it; runs stay, and find it again if it returns."""
    with recorded(actor=actor, summary=summary) as recorder:
        take_out(row, recorder=recorder)
    return recorder.changeset


def take_out(row: Recorded, *, recorder: Recorder) -> None:
    """For services that do more in the same step. To be called inside `recorded`."""
    _TAKE_OUT[type(row)](row, recorder)


def take_out_papers(papers: Iterable[Paper], *, recorder: Recorder) -> None:
    """Many at once: a fixed number of queries for each 500, where an import is undone."""
    papers = list(papers)
    ids = [paper.pk for paper in papers]
    notes = Note.objects.filter(paper__in=ids)
    lists = PaperList.objects.filter(sections__entries__paper__in=ids).distinct()
    recorder.will_change(*papers, *notes, *lists)
    recorder.will_repoint(*ids)
    search.remove(ids)
    Paper.objects.filter(pk__in=ids).delete()


def _paper(paper: Paper, recorder: Recorder) -> None:
    take_out_papers([paper], recorder=recorder)


def _note(note: Note, recorder: Recorder) -> None:
    recorder.will_change(note)
    note.delete()
    follow([note.paper_id])


def _list(paper_list: PaperList, recorder: Recorder) -> None:
    recorder.will_change(paper_list)
    papers = list(Paper.objects.filter(entries__section__paper_list=paper_list).values_list("pk", flat=True))
    paper_list.delete()
    Paper.objects.filter(pk__in=papers).touch()


def _topic(topic: Topic, recorder: Recorder) -> None:
    papers = list(topic.papers.all())
    recorder.will_change(topic, *papers)
    topic.delete()
    follow([paper.pk for paper in papers])


def follow(paper_ids: Iterable[int]) -> None:
    """What is searched, and when it changed, follow a change to these papers."""
    ids = list(paper_ids)
    search.reindex(ids)
    Paper.objects.filter(pk__in=ids).touch()


_TAKE_OUT = {Paper: _paper, Note: _note, PaperList: _list, Topic: _topic}
