"""What this host has to run jobs on: processors, memory, GPUs. Standard library and psutil; no torch.

Sizes are in MB of 2**20 bytes. What a container may use counts, not what the machine under it has.
"""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import psutil

from workers.jobs import cpu_model

NVIDIA_SMI_TIMEOUT_S = 10
CGROUPS = Path("/sys/fs/cgroup")
VMSTAT = Path("/proc/vmstat")


@dataclass(frozen=True)
class Gpu:
    """`uuid` is what CUDA_VISIBLE_DEVICES takes: an index may mean another GPU to CUDA than to nvidia-smi."""

    index: int
    uuid: str
    name: str
    memory_mb: int
    memory_used_mb: int


def gpus(environment: Mapping[str, str] = os.environ) -> list[Gpu]:
    """The GPUs that nvidia-smi tells of and CUDA_VISIBLE_DEVICES leaves; none where the tool is absent or fails."""
    command = ["nvidia-smi", "--query-gpu=index,uuid,name,memory.total,memory.used", "--format=csv,noheader,nounits"]
    try:
        told = subprocess.run(command, capture_output=True, text=True, timeout=NVIDIA_SMI_TIMEOUT_S, check=True).stdout
        found = [_gpu(line) for line in told.splitlines() if line.strip()]
    except (OSError, subprocess.SubprocessError, ValueError):
        return []
    visible = environment.get("CUDA_VISIBLE_DEVICES")
    return found if visible is None else [gpu for gpu in found if _is_named(gpu, visible.split(","))]


def _gpu(line: str) -> Gpu:
    """Raises ValueError: what a broken driver prints is no list of GPUs."""
    index, uuid, name, total, used = (word.strip() for word in line.split(","))
    return Gpu(int(index), uuid, name, int(total), int(used))


def _is_named(gpu: Gpu, names: list[str]) -> bool:
    """By its index, or by its UUID or the beginning of it, as CUDA allows."""
    return any(name and (name == str(gpu.index) or gpu.uuid.startswith(name)) for name in map(str.strip, names))


def memory_used_mb(uuid: str) -> int | None:
    """Of one GPU; None where nvidia-smi does not tell it."""
    return next((gpu.memory_used_mb for gpu in gpus({}) if gpu.uuid == uuid), None)


def device_class(queue: str) -> str:
    """What a run's environment will call its device (`device_name` in workers/jobs.py), so that times compare."""
    found = gpus() if queue == "gpu" else []
    return found[0].name if found else cpu_model()


def cores() -> int:
    """Processors this process may use at once: its affinity, and a container's share, rounded up."""
    affinity = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    share = _cpu_share()
    return affinity if share is None else max(1, min(affinity, share))


def _cpu_share() -> int | None:
    words = (_first_line("cpu.max") or "max").split()  # cgroup v2: quota and period in microseconds
    if words[0] == "max":
        words = [_first_line("cpu/cpu.cfs_quota_us") or "-1", _first_line("cpu/cpu.cfs_period_us") or "100000"]
    quota, period = map(int, words)
    return -(-quota // period) if quota > 0 else None


def memory_mb() -> tuple[int, int]:
    """What jobs may have in all, and how much of it is taken. A container's limit where that is the lower one."""
    machine = psutil.virtual_memory()
    limit = _number("memory.max") or _number("memory/memory.limit_in_bytes")
    if limit is None or limit >= machine.total:
        return machine.total >> 20, (machine.total - machine.available) >> 20
    used = _number("memory.current") or _number("memory/memory.usage_in_bytes") or 0
    return limit >> 20, used >> 20


def memory_kills() -> int | None:
    """How many processes the kernel has killed so far for want of memory; None where it does not tell.

    In this container, where it counts them apart (cgroup v2), else on the whole machine.
    """
    for file in (CGROUPS / "memory.events", VMSTAT):
        with suppress(OSError):
            counted = re.search(r"^oom_kill (\d+)$", file.read_text(), re.MULTILINE)
            if counted:
                return int(counted[1])
    return None


def _number(name: str) -> int | None:
    line = _first_line(name) or ""
    return int(line) if line.isdigit() else None


def _first_line(name: str) -> str | None:
    """Of a file of the control group that this process sees as the root, which in a container is its own."""
    try:
        return (CGROUPS / name).read_text().split("\n", 1)[0]
    except OSError:
        return None
