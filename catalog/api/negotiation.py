"""Formats: by `Accept`, by `?format=` or by the address's suffix. What cannot be had: 406, with what can."""

from __future__ import annotations

from rest_framework import exceptions
from rest_framework.negotiation import DefaultContentNegotiation


class Negotiation(DefaultContentNegotiation):
    def select_renderer(self, request, renderers, format_suffix=None):
        try:
            return super().select_renderer(request, renderers, format_suffix)
        except exceptions.NotAcceptable as refusal:
            refusal.available_renderers = renderers  # all of them, whatever `?format=` left over
            raise

    def filter_renderers(self, renderers, format):
        named = [renderer for renderer in renderers if renderer.format == format]
        if not named:
            raise exceptions.NotAcceptable(available_renderers=renderers)
        return named

    def get_accept_list(self, request):
        """A format that the address names needs no Accept beside it; an empty Accept asks for nothing in particular."""
        if self._is_named(request) or not request.headers.get("Accept", "").strip():
            return ["*/*"]
        return super().get_accept_list(request)

    def _is_named(self, request) -> bool:
        suffix = (request.parser_context or {}).get("kwargs", {}).get("format")
        return bool(suffix or request.query_params.get(self.settings.URL_FORMAT_OVERRIDE))
