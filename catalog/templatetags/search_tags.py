"""The search page's longest lists, in Python: the template language takes ten times as long for a hundred choices."""

from __future__ import annotations

from collections.abc import Iterable

from django import template
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext

from catalog.search.facets import Choice

register = template.Library()


@register.simple_tag
def facet_choices(choices: Iterable[Choice]) -> SafeString:
    """List items: a link and a count each; a chosen value's link drops it."""
    return mark_safe("\n".join(map(_item, choices)))  # noqa: S308 - every text is escaped


def _item(choice: Choice) -> str:
    url, label, count = escape(choice.url), escape(choice.label), f'<span class="count">{choice.count:d}</span>'
    if not choice.chosen:
        return f'<li><a href="{url}">{label}</a> {count}</li>'
    drop = f'<span aria-hidden="true">×</span><span class="visually-hidden">{escape(gettext("(drop)"))}</span>'
    return f'<li><a href="{url}" aria-current="true">{label} {drop}</a> {count}</li>'
