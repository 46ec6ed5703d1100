"""Slots on GPUs that a stand-in for nvidia-smi tells of, with real children that say what they see."""

import os
import threading
from types import SimpleNamespace

import pytest

from workers import devices, slots
from workers.slots import Slots
from workers.supervisor import Limits, Supervisor


@pytest.fixture
def memory_used(tmp_path, monkeypatch):
    """Two GPUs. Each call of nvidia-smi takes the next line of the list as what the first has in use, in MB."""
    (tmp_path / "nvidia-smi").write_text(
        '#!/bin/sh\ncd "$(dirname "$0")"\nused=$(head -n 1 used)\n'
        '[ "$(wc -l < used)" -gt 1 ] && sed -i 1d used\n'
        'echo "0, GPU-aaaa, A GPU, 81559, $used"\necho "1, GPU-bbbb, A GPU, 81559, 4"\n'
    )
    (tmp_path / "nvidia-smi").chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    monkeypatch.setattr(slots, "SETTLE_S", 0.3)
    monkeypatch.setattr(slots, "LOOK_EVERY_S", 0.01)

    def say(*megabytes: int) -> None:
        (tmp_path / "used").write_text("".join(f"{number}\n" for number in megabytes))

    say(4)
    return say


def seen_by_a_job(environment: dict[str, str]) -> str:
    heard = []
    Supervisor("tests.workers.toy_jobs.tell_its_gpus", preload=()).run(
        SimpleNamespace(), on_events=heard.extend, should_stop=lambda: None, limits=Limits(wall_s=20),
        environment=environment,
    )  # fmt: skip
    return next(event["text"]["en"] for event in heard if event["kind"] == "log")


def test_each_job_sees_one_gpu_that_no_other_sees(memory_used):
    pool = Slots(devices.gpus())
    with pool.one("gpu") as first, pool.one("gpu") as second:
        assert seen_by_a_job(first) == "sees 'GPU-aaaa'"
        assert seen_by_a_job(second) == "sees 'GPU-bbbb'"


def test_job_for_the_processor_sees_no_gpu(memory_used):
    with Slots(devices.gpus()).one("cpu") as environment:
        assert seen_by_a_job(environment) == "sees ''"


def test_gpus_that_nvidia_smi_does_not_know_are_left_as_they_are():
    with Slots().one("gpu") as environment:
        assert environment == {}


def test_third_job_waits_until_a_gpu_is_given_back(memory_used):
    pool, got = Slots(devices.gpus()), []

    def third() -> None:
        with pool.one("gpu") as environment:
            got.append(environment["CUDA_VISIBLE_DEVICES"])

    with pool.one("gpu"):
        with pool.one("gpu"):
            waiting = threading.Thread(target=third)
            waiting.start()
            waiting.join(0.1)
            assert got == []
        waiting.join(10)
        assert got == ["GPU-bbbb"]


def test_gpu_is_given_back_whatever_happens(memory_used):
    pool = Slots(devices.gpus()[:1])
    with pytest.raises(MemoryError), pool.one("gpu"):
        raise MemoryError
    with pool.one("gpu") as environment:
        assert environment["CUDA_VISIBLE_DEVICES"] == "GPU-aaaa"


def test_memory_that_comes_back_late_is_waited_for(memory_used, monkeypatch, caplog):
    monkeypatch.setattr(slots, "SETTLE_S", 30)  # a busy machine takes its time for four small processes
    pool = Slots(devices.gpus()[:1])
    memory_used(100, 900, 500, 100)
    with pool.one("gpu"):
        pass
    assert devices.memory_used_mb("GPU-aaaa") == 100
    assert caplog.text == ""


def test_memory_that_does_not_come_back_is_warned_of_by_name(memory_used, caplog):
    pool = Slots(devices.gpus()[:1])
    memory_used(100, 900)
    with pool.one("gpu"):
        pass
    assert "GPU 0 (GPU-aaaa, A GPU): 900 MB are still taken" in caplog.text
    assert "100 MB before it" in caplog.text
