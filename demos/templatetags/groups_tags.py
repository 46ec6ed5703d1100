"""How a group reads in a line."""

from __future__ import annotations

from django import template

from demos import reading
from demos.groups import page
from demos.models import Group

register = template.Library()


@register.filter
def what_differs(group: Group) -> str:
    return page.what_differs(reading.spec_or_none(group.method), group)
