"""Long documents sent piece by piece, so that memory stays flat however many papers they hold."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Iterator

from asgiref.sync import sync_to_async
from django.core.handlers.asgi import ASGIRequest
from django.http import HttpRequest, StreamingHttpResponse

_CHUNK_CHARACTERS = 64 * 1024


def streamed(request: HttpRequest, pieces: Iterable[str], content_type: str) -> StreamingHttpResponse:
    """Under ASGI a plain iterator would be read whole before the first byte leaves; a thread reads each chunk."""
    chunks = _chunks(iter(pieces))
    body = _sent(chunks) if isinstance(request, ASGIRequest) else chunks
    return StreamingHttpResponse(body, content_type=content_type)


def _chunks(pieces: Iterator[str]) -> Iterator[str]:
    waiting, size = [], 0
    for piece in pieces:
        waiting.append(piece)
        size += len(piece)
        if size >= _CHUNK_CHARACTERS:
            yield "".join(waiting)
            waiting, size = [], 0
    if waiting:
        yield "".join(waiting)


async def _sent(chunks: Iterator[str]) -> AsyncIterator[str]:
    while chunk := await sync_to_async(next)(chunks, ""):
        yield chunk
