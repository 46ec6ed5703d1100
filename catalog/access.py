"""Who may do what. Readers read; members start runs and keep a reading list; editors change the catalogue.

On the loopback address, where settings open the site to anyone, whoever sits at the machine may do all of it.
Roles are groups (a migration makes "editors"); administrators are superusers.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _lazy
from rest_framework.permissions import SAFE_METHODS, BasePermission

EDITORS = "editors"


def may_write(request: HttpRequest) -> bool:
    user = getattr(request, "user", None)  # a request refused for its Host has none, and its page asks all the same
    return settings.OPEN_TO_ANYONE or bool(user and user.is_authenticated)


def may_edit(request: HttpRequest) -> bool:
    """Papers, notes, lists, topics, imports."""
    user = getattr(request, "user", None)
    return settings.OPEN_TO_ANYONE or is_editor(user)


def is_editor(user) -> bool:
    if not (user and user.is_active):
        return False
    return user.is_superuser or user.groups.filter(name=EDITORS).exists()


def may_administer(request: HttpRequest) -> bool:
    """People and their roles. Not whoever sits at an open machine: a role given there would outlast its being open."""
    user = getattr(request, "user", None)
    return bool(user and user.is_active and user.is_superuser)


def user_or_none(request: HttpRequest):
    """The person a write is recorded for; None for whoever sits at an open machine."""
    return request.user if request.user.is_authenticated else None


def writer_required(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Sends a visitor who may not write to the login page, and refuses what cannot be asked again after it."""
    return _guarded(view, may_write, _lazy("Sign in to start runs and to keep a reading list."))


def editor_required(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """The same for what editors do. Somebody signed in who is no editor is told so."""
    return _guarded(view, may_edit, _lazy("Only editors may change the catalogue. An administrator can make you one."))


def administrator_required(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    return _guarded(view, may_administer, _lazy("Only administrators see and change who takes part."))


def _guarded(view, may: Callable[[HttpRequest], bool], refusal) -> Callable[..., HttpResponse]:
    @wraps(view)
    def guarded(request: HttpRequest, *args, **kwargs) -> HttpResponse:
        if may(request):
            return view(request, *args, **kwargs)
        if request.method in SAFE_METHODS and not request.user.is_authenticated:
            return redirect_to_login(request.get_full_path())
        raise PermissionDenied(refusal)

    return guarded


class MayWrite(BasePermission):
    """The same rule for the API: reading is free."""

    message = _lazy("Authentication is needed to write: send a token as `Authorization: Bearer ...`.")

    def has_permission(self, request, view) -> bool:
        return request.method in SAFE_METHODS or may_write(request)


class MayEdit(MayWrite):
    """Writes that change the catalogue."""

    message = _lazy("Only editors may change the catalogue.")

    def has_permission(self, request, view) -> bool:
        return request.method in SAFE_METHODS or may_edit(request)
