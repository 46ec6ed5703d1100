"""What the API reads. Apart from config.api, which REST framework's views import in turn."""

from __future__ import annotations

import json
import re
from typing import Any

from django.utils.translation import gettext as _
from rest_framework.parsers import BaseParser
from rest_framework.utils import json as strict_json

from catalog.api.errors import MalformedBody, TooLarge

MAX_LEVELS = 32
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
        _refuse_what_nobody_means(data)
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


def _refuse_what_nobody_means(data: Any) -> None:
    """Level by level, so that no depth of nesting costs more than its length."""
    level = [data]
    for _depth in range(MAX_LEVELS):
        below: list[Any] = []
        for value in level:
            if isinstance(value, str):
                if _NO_TEXT.search(value):
                    raise MalformedBody(_("A text in the body holds the character NUL or half a surrogate pair."))
            elif isinstance(value, dict):
                below += [*value, *value.values()]
            elif isinstance(value, list):
                below += value
        if not below:
            return
        level = below
    raise MalformedBody(_("The body is nested too deeply."))
