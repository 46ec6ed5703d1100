"""ETags: an answer that the reader already has is not sent again, and no change is made over one that was not seen.

An ETag is `"<version>-<hash of the body>"`. A cache compares all of it; a write (`If-Match`) compares the version,
which moves with every change of the row itself, and which is the same in every format and choice of fields.
"""

from __future__ import annotations

import hashlib
import json
import re
from functools import singledispatch
from typing import Any

from django.db import models
from django.http import HttpRequest, HttpResponse
from django.utils.cache import get_conditional_response, patch_cache_control

from catalog.api.errors import PreconditionFailed, PreconditionRequired
from catalog.models import Entry, PaperList, Topic

DIGEST_BYTES = 12


def digest_of(data: bytes) -> str:
    return hashlib.blake2b(data, digest_size=DIGEST_BYTES).hexdigest()


@singledispatch
def version_of(row: models.Model) -> str:
    """What a writer must have seen. For rows that say when they were last changed."""
    return f"{row.updated_at.timestamp() * 1_000_000:.0f}"


@version_of.register
def _(topic: Topic) -> str:
    names = ("slug", "name_en", "name_zh", "description_en", "description_zh", "position")
    return _of_values([getattr(topic, name) for name in names])


@version_of.register
def _(paper_list: PaperList) -> str:
    """Two queries, however long the list is: its sections, and what stands where in them."""
    names = ("name_en", "name_zh", "description_en", "description_zh")
    own = [getattr(paper_list, name) for name in ("slug", "position", *names)]
    sections = paper_list.sections.order_by("pk").values_list("pk", "parent_id", "position", *names)
    places = Entry.objects.filter(section__paper_list=paper_list).order_by("section_id", "position")
    entries = places.values_list("section_id", "position", "paper_id")
    return _of_values([own, list(sections), list(entries)])


def _of_values(values: Any) -> str:
    return digest_of(json.dumps(values).encode())[:16]


def tag_answer(request: HttpRequest, response: HttpResponse, version: str) -> HttpResponse:
    """The answer with its ETag, or 304 where the reader has it. `version` is empty for what is not written to."""
    set_tag(response, version)
    patch_cache_control(response, private=True, no_cache=True)
    return get_conditional_response(request, etag=response["ETag"], response=response)


def set_tag(response: HttpResponse, version: str) -> None:
    digest = digest_of(response.content)
    response["ETag"] = f'"{version}-{digest}"' if version else f'"{digest}"'


def require_match(request: HttpRequest, version: str) -> None:
    """Before a write, with the row locked. Raises PreconditionRequired, PreconditionFailed.

    A tag that compression marked as weak (`W/`) is taken: the version in it is exact all the same.
    """
    given = request.headers.get("If-Match", "").strip()
    if not given:
        raise PreconditionRequired
    if given == "*":
        return
    seen = re.findall(r'(?:W/)?"([^"-]*)(?:-[^"]*)?"', given)
    if version not in seen:
        raise PreconditionFailed
