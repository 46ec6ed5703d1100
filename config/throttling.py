"""How much one caller may ask. Counted in windows of fixed length in the cache that the web processes share.

A site that is open to whoever sits at the machine counts nothing.
"""

from __future__ import annotations

import logging
import time
from dataclasses import dataclass

from django.conf import settings
from django.core.cache import caches
from rest_framework.permissions import SAFE_METHODS
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Budget:
    """What is left of a window. `wait_s`: until the next one begins."""

    name: str
    limit: int
    window_s: int
    used: int
    wait_s: int

    @property
    def headers(self) -> dict[str, str]:
        """As in the IETF's draft "RateLimit header fields for HTTP"."""
        left = max(0, self.limit - self.used)
        return {
            "RateLimit-Policy": f'"{self.name}";q={self.limit};w={self.window_s}',
            "RateLimit": f'"{self.name}";r={left};t={self.wait_s}',
        }


class Throttle(BaseThrottle):
    """By person where one is known, else by address; reads, writes and runs each have their own budget."""

    def allow_request(self, request: Request, view) -> bool:
        if settings.OPEN_TO_ANYONE:
            return True
        name = self._budget_name(request, view)
        self.budget = spend(name, self._caller(request))
        # Where the answer is made (catalog.api.resource) and where a refusal is: both send the headers.
        request._request.api_budget = self.budget
        return self.budget.used <= self.budget.limit

    def wait(self) -> float:
        return self.budget.wait_s

    def _budget_name(self, request: Request, view) -> str:
        if request.method in SAFE_METHODS:
            return "read" if request.user.is_authenticated else "anonymous"
        return getattr(view, "write_scope", "write")

    def _caller(self, request: Request) -> str:
        return f"user-{request.user.pk}" if request.user.is_authenticated else f"address-{self.get_ident(request)}"


def spend(name: str, caller: str) -> Budget:
    """Counts one more request. A cache that does not answer refuses nobody."""
    limit, window_s = settings.API_LIMITS[name]
    window, elapsed_s = divmod(int(time.time()), window_s)
    key = f"api:{name}:{caller}:{window}"
    try:
        cache = caches["throttles"]
        cache.add(key, 0, timeout=window_s + 1)
        used = cache.incr(key)
    except Exception:  # noqa: BLE001 (whatever the cache's client raises)
        log.warning("The cache for the API's limits does not answer; nothing is limited.")
        used = 0
    return Budget(name, limit, window_s, used, window_s - elapsed_s)
