"""A run's events as they happen. The database holds them all; a Redis stream only saves waiting for it.

An entry of the stream carries the event's own number as its id (`<seq>-0`), so a follower reads on from the last
number it has seen. Whatever does not follow on in number (a write that missed Redis, a trimmed or flushed stream) makes
it look in the database instead: nothing is lost and nothing comes twice.
"""

from __future__ import annotations

import json
import logging
import time
import uuid
from asyncio import sleep
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from functools import cache

import redis
import redis.asyncio
from asgiref.sync import sync_to_async
from django.conf import settings
from django.db import close_old_connections
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

from demos.models import Event, Run

logger = logging.getLogger(__name__)

Arrival = tuple[int, str, dict]  # seq, kind, body; seq 0: not part of the history
STREAM_LENGTH = 1000
STREAM_KEPT_S = 24 * 3600
WAIT_S = 1.0  # between two looks into the database while nothing arrives
PING_EVERY_S = 15.0
ROWS_AT_ONCE = 1000
REDIS_TIMEOUT_S = 1.0
REDIS_REST_S = 5.0  # after a failure; a job must not wait for a dead Redis at every batch


# --- writing ----------------------------------------------------------------------------------------------------
_rests_until = 0.0


@cache
def _writer(url: str) -> redis.Redis:
    once = redis.retry.Retry(NoBackoff(), 0)
    return redis.Redis.from_url(url, socket_timeout=REDIS_TIMEOUT_S, socket_connect_timeout=REDIS_TIMEOUT_S, retry=once)


def publish(run_id: uuid.UUID | str, arrivals: Iterable[Arrival]) -> None:
    """Never fails: where Redis is away, those who follow look into the database."""
    global _rests_until
    if time.monotonic() < _rests_until:
        return
    pipe = _writer(settings.REDIS_URL).pipeline(transaction=False)
    for seq, kind, body in arrivals:
        entry = {"kind": kind, "body": json.dumps(body, ensure_ascii=False)}
        pipe.xadd(_key(run_id), entry, id=f"{seq}-0", maxlen=STREAM_LENGTH, approximate=True)
    pipe.expire(_key(run_id), STREAM_KEPT_S)
    try:
        pipe.execute(raise_on_error=False)  # an older number than the last one is refused, and found in the database
    except RedisError as error:
        _rests_until = time.monotonic() + REDIS_REST_S
        logger.warning("events are not published, Redis is away: %s", error)


def _key(run_id: uuid.UUID | str) -> str:
    return f"run:{run_id}"


# --- following --------------------------------------------------------------------------------------------------
async def follow(run_id: uuid.UUID | str, after_seq: int = 0) -> AsyncIterator[Arrival]:
    """Every event after `after_seq`, once and in order, until the run has ended and all is told.

    While the run waits, (0, "state", {}) tells that its place in the queue has changed; (0, "ping", {}) comes when
    nothing else has for PING_EVERY_S, so that a lost connection is noticed.
    """
    last, place, spoke_at = after_seq, None, time.monotonic()
    async with _tail(run_id) as arrivals_after:
        while True:
            has_ended, new_place, stored = await sync_to_async(_stored)(run_id, last)
            for arrival in stored:
                yield arrival
                last = arrival[0]
            if len(stored) == ROWS_AT_ONCE:
                continue
            if has_ended:
                return
            if new_place != place:
                place, spoke_at = new_place, time.monotonic()
                yield (0, "state", {})
            while arrived := _that_follow_on(await arrivals_after(last), last):
                for arrival in arrived:
                    yield arrival
                last, spoke_at = arrived[-1][0], time.monotonic()
                if any(kind == "state" for _seq, kind, _body in arrived):
                    break
            if time.monotonic() - spoke_at >= PING_EVERY_S:
                spoke_at = time.monotonic()
                yield (0, "ping", {})


def _stored(run_id: uuid.UUID | str, after: int) -> tuple[bool, int, list[Arrival]]:
    """Whether the run had ended before the events were read, its place in the queue, the events after a number."""
    from demos import services  # which publishes through this module

    try:
        run = Run.objects.filter(pk=run_id).first()
        if run is None:
            return True, 0, []
        rows = Event.objects.filter(run_id=run_id, seq__gt=after).values_list("seq", "kind", "body")[:ROWS_AT_ONCE]
        return run.has_ended, services.queue_place(run), list(rows)
    finally:
        close_old_connections()  # a page may stay open for hours; it need not hold a connection


def _that_follow_on(arrivals: list[Arrival], last: int) -> list[Arrival]:
    """Nothing at the first gap: what is missing lies in the database."""
    return arrivals if [seq for seq, _, _ in arrivals] == list(range(last + 1, last + 1 + len(arrivals))) else []


def _arrival(number: bytes, entry: dict[bytes, bytes]) -> Arrival:
    return int(number.partition(b"-")[0]), entry[b"kind"].decode(), json.loads(entry[b"body"])


@asynccontextmanager
async def _tail(run_id: uuid.UUID | str):
    """A function that waits up to WAIT_S for what comes after a number. Nothing comes while Redis is away."""
    client = redis.asyncio.Redis.from_url(
        settings.REDIS_URL, socket_timeout=WAIT_S + REDIS_TIMEOUT_S, socket_connect_timeout=REDIS_TIMEOUT_S,
        retry=redis.asyncio.retry.Retry(NoBackoff(), 0), max_connections=1,
    )  # fmt: skip

    async def arrivals_after(last: int) -> list[Arrival]:
        try:
            found = await client.xread({_key(run_id): f"{last}-0"}, block=int(WAIT_S * 1000))
        except RedisError:
            await sleep(WAIT_S)
            return []
        entries = found[0][1] if found else []
        return [_arrival(number, entry) for number, entry in entries]

    try:
        yield arrivals_after
    finally:
        await client.aclose()
