"""What editors may send of a paper, a note, a tag. Rows of links and new tags are formsets inside the paper's form."""

from __future__ import annotations

from urllib.parse import urlsplit

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import MaxLengthValidator
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from catalog.editing.facts import Facts, NoFacts
from catalog.editing.fields import Fault, LinesField, faults_of, identifier_fields
from catalog.editing.notes import NOTE_MAX_CHARACTERS
from catalog.editing.topics import NewTag
from catalog.models import Note, Topic

ROWS_MAX = 60
AUTHORS_MAX = 5_000  # the longest author lists of physics
MORE = "more"  # the buttons that ask for another row without scripts: more=links


class LinkForm(forms.Form):
    label = forms.CharField(required=False, max_length=80, label=_("Name"))
    url = forms.URLField(required=False, max_length=1000, assume_scheme="https", label=_("Address"))

    def clean_url(self) -> str:
        url = self.cleaned_data["url"]
        if url and urlsplit(url).scheme not in ("http", "https"):
            raise ValidationError(_("An address begins with https:// or http://."))
        return url

    def clean(self) -> dict:
        cleaned = super().clean()
        if cleaned.get("label") and cleaned.get("url") == "" and "url" not in self.errors:
            self.add_error("url", _("The link has a name but no address."))
        return cleaned

    def link(self) -> tuple[str, str] | None:
        """(name, address); a link without a name is called after its host. None for a blank or removed row."""
        url = self.cleaned_data.get("url")
        if not url or self.cleaned_data.get("DELETE"):
            return None
        return self.cleaned_data["label"] or urlsplit(url).hostname.removeprefix("www.")[:80], url


class NewTagForm(forms.Form):
    name = forms.CharField(
        required=False, max_length=200, label=_("Tag"), widget=forms.TextInput(attrs={"list": "known-tags"})
    )
    name_zh = forms.CharField(required=False, max_length=200, label=_("In Chinese, if new"))

    def tag(self) -> NewTag | None:
        name, name_zh = self.cleaned_data.get("name", ""), self.cleaned_data.get("name_zh", "")
        return NewTag(name or name_zh, name_zh) if name or name_zh else None


class _Rows(forms.BaseFormSet):
    """Blank rows are no rows, also those that were not blank before."""

    def get_form_kwargs(self, index):
        return {"empty_permitted": True, "use_required_attribute": False}


def _rows(form: type[forms.Form], extra: int, can_delete: bool) -> type[forms.BaseFormSet]:
    return forms.formset_factory(
        form, formset=_Rows, extra=extra, can_delete=can_delete, max_num=ROWS_MAX, absolute_max=ROWS_MAX
    )


LinkRows = _rows(LinkForm, extra=1, can_delete=True)
TagRows = _rows(NewTagForm, extra=1, can_delete=False)


class PaperForm(forms.Form):
    """All that an editor may change of a paper. `was` carries the facts that the editor began from."""

    title = forms.CharField(max_length=500, label=_("Title"), widget=forms.TextInput(attrs={"class": "wide"}))
    short_name = forms.CharField(
        required=False, max_length=100, label=_("Nickname"), help_text=_("What people call it: TinyBERT.")
    )
    authors = LinesField(
        line_max_length=255,
        lines_max=AUTHORS_MAX,
        rows=5,
        label=_("Authors"),
        help_text=_("One a line, in order, as printed: given name first."),
    )
    venue = forms.CharField(
        required=False,
        max_length=200,
        label=_("Venue"),
        help_text=_("Its usual short name: ACL, NeurIPS Workshop."),
        widget=forms.TextInput(attrs={"list": "known-venues", "autocomplete": "off"}),
    )
    year = forms.IntegerField(
        required=False, min_value=1600, max_value=2100, label=_("Year"), help_text=_("Of publication.")
    )
    titles = LinesField(
        line_max_length=500,
        lines_max=50,
        rows=2,
        label=_("Other titles"),
        help_text=_("One a line: the preprint's, a shortened one."),
    )
    categories = forms.MultipleChoiceField(required=False, label=_("Categories"), widget=forms.CheckboxSelectMultiple)
    tags = forms.MultipleChoiceField(required=False, label=_("Tags"), widget=forms.CheckboxSelectMultiple)
    summary = forms.CharField(
        required=False,
        max_length=500,
        label=_("Summary"),
        help_text=_("What you did and why: it stands in the history."),
    )
    is_other_work = forms.BooleanField(required=False, label=_("It is another work of the same title"))
    was = forms.CharField(required=False, strip=False, widget=forms.HiddenInput)

    def __init__(self, data: QueryDict | None = None, *, initial: dict | None = None, rows: dict | None = None) -> None:
        """`rows`: what stands in the rows at first, "links" and "new_tags" as lists of dictionaries."""
        super().__init__(data, initial=initial)
        rows = rows or {}
        self.fields |= identifier_fields()
        self.links = LinkRows(data, prefix="links", initial=rows.get("links"))
        self.new_tags = TagRows(data, prefix="new_tags", initial=rows.get("new_tags"))
        self.all_topics = list(Topic.objects.all())
        self.fields["categories"].choices = self._choices(Topic.Kind.CATEGORY)
        self.fields["tags"].choices = self._choices(Topic.Kind.TAG, self._present_tags())

    @classmethod
    def showing(cls, facts: Facts, *, was: Facts | None = None, new_tags: list[dict] = (), **initial) -> PaperForm:
        """A form that holds these facts. `was`: the facts that a later save compares with, else the same."""
        held = {
            name: getattr(facts, name)
            for name in ("title", "short_name", "authors", "venue", "year", "titles", "arxiv", "doi", "acl")
        }
        held |= {"categories": facts.slugs("category"), "tags": facts.slugs("tag"), "was": (was or facts).as_text()}
        links = [{"label": label, "url": url} for label, url in facts.links]
        return cls(initial=held | initial, rows={"links": links, "new_tags": list(new_tags)})

    def with_a_row_more(self) -> PaperForm:
        """The same words in a form that nobody has judged yet, with a blank row behind the others."""
        rows = {
            prefix: [{name: form[name].data for name in form.fields} for form in formset]
            for prefix, formset in (("links", self.links), ("new_tags", self.new_tags))
        }
        return PaperForm(initial={name: self[name].data for name in self.fields}, rows=rows)

    def is_valid(self) -> bool:
        return all([super().is_valid(), self.links.is_valid(), self.new_tags.is_valid()])

    def clean_was(self) -> Facts | None:
        try:
            return Facts.from_text(self.cleaned_data["was"]) if self.cleaned_data["was"] else None
        except NoFacts as error:
            raise ValidationError(_("The page lost what it began from. Open it again.")) from error

    def clean(self) -> dict:
        cleaned = super().clean()
        addresses = [link[1] for link in self._links()] if self.links.is_valid() else []
        if twice := next((url for url in addresses if addresses.count(url) > 1), None):
            raise ValidationError(_("This address stands in two links: %(url)s"), params={"url": twice})
        return cleaned

    def _links(self) -> list[tuple[str, str]]:
        return [link for form in self.links if (link := form.link())]

    def facts(self) -> Facts:
        """Only after `is_valid`."""
        given = self.cleaned_data
        topics = [("category", slug) for slug in given["categories"]] + [("tag", slug) for slug in given["tags"]]
        return Facts(
            title=" ".join(given["title"].split()),
            short_name=given["short_name"],
            authors=given["authors"],
            venue=" ".join(given["venue"].split()),
            year=given["year"],
            doi=given["doi"],
            arxiv=given["arxiv"],
            acl=given["acl"],
            titles=given["titles"],
            links=tuple(self._links()),
            topics=tuple(sorted(topics)),
        )

    def added_tags(self) -> list[NewTag]:
        return [tag for form in self.new_tags if (tag := form.tag())]

    def faults(self) -> list[Fault]:
        return faults_of(self, *self.links, *self.new_tags) if self.is_bound else []

    def tag_names(self) -> list[str]:
        """For the list of suggestions."""
        return [topic.name for topic in self.all_topics if topic.kind == Topic.Kind.TAG]

    def _present_tags(self) -> set[str]:
        posted = self.data.getlist("tags") if self.is_bound else []
        return {*(self.initial.get("tags") or ()), *posted}

    def _choices(self, kind: str, present: set[str] | None = None) -> list[tuple[str, str]]:
        return [
            (topic.slug, topic.name)
            for topic in self.all_topics
            if topic.kind == kind and (present is None or topic.slug in present)
        ]


class NoteForm(forms.Form):
    """`was` carries the text that the editor began from."""

    language = forms.ChoiceField(choices=Note.Language.choices, label=_("Language"))
    body = forms.CharField(
        max_length=NOTE_MAX_CHARACTERS,
        label=_("Note"),
        help_text=_("Markdown: **bold**, *emphasis*, `code`, [words](https://…), lists with -, tables with |."),
        widget=forms.Textarea(attrs={"rows": 14, "class": "note-body"}),
    )
    summary = PaperForm.base_fields["summary"]
    was = forms.CharField(required=False, strip=False, widget=forms.HiddenInput)

    def clean_body(self) -> str:
        """A browser sends CRLF; notes that came by import have LF."""
        return self.cleaned_data["body"].replace("\r\n", "\n")

    def clean_was(self) -> str:
        return self.cleaned_data["was"].replace("\r\n", "\n")


class TopicForm(forms.Form):
    name_en = forms.CharField(max_length=200, label=_("Name in English"))
    name_zh = forms.CharField(required=False, max_length=200, label=_("Name in Chinese"))
    description_en = forms.CharField(
        required=False, max_length=2000, label=_("Description in English"), widget=forms.Textarea(attrs={"rows": 3})
    )
    description_zh = forms.CharField(
        required=False, max_length=2000, label=_("Description in Chinese"), widget=forms.Textarea(attrs={"rows": 3})
    )


class NameForm(forms.Form):
    name = forms.CharField(label=_("Name"))
    summary = PaperForm.base_fields["summary"]

    def __init__(self, *args, longest: int, **options) -> None:
        super().__init__(*args, **options)
        self.fields["name"].validators.append(MaxLengthValidator(longest))

    def clean_name(self) -> str:
        return " ".join(self.cleaned_data["name"].split())
