"""The leaderboard as its page shows it: the choices, the plot, the table beside it, the same as documents."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from django.core.paginator import Paginator
from django.utils.translation import gettext as _

from catalog.models import Paper
from demos import formatting, reading
from demos.leaderboard import labels, plot, table
from demos.leaderboard.addresses import document_url
from demos.leaderboard.board import Board, board_of, papers_of
from demos.leaderboard.choices import ANY, Refused
from demos.leaderboard.measurements import cheaper_is_lower
from workers import registry

ROWS_A_PAGE = 20


def leaderboard_context(asked: Mapping[str, str]) -> dict:
    """Five queries, however much was measured."""
    board = board_of(asked)
    page = Paginator(board.networks, ROWS_A_PAGE).get_page(asked.get("page"))
    papers = papers_of(network.spec for network in board.networks)
    told_apart = labels.settings_told_apart(board.networks)
    choices = fields(board)
    return {
        "board": board,
        "choices": board.choices,
        "fields": choices,
        "notes": [note(refused, choices) for refused in board.refused],
        "plot": plot.plot_of(board, told_apart),
        "page": page,
        "columns": table.columns(board, asked),
        "rows": table.rows_of(page.object_list, board, told_apart, papers),
        "words": {name: formatting.metric_label(getattr(board.choices, name)) for name in ("quality", "cost")},
        "quality_label": plot.axis_name(board.choices.quality),
        "documents": documents(board, asked, papers),
        "specs": list(registry.all_specs().values()),
    }


# --- choices ------------------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Field:
    name: str
    label: str
    options: list[tuple[str, str]]
    value: str


def fields(board: Board) -> list[Field]:
    """A list for each choice; what runs have says how many of them have it."""
    options, choices = board.options, board.choices
    teachers = labels.teacher_labels(options.examples)
    methods = [("", _("all methods")), *_counted(options.methods, reading.method_title)]
    teacher_options = [*_counted(options.teachers, teachers.get), (ANY, _("any teacher"))]
    devices = [*_counted(options.devices, labels.device_label), (ANY, _("any device"))]
    return [
        Field("data", _("Data"), _counted(options.data, reading.data_title), choices.data),
        Field("teacher", _("Teacher"), teacher_options, choices.teacher),
        Field("quality", _("Quality"), _metrics(options.qualities), choices.quality),
        Field("cost", _("Against"), _metrics(options.costs), choices.cost),
        Field("device", _("Device"), devices, choices.device),
        Field("method", _("Method"), methods, choices.method),
        Field("kind", _("Networks"), _kinds(), choices.kind),
        Field("sort", _("Sort by"), _sorts(board), choices.sort),
    ]


def _kinds() -> list[tuple[str, str]]:
    return [
        ("", _("all networks")),
        ("method", _("what methods made")),
        ("baseline", _("baselines")),
        ("teacher", _("teachers")),
    ]


def _metrics(slugs: list[str]) -> list[tuple[str, str]]:
    return [(slug, formatting.metric_label(slug)) for slug in slugs]


def _sorts(board: Board) -> list[tuple[str, str]]:
    """The columns, best first; and worst first if a column's name has asked for it, so that the form keeps it."""
    choices = board.choices
    found = [
        ("quality", formatting.metric_label(choices.quality)),
        *_metrics(board.options.costs),
        ("seeds", _("Seeds")),
    ]
    column = choices.sort.removeprefix("-")
    if choices.sort not in dict(found):
        falls = column in board.options.costs and cheaper_is_lower(column)
        found.append((choices.sort, f"{dict(found).get(column, column)} {'↓' if falls else '↑'}"))
    return found


def _counted(counts: Mapping[str, int], label: Callable[[str], str]) -> list[tuple[str, str]]:
    return [(value, f"{label(value)} ({count})") for value, count in counts.items()]


def note(refused: Refused, fields: list[Field]) -> str:
    """What was asked for and makes no sense here, in words."""
    if refused.value == ANY:  # only a device can be refused so
        return _("Times of two devices are not compared: this is one device's board.")
    field = next((field for field in fields if field.name == refused.name), None)
    instead = dict(field.options).get(refused.instead, refused.instead) if field else refused.instead
    name = field.label if field else refused.name
    return _("%(name)s: nothing here is “%(value)s”; shown instead: %(instead)s.") % {
        "name": name,
        "value": refused.value,
        "instead": instead,
    }


# --- documents ----------------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Document:
    label: str
    url: str


def documents(board: Board, asked: Mapping[str, str], papers: Mapping[str, Paper]) -> list[Document]:
    """The same board in other forms; papers only where the front has some."""
    query = board.choices.query(asked)
    found = [("csv", "CSV"), ("json", "JSON")]
    slugs = {network.spec.slug for network in board.on_front if network.kind == "method"}
    if count := len({papers[slug].pk for slug in slugs if slug in papers}):
        found.append(("bib", _("BibTeX of the papers on the front (%(count)d)") % {"count": count}))
    return [Document(label, document_url(suffix, query)) for suffix, label in found]
