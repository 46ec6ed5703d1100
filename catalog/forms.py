"""What a browser may send: a search, a document to import."""

from __future__ import annotations

from django import forms
from django.conf import settings
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext_lazy as _

from catalog.search import QUERY_MAX_CHARACTERS

TOO_LARGE = "too_large"


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
