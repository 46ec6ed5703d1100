"""What every request that starts something has in common: the key that makes it safe to send again, and refusals."""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus

from drf_spectacular.utils import OpenApiParameter
from rest_framework.request import Request

from catalog.access import user_or_none
from catalog.api.errors import BadQuery, Refusal, Unprocessable
from demos import idempotency
from demos.models import Group, Run
from demos.queueing import RunRefused, TooManyRuns

COME_BACK_S = "30"
IDEMPOTENCY_KEY = OpenApiParameter(
    "Idempotency-Key",
    {"type": "string", "pattern": idempotency.KEY_PATTERN, "minLength": 1, "maxLength": 255},
    OpenApiParameter.HEADER,
    description="Sent again with the same key and body, the request starts nothing and is answered as the first time, "
    "with `Idempotent-Replayed: true`. With another body it is refused (422). Keys are kept for 24 hours.",
)


class TooManyWait(Refusal):
    status_code = HTTPStatus.TOO_MANY_REQUESTS


def start_once(
    request: Request, start: Callable[[], Run | Group], *, has_body: bool = True
) -> tuple[Run | Group, dict[str, str]]:
    """What was started, now or when the key came first, and headers that say which.

    `has_body` is false where the address says all that is asked for. Raises a Refusal.
    """
    try:
        if (key := request.headers.get("Idempotency-Key")) is None:
            return start(), {}
        asked = [request.path, request.data if has_body else None]
        started, again = idempotency.once(caller=user_or_none(request), key=key, body=asked, start=start)
        return started, {"Idempotent-Replayed": "true"} if again else {}
    except idempotency.BadKey as error:
        raise BadQuery(str(error)) from error
    except TooManyRuns as error:
        raise TooManyWait(str(error), headers={"Retry-After": COME_BACK_S}) from error
    except (idempotency.KeyReused, RunRefused) as error:
        raise Unprocessable(str(error)) from error
