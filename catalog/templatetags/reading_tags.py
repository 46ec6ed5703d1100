"""The reader's own marks. One query a page, whatever the number of papers; none for who may keep no list.

The request comes along even where a partial is included with `only`.
"""

from __future__ import annotations

from django import template
from django.http import HttpRequest
from django.template import RequestContext
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from catalog.access import may_write, user_or_none
from catalog.models import Paper, PaperList, Reading
from catalog.readings import services as readings

register = template.Library()


@register.inclusion_tag("catalog/_reading.html", takes_context=True)
def reading_control(context: RequestContext, paper: Paper) -> dict:
    """Three choices, the way off the list, the private note."""
    request = context.request
    may_keep = may_write(request)
    reading = readings.readings_of(user_or_none(request)).filter(paper=paper).first() if may_keep else None
    return {"paper": paper, "reading": reading, "may_keep": may_keep, "request": request} | choices(reading)


def choices(reading: Reading | None) -> dict:
    status = reading.status if reading else ""
    return {"choices": [(value, label, value == status) for value, label in Reading.Status.choices]}


@register.simple_tag(takes_context=True)
def reading_mark(context: RequestContext, paper: Paper) -> SafeString | str:
    """The status in words, quietly; nothing for a paper that is not on the reader's list."""
    status = _statuses(getattr(context, "request", None)).get(paper.pk)
    if not status:
        return ""
    return format_html('<span class="reading-mark is-{}">{}</span>', status, Reading.Status(status).label)


@register.simple_tag(takes_context=True)
def reading_progress(context: RequestContext, paper_list: PaperList) -> SafeString | str:
    """Of a list with `paper_count`; nothing while none of it is on the reader's list."""
    request = context.request
    if not may_write(request):
        return ""
    read, kept = readings.progress_of(user_or_none(request), paper_list)
    if not kept:
        return ""
    said = gettext("You have read %(read)d of %(total)d.") % {"read": read, "total": paper_list.paper_count}
    return format_html(
        '<span class="reading-progress"><progress value="{}" max="{}" aria-hidden="true"></progress> {}</span>',
        read, paper_list.paper_count, said,
    )  # fmt: skip


def _statuses(request: HttpRequest | None) -> dict[int, str]:
    if request is None or not may_write(request):
        return {}
    if not hasattr(request, "reading_statuses"):
        request.reading_statuses = readings.statuses_of(user_or_none(request))
    return request.reading_statuses
