"""What a page offers to be taken away."""

from __future__ import annotations

from django import template
from django.urls import reverse

from catalog.exporters import FORMATS
from catalog.exporters.citations import citations_of
from catalog.exporters.negotiation import alternates
from catalog.models import Paper

register = template.Library()


@register.inclusion_tag("catalog/_export_menu.html")
def export_menu(address: str) -> dict:
    """`address` is the page's own, with its query: `{% export_menu paper.get_absolute_url %}`."""
    return {"alternates": alternates(address)}


@register.inclusion_tag("catalog/_alternates.html")
def alternate_links(address: str) -> dict:
    """For the head of the page."""
    return {"alternates": alternates(address)}


@register.inclusion_tag("catalog/_chosen.html")
def chosen_form() -> dict:
    """Once a page, below boxes named `slug` that belong to the form `chosen`."""
    return {"formats": FORMATS}


@register.inclusion_tag("catalog/_cite.html")
def cite(paper: Paper) -> dict:
    """Citations to be read and the paper's entry in every format but Markdown, which is for lists."""
    sources = [
        {
            "label": format.label,
            "suffix": format.suffix,
            "text": format.entry_for(paper).rstrip(),
            "url": reverse("catalog:paper_export", args=[paper.slug, format.suffix]),
        }
        for format in FORMATS
        if format.name != "markdown"
    ]
    return {"citations": citations_of(paper), "sources": sources}
