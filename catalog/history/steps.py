"""The history as pages show it: steps, newest first, each with what it changed. A fixed number of queries a page."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from django.contrib.auth import get_user_model
from django.core.paginator import Page
from django.db.models import Count, Prefetch, Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from catalog.history.differences import FieldDifference, Item, Piece, differences_of
from catalog.history.snapshots import target_of
from catalog.models import Change, ChangeSet, Paper, PaperList, Topic

STEPS_A_PAGE = 12  # light pages: a step takes up to 4 kB
CHANGES_A_STEP = 4  # an import or a merge may have thousands; a step's own page shows them all, in pages
CHANGES_A_PAGE = 30
# Where steps follow each other; a step's own page shows more.
ITEMS_A_FIELD = 6
CHARACTERS_A_FIELD = 1_200
_WHAT = {
    "": Q(),
    "made": Q(before__isnull=True),
    "removed": Q(after__isnull=True),
    "changed": Q(before__isnull=False, after__isnull=False),
}


@dataclass(frozen=True)
class ShownItem:
    """One thing of a difference: its words, and where they lead."""

    mark: str
    text: str
    url: str = ""
    where: str = ""


@dataclass(frozen=True)
class ShownField:
    difference: FieldDifference
    pieces: list[Piece]
    items: list[ShownItem]
    more: int = 0  # things that are not shown


@dataclass(frozen=True)
class ShownChange:
    """`what` happened to the row: "made", "removed" or "changed"; `url` where it stands now, if it does.

    A note goes by the `name` of its paper.
    """

    change: Change
    fields: list[ShownField]
    name: str
    url: str

    @property
    def what(self) -> str:
        if self.change.before is None:
            return "made"
        return "removed" if self.change.after is None else "changed"


@dataclass(frozen=True)
class Step:
    changeset: ChangeSet
    changes: list[ShownChange] = field(default_factory=list)
    more: int = 0  # changes of the same step that are not shown
    own: Change | None = (
        None  # of the row whose history this is: the state to return to, where it is not the present one
    )

    @property
    def can_go_back(self) -> bool:
        """An import that was taken back leaves a step without changes."""
        return bool(self.changes) and self.changeset.returned_by_id is None

    @property
    def has_buttons(self) -> bool:
        return self.can_go_back or self.own is not None


def changesets_of(row: Paper | PaperList | Topic) -> QuerySet[ChangeSet]:
    """Steps that changed the row; a paper's with those of its notes."""
    return ChangeSet.objects.filter(pk__in=changes_of(row).values("changeset"))


def changes_of(row: Paper | PaperList | Topic) -> QuerySet[Change]:
    if isinstance(row, Paper):
        own = Q(target=Change.Target.PAPER, target_id=row.pk) | Q(paper=row)
    else:
        target = Change.Target.LIST if isinstance(row, PaperList) else Change.Target.TOPIC
        own = Q(target=target, target_id=row.pk)
    return Change.objects.filter(own)


def changesets(*, kind: str = "", target: str = "", what: str = "", person: str = "") -> QuerySet[ChangeSet]:
    """Steps of the whole catalogue. `what`: made, removed or changed; `person`: a username, "-" for nobody known."""
    found = ChangeSet.objects.all()
    if kind:
        found = found.filter(kind=kind)
    if target or what:
        changes = Change.objects.filter(_WHAT[what])
        found = found.filter(pk__in=(changes.filter(target=target) if target else changes).values("changeset"))
    if person:
        found = found.filter(actor=None) if person == "-" else found.filter(actor__username=person)
    return found


def people() -> QuerySet:
    """Those who changed something."""
    return get_user_model().objects.filter(changeset__isnull=False).distinct().order_by("username")


def steps_of(changesets: Page, *, row: Paper | PaperList | Topic | None = None) -> list[Step]:
    """The changesets of one page with their changes, the first few; with `row`, those of its own history alone."""
    ids = [changeset.pk for changeset in changesets]
    shown = changes_of(row) if row else Change.objects.all()
    changes = Prefetch("changes", shown.order_by("pk")[:CHANGES_A_STEP], to_attr="shown")
    found = ChangeSet.objects.filter(pk__in=ids).defer("rows").select_related("actor", "source", "returned_by")
    found = found.annotate(change_count=Count("changes")).prefetch_related(changes, "returns").order_by("-pk")
    rows = list(found)
    changes = [change for each in rows for change in each.shown]
    told = {shown.change.pk: shown for shown in shown_changes(changes, in_brief=True)}
    place = (target_of(row), row.pk) if row else None
    found = [_step(each, told, place) for each in rows]
    return [replace(found[0], own=None), *found[1:]] if found and changesets.number == 1 else found


def _step(changeset: ChangeSet, told: dict[int, ShownChange], place: tuple[str, int] | None) -> Step:
    changes = [told[change.pk] for change in changeset.shown]
    own = next((each for each in changeset.shown if (each.target, each.target_id) == place and each.after), None)
    return Step(changeset, changes, changeset.change_count - len(changes), own)


def shown_changes(changes: list[Change], in_brief: bool = False) -> list[ShownChange]:
    """Five queries, for the names and addresses of papers, lists and topics."""
    differences = [differences_of(change.before, change.after) for change in changes]
    names = _Names(changes, differences)
    return [
        ShownChange(change, [names.shown(difference, in_brief) for difference in found], *names.of(change))
        for change, found in zip(changes, differences, strict=True)
    ]


def _cut(pieces: Iterable[Piece]) -> list[Piece]:
    shown, left = [], CHARACTERS_A_FIELD
    for piece in pieces:
        if len(piece.text) > left:
            return [*shown, Piece(piece.text[:left], piece.mark), Piece("…", "gap")]
        shown.append(piece)
        left -= len(piece.text)
    return shown


class _Names:
    """What papers, lists and topics that are told of are called, and where they stand."""

    def __init__(self, changes: list[Change], differences: list[list[FieldDifference]]) -> None:
        fields = [difference for found in differences for difference in found]
        ids = {item.paper for difference in fields for item in difference.items if item.paper}
        ids |= {pk for difference in fields for pk in difference.papers}
        ids |= {change.paper_id for change in changes if change.paper_id}
        ids |= {change.target_id for change in changes if change.target == Change.Target.PAPER}
        self.papers = {
            pk: (title, reverse("catalog:paper", args=[slug]))
            for pk, slug, title in Paper.objects.filter(pk__in=ids).values_list("pk", "slug", "title")
        }
        gone = Change.objects.filter(target=Change.Target.PAPER, target_id__in=ids - self.papers.keys())
        self.gone = dict(gone.order_by("pk").values_list("target_id", "label"))
        slugs = {item.topic[1] for difference in fields for item in difference.items if item.topic}
        self.topics = {(topic.kind, topic.slug): topic for topic in Topic.objects.filter(slug__in=slugs)}
        self.rows = _rows(PaperList, Change.Target.LIST, changes) | _rows(Topic, Change.Target.TOPIC, changes)

    def of(self, change: Change) -> tuple[str, str]:
        """Its name and its address."""
        if change.target == Change.Target.PAPER:
            return change.label, self.papers.get(change.target_id, ("", ""))[1]
        if change.target == Change.Target.NOTE:
            return self.papers.get(change.paper_id, (change.label, ""))
        row = self.rows.get((change.target, change.target_id))
        return change.label, row.get_absolute_url() if row else ""

    def shown(self, difference: FieldDifference, in_brief: bool) -> ShownField:
        papers = [Item("out" if index == 0 else "in", paper=pk) for index, pk in enumerate(difference.papers)]
        items = [self._item(item) for item in [*difference.items, *papers]]
        shown = items[:ITEMS_A_FIELD] if in_brief else items
        pieces = _cut(difference.pieces) if in_brief else list(difference.pieces)
        return ShownField(difference, pieces, shown, len(items) - len(shown) + difference.more)

    def _item(self, item: Item) -> ShownItem:
        if topic := self.topics.get(item.topic):
            return ShownItem(item.mark, topic.name, topic.get_absolute_url())
        if item.paper is None:
            return ShownItem(item.mark, item.text, where=item.where)
        title, url = self.papers.get(item.paper, ("", ""))
        title = title or self.gone.get(item.paper) or _("a paper that is gone")
        return ShownItem(item.mark, title, url, item.where)


def _rows(model, target: str, changes: list[Change]) -> dict:
    ids = {change.target_id for change in changes if change.target == target}
    return {(target, pk): row for pk, row in model.objects.in_bulk(ids).items()}
