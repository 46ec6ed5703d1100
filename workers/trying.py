"""Asking a finished run: one child process that keeps the networks of a few runs and answers one text at a time.

A method may answer in its own way: its job.py then defines

    answer(checkpoints: dict[str, Checkpoint], text: str, words: Words) -> dict

with the networks that `Workspace.save` kept, by role and on the CPU, and the words of the method's pages. It returns
what JSON can hold:

    answers   [{"role", "classes": [{"name", "probability"}], "ms"}, ...]: `ms` is the time of one forward pass
    tokens    [{"text", "known"}, ...]: the text as the networks read it; optional
    cut       whether the text was longer than they read; optional
    figures   [{"slug", "title", "data"}, ...]: figures of the spec, in the form of figure events; optional. One that is
              drawn several times, for several layers say, has a `title` {"en", "zh"} of its own each time

Without one, workers/kit/answering.py answers. `device` and `threads` are added here.

Standard library only: torch is in the child, which comes from the forkserver that also starts the jobs.
"""

from __future__ import annotations

import contextlib
import importlib
import json
import multiprocessing
import os
import signal
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from workers import registry
from workers.family import resident_mb
from workers.jobs import cpu_model
from workers.kit.events import figure_fault, figure_size
from workers.spec import Text

Answer = dict[str, Any]
MAX_ANSWER_BYTES = 256 * 1024
MAX_FIGURES = 16
MAX_FIGURE_VALUES = 1600  # of one figure, each a shape on the page: a heat map of 40 tokens by 40
RUNS_KEPT = 4  # whose networks stay in memory
LOOK_EVERY_S = 0.25


class CannotAnswer(Exception):
    """Why there is no answer; `said` is for people."""

    def __init__(self, said: Text):
        super().__init__(said.en)
        self.said = said


TOO_SLOW = Text("The models took too long; they were stopped.", "模型耗时过长，已停止。")
TOO_LARGE = Text("The models need more memory than is allowed here.", "模型所需内存超过此处的上限。")
DIED = Text(
    "The process that answers was killed. Ask again: a new one starts.",
    "应答进程已被杀死。请再问一次，新的进程会启动。",
)


@dataclass(frozen=True)
class Limits:
    """`idle_s`: a child that nobody has asked anything for so long is ended, and its memory is free."""

    answer_s: float = 10.0
    memory_mb: int = 2048
    idle_s: float = 300.0


class Answerer:
    """Holds the child. For one thread: a child answers one text at a time."""

    def __init__(self, limits: Limits = Limits()):
        self._limits = limits
        self._context = multiprocessing.get_context("forkserver")
        self._process: Any = None
        self._connection: Connection | None = None
        self._used_at = 0.0

    @property
    def pid(self) -> int | None:
        return self._process.pid if self._process else None

    def ask(self, *, method: str, models: Path, text: str) -> Answer:
        """Raises CannotAnswer. A child that died, or took too much of anything, is replaced at the next question."""
        self._ensure_child()
        try:
            self._connection.send_bytes(json.dumps({"method": method, "models": str(models), "text": text}).encode())
            self._wait()
            reply = json.loads(self._connection.recv_bytes(2 * MAX_ANSWER_BYTES))
        except (EOFError, OSError):
            self.stop()
            raise CannotAnswer(DIED) from None
        self._used_at = time.monotonic()
        if "error" in reply:
            raise CannotAnswer(Text(*reply["error"]))
        return reply["answer"]

    def _ensure_child(self) -> None:
        # Who is not asked says nothing: what can be read is the end of a child whose death is not known here yet.
        if self._process and self._process.exitcode is None and not self._connection.poll():
            return
        self.stop()
        ours, theirs = self._context.Pipe()
        self._process = self._context.Process(target=serve, args=(theirs,), daemon=True)
        self._process.start()
        theirs.close()
        self._connection = ours

    def _wait(self) -> None:
        """Until the child has said something or is gone."""
        give_up_at = time.monotonic() + self._limits.answer_s
        while not self._connection.poll(LOOK_EVERY_S):
            if resident_mb(self._process.pid) > self._limits.memory_mb:
                self.stop()
                raise CannotAnswer(TOO_LARGE)
            if time.monotonic() > give_up_at:
                self.stop()
                raise CannotAnswer(TOO_SLOW)

    def rest(self) -> None:
        """Call it now and then: ends a child that has been idle for too long."""
        if self._process and time.monotonic() - self._used_at > self._limits.idle_s:
            self.stop()

    def stop(self) -> None:
        if self._process is None:
            return
        with contextlib.suppress(ProcessLookupError):
            os.kill(self._process.pid, signal.SIGKILL)
        self._process.join(timeout=5)
        self._connection.close()
        self._process = self._connection = None


# --- in the child -----------------------------------------------------------------------------------------------------
def serve(connection: Connection) -> None:
    """Answers until the other end is closed, which is also how it hears that its worker is gone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    kept: OrderedDict[str, Any] = OrderedDict()
    with contextlib.suppress(EOFError, OSError):
        while True:
            question = json.loads(connection.recv_bytes())
            connection.send_bytes(json.dumps(_reply(question, kept)).encode())


def _reply(question: dict[str, str], kept: OrderedDict[str, Any]) -> dict[str, Any]:
    try:
        answer = answer_of(question["method"])(_models(question["models"], kept), question["text"])
        answer = {"figures": [], "tokens": [], "cut": False, **answer, **_measured_on()}
        if fault := figures_fault(answer["figures"]):
            raise ValueError(fault)
        size = len(json.dumps(answer, allow_nan=False))
    except Exception as error:  # noqa: BLE001 (a method's code may raise anything; the asker hears it)
        why = f"{type(error).__name__}: {error}"[:500]
        return {"error": [f"The models could not answer. {why}", f"模型未能作答。{why}"]}
    if size > MAX_ANSWER_BYTES:
        return {"error": [f"The answer has {size:,} bytes, too many.", f"回答有 {size:,} 字节，过大。"]}
    return {"answer": answer}


def figures_fault(figures: Any) -> str:
    """What keeps the figures of an answer from being drawn, "" for nothing. The web side asks this as well."""
    if not isinstance(figures, list) or len(figures) > MAX_FIGURES:
        return f"figures must be a list of {MAX_FIGURES} at most"
    for figure in figures:
        if not isinstance(figure, dict) or not isinstance(figure.get("slug"), str):
            return "each figure names one of the spec's"
        title = figure.get("title", {"en": "", "zh": ""})
        if not isinstance(title, dict) or not all(isinstance(title.get(language), str) for language in ("en", "zh")):
            return f"figure {figure['slug']}: its title lacks a language"
        if fault := figure_fault(figure.get("data")):
            return f"figure {figure['slug']} {fault}"
        if (size := figure_size(figure["data"])) > MAX_FIGURE_VALUES:
            return f"figure {figure['slug']} has {size:,} values; at most {MAX_FIGURE_VALUES:,} are drawn"
    return ""


def answer_of(method: str) -> Callable[..., Answer]:
    """The method's own, else the kit's; that also answers for a method that is gone. Imports torch."""
    from workers.kit import answering

    try:
        spec = registry.get_spec(method)
    except registry.UnknownMethod:
        return answering.answer
    own = getattr(importlib.import_module(spec.folder + ".job"), "answer", None)
    return partial(own, words=spec.words) if own else answering.answer


def _models(path: str, kept: OrderedDict[str, Any]) -> dict[str, Any]:
    """Loaded once; the run that was asked longest ago makes room."""
    from workers.kit import models

    if path not in kept:
        while len(kept) >= RUNS_KEPT:
            kept.popitem(last=False)
        kept[path] = models.load(Path(path))
    kept.move_to_end(path)
    return kept[path]


def _measured_on() -> dict[str, Any]:
    import torch

    return {"device": cpu_model(), "threads": torch.get_num_threads()}
