"""Pages of tags and categories for editors; the list of all tags is for everyone."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from catalog.access import editor_required, user_or_none
from catalog.editing import topics as tagging
from catalog.editing.fields import faults_of
from catalog.editing.forms import TopicForm
from catalog.history.removing import remove
from catalog.models import Topic


@require_http_methods(["GET", "HEAD", "POST"])
def tags(request: HttpRequest) -> HttpResponse:
    """A form sent here makes a tag."""
    if request.method == "POST":
        return _tag_new(request)
    return _tags_page(request, TopicForm())


@editor_required
def _tag_new(request: HttpRequest) -> HttpResponse:
    form = TopicForm(request.POST)
    if form.is_valid():
        try:
            return redirect(tagging.create_tag(**form.cleaned_data, actor=user_or_none(request)))
        except tagging.NameTaken as taken:
            form.add_error("name_en", _taken_told(taken.topic))
    return _tags_page(request, form, status=422)


def _tags_page(request: HttpRequest, form: TopicForm, status: int = 200) -> HttpResponse:
    context = {
        "tags": Topic.objects.tags().with_counts(),
        "categories": Topic.objects.categories().with_counts(),
        "form": form,
        "faults": faults_of(form) if form.is_bound else [],
    }
    return render(request, "catalog/tags.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@editor_required
def topic_edit(request: HttpRequest, kind: str, slug: str) -> HttpResponse:
    topic = get_object_or_404(Topic, kind=kind, slug=slug)
    words = {name: getattr(topic, name) for name in tagging.BILINGUAL}
    form = TopicForm(request.POST) if request.method == "POST" else TopicForm(initial=words)
    if form.is_bound and form.is_valid():
        try:
            return redirect(tagging.change_topic(topic=topic, actor=user_or_none(request), **form.cleaned_data))
        except tagging.NameTaken as taken:
            form.add_error("name_en", _taken_told(taken.topic))
    return _edit_page(request, form, topic, status=422 if form.is_bound else 200)


def _edit_page(request: HttpRequest, form: TopicForm, topic: Topic, status: int, **more) -> HttpResponse:
    context = {
        "form": form,
        "topic": topic,
        "paper_count": topic.papers.count(),
        "others": Topic.objects.tags().exclude(pk=topic.pk),
        "faults": faults_of(form) if form.is_bound else [],
    }
    return render(request, "catalog/topic_edit.html", context | more, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@editor_required
def tag_merge(request: HttpRequest, slug: str) -> HttpResponse:
    """Asked with ?into=<slug>, confirmed by a form."""
    tag = get_object_or_404(Topic.objects.tags(), slug=slug)
    others = Topic.objects.tags().exclude(pk=tag.pk)
    into = get_object_or_404(others, slug=request.POST.get("into") or request.GET.get("into", ""))
    if request.method == "POST":
        return redirect(tagging.merge_tags(tag=tag, into=into, actor=user_or_none(request)))
    counted = others.with_counts().get(pk=into.pk)
    context = {"tag": tag, "into": counted, "paper_count": tag.papers.count()}
    return render(request, "catalog/tag_merge.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@editor_required
def tag_remove(request: HttpRequest, slug: str) -> HttpResponse:
    tag = get_object_or_404(Topic.objects.tags(), slug=slug)
    if request.method == "POST":
        remove(tag, actor=user_or_none(request))
        return redirect("catalog:tags")
    return render(request, "catalog/tag_remove.html", {"tag": tag, "paper_count": tag.papers.count()})


def _taken_told(topic: Topic) -> str:
    return format_html(_('There is <a href="{}">{}</a> of this name already.'), topic.get_absolute_url(), topic.name)
