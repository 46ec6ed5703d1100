"""Who may do what at the API: the person's own right, and what their token is good for."""

from __future__ import annotations

from urllib.parse import urlsplit

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from rest_framework.exceptions import PermissionDenied
from rest_framework.permissions import SAFE_METHODS, BasePermission
from rest_framework.request import Request

from catalog.access import may_edit, may_write
from catalog.api.errors import OutOfScope
from catalog.models import ApiToken


class WithinScope(BasePermission):
    """A token without the scope is refused even where its owner may. `view.write_scope` names that of its writes."""

    def has_permission(self, request: Request, view) -> bool:
        if not isinstance(request.auth, ApiToken):
            return True
        read = request.method in SAFE_METHODS
        scope = ApiToken.Scope.READ if read else getattr(view, "write_scope", ApiToken.Scope.WRITE)
        if scope not in request.auth.scopes:
            raise OutOfScope(scope)
        return True


class FromThisSite(BasePermission):
    """A page of another site must not write by its visitor's browser, which sends an Origin with every POST."""

    def has_permission(self, request: Request, view) -> bool:
        origin = request.headers.get("Origin")
        if request.method in SAFE_METHODS or not origin:
            return True
        if origin not in settings.CSRF_TRUSTED_ORIGINS and urlsplit(origin).netloc != request.get_host():
            raise PermissionDenied(_("This API takes writes from programs and its own pages, not from %s.") % origin)
        return True


class MayKeepList(BasePermission):
    """For what is somebody's own: without somebody there is nothing to read either."""

    message = _lazy("Sign in, or send a token, to keep a list of your own.")

    def has_permission(self, request: Request, view) -> bool:
        return may_write(request)


class EditorsOnly(BasePermission):
    """For what only editors see."""

    message = _lazy("Only editors may see and change imports.")

    def has_permission(self, request: Request, view) -> bool:
        return may_edit(request)
