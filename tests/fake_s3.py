"""As much of S3 as files need, on a loopback port: put, get, head and delete of objects. Signatures are not checked."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Handler(BaseHTTPRequestHandler):
    server: Bucket

    def do_PUT(self) -> None:
        body = self._body()
        self.server.objects[self._key()] = body
        self._answer(200, etag=body)

    def do_GET(self) -> None:
        if (body := self.server.objects.get(self._key())) is None:
            self._answer(404)
            return
        wanted = self.headers.get("Range", "")
        if not wanted:
            self._answer(200, body, etag=body)
            return
        first, _, last = wanted.removeprefix("bytes=").partition("-")
        piece = body[int(first) : int(last) + 1 if last else None]
        place = f"bytes {first}-{int(first) + len(piece) - 1}/{len(body)}"
        self._answer(206, piece, etag=body, headers={"Content-Range": place})

    do_HEAD = do_GET

    def do_DELETE(self) -> None:
        self.server.objects.pop(self._key(), None)
        self._answer(204)

    def _key(self) -> str:
        return self.path.partition("?")[0].lstrip("/")

    def _body(self) -> bytes:
        """Plain, or in the chunks that boto3 sends where it adds a checksum behind the content."""
        if "aws-chunked" not in self.headers.get("Content-Encoding", ""):
            return self.rfile.read(int(self.headers.get("Content-Length", 0)))
        raw, body = self.rfile.read(int(self.headers["Content-Length"])), b""
        while True:
            line, _, raw = raw.partition(b"\r\n")
            size = int(line.partition(b";")[0], 16)
            if not size:
                return body
            body, raw = body + raw[:size], raw[size + 2 :]

    def _answer(self, status: int, body: bytes = b"", *, etag: bytes = b"", headers: dict[str, str] | None = None):
        self.send_response(status)
        for name, value in {"Content-Length": str(len(body)), **(headers or {})}.items():
            self.send_header(name, value)
        if etag:
            self.send_header("ETag", f'"{hashlib.md5(etag, usedforsecurity=False).hexdigest()}"')
            self.send_header("Last-Modified", "Sat, 21 Nov 2026 12:00:00 GMT")
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def log_message(self, *_args: object) -> None:
        """Tests are quiet."""


class Bucket(ThreadingHTTPServer):
    objects: dict[str, bytes]  # by "bucket/key"


@contextmanager
def serving() -> Iterator[Bucket]:
    server = Bucket(("127.0.0.1", 0), Handler)
    server.objects = {}
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
