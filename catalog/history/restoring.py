"""Taking steps back. Each return is a step of its own, which can be taken back in turn.

`undo_changeset` and `undo_change` take one step back and leave what came later: only the fields that the step touched
go back (see fitting). `return_to` makes a row as it stood after a step, whatever came later.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from catalog import search
from catalog.history import list_rows, paper_rows, small_rows
from catalog.history import rows as beside
from catalog.history.fitting import Entangled, fitted
from catalog.history.recording import Recorder, recorded
from catalog.history.refusals import Gone, InTheWay, NothingToReturn
from catalog.history.removing import take_out
from catalog.history.snapshots import Snapshot, model_of, snapshots_of
from catalog.models import Change, ChangeSet, FormerAddress, Note, Paper
from catalog.works.identity import rekey
from catalog.works.likeness import IDENTIFIERS

PAPER, NOTE, LIST, TOPIC = Change.Target.PAPER, Change.Target.NOTE, Change.Target.LIST, Change.Target.TOPIC
# A topic is there before a paper carries it, a paper before its notes and its places in lists.
_ORDER = (TOPIC, PAPER, NOTE, LIST)
_INSERT = {
    TOPIC: small_rows.insert_topic,
    PAPER: paper_rows.insert_paper,
    NOTE: small_rows.insert_note,
    LIST: list_rows.insert_list,
}
_WRITE = {
    TOPIC: small_rows.write_topic,
    PAPER: paper_rows.write_paper,
    NOTE: small_rows.write_note,
    LIST: list_rows.write_list,
}


@dataclass
class _Return:
    """One row on its way back: what the step left (`base`), what shall stand (`goal`), what stands (`now`).

    None: it is not there.
    """

    target: str
    pk: int
    label: str
    base: Snapshot | None
    goal: Snapshot | None
    now: Snapshot | None = None
    is_whole: bool = False  # as it stood after a step, whatever came later: `base` does not count

    @property
    def place(self) -> tuple[str, int]:
        return self.target, self.pk


@transaction.atomic
def undo_changeset(*, changeset: ChangeSet, actor, summary: str = "") -> ChangeSet:
    """The whole step. Raises CannotReturn (a subclass); then nothing is written."""
    changeset = ChangeSet.objects.select_for_update().get(pk=changeset.pk)  # pressed twice, it goes back once
    if changeset.returned_by_id:
        raise NothingToReturn(_("This step has been taken back already."))
    returns = [_undoing(change) for change in changeset.changes.order_by("pk")]
    done = _restore(returns, actor=actor, summary=summary, rows=changeset.rows)
    ChangeSet.objects.filter(pk=changeset.pk).update(returned_by=done)
    changeset.returns.update(returned_by=None)  # a return taken back: what it took back holds again
    return done


def undo_change(*, change: Change, actor, summary: str = "") -> ChangeSet:
    """One row of a step; the others stay. Raises CannotReturn."""
    if change.changeset.changes.count() == 1:
        return undo_changeset(changeset=change.changeset, actor=actor, summary=summary)
    return _restore([_undoing(change)], actor=actor, summary=summary, rows=_of_removal(change))


def return_to(*, change: Change, actor, summary: str = "") -> ChangeSet:
    """The row as this step left it, later steps or not. Raises CannotReturn; NothingToReturn where it was removed."""
    if change.after is None:
        raise NothingToReturn(_("This step removed it: take the step back instead."))
    return _restore([_returning(change)], actor=actor, summary=summary)


def _undoing(change: Change) -> _Return:
    return _Return(change.target, change.target_id, change.label, base=change.after, goal=change.before)


def _returning(change: Change) -> _Return:
    return _Return(change.target, change.target_id, change.label, base=change.before, goal=change.after, is_whole=True)


def _of_removal(change: Change) -> list[dict]:
    """What went with one paper, of all that the step did to rows beside."""
    return change.changeset.rows if change.target == PAPER and change.after is None else []


def _restore(returns: list[_Return], *, actor, summary: str, rows: Iterable[dict] = ()) -> ChangeSet:
    with recorded(actor=actor, kind=ChangeSet.Kind.RETURN, summary=summary) as recorder:
        _read_now(returns)
        _watch(returns, recorder)
        goals = {each.place: _goal(each) for each in returns}
        _release_names(returns, goals)
        _insert_missing(returns, recorder)
        for each in _in_order(returns):
            if goals[each.place] is not None:
                _WRITE[each.target](each.pk, goals[each.place], each.now)
        beside.put_back(list(rows))
        for each in reversed(_in_order(returns)):
            if goals[each.place] is None and each.now is not None:
                _take_out(each, recorder)
        _follow(returns)
    if recorder.changeset is None:
        raise NothingToReturn(_("Nothing to take back: it stands as it stood before."))
    return recorder.changeset


def _in_order(returns: list[_Return]) -> list[_Return]:
    return sorted(returns, key=lambda each: _ORDER.index(each.target))


def _read_now(returns: list[_Return]) -> None:
    for target in _ORDER:
        rows = [each for each in returns if each.target == target]
        found = snapshots_of(model_of(target), [each.pk for each in rows])
        for each in rows:
            each.now = found.get(each.pk)


def _watch(returns: list[_Return], recorder: Recorder) -> None:
    recorder.will_change(*(model_of(each.target)(pk=each.pk) for each in returns if each.now is not None))
    recorder.will_repoint(*(each.pk for each in returns if each.target == PAPER))


def _goal(each: _Return) -> Snapshot | None:
    if each.goal is None:
        return None
    if each.is_whole:
        return (each.now or {}) | each.goal
    if each.now is None:
        if each.base is not None:
            raise Gone(_("“%(name)s” is gone: bring it back first.") % {"name": each.label})
        return each.goal
    if each.base is None:
        raise NothingToReturn(_("“%(name)s” is here already.") % {"name": each.label})
    try:
        return fitted(each.goal, each.base, each.now)
    except Entangled as error:
        raise InTheWay(
            _("The section “%(name)s” has got entries since: move them out first.") % {"name": str(error)}
        ) from error


def _release_names(returns: list[_Return], goals: dict[tuple[str, int], Snapshot | None]) -> None:
    """An identifier or old address may go from one of these papers to another: for a moment none of them has it."""
    papers = [each for each in returns if each.target == PAPER]
    here = [each for each in papers if each.now is not None]
    if len(papers) > 1:
        Paper.objects.filter(pk__in=[each.pk for each in here]).update(**dict.fromkeys(IDENTIFIERS, ""))
        for each in here:
            each.now = each.now | dict.fromkeys(IDENTIFIERS, "")
    for each in here:
        going = set(each.now["addresses"]) - set((goals[each.place] or {}).get("addresses", ()))
        FormerAddress.objects.filter(slug__in=going).delete()


def _insert_missing(returns: list[_Return], recorder: Recorder) -> None:
    for each in _in_order(returns):
        if each.goal is not None and each.now is None:
            _INSERT[each.target](each.pk, each.goal)
            recorder.created(model_of(each.target)(pk=each.pk))
            each.now = {}


def _take_out(each: _Return, recorder: Recorder) -> None:
    row = model_of(each.target).objects.filter(pk=each.pk).first()
    if row is not None:
        take_out(row, recorder=recorder)


def _follow(returns: list[_Return]) -> None:
    """Search, look-alikes, time of change and the papers' own histories go with what came back."""
    ids = set()
    for each in returns:
        ids |= _papers_of(each)
    ids = set(Paper.objects.filter(pk__in=ids).values_list("pk", flat=True))
    papers = [each.pk for each in returns if each.target == PAPER and each.pk in ids]
    Change.objects.filter(target=PAPER, target_id__in=papers).update(paper=F("target_id"))
    for note in Note.objects.filter(pk__in=[each.pk for each in returns if each.target == NOTE]):
        Change.objects.filter(target=NOTE, target_id=note.pk).update(paper=note.paper_id)
    rekey(papers)
    search.reindex(ids)
    Paper.objects.filter(pk__in=ids).touch()


def _papers_of(each: _Return) -> set[int]:
    if each.target == PAPER:
        return {each.pk}
    sides = [side for side in (each.base, each.goal) if side]
    if each.target == NOTE:
        return {side["paper"] for side in sides if side.get("paper")}
    if each.target == LIST:
        return {paper for side in sides for section in side.get("sections") or () for paper in section["entries"]}
    return set(Paper.objects.filter(topics=each.pk).values_list("pk", flat=True))
