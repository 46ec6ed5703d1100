"""The remembered theme: a cookie, so that a page is drawn right at once and the switch works without scripts."""

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from catalog.returning import way_back

COOKIE = "theme"
THEMES = ("light", "dark")
YEAR_S = 365 * 24 * 3600


def theme_of(request: HttpRequest) -> str:
    theme = request.COOKIES.get(COOKIE, "")
    return theme if theme in THEMES else ""


@require_POST
def set_theme(request: HttpRequest) -> HttpResponse:
    """Any value but "light" and "dark" forgets the choice: the system's theme is used again."""
    response = HttpResponseRedirect(way_back(request, reverse("catalog:home")))
    if request.POST.get("theme") in THEMES:
        response.set_cookie(COOKIE, request.POST["theme"], max_age=YEAR_S, samesite="Lax", secure=request.is_secure())
    else:
        response.delete_cookie(COOKIE)
    return response
