"""GET /ready/: for load balancers, deployments and whoever looks after the site."""

from __future__ import annotations

from http import HTTPStatus

from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from demos.readiness import missing


@never_cache
@require_safe
def ready(request: HttpRequest) -> JsonResponse:
    """200 once runs can be taken, else 503 with what is missing. No session, no login."""
    lacking = missing()
    status = HTTPStatus.SERVICE_UNAVAILABLE if lacking else HTTPStatus.OK
    response = JsonResponse({"ready": not lacking, "missing": lacking}, status=status)
    response._has_been_logged = True  # an answer, not an error: who asks every second must not fill the log
    return response
