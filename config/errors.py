"""Error pages in the site's frame, and problem+json for everything below /api/."""

from __future__ import annotations

from django.conf import settings
from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _

from config.api import problem_response


def _answer(request: HttpRequest, status: int, template: str, detail: str) -> HttpResponse:
    if request.path.startswith("/api/"):
        return problem_response(request, status, detail)
    return render(request, template, {"detail": detail}, status=status)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    if isinstance(exception, RequestDataTooBig):
        # Only what is typed or pasted can be too large here: a file goes to the disk.
        limit = filesizeformat(min(settings.IMPORT_MAX_BYTES, settings.DATA_UPLOAD_MAX_MEMORY_SIZE))
        detail = _("What you sent is too large: at most %(limit)s are taken. Nothing was changed.") % {"limit": limit}
        return _answer(request, 413, "413.html", detail)
    if isinstance(exception, TooManyFieldsSent):
        return _answer(request, 400, "400.html", _("The form has too many fields. Nothing was changed."))
    return _answer(request, 400, "400.html", _("The server could not make sense of this request. Nothing was changed."))


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _answer(request, 403, "403.html", str(exception) or _("You may not do this."))


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    detail = _("The form was not sent from this site, or its page had been open too long. Nothing was changed.")
    return _answer(request, 403, "403_csrf.html", detail)


def page_not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _answer(request, 404, "404.html", _("There is nothing at this address."))


def server_error(request: HttpRequest) -> HttpResponse:
    return _answer(request, 500, "500.html", _("Something went wrong on this server. It has been written to its log."))
