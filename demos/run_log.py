"""A run's log in pieces: its end, a page at a time for whoever reads on, or only the lines that are searched for.

A line is shown and searched in the reader's language. What older versions stored has one string for both.
"""

from __future__ import annotations

from dataclasses import dataclass

from django import forms
from django.db.models import TextField
from django.db.models.fields.json import KT
from django.db.models.functions import Coalesce
from django.utils.translation import get_language

from demos.formatting import in_language
from demos.models import Run

LINES_A_PAGE = 200
LETTERS_A_PAGE = 24_000  # a page stays light however long its lines are
LETTERS_A_LINE = 4_000
LAST_LINES = 12  # of a run that failed


class LogForm(forms.Form):
    """What part of the log an address asks for. What it cannot mean asks for the end."""

    before = forms.IntegerField(min_value=1, max_value=2**31, required=False)
    after = forms.IntegerField(min_value=0, max_value=2**31, required=False)
    q = forms.CharField(max_length=200, required=False)

    def asked(self) -> dict:
        self.is_valid()
        return {name: self.cleaned_data.get(name) for name in ("before", "after", "q")}


@dataclass(frozen=True)
class Line:
    """`seq` is the number of its event: what a reader reads on from."""

    seq: int
    text: str


@dataclass(frozen=True)
class LogPage:
    """`earlier` and `later` are the events to read on from, None at the ends; `total` counts what `q` finds."""

    lines: list[Line]
    total: int
    earlier: int | None
    later: int | None
    q: str = ""


def log_page(
    run: Run, *, before: int | None = None, after: int | None = None, q: str = "", up_to: int | None = None
) -> LogPage:
    """The lines after `after`, else those before `before`, else the end (as it was at the event `up_to`)."""
    said = run.events.filter(kind="log")
    if up_to is not None:
        said = said.filter(seq__lte=up_to)
    if q:
        said = said.annotate(words=_words()).filter(words__icontains=q)
    forward = after is not None
    if forward:
        asked = said.filter(seq__gt=after).order_by("seq")
    else:
        asked = (said.filter(seq__lt=before) if before else said).order_by("-seq")
    rows = list(asked.values_list("seq", "body__text")[: LINES_A_PAGE + 1])
    lines = _that_fit(rows[:LINES_A_PAGE])
    has_more = len(lines) < len(rows)
    lines = lines if forward else lines[::-1]
    first, last = (lines[0].seq, lines[-1].seq) if lines else (None, None)
    return LogPage(
        lines,
        said.count(),
        first if (has_more if not forward else bool(after)) else None,
        last if (has_more if forward else before is not None) else None,
        q or "",
    )


def _words() -> Coalesce:
    language = "zh" if (get_language() or "en").startswith("zh") else "en"
    return Coalesce(KT(f"body__text__{language}"), KT("body__text"), output_field=TextField())


def _that_fit(rows: list[tuple[int, object]]) -> list[Line]:
    """As many as stay light together; at least one."""
    lines, letters = [], 0
    for seq, text in rows:
        text = in_language(text)
        text = text if len(text) <= LETTERS_A_LINE else text[:LETTERS_A_LINE] + " …"
        letters += len(text)
        if lines and letters > LETTERS_A_PAGE:
            break
        lines.append(Line(seq, text))
    return lines


def last_lines(page: LogPage) -> list[str]:
    """The end of the log in single lines: a traceback is one event of many."""
    return "\n".join(line.text for line in page.lines).splitlines()[-LAST_LINES:]
