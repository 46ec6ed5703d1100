"""Entries of a document into a curated list, under their headings, in the document's order."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable

from django.db.models import Max

from catalog.importers.records import SectionTexts
from catalog.models import Entry, PaperList, Section

_BATCH = 2_000
_NAME_LENGTH = 200


class Placer:
    """Takes a document batch by batch. What stands in the list already stays where it is."""

    def __init__(self, paper_list: PaperList) -> None:
        self.sections = Sections(paper_list)
        entries = Entry.objects.filter(section__paper_list=paper_list)
        self._here: defaultdict[int, Counter[int]] = defaultdict(Counter)
        for section, paper in entries.values_list("section_id", "paper_id"):
            self._here[section][paper] += 1
        ends = entries.order_by().values("section_id").annotate(end=Max("position"))
        self._last: Counter[int] = Counter({row["section_id"]: row["end"] for row in ends})

    def skip(self, path: list[str], paper_id: int) -> None:
        """One of the places that a work has there is another entry's: it does not count as here already."""
        self._here[self.sections.at(path).pk][paper_id] -= 1

    def place(self, placed: Iterable[tuple[list[str], int]]) -> set[int]:
        """Each a path of headings and a paper's id. The papers that got a place."""
        rows = []
        for path, paper_id in placed:
            section = self.sections.at(path)
            if self._here[section.pk][paper_id] > 0:
                self._here[section.pk][paper_id] -= 1
                continue
            self._last[section.pk] += 1
            rows.append(Entry(section=section, paper_id=paper_id, position=self._last[section.pk]))
        Entry.objects.bulk_create(rows, batch_size=_BATCH)
        return {row.paper_id for row in rows}


class Sections:
    """The sections of one list by the path of their headings; what is missing is made, behind the others."""

    def __init__(self, paper_list: PaperList) -> None:
        self.paper_list = paper_list
        self._rows = {(row.parent_id, row.name_en): row for row in paper_list.sections.all()}
        self._end = max((row.position for row in self._rows.values()), default=0)
        self._made: list[Section] = []

    def at(self, path: list[str]) -> Section:
        """An entry that stands under no heading goes into a section without a name."""
        section = None
        for heading in path or [""]:
            section = self._child(section, heading[:_NAME_LENGTH])
        return section

    def arrange(self, paths: Iterable[list[str]]) -> None:
        """The sections that the document brought stand in its order, with those that hold no entry."""
        asked = {section.pk: section for section in map(self.at, paths)}
        made = {section.pk for section in self._made}
        ordered = [section for section in asked.values() if section.pk in made]
        for section, position in zip(ordered, sorted(section.position for section in ordered), strict=True):
            section.position = position
        Section.objects.bulk_update(ordered, ["position"], batch_size=_BATCH)

    def describe(self, texts: Iterable[SectionTexts]) -> None:
        """Names and descriptions that a document gives; what a curator wrote stays."""
        for said in texts:
            section = self.at(said.path)
            given = {
                "name_zh": said.name_zh[:_NAME_LENGTH],
                "description_en": said.description,
                "description_zh": said.description_zh,
            }
            blank = {name: text for name, text in given.items() if text and not getattr(section, name)}
            for name, text in blank.items():
                setattr(section, name, text)
            if blank:
                section.save(update_fields=list(blank))

    def _child(self, parent: Section | None, name: str) -> Section:
        place = (parent and parent.pk, name)
        if place not in self._rows:
            self._end += 1
            self._rows[place] = Section.objects.create(
                paper_list=self.paper_list, parent=parent, name_en=name, position=self._end
            )
            self._made.append(self._rows[place])
        return self._rows[place]
