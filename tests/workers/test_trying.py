"""The child that answers: real processes, small networks, and methods with answers of their own."""

from __future__ import annotations

import os
import signal
import sys
import time
from types import ModuleType, SimpleNamespace

import psutil
import pytest

from tests.workers.kit.test_models import archive, folders  # noqa: F401 (fixtures)
from workers import registry, trying
from workers.trying import Answerer, CannotAnswer, Limits


@pytest.fixture
def answerer():
    made = Answerer(Limits(answer_s=120))
    yield made
    made.stop()


def ask(answerer, archive, text="a good film"):  # noqa: F811
    return answerer.ask(method="none-such", models=archive, text=text)


def test_a_child_answers_and_stays_for_the_next_question(answerer, archive):  # noqa: F811
    first = ask(answerer, archive)
    pid = answerer.pid
    assert [found["role"] for found in first["answers"]] == ["teacher", "student"]
    assert first["device"]
    assert first["figures"] == []
    again = ask(answerer, archive)
    assert answerer.pid == pid
    assert [found["classes"] for found in again["answers"]] == [found["classes"] for found in first["answers"]]


def test_a_child_killed_while_idle_is_replaced_unseen(answerer, archive):  # noqa: F811
    ask(answerer, archive)
    pid = answerer.pid
    os.kill(pid, signal.SIGKILL)
    psutil.wait_procs([psutil.Process(pid)] if psutil.pid_exists(pid) else [], timeout=5)
    assert ask(answerer, archive)["answers"]
    assert answerer.pid != pid


def test_a_child_killed_amid_an_answer_is_told_of_and_replaced(answerer, archive, monkeypatch):  # noqa: F811
    ask(answerer, archive)
    pid, wait = answerer.pid, answerer._wait
    os.kill(pid, signal.SIGSTOP)  # so that it has not answered yet
    monkeypatch.setattr(answerer, "_wait", lambda: (os.kill(pid, signal.SIGKILL), wait()))
    with pytest.raises(CannotAnswer, match="killed"):
        ask(answerer, archive)
    monkeypatch.undo()
    assert ask(answerer, archive)["answers"]


def test_a_child_that_takes_too_long_is_stopped(archive):  # noqa: F811
    slow = Answerer(Limits(answer_s=120))
    ask(slow, archive)
    pid = slow.pid
    os.kill(pid, signal.SIGSTOP)
    slow._limits = Limits(answer_s=0.3)
    with pytest.raises(CannotAnswer, match="too long"):
        ask(slow, archive)
    assert slow.pid is None


def test_a_child_that_takes_too_much_memory_is_stopped(archive, monkeypatch):  # noqa: F811
    monkeypatch.setattr(trying, "LOOK_EVERY_S", 0.001)  # before a quick answer is there
    with pytest.raises(CannotAnswer, match="memory"):
        ask(Answerer(Limits(answer_s=120, memory_mb=1)), archive)


def test_an_idle_child_is_ended_and_a_busy_one_is_not(answerer, archive):  # noqa: F811
    ask(answerer, archive)
    answerer.rest()
    assert answerer.pid
    answerer._used_at = time.monotonic() - answerer._limits.idle_s - 1
    answerer.rest()
    assert answerer.pid is None


def test_a_damaged_archive_is_told_of_in_words(answerer, tmp_path):
    (tmp_path / "models.zip").write_bytes(b"PK, or so it says")
    with pytest.raises(CannotAnswer, match=r"models\.zip cannot be read"):
        ask(answerer, tmp_path / "models.zip")


# --- what the child does, in this process ---------------------------------------------------------------------------
@pytest.fixture
def method(monkeypatch):
    """Makes a method whose job has these names."""

    def make(**names) -> str:
        job = ModuleType("made_up_method.job")
        vars(job).update(names)
        monkeypatch.setitem(sys.modules, "made_up_method", ModuleType("made_up_method"))
        monkeypatch.setitem(sys.modules, "made_up_method.job", job)
        monkeypatch.setattr(registry, "get_spec", lambda slug: SimpleNamespace(folder="made_up_method", words=None))
        return "made-up"

    return make


def reply(method: str, archive, kept=None):  # noqa: F811
    kept = trying.OrderedDict() if kept is None else kept
    return trying._reply({"method": method, "models": str(archive), "text": "a film"}, kept)


def heat_map(size: int, value: object = 0.5) -> dict:
    names = [str(index) for index in range(size)]
    values = [[value] * size for _ in names]
    return {"slug": "attention", "data": {"kind": "heatmap", "rows": names, "columns": names, "values": values}}


def test_a_method_may_answer_in_its_own_way(archive, method):  # noqa: F811
    figure = {"slug": "exits", "data": {"x": [1], "series": []}}
    own = method(
        answer=lambda checkpoints, text, words: {"answers": [], "figures": [figure], "seen": sorted(checkpoints)}
    )
    said = reply(own, archive)["answer"]
    assert said["figures"] == [figure]
    assert said["seen"] == ["student", "teacher"]
    assert said["tokens"] == []


def test_a_method_without_an_answer_of_its_own_gives_the_kits(archive, method):  # noqa: F811
    assert [found["role"] for found in reply(method(), archive)["answer"]["answers"]] == ["teacher", "student"]


@pytest.mark.parametrize(
    ("own", "said"),
    [
        (lambda checkpoints, text, words: 1 / 0, "ZeroDivisionError"),
        (lambda checkpoints, text, words: {"answers": [float("nan")]}, "ValueError"),
        (lambda checkpoints, text, words: {"answers": ["x" * 300_000]}, "too many"),
        (lambda checkpoints, text, words: {"answers": [], "figures": [heat_map(41)]}, "has 1,681 values"),
        (
            lambda checkpoints, text, words: {"answers": [], "figures": [heat_map(2) | {"title": {"en": "a"}}]},
            "language",
        ),
        (lambda checkpoints, text, words: {"answers": [], "figures": [heat_map(2, float("inf"))]}, "not finite"),
        (lambda checkpoints, text, words: {"answers": [], "figures": [heat_map(2, "<b>")]}, "not shaped"),
        (lambda checkpoints, text, words: {"answers": [], "figures": [heat_map(1)] * 17}, "at most"),
    ],
)
def test_an_answer_that_fails_or_is_no_json_or_too_large_is_told_of(archive, method, own, said):  # noqa: F811
    assert said in reply(method(answer=own), archive)["error"][0]


def test_only_the_runs_asked_last_stay_in_memory(archive, tmp_path, method):  # noqa: F811
    kept = trying.OrderedDict()
    for number in range(trying.RUNS_KEPT + 2):
        (tmp_path / f"{number}.zip").write_bytes(archive.read_bytes())
        reply(method(), tmp_path / f"{number}.zip", kept)
    assert [path[-5:] for path in kept] == ["2.zip", "3.zip", "4.zip", "5.zip"]
