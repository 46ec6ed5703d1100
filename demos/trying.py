"""Asking a finished run: the question goes through Redis to a worker, and the answer comes back the same way.

A plain list and not a Celery queue: a Celery worker has one count of slots for all its queues, so a question would wait
behind jobs of many minutes. Nothing is written to the database, and nothing outlives a minute. Whoever asks waits in a
thread of its own, which is what the web server gives each request.
"""

from __future__ import annotations

import json
import time
import uuid
from functools import cache

import redis
from django.conf import settings
from django.utils.translation import gettext as _
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

from demos import formatting
from demos.models import Artifact, Run
from workers.jobs import MODELS_NAME
from workers.spec import Text

QUESTIONS, ALIVE = "try:questions", "try:alive"
ALIVE_S = 20  # a worker says so often enough; while it answers, it says nothing
KEPT_S = 60  # questions that nobody takes, answers that nobody fetches
MAX_TEXT = 2000
MAX_WAITING = 20
CONNECT_S = 1.0
MINUTE_S = 60


class CannotTry(Exception):
    """Why a run cannot be asked; the message is for people."""


class NoModels(CannotTry):
    """The run has not succeeded, or is of a time when runs left no models."""


class TooOften(CannotTry):
    """One person's questions of a minute are used up."""


class NobodyAnswers(CannotTry):
    """Redis is away, no worker listens, or none answered in time."""


def models_of(run: Run) -> Artifact | None:
    """What can be asked. Uses the artifacts that were prefetched, if they were."""
    if run.state != Run.State.SUCCEEDED:
        return None
    return next((artifact for artifact in run.artifacts.all() if artifact.name == MODELS_NAME), None)


def example_of(run: Run) -> str:
    """A text of the run's dev set, or a pair as it is typed; "" where the run does not say one."""
    data = run.environment.get("data")
    if not isinstance(data, dict):
        return ""
    texts = [str(data[name]) for name in ("example", "second_text") if data.get(name)]
    return " [SEP] ".join(texts)[:MAX_TEXT]


def ask(*, run: Run, text: str, caller: str) -> dict:
    """The answer as workers/trying.py describes it. Raises CannotTry. `caller` is whose questions are counted."""
    models = models_of(run)
    if models is None:
        raise NoModels(_("This run left no models that could be asked."))
    number = uuid.uuid4().hex
    question = json.dumps({"id": number, "artifact": str(models.pk), "text": text[:MAX_TEXT]})
    try:
        reply = _reply(connection(settings.REDIS_URL, settings.TRY_WAIT_S), question, answer_key(number), caller)
    except RedisError as error:
        raise NobodyAnswers(_("The workers cannot be reached at the moment. Ask again in a while.")) from error
    if "error" in reply:
        raise NobodyAnswers(formatting.local(Text(**reply["error"])))
    return reply["answer"]


def _reply(client: redis.Redis, question: str, key: str, caller: str) -> dict:
    _count(client, caller)
    if not client.exists(ALIVE):
        raise NobodyAnswers(_("No worker is there to answer. Start one, or ask again in a while."))
    if client.llen(QUESTIONS) >= MAX_WAITING:
        raise NobodyAnswers(_("Too many questions are waiting. Ask again in a while."))
    client.rpush(QUESTIONS, question)
    client.expire(QUESTIONS, KEPT_S)
    found = client.blpop([key], timeout=settings.TRY_WAIT_S)
    if found is None:
        client.lrem(QUESTIONS, 1, question)  # nobody waits for it any more
        seconds = {"seconds": settings.TRY_WAIT_S}
        raise NobodyAnswers(
            _("No answer within %(seconds)d seconds. The models may still be loading: ask again.") % seconds
        )
    return json.loads(found[1])


def _count(client: redis.Redis, caller: str) -> None:
    """An open site counts nothing, as at the API."""
    if settings.OPEN_TO_ANYONE:
        return
    key = f"try:count:{caller}:{int(time.time()) // MINUTE_S}"
    asked, _expires = client.pipeline().incr(key).expire(key, 2 * MINUTE_S).execute()
    if asked > settings.TRY_EACH_MINUTE:
        limit = {"limit": settings.TRY_EACH_MINUTE}
        raise TooOften(_("At most %(limit)d questions a minute are answered. Ask again in a minute.") % limit)


def answer_key(number: str) -> str:
    return f"try:answer:{number}"


@cache
def connection(url: str, wait_s: float) -> redis.Redis:
    """For commands that block `wait_s` at most. No retries: a page does not wait for a dead Redis."""
    once = redis.retry.Retry(NoBackoff(), 0)
    limits = {"socket_timeout": wait_s + CONNECT_S, "socket_connect_timeout": CONNECT_S}
    return redis.Redis.from_url(url, **limits, retry=once)
