"""What the API reads. Apart from config.api, which REST framework's views import in turn."""

from __future__ import annotations

import json
import re
from typing import Any

from django.utils.translation import gettext as _
from rest_framework.parsers import BaseParser
from rest_framework.utils import json as strict_json

from catalog.api.errors import MalformedBody, TooLarge

_NO_TEXT = re.compile("[\0\ud800-\udfff]")


class BoundedJSONParser(BaseParser):
    """JSON of a sensible size. What is wrong with it is said with its place.

    Half a surrogate pair and the character NUL are JSON, and yet no text that a database keeps.
    """

    media_type = "application/json"
    MAX_BYTES = 1024 * 1024

    def parse(self, stream, media_type=None, parser_context=None) -> Any:
        """Raises TooLarge, MalformedBody."""
        body = stream.read(self.MAX_BYTES + 1)
        if len(body) > self.MAX_BYTES:
            raise TooLarge
        data = _decoded(body)
        if b"\\u" in body:  # the only way for either into a text
            _refuse_what_is_no_text(data)
        return data


def _decoded(body: bytes) -> Any:
    try:
        return json.loads(body.decode("utf-8"), parse_constant=strict_json.strict_constant)
    except UnicodeDecodeError as error:
        place = {"offset": error.start}
        raise MalformedBody(_("The body is not UTF-8, from byte %d on.") % error.start, members=place) from error
    except json.JSONDecodeError as error:
        where = {"line": error.lineno, "column": error.colno, "offset": error.pos}
        detail = _("The body is no JSON: line %(line)d, column %(column)d: %(message)s.")
        raise MalformedBody(detail % (where | {"message": error.msg}), members=where) from error
    except RecursionError as error:
        raise MalformedBody(_("The body is nested too deeply.")) from error
    except ValueError as error:  # NaN and its kin, and numbers of thousands of digits
        raise MalformedBody(_("The body holds a number that JSON does not know, or one too long.")) from error


def _refuse_what_is_no_text(data: Any) -> None:
    waiting = [data]
    while waiting:
        value = waiting.pop()
        if isinstance(value, dict):
            waiting += [*value, *value.values()]
        elif isinstance(value, list):
            waiting += value
        elif isinstance(value, str) and _NO_TEXT.search(value):
            raise MalformedBody(_("A text in the body holds the character NUL or half a surrogate pair."))
