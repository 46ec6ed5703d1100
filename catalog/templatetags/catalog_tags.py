"""Formatting for the catalogue's templates."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict

from django import template
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language, gettext, ngettext

from catalog import excerpts
from catalog.intake import remarks
from catalog.intake.merging import Difference, Gain
from catalog.models import Author, Note, Paper
from catalog.pages import profiles
from catalog.search import marks
from catalog.search.hits import Hit
from catalog.search.query import Text

AUTHORS_SHOWN = 3
register = template.Library()


@register.filter
def markdown(text: str) -> SafeString:
    return excerpts.markdown(text)


@register.filter
def remark(message: str) -> str:
    """A reader's objection in the language of the page."""
    return remarks.translated(message)


@register.filter
def gains_told(gains: list[Gain | dict]) -> str:
    """What an import added to a paper, as a row of phrases."""
    return gettext(", ").join(remarks.gains_told(map(_as_dict, gains)))


@register.filter
def difference_told(difference: Difference | dict) -> str:
    return remarks.difference_told(_as_dict(difference))


def _as_dict(row: Gain | Difference | dict) -> dict:
    """A report's rows come from the database as dictionaries, a preview's from merging."""
    return row if isinstance(row, dict) else asdict(row)


@register.filter
def authors_short(paper: Paper) -> SafeString:
    """The first three authors, then how many more. Wants `authorships__author` prefetched."""
    return names_marked([authorship.author.name for authorship in paper.authorships.all()])


@register.simple_tag
def names_marked(names: Sequence[str], words: Iterable[Text] = ()) -> SafeString:
    """As `authors_short`, with the words in <mark>, and with every author who was looked for."""
    shown = [name for place, name in enumerate(names) if place < AUTHORS_SHOWN or marks.spans_of(name, words)]
    joined, more = mark_safe(", ".join(marked(name, words) for name in shown)), len(names) - len(shown)  # noqa: S308
    if more <= 0:
        return joined
    phrase = ngettext("%(names)s and %(count)d more", "%(names)s and %(count)d more", more)
    return mark_safe(phrase % {"names": joined, "count": more})  # noqa: S308 - the names are escaped


@register.filter
def author_url(author: Author) -> str:
    return profiles.author_url(author)


@register.filter
def published(paper: Paper | Hit) -> str:
    """Venue and year, as far as they are known."""
    return " ".join(str(part) for part in (paper.venue, paper.year) if part)


@register.filter
def categories(paper: Paper) -> list:
    return [topic for topic in paper.topics.all() if topic.kind == "category"]


@register.filter
def tags(paper: Paper) -> list:
    return [topic for topic in paper.topics.all() if topic.kind == "tag"]


@register.simple_tag
def note_line(notes: Iterable, words: Iterable[Text] = ()) -> excerpts.Line | None:
    """One line of a paper's notes."""
    return excerpts.line_of(notes, words, get_language() or "en")


@register.simple_tag
def marked(text: str, words: Iterable[Text] = ()) -> SafeString:
    """The text with the words in <mark>."""
    if not words:
        return escape(text)
    pieces = marks.pieces_of(text, words)
    html = (f"<mark>{escape(one.text)}</mark>" if one.hit else escape(one.text) for one in pieces)
    return mark_safe("".join(html))  # noqa: S308 - every piece is escaped


@register.filter
def notes_for_reader(paper: Paper) -> list[Note]:
    """The notes in the reader's language; in the other one where there are none."""
    notes = list(paper.notes.all())
    mine = [note for note in notes if _reads(note)]
    return mine or notes


@register.filter
def other_notes(paper: Paper) -> list[Note]:
    """What is left to offer beside `notes_for_reader`."""
    notes = list(paper.notes.all())
    mine = [note for note in notes if _reads(note)]
    return [note for note in notes if mine and not _reads(note)]


def _reads(note: Note) -> bool:
    return (get_language() or "en").startswith(note.language)


@register.filter
def lang_of(title: str) -> str:
    """The `lang` of a title, told by its script: titles carry no language of their own."""
    return "zh-Hans" if any("\u4e00" <= character <= "\u9fff" for character in title) else "en"


@register.filter
def lang_code(language: str) -> str:
    """The value of a `lang` attribute for a note's language."""
    return "zh-Hans" if language == "zh" else language
