"""The worker's side of "Try it": one thread beside the jobs takes questions from Redis and hands them to a child.

This process stays without torch; the child comes from the forkserver that starts the jobs, so it begins in a moment.
"""

from __future__ import annotations

import json
import logging
import threading

import redis
from django.conf import settings
from django.db import close_old_connections
from redis.exceptions import RedisError

from demos import trying
from demos.model_files import DamagedFile, local_copy
from demos.models import Artifact
from workers.spec import Text
from workers.trying import Answerer, CannotAnswer, Limits

logger = logging.getLogger(__name__)

LISTEN_S = 1.0
GONE = Text("The run's models are gone.", "此运行的模型已不存在。")
DAMAGED = Text("The stored models are damaged; the run has to be repeated.", "保存的模型已损坏，需要重新运行。")
FAILED = Text("The worker could not fetch the run's models.", "工作进程无法取得此运行的模型。")


def start(stopping: threading.Event) -> threading.Thread:
    thread = threading.Thread(target=listen, args=[stopping], name="answering", daemon=True)
    thread.start()
    return thread


def listen(stopping: threading.Event) -> None:
    """Until `stopping` is set. Where Redis is away it waits and tries again."""
    answerer = Answerer(Limits(answer_s=settings.TRY_TIME_LIMIT_S, memory_mb=settings.TRY_MEMORY_LIMIT_MB))
    client = trying.connection(settings.REDIS_URL, LISTEN_S)
    while not stopping.is_set():
        try:
            client.set(trying.ALIVE, 1, ex=trying.ALIVE_S)
            found = client.blpop([trying.QUESTIONS], timeout=LISTEN_S)
            if found:
                answer(client, answerer, found[1])
        except RedisError:
            stopping.wait(LISTEN_S)
        except Exception:  # one question that is none must not end the answering of all
            logger.exception("a question could not be answered")
        answerer.rest()
    answerer.stop()


def answer(client: redis.Redis, answerer: Answerer, question: bytes) -> None:
    """Raises RedisError, or what a question that is none gives."""
    asked = json.loads(question)
    reply = json.dumps(reply_to(answerer, asked), ensure_ascii=False)
    key = trying.answer_key(asked["id"])
    client.pipeline().rpush(key, reply).expire(key, trying.KEPT_S).execute()


def reply_to(answerer: Answerer, asked: dict) -> dict:
    try:
        artifact = Artifact.objects.select_related("run").filter(pk=asked["artifact"]).first()
        if artifact is None:
            return _error(GONE)
        method = artifact.run.method
        return {"answer": answerer.ask(method=method, models=local_copy(artifact), text=asked["text"])}
    except CannotAnswer as error:
        return _error(error.said)
    except DamagedFile:
        logger.exception("the models of artifact %s are refused", asked["artifact"])
        return _error(DAMAGED)
    except Exception:  # a store or a database raises its own kinds; who asked waits for an answer either way
        logger.exception("the models of artifact %s cannot be had", asked["artifact"])
        return _error(FAILED)
    finally:
        close_old_connections()


def _error(said: Text) -> dict:
    return {"error": {"en": said.en, "zh": said.zh}}
