"""What was looked at, written batch by batch, each in a transaction of its own.

A batch holds whole entries: papers with their authors, links and notes, places in a list, history, search index, and
the items' own outcome. What one batch needs of those before it stands in the database. So a crash leaves nothing
half-done, and whoever goes on begins with the first item that is not stored.
"""

from __future__ import annotations

import json
import uuid

from django.db import connection, transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from catalog.history.recording import Recorder
from catalog.importers.records import SectionTexts, Summary
from catalog.intake.items import record_of
from catalog.intake.leases import LET_GO, work_off
from catalog.intake.previewing import send
from catalog.intake.reading import ImportRefused
from catalog.intake.storing import Store, Taken
from catalog.lists import ordering
from catalog.models import Import, ImportItem, Paper, PaperList, Verdict

AT_ONCE_ITEMS = 300  # taken in while the giver waits
BATCH = 500  # items written together: other writers to SQLite wait for so many at most
_State, _Verdict, _Decision = Import.State, ImportItem.Verdict, ImportItem.Decision
_UNDECIDED = Q(verdict=_Verdict.DOUBTFUL, decision="")
PENDING = Q(stored_at=None) & ~_UNDECIDED & ~Q(verdict=_Verdict.PROBLEM)


def pending_items(import_: Import) -> QuerySet[ImportItem]:
    """What accepting would take in. Doubtful entries wait for a decision, problems for a mended text."""
    return import_.items.filter(PENDING)


def accept_import(*, import_: Import, actor) -> Import:
    """Takes in all that is ready: at once where that is little, else in the background. Pressed again: nothing."""
    waiting = Import.objects.filter(pk=import_.pk, state__in=(_State.PREVIEW, _State.ACCEPTED))
    facts = {"accepted_by": actor, "sent_at": None, "cancel_requested_at": None, **LET_GO}
    with transaction.atomic():
        number = pending_items(import_).count()
        begun = number and waiting.update(state=_State.ACCEPTING, **facts)
        if begun and number > AT_ONCE_ITEMS:
            import_.refresh_from_db()
            transaction.on_commit(lambda: send(import_))
    if begun and number <= AT_ONCE_ITEMS:
        store(import_id=import_.pk)
    import_.refresh_from_db()
    return import_


def store(*, import_id: uuid.UUID | str) -> None:
    """Goes on where it stopped. A second delivery finds nothing to claim and does nothing."""
    work_off(import_id=import_id, state=_State.ACCEPTING, step=_Steps().take)


class _Steps:
    """`last` spares looking again at items that this process stored; another process begins at the beginning."""

    def __init__(self) -> None:
        self.last = 0

    def take(self, import_: Import) -> None:
        """The next batch. After the last one, or where somebody asked to stop, what is stored is accepted."""
        items = [] if import_.cancel_requested_at else _next_batch(import_, self.last)
        if items:
            _Batch(import_).take(items)
            self.last = items[-1].number
            return
        ended = {"state": _State.ACCEPTED, "accepted_at": timezone.now(), "undone_at": None, "undone_by": None}
        Import.objects.filter(pk=import_.pk).update(**ended, cancel_requested_at=None, **LET_GO)


def _next_batch(import_: Import, last: int) -> list[ImportItem]:
    """In the document's order. One that was decided against an entry above begins a batch: that one is written then."""
    batch = list(pending_items(import_).filter(number__gt=last).order_by("number")[:BATCH])
    cut = next((place for place, item in enumerate(batch) if place and _leans_on_above(item)), len(batch))
    return batch[:cut]


def _leans_on_above(item: ImportItem) -> bool:
    return bool(item.decision) and not item.candidates[item.chosen]["paper"]


class _Batch:
    def __init__(self, import_: Import) -> None:
        self.import_ = import_
        self.recorder = Recorder()
        self.store = Store(import_, import_.accepted_by, self._list())

    def _list(self) -> PaperList | None:
        paper_list = self.import_.paper_list
        if paper_list is not None:
            self.recorder.will_change(paper_list)
        elif self.import_.new_list:
            paper_list = make_list(self.import_.new_list, self.import_.summary)
            self.recorder.created(paper_list)
            Import.objects.filter(pk=self.import_.pk).update(paper_list=paper_list)
        return paper_list

    def take(self, items: list[ImportItem]) -> None:
        if self.store.paper_list is not None:
            self._make_sections()
        forced = {place: self._decided(item) for place, item in enumerate(items) if item.decision}
        taken = self.store.take([record_of(item.data) for item in items], forced)
        now = timezone.now()
        for item, one in zip(items, taken, strict=True):
            _set_outcome(item, one, now)
        save_outcomes(items)
        self._judge(items)
        if self.store.paper_list is not None:
            self.store.record(self.recorder)

    def _make_sections(self) -> None:
        """All of the document's, in its order. The first batch makes them; those after it find them."""
        sections, summary = self.store.placer.sections, self.import_.summary
        sections.arrange(summary.get("sections", ()))
        sections.describe([SectionTexts(**said) for said in summary.get("section_texts", ())])

    def _decided(self, item: ImportItem) -> int | None:
        return self._candidate(item, item.chosen) if item.decision == _Decision.SAME else None

    def _candidate(self, item: ImportItem, chosen: int) -> int | None:
        """The paper that it may be: one that was here, or one made of an entry above."""
        candidate = item.candidates[chosen]
        if candidate["paper"]:
            found = Paper.objects.filter(pk=candidate["paper"])
            return found.values_list("pk", flat=True).first()
        above = self.import_.items.filter(line=candidate["line"], number__lt=item.number).exclude(paper=None)
        return above.values_list("paper_id", flat=True).first()

    def _judge(self, items: list[ImportItem]) -> None:
        """What an editor said of two works is remembered, and not asked again."""
        for item in items:
            chosen = {_Decision.VERSIONS: [item.chosen], _Decision.DIFFERENT: range(len(item.candidates))}
            for other in {self._candidate(item, place) for place in chosen.get(item.decision, ())}:
                if other is not None and other != item.paper_id:
                    first, second = sorted((other, item.paper_id))
                    facts = {"kind": item.decision, "actor": self.import_.accepted_by}
                    Verdict.objects.update_or_create(first_id=first, second_id=second, defaults=facts)


def _set_outcome(item: ImportItem, taken: Taken, now) -> None:
    item.verdict = _Verdict.NEW if taken.is_new else _Verdict.HERE
    item.paper_id, item.stored_at = taken.paper_id, now
    item.gains = [gain.__dict__ for gain in taken.gains]
    item.differences = [difference.__dict__ for difference in taken.differences]


def save_outcomes(items: list[ImportItem]) -> None:
    """One prepared statement: bulk_update would write a CASE for each value."""
    columns = ("verdict", "paper_id", "stored_at", "gains", "differences")
    places = ", ".join(f"{connection.ops.quote_name(name)} = %s" for name in columns)
    statement = f"UPDATE {connection.ops.quote_name(ImportItem._meta.db_table)} SET {places} WHERE id = %s"  # noqa: S608
    stored_at = ImportItem._meta.get_field("stored_at").get_db_prep_save(items[0].stored_at, connection)
    values = [
        (item.verdict, item.paper_id, stored_at, json.dumps(item.gains), json.dumps(item.differences), item.pk)
        for item in items
    ]
    with connection.cursor() as cursor:
        cursor.executemany(statement, values)


def make_list(names: dict[str, str], summary: dict) -> PaperList:
    """Named as its giver said; else as the document names itself."""
    position = ordering.end_of(PaperList.objects.all())
    paper_list = PaperList(slug=names["slug"], position=position, name_en=names.get("name_en", ""))
    paper_list.name_zh = names.get("name_zh", "")
    describe_list(paper_list, Summary(**summary) if summary else Summary())
    return paper_list


def describe_list(paper_list: PaperList, summary: Summary) -> None:
    """What its maker left blank is said by the document."""
    paper_list.name_en = (paper_list.name_en or summary.title or paper_list.slug)[:200]
    paper_list.name_zh = (paper_list.name_zh or summary.title_zh)[:200]
    paper_list.description_en = paper_list.description_en or summary.description
    paper_list.description_zh = paper_list.description_zh or summary.description_zh
    paper_list.save()


def choose_list(
    *, import_: Import, paper_list: PaperList | None = None, new_list: dict[str, str] | None = None
) -> None:
    """Where its entries shall stand; neither: in no list. Raises ImportRefused once something was taken in."""
    if new_list and PaperList.objects.filter(slug=new_list["slug"]).exists():
        raise ImportRefused(_("Another list has this address: %(slug)s") % {"slug": new_list["slug"]})
    open_ = Import.objects.filter(pk=import_.pk, state=_State.PREVIEW)
    if not open_.update(paper_list=paper_list, new_list=new_list or {}):
        raise ImportRefused(_("This import is not waiting for a decision."))
