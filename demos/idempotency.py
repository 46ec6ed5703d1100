"""A request sent twice under one Idempotency-Key starts one run.

The key is written in the transaction that starts the run, under a constraint of the database: of simultaneous requests
one starts it, and the others wait for its commit and are told of the same run. A request that is refused leaves no key.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from demos.models import Group, IdempotencyKey, Run

KEY_PATTERN = "^[!-~]{1,255}$"  # visible ASCII
KEPT_FOR = timedelta(hours=24)


class BadKey(ValueError):
    """No key that this site takes; the message is for people."""


class KeyReused(Exception):
    """The key came before with another body; the message is for people."""


def once(*, caller: Any, key: str, body: Any, start: Callable[[], Run | Group]) -> tuple[Run | Group, bool]:
    """What `start` started, now or when the key came first, and whether it was then.

    `caller`: the user, or None at an open site. `body`: the request as JSON, its address included, so that a key is not
    good for two addresses. Raises BadKey, KeyReused, and whatever `start` raises.
    """
    if not re.fullmatch(KEY_PATTERN, key):
        raise BadKey(_("Idempotency-Key takes 1 to 255 visible ASCII characters."))
    fingerprint = fingerprint_of(body)
    with transaction.atomic():
        row, new = IdempotencyKey.objects.select_related("run", "group").get_or_create(
            caller=name_of(caller), key=key, defaults={"fingerprint": fingerprint}
        )
        if row.fingerprint != fingerprint:
            raise KeyReused(_("This Idempotency-Key was sent before, with another request. Choose a new one."))
        if not new:
            return row.run or row.group, True
        started = start()
        if isinstance(started, Run):
            row.run = started
        else:
            row.group = started
        row.save(update_fields=["run", "group"])
    return started, False


def name_of(caller: Any) -> str:
    return f"user:{caller.pk}" if caller else "anyone"


def fingerprint_of(body: Any) -> str:
    """Equal for the same JSON, however it was spaced and ordered."""
    said = json.dumps(body, sort_keys=True, ensure_ascii=False, default=str)
    return hashlib.sha256(said.encode(errors="surrogatepass")).hexdigest()


def forget_old_keys() -> None:
    IdempotencyKey.objects.filter(created_at__lt=timezone.now() - KEPT_FOR).delete()
