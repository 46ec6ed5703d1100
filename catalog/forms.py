"""What a browser may send: a search, a document to import."""

from __future__ import annotations

from django import forms
from django.conf import settings
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext_lazy as _

from catalog.querysets import SORTS
from catalog.search import QUERY_MAX_CHARACTERS

TOO_LARGE = "too_large"


class PaperSearchForm(forms.Form):
    """A search with its filters, as the address bar holds it. Long queries are cut, not refused."""

    q = forms.CharField(
        required=False,
        label=_("Search papers"),
        widget=forms.TextInput(
            attrs={
                "type": "search",
                "id": "q",
                "maxlength": QUERY_MAX_CHARACTERS,
                "autocomplete": "off",
                "placeholder": _("Title, nickname, author, note, identifier"),
            }
        ),
    )
    category = forms.CharField(required=False, widget=forms.HiddenInput)
    tag = forms.CharField(required=False, widget=forms.HiddenInput)
    year = forms.IntegerField(required=False, min_value=1, max_value=9999, widget=forms.HiddenInput)
    venue = forms.CharField(required=False, widget=forms.HiddenInput)
    list = forms.CharField(required=False, widget=forms.HiddenInput)
    sort = forms.ChoiceField(required=False, choices=[(sort, sort) for sort in SORTS], widget=forms.HiddenInput)

    def clean_q(self) -> str:
        return self.cleaned_data["q"][:QUERY_MAX_CHARACTERS]


class ImportForm(forms.Form):
    """A document, uploaded or pasted."""

    FORMATS = (("auto", _("find out")), ("bibtex", "BibTeX"), ("markdown", _("Markdown list")))

    file = forms.FileField(required=False, label=_("A file"))
    text = forms.CharField(
        required=False,
        strip=False,
        label=_("or the text itself"),
        widget=forms.Textarea(attrs={"rows": 12, "spellcheck": "false"}),
    )
    format = forms.ChoiceField(choices=FORMATS, initial="auto", label=_("Format"))

    def clean(self) -> dict:
        cleaned = super().clean()
        file, text = cleaned.get("file"), cleaned.get("text") or ""
        if file and text.strip():
            raise forms.ValidationError(_("Give a file or a text, not both."))
        if not file and not text.strip():
            if "file" not in self.errors:
                raise forms.ValidationError(_("Choose a file or paste a text."))
            return cleaned
        size = file.size if file else len(text.encode())
        if size > settings.IMPORT_MAX_BYTES:
            raise forms.ValidationError(
                _("This has %(size)s; at most %(limit)s are taken. Split it and import the parts."),
                code=TOO_LARGE,
                params={"size": filesizeformat(size), "limit": filesizeformat(settings.IMPORT_MAX_BYTES)},
            )
        return cleaned

    @property
    def is_too_large(self) -> bool:
        return self.has_error("__all__", TOO_LARGE)

    def document(self) -> tuple[bytes, str]:
        """The bytes and a name for them. Only after `is_valid`."""
        if file := self.cleaned_data["file"]:
            return file.read(), file.name
        return self.cleaned_data["text"].encode(), ""
