"""What a browser may send: a search."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from catalog.search import QUERY_MAX_CHARACTERS


class PaperSearchForm(forms.Form):
    """The search box. What it understands is in catalog.search.query; no text is refused."""

    q = forms.CharField(
        required=False,
        strip=False,
        label=_("Search papers"),
        widget=forms.TextInput(
            attrs={
                "type": "search",
                "id": "q",
                "maxlength": QUERY_MAX_CHARACTERS,
                "autocomplete": "off",
                "spellcheck": "false",
                "placeholder": _("Title, nickname, author, note, identifier"),
            }
        ),
    )
