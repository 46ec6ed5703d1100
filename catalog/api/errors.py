"""Refusals that REST framework has no class for. config.api makes problem+json of them all.

Any of them may carry `members`, which go into the body, and `headers`.
"""

from __future__ import annotations

from http import HTTPStatus

from django.utils.translation import gettext_lazy as _
from rest_framework import exceptions


class Refusal(exceptions.APIException):
    def __init__(self, detail: str | None = None, *, members: dict | None = None, headers: dict | None = None):
        super().__init__(detail)
        self.members, self.headers = members or {}, headers or {}


class BadQuery(Refusal):
    """A query parameter that is not known, or that makes no sense."""

    status_code = HTTPStatus.BAD_REQUEST


class NoSuchPage(Refusal):
    """A cursor that this site did not make, or not for this order."""

    status_code = HTTPStatus.NOT_FOUND


class MalformedBody(Refusal):
    status_code = HTTPStatus.BAD_REQUEST


class Conflict(Refusal):
    """What was asked does not fit what is there: a second paper of one identifier, a removal of what is in use."""

    status_code = HTTPStatus.CONFLICT


class PreconditionFailed(Refusal):
    status_code = HTTPStatus.PRECONDITION_FAILED
    default_detail = _("This was changed since you read it. Read it again, then send what still holds.")


class PreconditionRequired(Refusal):
    status_code = HTTPStatus.PRECONDITION_REQUIRED
    default_detail = _("Send If-Match with the ETag that you read, so that nobody's change is lost unseen.")


class TooLarge(Refusal):
    status_code = HTTPStatus.REQUEST_ENTITY_TOO_LARGE
    default_detail = _("The request is too large. Nothing was changed.")


class Unprocessable(Refusal):
    """Well formed, and refused by a rule that its text names."""

    status_code = HTTPStatus.UNPROCESSABLE_ENTITY


class OutOfScope(exceptions.PermissionDenied):
    """The token's owner may do this, the token may not."""

    def __init__(self, scope: str):
        super().__init__(_("This token lacks the scope “%s”.") % scope)
        self.headers = {"WWW-Authenticate": f'Bearer error="insufficient_scope", scope="{scope}"'}
