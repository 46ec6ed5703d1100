"""What is sent piece by piece arrives whole, compressed or not."""

import gzip

from django.http import HttpResponse, StreamingHttpResponse
from django.test import AsyncRequestFactory

from config.compression import GZipMiddleware

PIECES = [f"line {number}\n".encode() for number in range(2000)]


async def pieces():
    for piece in PIECES:
        yield piece


def passed_on(response: StreamingHttpResponse, accepted: str) -> tuple[StreamingHttpResponse, bytes]:
    async def joined() -> bytes:
        return b"".join([piece async for piece in answer])

    request = AsyncRequestFactory().get("/", headers={"Accept-Encoding": accepted})
    answer = GZipMiddleware(lambda _request: HttpResponse()).process_response(request, response)
    return answer, driven(joined())


def driven(coroutine) -> bytes:
    """Nothing here waits, so it runs through without an event loop: a browser test may have left its own running."""
    try:
        coroutine.send(None)
    except StopIteration as end:
        return end.value
    raise AssertionError("it waited for something")


def test_an_asynchronous_stream_becomes_one_gzip_file():
    answer, body = passed_on(StreamingHttpResponse(pieces(), headers={"ETag": '"1"', "Content-Length": "5"}), "gzip")
    assert answer["Content-Encoding"] == "gzip"
    assert body.count(b"\x1f\x8b\x08") == 1, "one header: browsers read no second file"
    assert gzip.decompress(body) == b"".join(PIECES)
    assert (answer["ETag"], answer["Vary"], answer.has_header("Content-Length")) == ('W/"1"', "Accept-Encoding", False)


def test_a_stream_stays_as_it_is_for_who_takes_no_gzip_or_where_it_says_so():
    answer, body = passed_on(StreamingHttpResponse(pieces()), "br")
    assert (answer.has_header("Content-Encoding"), body) == (False, b"".join(PIECES))
    answer, body = passed_on(StreamingHttpResponse(pieces(), headers={"Content-Encoding": "identity"}), "gzip")
    assert (answer["Content-Encoding"], body) == ("identity", b"".join(PIECES))
