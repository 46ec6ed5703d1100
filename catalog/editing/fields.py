"""Form fields of the editing pages: lines of text, identifiers out of anything pasted; and the summary of errors."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from catalog import identifiers


class LinesField(forms.CharField):
    """One value a line; blank lines and double blanks go, a line that stands twice stands once."""

    def __init__(self, *, line_max_length: int, lines_max: int, rows: int, **options) -> None:
        self.line_max_length, self.lines_max = line_max_length, lines_max
        widget = forms.Textarea(attrs={"rows": rows, "class": "lines"})
        super().__init__(required=False, strip=False, widget=widget, **options)

    def prepare_value(self, value):
        return value if value is None or isinstance(value, str) else "\n".join(value)

    def clean(self, value) -> tuple[str, ...]:
        lines = (" ".join(line.split()) for line in super().clean(value).splitlines())
        found = tuple(dict.fromkeys(filter(None, lines)))
        if long := next((line for line in found if len(line) > self.line_max_length), None):
            words = {"line": f"{long[:40]}…", "limit": self.line_max_length}
            raise ValidationError(_("“%(line)s” has more than %(limit)s characters."), params=words)
        if len(found) > self.lines_max:
            raise ValidationError(_("At most %(limit)s lines."), params={"limit": self.lines_max})
        return found


class IdentifierField(forms.CharField):
    """The bare id, out of an id, an address or a text that holds one."""

    def __init__(self, *, read: Callable[[str], str], example: str, **options) -> None:
        self.read = read
        self.example = example
        widget = forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false", "class": "code-like"})
        super().__init__(required=False, max_length=1000, widget=widget, **options)

    def clean(self, value) -> str:
        text = super().clean(value)
        found = self.read(text) if text else ""
        if text and not found:
            raise ValidationError(_("No identifier is in this. One looks like %(example)s."), params=vars(self))
        return found


def identifier_fields() -> dict[str, IdentifierField]:
    help_text = _("An address or the bare id.")
    return {
        "arxiv": IdentifierField(read=identifiers.arxiv_id, example="1910.01108", label="arXiv", help_text=help_text),
        "doi": IdentifierField(read=identifiers.doi, example="10.18653/v1/n19-1423", label="DOI", help_text=help_text),
        "acl": IdentifierField(
            read=identifiers.acl_id, example="N19-1423", label=_("ACL Anthology"), help_text=help_text
        ),
    }


@dataclass(frozen=True)
class Fault:
    """One line of an error summary: where it leads, what the field is called, what is wrong with it."""

    anchor: str
    label: str
    message: str


def faults_of(*forms_: forms.BaseForm) -> list[Fault]:
    return [fault for form in forms_ for fault in _faults(form)]


def _faults(form: forms.BaseForm) -> Iterable[Fault]:
    for name, errors in form.errors.items():
        field = form[name] if name in form.fields else None
        for message in errors:
            yield Fault(field.id_for_label if field else "", field.label if field else "", message)
