"""What every template may use."""

from django.http import HttpRequest

from catalog.access import may_write
from config.theme import theme_of


def site(request: HttpRequest) -> dict:
    """`may_write`: whether this visitor may start runs and import papers; `theme`: see config.theme."""
    return {
        "may_write": may_write(request),
        "theme": theme_of(request),
    }
