"""Compressed answers, also those that are sent piece by piece."""

from __future__ import annotations

import zlib
from collections.abc import AsyncIterator

from django.http import HttpRequest, HttpResponseBase
from django.middleware import gzip
from django.utils.cache import patch_vary_headers

AS_GZIP = 16 + zlib.MAX_WBITS  # zlib's way of asking for a gzip header and trailer


class GZipMiddleware(gzip.GZipMiddleware):
    """Django's, but an asynchronous stream becomes one gzip file.

    Django 5.2 makes a gzip file of each piece; browsers read the first and drop the rest without a word.
    """

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        if not (response.streaming and response.is_async) or response.has_header("Content-Encoding"):
            return super().process_response(request, response)
        patch_vary_headers(response, ("Accept-Encoding",))
        if gzip.re_accepts_gzip.search(request.headers.get("Accept-Encoding", "")):
            response.streaming_content = _one_file(response.streaming_content)
            response.headers["Content-Encoding"] = "gzip"
            del response.headers["Content-Length"]
            if response.get("ETag", "").startswith('"'):
                response.headers["ETag"] = "W/" + response.headers["ETag"]
        return response


async def _one_file(pieces: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    file = zlib.compressobj(wbits=AS_GZIP)
    async for piece in pieces:
        if compressed := file.compress(piece):
            yield compressed
    yield file.flush()
