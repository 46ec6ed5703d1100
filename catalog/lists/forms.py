"""What an editor may send about lists."""

from __future__ import annotations

from django import forms
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from catalog.lists.entries import PLACES, RESERVED_SLUGS, STEPS
from catalog.lists.outline import Node, nested, read_in_order
from catalog.models import PaperList, Section

NAMES = ("name_en", "name_zh", "description_en", "description_zh")


class _NamesForm(forms.ModelForm):
    """Names and descriptions in both languages. Services save what is cleaned; the form does not."""

    class Meta:
        fields = NAMES
        labels = {
            "name_en": _("Name in English"),
            "name_zh": _("Name in Chinese"),
            "description_en": _("Description in English"),
            "description_zh": _("Description in Chinese"),
        }
        widgets = {
            "name_zh": forms.TextInput(attrs={"lang": "zh-Hans"}),
            "description_en": forms.Textarea(attrs={"rows": 3}),
            "description_zh": forms.Textarea(attrs={"rows": 3, "lang": "zh-Hans"}),
        }
        help_texts = {"name_zh": _("Left blank, readers of Chinese see the English one.")}

    def names(self) -> dict[str, str]:
        return {name: self.cleaned_data[name] for name in NAMES}


class ListForm(_NamesForm):
    class Meta(_NamesForm.Meta):
        model = PaperList


class NewListForm(ListForm):
    slug = forms.SlugField(
        required=False,
        max_length=76,
        label=_("Address"),
        help_text=_("Letters, digits and hyphens. Left blank, it is made from the English name. It stays as it is."),
    )

    class Meta(ListForm.Meta):
        fields = (*NAMES, "slug")

    def clean_slug(self) -> str:
        slug = self.cleaned_data["slug"]
        if slug in RESERVED_SLUGS or PaperList.objects.filter(slug=slug).exists():
            raise forms.ValidationError(_("Another list has this address: %(slug)s") % {"slug": slug})
        return slug


class _SectionChoice(forms.ModelChoiceField):
    """Sections in reading order, indented as they are nested."""

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(Section.objects.none(), *args, **kwargs)

    def offer(self, nodes: list[Node]) -> None:
        self.queryset = Section.objects.filter(pk__in=[node.section.pk for node in nodes])
        rows = section_choices(nodes)
        self.choices = [("", self.empty_label), *rows] if self.empty_label else rows


def section_choices(nodes: list[Node]) -> list[tuple[int, SafeString]]:
    return [(node.section.pk, indented(node)) for node in nodes]


def indented(node: Node) -> SafeString:
    return format_html("{}{}", "\u2003" * (node.level - 1), node.section.name or _("(no heading)"))


class SectionForm(_NamesForm):
    parent = _SectionChoice(required=False, label=_("Stands in"), empty_label=_("the list itself"))

    class Meta(_NamesForm.Meta):
        model = Section
        fields = (*NAMES, "parent")

    def __init__(self, *args, nodes: list[Node], **kwargs) -> None:
        super().__init__(*args, **kwargs)
        below = {node.section.pk for found in nodes if found.section == self.instance for node in found.walk()}
        self.fields["parent"].offer([n for n in nodes if n.section.pk not in below and n.section.name])


class RemoveSectionForm(forms.Form):
    KEEP, DROP = "keep", "drop"

    entries = forms.ChoiceField(
        label=_("Its papers"),
        choices=[(KEEP, _("keep them in the list")), (DROP, _("take them out of the list"))],
        initial=KEEP,
        widget=forms.RadioSelect,
    )

    @property
    def keeps_entries(self) -> bool:
        return self.cleaned_data["entries"] == self.KEEP


class MoveForm(forms.Form):
    """Where to: a step or a place, and the number or the neighbour that some places need."""

    to = forms.ChoiceField(choices=[(place, place) for place in PLACES])
    target = forms.IntegerField(required=False)

    def clean(self) -> dict:
        cleaned = super().clean()
        if cleaned.get("to") not in STEPS and cleaned.get("target") is None:
            raise forms.ValidationError(_("Say where to."))
        return cleaned


class StepForm(forms.Form):
    to = forms.ChoiceField(choices=[(step, step) for step in STEPS])


class AddForm(forms.Form):
    """A paper for a section; without one, it stands under no heading."""

    paper = forms.SlugField(max_length=120)
    section = _SectionChoice(required=False, empty_label=None, label=_("Section"))

    def __init__(self, *args, nodes: list[Node], **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["section"].offer(nodes)


class PlaceForm(forms.Form):
    """Any section of any list; a list without sections stands there itself. Cleaned: (PaperList, Section or None)."""

    place = forms.ChoiceField(label=_("List and section"))

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self._lists = list(PaperList.objects.prefetch_related("sections"))
        lists = [(row.name, self._places(row)) for row in self._lists]
        self.fields["place"].choices = [("", _("choose one")), *lists]

    def _places(self, paper_list: PaperList) -> list[tuple[str, str]]:
        nodes = read_in_order(nested(paper_list.sections.all()))
        here = [(f"{paper_list.pk}-{node.section.pk}", indented(node)) for node in nodes]
        return here or [(f"{paper_list.pk}-", _("(no heading)"))]

    def clean_place(self) -> tuple[PaperList, Section | None]:
        list_id, _dash, section_id = self.cleaned_data["place"].partition("-")
        paper_list = next(row for row in self._lists if row.pk == int(list_id))
        section = next((row for row in paper_list.sections.all() if str(row.pk) == section_id), None)
        return paper_list, section
