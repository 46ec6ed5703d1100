"""Two edits of one paper side by side, for the editor who came second."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.translation import gettext as _

from catalog.editing.facts import Conflict, Facts
from catalog.editing.forms import PaperForm


@dataclass(frozen=True)
class ConflictRow:
    """One fact, as texts of one or more lines. `disputed`: both changed it, so somebody has to choose."""

    name: str
    label: str
    seen: str
    mine: str
    now: str
    disputed: bool


def rows_of(conflict: Conflict, form: PaperForm) -> list[ConflictRow]:
    names = {(topic.kind, topic.slug): topic.name for topic in form.all_topics}
    disputed = conflict.disputed
    told = [*disputed, *conflict.taken_over]
    return [_row(name, conflict, name in disputed, _labels(form)[name], names) for name in told]


def _row(name: str, conflict: Conflict, disputed: bool, label: str, names: dict) -> ConflictRow:
    seen, mine, now = (_text(facts, name, names) for facts in (conflict.seen, conflict.mine, conflict.now))
    return ConflictRow(name, label, seen, mine, now, disputed)


def _labels(form: PaperForm) -> dict[str, str]:
    labels = {name: field.label for name, field in form.fields.items()}
    return labels | {"links": _("Links"), "topics": _("Categories and tags")}


def _text(facts: Facts, name: str, topic_names: dict[tuple[str, str], str]) -> str:
    value = getattr(facts, name)
    if name == "topics":
        return _lines(topic_names.get(tuple(topic), topic[-1]) for topic in value)
    if name == "links":
        return _lines(" ".join(map(str, link)) for link in value)
    return _lines(value) if isinstance(value, tuple) else str(value if value is not None else "")


def _lines(values: Iterable) -> str:
    return "\n".join(map(str, values))
