"""Answers that are sent piece by piece: a run's events as server-sent events, files, logs and series of any length."""

from __future__ import annotations

import asyncio
import csv
import io
import json
import uuid
from collections.abc import AsyncIterator

from asgiref.sync import sync_to_async
from django.core.files import File
from django.http import Http404, HttpRequest, StreamingHttpResponse
from django.utils import translation
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_safe

from demos import live, services
from demos.formatting import in_language
from demos.models import Artifact, Run

RETRY_MS = 2000
CHUNK_BYTES = 256 * 1024
ROWS_AT_ONCE = 2000


async def file_chunks(file: File) -> AsyncIterator[bytes]:
    """An open file, piece by piece; a plain iterator would be read whole before the first byte leaves."""
    try:
        while chunk := await sync_to_async(file.read)(CHUNK_BYTES):
            yield chunk
    finally:
        await sync_to_async(file.close)()


def attachment(pieces: AsyncIterator, name: str, content_type: str) -> StreamingHttpResponse:
    """For what a run left: a browser saves it. That it never guesses what it may be, Django says of every answer."""
    headers = {"Content-Disposition": content_disposition_header(as_attachment=True, filename=name)}
    return StreamingHttpResponse(pieces, content_type=content_type, headers=headers)


def artifact_file(artifact: Artifact) -> StreamingHttpResponse:
    answer = attachment(file_chunks(artifact.file.open()), artifact.download_name, "application/octet-stream")
    answer["Content-Length"] = str(artifact.size_bytes)
    answer["Content-Encoding"] = "identity"  # a browser shows how far it is, and tensors hardly shrink
    return answer


async def log_lines(run: Run, language: str | None) -> AsyncIterator[str]:
    """`language` is the reader's: by the time the lines are sent their request is over."""
    async for bodies in _bodies(run, "log"):
        with translation.override(language):
            lines = "".join(f"{in_language(body['text'])}\n" for body in bodies)
        yield lines


async def series_csv(run: Run) -> AsyncIterator[str]:
    """A row a scalar, in the order in which they came."""
    yield "name,step,value\r\n"
    async for bodies in _bodies(run, "scalar"):
        rows = io.StringIO()
        csv.writer(rows).writerows((body["name"], body["step"], body["value"]) for body in bodies)
        yield rows.getvalue()


async def _bodies(run: Run, kind: str) -> AsyncIterator[list[dict]]:
    """ROWS_AT_ONCE at a time, each by a query of its own: a slow reader holds no cursor open."""
    last = 0
    while True:
        rows = [
            row async for row in run.events.filter(kind=kind, seq__gt=last).values_list("seq", "body")[:ROWS_AT_ONCE]
        ]
        if not rows:
            return
        last = rows[-1][0]
        yield [body for _seq, body in rows]


@require_safe
async def run_events(request: HttpRequest, run_id: uuid.UUID) -> StreamingHttpResponse:
    """Events after `Last-Event-ID` (what a browser sends when it reconnects), else after `?after=`, else all.

    Besides the job's own events: `state` with {state, cause, stage, progress, queue_place, cancel_requested} whenever
    the state or the place changes, and `end` when nothing more will come.
    """
    if not await Run.objects.filter(pk=run_id).aexists():
        raise Http404
    return event_stream(request, run_id)


def event_stream(request: HttpRequest, run_id: uuid.UUID) -> StreamingHttpResponse:
    after = request.headers.get("Last-Event-ID") or request.GET.get("after") or ""
    lines = _lines(run_id, int(after) if after.isascii() and after.isdigit() else 0, translation.get_language())
    headers = {
        "Cache-Control": "no-cache",
        "X-Accel-Buffering": "no",  # nginx would wait for a full buffer
        "Content-Encoding": "identity",  # and so would the gzip middleware
    }
    return StreamingHttpResponse(lines, content_type="text/event-stream", headers=headers)


async def _lines(run_id: uuid.UUID, after: int, language: str | None) -> AsyncIterator[str]:
    yield f"retry: {RETRY_MS}\n\n"
    async for seq, kind, body in live.follow(run_id, after):
        if kind == "ping":
            yield ": ping\n\n"
            continue
        said = await sync_to_async(_standing)(run_id, language) if kind == "state" else body
        number = f"id: {seq}\n" if seq else ""
        yield f"{number}event: {kind}\ndata: {json.dumps(said, ensure_ascii=False)}\n\n"
        await asyncio.sleep(0)  # a long history has no other pause in which the server could hear that the reader left
    yield "event: end\ndata: {}\n\n"


def _standing(run_id: uuid.UUID, language: str | None) -> dict:
    """Where the run stands now, in the reader's language."""
    run = Run.objects.get(pk=run_id)
    with translation.override(language):
        return {
            "state": run.state,
            "cause": run.cause,
            "stage": run.stage,
            "progress": run.progress,
            "queue_place": services.queue_place(run),
            "cancel_requested": run.cancel_requested_at is not None,
        }
