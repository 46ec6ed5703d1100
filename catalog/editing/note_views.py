"""Pages where editors write notes, and the preview of their Markdown."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import get_language
from django.views.decorators.http import require_http_methods, require_POST

from catalog.access import editor_required, user_or_none, writer_required
from catalog.editing import notes as annotating
from catalog.editing.fields import faults_of
from catalog.editing.forms import NoteForm
from catalog.editing.notes import NOTE_MAX_CHARACTERS
from catalog.history.removing import remove
from catalog.models import Note, Paper

PREVIEW = "preview"  # the button that shows the note without scripts


@require_http_methods(["GET", "HEAD", "POST"])
@editor_required
def note_new(request: HttpRequest, slug: str) -> HttpResponse:
    paper = get_object_or_404(Paper.objects.for_page(), slug=slug)
    if request.method != "POST":
        return _page(request, NoteForm(initial={"language": _language(request)}), paper)
    form = NoteForm(request.POST)
    if not form.is_valid():
        return _page(request, form, paper, status=422)
    if PREVIEW in request.POST:
        return _page(request, form, paper)
    annotating.create_note(
        paper=paper,
        language=form.cleaned_data["language"],
        body=form.cleaned_data["body"],
        actor=user_or_none(request),
        summary=form.cleaned_data["summary"],
    )
    return redirect(paper)


@require_http_methods(["GET", "HEAD", "POST"])
@editor_required
def note_edit(request: HttpRequest, slug: str, note_id: int) -> HttpResponse:
    note, paper = _note_of(slug, note_id)
    if request.method != "POST":
        return _page(request, _form_showing(note), paper, note)
    form = NoteForm(request.POST)
    if not form.is_valid():
        return _page(request, form, paper, note, status=422)
    if PREVIEW in request.POST:
        return _page(request, form, paper, note)
    try:
        _change(request, note, form)
    except annotating.NoteChangedMeanwhile as changed:
        mine = {**form.cleaned_data, "was": changed.note.body}
        return _page(request, NoteForm(initial=mine), paper, changed.note, status=409, theirs=changed.note)
    return redirect(paper)


def _form_showing(note: Note) -> NoteForm:
    return NoteForm(initial={"language": note.language, "body": note.body, "was": note.body})


def _change(request: HttpRequest, note: Note, form: NoteForm) -> None:
    annotating.change_note(
        note=note,
        language=form.cleaned_data["language"],
        body=form.cleaned_data["body"],
        seen=form.cleaned_data["was"],
        actor=user_or_none(request),
        summary=form.cleaned_data["summary"],
    )


@require_http_methods(["GET", "HEAD", "POST"])
@editor_required
def note_remove(request: HttpRequest, slug: str, note_id: int) -> HttpResponse:
    note, paper = _note_of(slug, note_id)
    if request.method == "POST":
        remove(note, actor=user_or_none(request), summary=request.POST.get("summary", ""))
        return redirect(paper)
    return render(request, "catalog/note_remove.html", {"note": note, "paper": paper})


@require_POST
@writer_required
def markdown_preview(request: HttpRequest) -> HttpResponse:
    """The text as a note's page shows it, a fragment: nothing is kept."""
    body = request.POST.get("body", "")[:NOTE_MAX_CHARACTERS]
    return render(request, "catalog/_markdown.html", {"body": body})


def _note_of(slug: str, note_id: int) -> tuple[Note, Paper]:
    paper = get_object_or_404(Paper.objects.for_page(), slug=slug)
    return get_object_or_404(Note.objects.filter(paper=paper), pk=note_id), paper


def _language(request: HttpRequest) -> str:
    """The one asked for, else the reader's."""
    asked = request.GET.get("language", "")
    return asked if asked in Note.Language.values else (get_language() or "en")[:2]


def _page(
    request: HttpRequest, form: NoteForm, paper: Paper, note: Note | None = None, *, status: int = 200, **more
) -> HttpResponse:
    others = [other for other in paper.notes.all() if note is None or other.pk != note.pk]
    context = {
        "form": form,
        "paper": paper,
        "note": note,
        "others": others,
        "body": form["body"].value() or "",
        "faults": faults_of(form) if form.is_bound else [],
    }
    return render(request, "catalog/note_edit.html", context | more, status=status)
