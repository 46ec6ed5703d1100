"""What every template may use."""

from django.conf import settings
from django.http import HttpRequest


def site(request: HttpRequest) -> dict:
    """`may_write`: whether this visitor may start runs and import papers."""
    return {"may_write": settings.OPEN_TO_ANYONE or request.user.is_authenticated}
