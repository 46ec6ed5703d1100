"""What the API reads. Apart from config.api, which REST framework's views import in turn."""

from __future__ import annotations

from http import HTTPStatus
from io import BytesIO

from django.utils.translation import gettext_lazy
from rest_framework import exceptions
from rest_framework.parsers import JSONParser


class TooLarge(exceptions.APIException):
    status_code = HTTPStatus.REQUEST_ENTITY_TOO_LARGE
    default_detail = gettext_lazy("The request is too large. Nothing was changed.")


class BoundedJSONParser(JSONParser):
    """JSON of a sensible size: REST framework reads past Django's own limit."""

    MAX_BYTES = 1024 * 1024

    def parse(self, stream, media_type=None, parser_context=None):
        """Raises TooLarge, or ParseError."""
        body = stream.read(self.MAX_BYTES + 1)
        if len(body) > self.MAX_BYTES:
            raise TooLarge
        return super().parse(BytesIO(body), media_type, parser_context)
