"""Who may write: anyone where settings say so (the loopback address), else whoever is signed in."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from rest_framework.permissions import SAFE_METHODS, BasePermission


def may_write(request: HttpRequest) -> bool:
    user = getattr(request, "user", None)  # a request refused for its Host has none, and its page asks all the same
    return settings.OPEN_TO_ANYONE or bool(user and user.is_authenticated)


def writer_required(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Sends a visitor who may not write to the login page, and refuses what cannot be asked again after it."""

    @wraps(view)
    def guarded(request: HttpRequest, *args, **kwargs) -> HttpResponse:
        if may_write(request):
            return view(request, *args, **kwargs)
        if request.method in SAFE_METHODS:
            return redirect_to_login(request.get_full_path())
        raise PermissionDenied(_("Sign in to import papers and to start runs."))

    return guarded


class MayWrite(BasePermission):
    """The same rule for the API: reading is free."""

    message = gettext_lazy("Authentication is needed to write: send a token as `Authorization: Token ...`.")

    def has_permission(self, request, view) -> bool:
        return request.method in SAFE_METHODS or may_write(request)
