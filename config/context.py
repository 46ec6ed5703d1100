"""What every template may use."""

from django.conf import settings
from django.http import HttpRequest

from config.theme import theme_of


def site(request: HttpRequest) -> dict:
    """`may_write`: whether this visitor may start runs and import papers; `theme`: see config.theme."""
    return {
        "may_write": settings.OPEN_TO_ANYONE or request.user.is_authenticated,
        "theme": theme_of(request),
    }
