"""What the pages of an import show: its items, filtered and paged, doubtful pairs side by side."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from django.core.paginator import Page, Paginator
from django.db.models import Count, Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from catalog.folding import fold_letters
from catalog.importers.records import Record
from catalog.intake.accepting import PENDING
from catalog.intake.items import record_of
from catalog.models import Import, ImportItem, Paper
from catalog.titles import title_key

ITEMS_A_PAGE = 20
TEXT_IN_PAGE = 2_000  # characters of a problem that are mended in place; a longer one has a page of its own
REASONS = {
    "identifier": gettext_lazy("The same identifier, but another title by other people."),
    "arxiv": gettext_lazy("The same title, but another arXiv id."),
    "people": gettext_lazy("The same title, but other people."),
    "years": gettext_lazy("The same title, but years apart."),
    "title": gettext_lazy("Nearly the same title, the same first author."),
    "above": gettext_lazy("The same work as an entry above on which nothing is decided."),
}
_FACTS = ("title", "authors", "venue", "year", "doi", "arxiv", "acl")
_LABELS = {
    "title": gettext_lazy("Title"), "authors": gettext_lazy("Authors"), "venue": gettext_lazy("Venue"),
    "year": gettext_lazy("Year"), "doi": "DOI", "arxiv": "arXiv", "acl": "ACL",
}  # fmt: skip


@dataclass(frozen=True)
class Compared:
    label: str
    given: str
    here: str
    agreement: str  # agrees | differs | one: only one of the two says it


@dataclass(frozen=True)
class Choice:
    value: str
    label: str
    is_chosen: bool


@dataclass(frozen=True)
class Candidate:
    reason: str
    name: str
    url: str
    rows: list[Compared]


@dataclass(frozen=True)
class ShownItem:
    item: ImportItem
    record: Record | None
    candidates: list[Candidate]
    choices: list[Choice]

    @property
    def is_mended_in_place(self) -> bool:
        return len(self.item.text) <= TEXT_IN_PAGE


def counts_of(import_: Import) -> dict[str, int]:
    found = Counter(dict(import_.items.order_by().values_list("verdict").annotate(Count("pk"))))
    counts = {verdict: found[verdict] for verdict in ImportItem.Verdict.values}
    doubtful = import_.items.filter(verdict=ImportItem.Verdict.DOUBTFUL).exclude(decision="")
    counts["decided"] = doubtful.count() if counts["doubtful"] else 0
    here = import_.items.filter(verdict=ImportItem.Verdict.HERE).exclude(gains=[])
    counts["gaining"] = here.exclude(paper=None).values("paper").distinct().count() if counts["here"] else 0
    counts["total"] = sum(found.values())
    return counts


def progress_of(import_: Import) -> dict[str, int]:
    """How many entries are taken in, of how many: `done`, `total`. One query, so that both are of one moment."""
    done, pending = Count("pk", filter=Q(stored_at__isnull=False)), Count("pk", filter=PENDING)
    found = import_.items.order_by().aggregate(done=done, pending=pending)
    return {"done": found["done"], "total": found["done"] + found["pending"]}


def page_of(import_: Import, *, show: str, query: str, number: str | None) -> Page:
    """Its items in the document's order, and whether there are pairs to decide (`has_pairs`).

    `query` is looked for in titles, lines and texts of problems.
    """
    items = import_.items.order_by("number").select_related("paper")
    if show in ImportItem.Verdict.values:
        items = items.filter(verdict=show)
    if query := query.strip():
        asked = Q(title__icontains=query) | Q(text__icontains=query)
        if key := title_key(query):
            asked |= Q(title_key__contains=key)
        if query.isdigit():
            asked |= Q(line=int(query[:9]))
        items = items.filter(asked)
    page = Paginator(items, ITEMS_A_PAGE).get_page(number)
    page.object_list = shown(page.object_list)
    page.has_pairs = any(one.candidates for one in page.object_list)
    return page


def shown(items) -> list[ShownItem]:
    """With the papers and entries that the doubtful ones are compared with: three queries, however many."""
    items = list(items)
    wanted = [candidate for item in items for candidate in item.candidates]
    papers = {
        paper.pk: paper
        for paper in Paper.objects.filter(pk__in=[each["paper"] for each in wanted if each["paper"]])
        .select_related("venue")
        .prefetch_related("authorships__author")
    }
    lines = {each["line"] for each in wanted if not each["paper"]}
    above = {}
    if lines:
        rows = ImportItem.objects.filter(source_id=items[0].source_id, line__in=lines).exclude(data={})
        above = {row.line: row for row in rows.order_by("-number")}
    return [_shown(item, papers, above) for item in items]


def _shown(item: ImportItem, papers: dict[int, Paper], above: dict[int, ImportItem]) -> ShownItem:
    record = record_of(item.data) if item.data else None
    if item.verdict != ImportItem.Verdict.DOUBTFUL:
        return ShownItem(item, record, [], [])
    candidates = [_candidate(record, each, papers, above) for each in item.candidates]
    return ShownItem(item, record, candidates, _choices(item, candidates))


def _candidate(record: Record, found: dict, papers: dict[int, Paper], above: dict[int, ImportItem]) -> Candidate:
    reason = str(REASONS.get(found["reason"], ""))
    if paper := papers.get(found["paper"]):
        here = {
            "title": paper.title,
            "authors": ", ".join(row.author.name for row in paper.authorships.all()),
            "venue": paper.venue.name if paper.venue else "",
            **{name: str(getattr(paper, name) or "") for name in ("year", "doi", "arxiv", "acl")},
        }
        return Candidate(reason, _("in the catalogue"), paper.get_absolute_url(), _compared(_said(record), here))
    if item := above.get(found["line"]):
        name = _("in line %(line)s") % {"line": item.line}
        return Candidate(reason, name, "", _compared(_said(record), _said(record_of(item.data))))
    return Candidate(reason, _("not here any more"), "", [])


def _said(record: Record) -> dict[str, str]:
    facts = {name: str(getattr(record, name) or "") for name in _FACTS if name != "authors"}
    return facts | {"authors": ", ".join(record.authors)}


def _compared(given: dict[str, str], here: dict[str, str]) -> list[Compared]:
    return [
        Compared(str(_LABELS[name]), given[name], here[name], _agreement(given[name], here[name]))
        for name in _FACTS
        if given[name] or here[name]
    ]


def _agreement(given: str, here: str) -> str:
    if not given or not here:
        return "one"
    return "agrees" if fold_letters(given) == fold_letters(here) or title_key(given) == title_key(here) else "differs"


def _choices(item: ImportItem, candidates: list[Candidate]) -> list[Choice]:
    """Values are decision:candidate; of several candidates each has its own."""
    decisions = ImportItem.Decision
    answers = []
    for place, candidate in enumerate(candidates):
        behind = f" ({candidate.name})" if len(candidates) > 1 else ""
        answers.append((decisions.SAME, place, _("the same work: merge them") + behind))
        answers.append((decisions.VERSIONS, place, _("another version: keep both, tied together") + behind))
    answers.append((decisions.DIFFERENT, 0, _("different works: keep both")))
    answers.append(("", 0, _("decide later: it stays out, in this list")))
    present = (item.decision, item.chosen if item.decision != decisions.DIFFERENT else 0)
    return [Choice(f"{decision}:{place}", label, (decision, place) == present) for decision, place, label in answers]
