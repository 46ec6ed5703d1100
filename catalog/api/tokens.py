"""Making, finding and using tokens of the API."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from catalog.models import ApiToken

# What secret scanners and people recognise; the rest is 256 random bits, so that a plain hash keeps it safe.
PREFIX = "dst_"
SECRET_BYTES = 32
SHOWN_CHARACTERS = len(PREFIX) + 6
USE_IS_NOTED_EVERY = timedelta(minutes=1)  # reading must not cost a write each time


class TokenRefused(Exception):
    """No such token can be made; the message says why, for people."""


def issue_token(*, user, name: str, scopes: Iterable[str], expires_at: datetime | None = None) -> tuple[ApiToken, str]:
    """The stored token, and its secret: the only time that anybody sees it. Raises TokenRefused."""
    wanted = [scope.value for scope in ApiToken.Scope if scope.value in set(scopes)]
    if not wanted or len(wanted) != len(set(scopes)):
        raise TokenRefused(_("A token takes one or more of: %s.") % ", ".join(ApiToken.Scope.values))
    if not name.strip():
        raise TokenRefused(_("A token needs a name."))
    secret = PREFIX + secrets.token_urlsafe(SECRET_BYTES)
    facts = {"prefix": secret[:SHOWN_CHARACTERS], "digest": digest_of(secret), "expires_at": expires_at}
    try:
        with transaction.atomic():
            token = ApiToken.objects.create(user=user, name=name.strip()[:80], scopes=wanted, **facts)
    except IntegrityError as error:
        raise TokenRefused(_("There is a token of this name already.")) from error
    return token, secret


def token_of(secret: str) -> ApiToken | None:
    """The valid token of this secret, with its user, in one query; notes its use, to the minute."""
    token = ApiToken.objects.valid().select_related("user").filter(digest=digest_of(secret)).first()
    if token:
        _note_use(token)
    return token


def _note_use(token: ApiToken) -> None:
    now = timezone.now()
    if token.last_used_at and now - token.last_used_at < USE_IS_NOTED_EVERY:
        return
    stale = Q(last_used_at=None) | Q(last_used_at__lt=now - USE_IS_NOTED_EVERY)
    ApiToken.objects.filter(stale, pk=token.pk).update(last_used_at=now)


def digest_of(secret: str) -> str:
    return hashlib.sha256(secret.encode("utf-8", "replace")).hexdigest()
