"""The stream, with a real Redis and without any; nothing is lost or doubled wherever a reader comes in."""

from __future__ import annotations

import asyncio
import json
import time

import pytest
import redis
from asgiref.sync import async_to_sync, sync_to_async
from django.test import AsyncClient

from demos import holding, live, recording, services
from demos.models import Run
from tests.demos.factories import RunFactory
from workers.spec import Text

pytestmark = pytest.mark.django_db(transaction=True)


def log(number: int) -> dict:
    return {"kind": "log", "text": f"line {number}"}


def say(run: Run, *numbers: int) -> None:
    recording.record_events(run=run, events=[log(number) for number in numbers], out_dir=None)


def finished_run(lines: int = 5) -> Run:
    run = RunFactory(claimed=True)
    say(run, *range(1, lines + 1))
    holding.end_run(run=run, state="succeeded")
    return run


def followed(run: Run, *acts, after: int = 0, wait_s: float = 0.0) -> list[tuple[int, str]]:
    """(seq, kind) of all that a follower hears while `acts` are done one after the other."""

    async def hear() -> list:
        heard = []
        follower = asyncio.create_task(listen(heard))
        for act in acts:
            await asyncio.sleep(wait_s)
            await sync_to_async(act)()
        await asyncio.wait_for(follower, timeout=15)
        return heard

    async def listen(heard: list) -> None:
        async for seq, kind, _body in live.follow(run.id, after):
            heard.append((seq, kind))

    return async_to_sync(hear)()


def numbered(heard: list[tuple[int, str]]) -> list[int]:
    return [seq for seq, _kind in heard if seq]


def test_ended_run_is_told_from_the_database_alone():
    assert followed(finished_run(2)) == [(1, "log"), (2, "log"), (3, "state")]


@pytest.mark.parametrize("after", range(7))
def test_reconnect_after_any_event_loses_and_doubles_nothing(after, redis_url):
    assert numbered(followed(finished_run(5), after=after)) == list(range(after + 1, 7))


@pytest.mark.parametrize("after", range(4))
def test_live_follower_hears_everything_once(after, redis_url):
    run = RunFactory(claimed=True)
    say(run, 1, 2, 3)
    heard = followed(
        run,
        lambda: say(run, 4),
        lambda: say(run, 5, 6),
        lambda: holding.end_run(run=run, state="succeeded"),
        after=after,
        wait_s=0.1,
    )
    assert numbered(heard) == list(range(after + 1, 8))


def test_events_go_to_the_stream_under_their_own_numbers(redis_url):
    run = RunFactory(claimed=True)
    say(run, 1, 2)
    client = redis.Redis.from_url(redis_url)
    assert [number for number, _entry in client.xrange(f"run:{run.id}")] == [b"1-0", b"2-0"]
    assert 0 < client.ttl(f"run:{run.id}") <= live.STREAM_KEPT_S


def test_flushed_redis_loses_no_event(redis_url):
    run = RunFactory(claimed=True)
    client = redis.Redis.from_url(redis_url)
    heard = followed(
        run,
        lambda: say(run, 1),
        client.flushall,
        lambda: say(run, 2, 3),
        client.flushall,
        lambda: holding.end_run(run=run, state="succeeded"),
        wait_s=0.1,
    )
    assert numbered(heard) == [1, 2, 3, 4]


def test_event_that_missed_redis_is_found_in_the_database(redis_url, monkeypatch):
    run = RunFactory(claimed=True)

    def say_unheard() -> None:
        with monkeypatch.context() as patch:
            patch.setattr(live, "publish", lambda run_id, arrivals: None)
            say(run, 1, 2)

    heard = followed(
        run, say_unheard, lambda: say(run, 3), lambda: holding.end_run(run=run, state="succeeded"), wait_s=0.1
    )
    assert numbered(heard) == [1, 2, 3, 4]


def test_events_published_out_of_order_are_told_in_order(redis_url, monkeypatch):
    run = RunFactory(claimed=True)
    kept_back = []

    def say_late() -> None:
        with monkeypatch.context() as patch:
            patch.setattr(live, "publish", lambda *arguments: kept_back.append(arguments))
            say(run, 1)
        say(run, 2)
        live.publish(*kept_back[0])

    heard = followed(run, say_late, lambda: holding.end_run(run=run, state="succeeded"), wait_s=0.1)
    assert numbered(heard) == [1, 2, 3]


def test_without_redis_the_database_is_asked(monkeypatch):
    monkeypatch.setattr(live, "WAIT_S", 0.1)
    run = RunFactory(claimed=True)
    heard = followed(
        run, lambda: say(run, 1), lambda: holding.end_run(run=run, state="failed", cause=Text("a", "b")), wait_s=0.2
    )
    assert numbered(heard) == [1, 2]


def test_dead_redis_is_tried_once_and_then_left_alone_for_a_while():
    run = RunFactory(claimed=True)
    say(run, 1)
    assert live._rests_until > time.monotonic()
    say(run, 2)
    assert run.events.count() == 2


def test_waiting_run_hears_its_place_and_its_start(redis_url):
    earlier, run = RunFactory(), RunFactory()
    heard = followed(
        run,
        lambda: services.request_cancel(run=earlier),
        lambda: services.request_cancel(run=run),
        wait_s=1.2,
    )
    assert heard == [(0, "state"), (0, "state"), (1, "state")]


def test_quiet_stream_pings(monkeypatch, redis_url):
    monkeypatch.setattr(live, "PING_EVERY_S", 0.1)
    monkeypatch.setattr(live, "WAIT_S", 0.1)
    run = RunFactory(claimed=True)
    heard = followed(run, lambda: holding.end_run(run=run, state="succeeded"), wait_s=0.5)
    assert (0, "ping") in heard


# --- the view ---------------------------------------------------------------------------------------------------
def streamed(address: str, **headers) -> tuple[dict, list[str]]:
    async def read():
        response = await AsyncClient().get(address, headers={"accept-encoding": "gzip", **headers})
        return response.headers, [part.decode() async for part in response.streaming_content]

    return async_to_sync(read)()


def test_stream_speaks_sse_and_is_not_held_back_by_compression():
    run = finished_run(1)
    headers, parts = streamed(f"/runs/{run.id}/events/")
    assert headers["Content-Type"] == "text/event-stream"
    assert headers["Content-Encoding"] == "identity"
    assert parts[0] == "retry: 2000\n\n"
    assert parts[1] == 'id: 1\nevent: log\ndata: {"text": "line 1"}\n\n'
    assert parts[-1] == "event: end\ndata: {}\n\n"


def test_last_event_id_is_stronger_than_the_address():
    run = finished_run(3)
    _headers, parts = streamed(f"/runs/{run.id}/events/?after=0", **{"Last-Event-ID": "3"})
    assert [part.partition("\n")[0] for part in parts] == ["retry: 2000", "id: 4", "event: end"]


def test_state_is_told_in_the_readers_language():
    run = RunFactory(claimed=True)
    holding.end_run(run=run, state="failed", cause=Text("It broke.", "出错了。"))
    _headers, parts = streamed(f"/runs/{run.id}/events/", **{"accept-language": "zh-hans"})
    said = json.loads(parts[1].partition("data: ")[2])
    standing = {"stage": "", "progress": 0.0, "queue_place": 0, "cancel_requested": False}
    assert said == {"state": "failed", "cause": "出错了。", **standing}


def test_a_log_line_is_streamed_as_it_is_stored_for_any_reader():
    run = RunFactory(claimed=True)
    both = {"en": "Trained.", "zh": "已训练。"}
    recording.record_events(run=run, events=[{"kind": "log", "text": both}, log(1)], out_dir=None)
    holding.end_run(run=run, state="succeeded")
    _headers, parts = streamed(f"/runs/{run.id}/events/", **{"accept-language": "zh-hans"})
    bodies = [json.loads(part.partition("data: ")[2]) for part in parts[1:3]]
    assert bodies == [{"text": both}, {"text": "line 1"}]


def test_unknown_run_has_no_stream():
    async def get() -> int:
        return (await AsyncClient().get("/runs/11111111-1111-1111-1111-111111111111/events/")).status_code

    assert async_to_sync(get)() == 404
