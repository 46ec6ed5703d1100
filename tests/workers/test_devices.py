"""What a host has, told by stand-ins for nvidia-smi and for the kernel's files."""

import os

import pytest

from workers import devices

TWO_GPUS = "0, GPU-aaaa-1, NVIDIA H100 80GB HBM3, 81559, 4\n1, GPU-bbbb-2, NVIDIA H100 80GB HBM3, 81559, 1000\n"


@pytest.fixture
def nvidia_smi(tmp_path, monkeypatch):
    """Puts a script on the PATH that prints what it is given, and ends with the given status."""

    def say(text: str, status: int = 0) -> None:
        script = tmp_path / "nvidia-smi"
        script.write_text(f"#!/bin/sh\ncat <<'END'\n{text}END\nexit {status}\n")
        script.chmod(0o755)
        monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")

    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    return say


@pytest.fixture
def cgroups(tmp_path, monkeypatch):
    monkeypatch.setattr(devices, "CGROUPS", tmp_path)
    return tmp_path


def test_gpus_are_told_with_name_and_memory(nvidia_smi):
    nvidia_smi(TWO_GPUS)
    first, second = devices.gpus()
    assert first == devices.Gpu(0, "GPU-aaaa-1", "NVIDIA H100 80GB HBM3", 81559, 4)
    assert (second.index, second.memory_used_mb) == (1, 1000)
    assert devices.device_class("gpu") == "NVIDIA H100 80GB HBM3"


def test_host_without_the_tool_has_no_gpu(monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    assert devices.gpus() == []


@pytest.mark.parametrize(
    ("text", "status"), [(TWO_GPUS, 9), ("NVIDIA-SMI has failed\n", 0), ("0, G, N, [N/A], 4\n", 0)]
)
def test_failing_driver_means_no_gpu(nvidia_smi, text, status):
    nvidia_smi(text, status)
    assert devices.gpus() == []


@pytest.mark.parametrize(("visible", "left"), [("1", [1]), ("GPU-aaaa", [0]), ("0,1", [0, 1]), ("", []), ("-1", [])])
def test_gpus_hidden_from_the_worker_are_not_offered(nvidia_smi, visible, left):
    nvidia_smi(TWO_GPUS)
    assert [gpu.index for gpu in devices.gpus({"CUDA_VISIBLE_DEVICES": visible})] == left


def test_cpu_queue_is_classed_by_the_processor_even_beside_gpus(nvidia_smi):
    nvidia_smi(TWO_GPUS)
    assert devices.device_class("cpu") == devices.cpu_model()


def test_class_is_what_a_runs_environment_calls_its_device():
    from workers import jobs, registry

    spec = next(iter(registry.all_specs().values()))
    request = jobs.JobRequest(method=spec.slug, preset=spec.presets[0].name, data=spec.presets[0].data, seed=0)
    assert devices.device_class("cpu") == jobs.environment(request, "cpu")["device_name"]


def test_affinity_bounds_the_cores(cgroups, monkeypatch):
    monkeypatch.setattr(os, "sched_getaffinity", lambda _pid: {0, 3, 5}, raising=False)
    assert devices.cores() == 3


@pytest.mark.parametrize(("quota", "cores"), [("150000 100000", 2), ("max 100000", 8), ("5000 100000", 1)])
def test_containers_share_bounds_the_cores(cgroups, monkeypatch, quota, cores):
    monkeypatch.setattr(os, "sched_getaffinity", lambda _pid: set(range(8)), raising=False)
    (cgroups / "cpu.max").write_text(quota + "\n")
    assert devices.cores() == cores


def test_containers_limit_bounds_the_memory(cgroups):
    (cgroups / "memory.max").write_text(f"{512 * 2**20}\n")
    (cgroups / "memory.current").write_text(f"{100 * 2**20}\n")
    assert devices.memory_mb() == (512, 100)


def test_memory_is_the_machines_where_no_limit_is_lower(cgroups):
    (cgroups / "memory.max").write_text("max\n")
    total, used = devices.memory_mb()
    assert total == devices.psutil.virtual_memory().total >> 20
    assert 0 < used < total


def test_kills_for_want_of_memory_are_counted_by_the_container_or_else_by_the_machine(cgroups, monkeypatch):
    monkeypatch.setattr(devices, "VMSTAT", cgroups / "vmstat")
    assert devices.memory_kills() is None
    (cgroups / "vmstat").write_text("nr_free_pages 12\noom_kill 7\n")
    assert devices.memory_kills() == 7
    (cgroups / "memory.events").write_text("oom 5\noom_kill 2\noom_group_kill 0\n")
    assert devices.memory_kills() == 2
