"""What a browser may send on the way in: a document, the list it shall become, decisions, mended texts."""

from __future__ import annotations

from django import forms
from django.conf import settings
from django.core.files.base import ContentFile, File
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext_lazy as _

from catalog.importers import FORMATS
from catalog.models import PaperList

TOO_LARGE = "too_large"
LABELS = {"bibtex": "BibTeX", "markdown": _("Markdown list"), "csl-json": "CSL-JSON", "ris": "RIS"}


class ImportForm(forms.Form):
    """A document, uploaded or pasted."""

    file = forms.FileField(required=False, label=_("A file"))
    text = forms.CharField(
        required=False,
        strip=False,
        label=_("or the text itself"),
        widget=forms.Textarea(attrs={"rows": 10, "spellcheck": "false"}),
    )
    format = forms.ChoiceField(
        choices=[("auto", _("find out")), *((name, LABELS.get(name, name)) for name in FORMATS)],
        initial="auto",
        label=_("Format"),
    )

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

    def document(self) -> tuple[File, str]:
        """The document and its name. A large upload lies on the disk already and is never read here."""
        if file := self.cleaned_data["file"]:
            return file, file.name
        return ContentFile(self.cleaned_data["text"].encode()), ""


class ListChoiceForm(forms.Form):
    """Whether the entries become a list, stand in one that is there, or in none."""

    where = forms.ChoiceField(
        choices=[
            ("none", _("in no list")),
            ("new", _("in a new list")),
            ("here", _("in a list that is here")),
        ],
        widget=forms.RadioSelect,
        initial="none",
        label=_("The entries stand"),
    )
    name_en = forms.CharField(required=False, max_length=200, label=_("English name"))
    name_zh = forms.CharField(required=False, max_length=200, label=_("Chinese name"))
    slug = forms.SlugField(
        required=False, max_length=80, label=_("Address"), help_text=_("Letters, digits and hyphens: /lists/…/")
    )
    paper_list = forms.ModelChoiceField(PaperList.objects.all(), required=False, label=_("List"))

    def clean(self) -> dict:
        cleaned = super().clean()
        if cleaned.get("where") == "new" and not cleaned.get("name_en") and not cleaned.get("slug"):
            self.add_error("name_en", _("Give the new list a name."))
        if cleaned.get("where") == "here" and not cleaned.get("paper_list"):
            self.add_error("paper_list", _("Choose the list."))
        return cleaned


class MendForm(forms.Form):
    text = forms.CharField(strip=False, label=_("Its text"), widget=forms.Textarea(attrs={"spellcheck": "false"}))
