"""Who may stop a run or a group of runs. Whoever may write (catalog/access.py) may start and repeat them."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.utils.translation import gettext_lazy
from rest_framework.permissions import BasePermission

from demos.models import Group, Run

NOT_YOURS = gettext_lazy("Only whoever started it, or an administrator, may stop it.")


def may_stop(user: Any, started: Run | Group) -> bool:
    """Whoever started it, and staff; on an open site whoever sits at the machine."""
    if settings.OPEN_TO_ANYONE:
        return True
    return bool(user and user.is_authenticated and (user.is_staff or started.owner_id == user.pk))


def refuse_unless_may_stop(user: Any, started: Run | Group) -> None:
    """Raises PermissionDenied."""
    if not may_stop(user, started):
        raise PermissionDenied(NOT_YOURS)


class MayStop(BasePermission):
    """The same rule for the API."""

    message = NOT_YOURS

    def has_object_permission(self, request, view, started: Run | Group) -> bool:
        return may_stop(request.user, started)
