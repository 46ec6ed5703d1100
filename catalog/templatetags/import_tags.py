"""Formatting for the pages of an import."""

from __future__ import annotations

from dataclasses import dataclass

from django import template
from django.utils.translation import gettext_lazy

from catalog.models import Import

register = template.Library()
_KINDS = {
    "entry": gettext_lazy("entries"),
    "problem": gettext_lazy("problems"),
    "string": gettext_lazy("macros (@string)"),
    "preamble": gettext_lazy("preambles"),
    "heading": gettext_lazy("headings"),
    "note": gettext_lazy("notes"),
    "comment": gettext_lazy("comments"),
    "outside": gettext_lazy("text outside of entries"),
    "blank": gettext_lazy("blank"),
}


@dataclass(frozen=True)
class AccountRow:
    name: str
    pieces: int
    characters: int


@register.filter
def account_rows(import_: Import) -> list[AccountRow]:
    """What the document's characters belong to, most first."""
    pieces, lengths = import_.summary.get("pieces", {}), import_.summary.get("lengths", {})
    kinds = sorted(lengths, key=lambda kind: -lengths[kind])
    return [AccountRow(str(_KINDS.get(kind, kind)), pieces.get(kind, 0), lengths[kind]) for kind in kinds]
