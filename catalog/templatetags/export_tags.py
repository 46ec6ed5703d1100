"""What a page offers to be taken away."""

from __future__ import annotations

from django import template

from catalog.negotiation import alternates

register = template.Library()


@register.inclusion_tag("catalog/_export_menu.html")
def export_menu(address: str) -> dict:
    """`address` is the page's own, with its query: `{% export_menu paper.get_absolute_url %}`."""
    return {"alternates": alternates(address)}


@register.inclusion_tag("catalog/_alternates.html")
def alternate_links(address: str) -> dict:
    """For the head of the page."""
    return {"alternates": alternates(address)}
