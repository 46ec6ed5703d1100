"""What each entry of a document is: new, here already, doubtful, a problem. Reads only.

A batch is compared with the papers that share an identifier, a title or a block key with it, and with the new entries
that stand above it in the document: both come by indexed columns, so memory holds one batch.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass

from django.db.models import Q

from catalog.importers.records import Record
from catalog.intake.items import set_record, work_of
from catalog.intake.merging import merge, new_work
from catalog.intake.reading import Entry
from catalog.models import Import, ImportItem, Paper
from catalog.works.identity import Shelf, Work, facts_of
from catalog.works.likeness import IDENTIFIERS, Facts, doubt

MAX_CANDIDATES = 5
_LARGEST_BLOCK = 50  # one that is larger holds the works of a busy family name, not look-alikes


@dataclass(frozen=True)
class _Alike:
    """A paper, or an entry above, in the same block."""

    facts: Facts
    paper_id: int | None
    line: int


class Judge:
    def __init__(self, source: Import) -> None:
        self.source = source
        doubtful = source.items.filter(verdict=ImportItem.Verdict.DOUBTFUL)
        self._doubtful_lines = set(doubtful.values_list("line", flat=True))

    def judge(self, entries: Sequence[Entry], number: int) -> list[ImportItem]:
        """Items in the entries' order, numbered from `number`, not saved."""
        self._items = [
            ImportItem(source=self.source, number=number + place, line=entry.line, message=" ".join(entry.remarks))
            for place, entry in enumerate(entries)
        ]
        records = [entry.record for entry in entries if entry.record is not None]
        for item, entry in zip(self._items, entries, strict=True):
            if entry.record is not None:
                set_record(item, entry.record)
        self._shelf = Shelf(records)
        self._blocks = self._blocks_of({item.block_key for item in self._items if item.block_key})
        for work in self._works_above(records):
            self._shelf.add(work)
        for item, entry in zip(self._items, entries, strict=True):
            if entry.record is None:
                item.verdict, item.message, item.text = ImportItem.Verdict.PROBLEM, entry.problem, entry.text
            else:
                self._judge(item, entry.record)
        return self._items

    def _judge(self, item: ImportItem, record: Record) -> None:
        work = self._shelf.find(record)
        if work is None:
            item.candidates = self._candidates(item, record)
            item.verdict = ImportItem.Verdict.DOUBTFUL if item.candidates else ImportItem.Verdict.NEW
            if item.candidates:
                self._doubtful_lines.add(item.line)
            _, differences = new_work(record, self._shelf)
            item.differences = list(map(asdict, differences))
            self._add_to_block(item, record)
            return
        item.verdict = ImportItem.Verdict.HERE
        if work.is_new and work.line in self._doubtful_lines:  # it waits for what is decided there
            item.verdict = ImportItem.Verdict.DOUBTFUL
            item.candidates = [{"paper": None, "line": work.line, "reason": "above"}]
        elif work.is_new:
            said = f"The same work stands above, in line {work.line}."
            item.message = " ".join(filter(None, [said, item.message]))
        else:
            item.paper_id = work.paper.pk
        gains, differences = merge(work, record, self._shelf)
        item.gains, item.differences = list(map(asdict, gains)), list(map(asdict, differences))

    def _candidates(self, item: ImportItem, record: Record) -> list[dict]:
        given = facts_of(record)
        found: dict[tuple[int | None, int], str] = {}
        for work in self._shelf.holders(record):
            if reason := doubt(work.facts, given):
                found.setdefault((None if work.is_new else work.paper.pk, work.line), reason)
        for alike in self._blocks.get(item.block_key, ())[:_LARGEST_BLOCK]:
            if reason := doubt(alike.facts, given):
                found.setdefault((alike.paper_id, alike.line), reason)
        pairs = list(found.items())[:MAX_CANDIDATES]
        return [{"paper": paper_id, "line": line, "reason": reason} for (paper_id, line), reason in pairs]

    def _works_above(self, records: Iterable[Record]) -> list[Work]:
        """Entries of earlier batches that name one of these works."""
        asked = Q(title_key__in={item.title_key for item in self._items if item.title_key})
        for name in IDENTIFIERS:
            if values := {value for record in records if (value := getattr(record, name))}:
                asked |= Q(**{f"{name}__in": values})
        above = self._new_items().filter(asked)
        return list(map(work_of, above))

    def _new_items(self):
        verdicts = (ImportItem.Verdict.NEW, ImportItem.Verdict.DOUBTFUL)
        first = self._items[0].number if self._items else 0
        return ImportItem.objects.filter(source=self.source, verdict__in=verdicts, number__lt=first)

    def _blocks_of(self, keys: set[str]) -> defaultdict[str, list[_Alike]]:
        blocks: defaultdict[str, list[_Alike]] = defaultdict(list)
        columns = ("block_key", "title", "year", "doi", "arxiv", "acl")
        papers = Paper.objects.filter(block_key__in=keys).order_by("pk").values_list(*columns, "pk")
        for key, title, *facts, paper_id in papers:
            # One block has one first author, and no rule on look-alikes asks for another.
            blocks[key].append(_Alike(Facts([title], [key.partition("|")[0]], *facts), paper_id, 0))
        items = self._new_items().filter(block_key__in=keys)
        for item in items.only("block_key", "data", "line", "title", "doi", "arxiv", "acl"):
            blocks[item.block_key].append(_Alike(work_of(item).facts, None, item.line))
        return blocks

    def _add_to_block(self, item: ImportItem, record: Record) -> None:
        if item.block_key:
            self._blocks[item.block_key].append(_Alike(facts_of(record), None, item.line))
