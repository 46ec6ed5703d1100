"""One job from a request to its events. Standard library at import; torch comes with `execute`."""

from __future__ import annotations

import hashlib
import importlib.metadata
import os
import platform
import resource
import shlex
import subprocess
import sys
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from workers import registry
from workers.data_kinds import Data
from workers.kit.events import Report
from workers.kit.files import OtherKind
from workers.spec import MethodSpec

ROOT = Path(__file__).resolve().parent.parent
MODELS_NAME = "models.zip"  # the artifact with every role's network
PACKAGES = ("torch", "transformers", "tokenizers", "safetensors", "numpy")


class JobError(Exception):
    """The job cannot run as asked; the message is for people."""


def var_dir() -> Path:
    """Where state lives that belongs to no one run: VAR_DIR, or var/."""
    return Path(os.environ.get("VAR_DIR") or "var")


@dataclass(frozen=True)
class JobRequest:
    method: str
    preset: str
    data: str
    seed: int
    params: dict[str, Any] = field(default_factory=dict)  # every parameter of the spec, cleaned
    device: str = "auto"  # "cpu", "cuda" or "auto"
    out_dir: str = "."
    cache_dir: str = field(default_factory=lambda: str(var_dir() / "cache" / "teachers"))
    data_dir: str | None = None
    threads: int = 1


def set_up_threads(threads: int) -> None:
    """For the math libraries, which read these once: call it before torch is imported.

    Passive waiting: beside any other busy process, threads that spin make training many times slower.
    """
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    os.environ.setdefault("OMP_NUM_THREADS", str(threads))
    os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")


def execute(request: JobRequest, report: Report) -> None:
    """Runs the job in this process. Raises JobError, DataError, Cancelled, or what the method raises."""
    set_up_threads(request.threads)
    spec = registry.get_spec(request.method)
    report.words = spec.words or report.words
    data = load_data(spec, request.data, request.data_dir)
    run = registry.load(request.method)
    device = _prepare_torch(request)
    from workers.kit.teachers import Teachers
    from workers.kit.workspace import Workspace

    out_dir = Path(request.out_dir)
    out_dir.mkdir(parents=True, exist_ok=True)
    workspace = Workspace(out_dir, Teachers(Path(request.cache_dir)), request.data_dir)
    facts = environment(request, device.type) | {"data": data.facts()}
    report.environment(**facts)
    run(**request.params, data=data, seed=request.seed, device=device, report=report, workspace=workspace)
    if workspace.pack_models(MODELS_NAME):
        report.artifact(MODELS_NAME, MODELS_NAME)
    elif workspace.roles:
        report.log("too-large-to-try")
    report.environment(**facts, **workspace.facts, **cost(device.type))


def load_data(spec: MethodSpec, name: str, data_dir: str | None) -> Data:
    """What the job is given, from the first of the spec's kinds that has it. Raises DataError, JobError."""
    for source in spec.data:
        if source.takes(name):
            with suppress(OtherKind):
                return source.read(name, data_dir)
    raise JobError(f"{spec.slug} does not take the data set {name!r}; it takes {', '.join(spec.data_sets)}")


def _prepare_torch(request: JobRequest):  # -> torch.device, which is not known here yet
    import torch

    torch.set_num_threads(request.threads)
    if request.device == "cuda" and not torch.cuda.is_available():
        raise JobError("device cuda was asked for, but torch sees no GPU here; use --device cpu")
    name = request.device
    if name == "auto":
        name = "cuda" if torch.cuda.is_available() else "cpu"
    torch.use_deterministic_algorithms(True, warn_only=name == "cuda")
    torch.manual_seed(request.seed)
    return torch.device(name)


def environment(request: JobRequest, device: str) -> dict[str, Any]:
    """What is needed to repeat the job, and what its speed depends on."""
    import torch

    return {
        "python": platform.python_version(),
        "packages": {name: importlib.metadata.version(name) for name in PACKAGES},
        "device": device,
        "device_name": torch.cuda.get_device_name() if device == "cuda" else cpu_model(),
        "threads": request.threads,
        "cpu": cpu_model(),
        "platform": platform.platform(),
        "deterministic": device == "cpu",
        "seed": request.seed,
        "code": code_version(),
        "command": command_line(request),
    }


def cpu_model() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:  # not Linux
        return platform.processor() or platform.machine()
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), platform.machine())


def cost(device: str) -> dict[str, float]:
    """What this process has taken since it began: CPU seconds of all its threads and children, memory at its peak."""
    usages = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    compute_s = sum(usage.ru_utime + usage.ru_stime for usage in usages)
    return {"compute_s": round(compute_s, 2), "peak_memory_mb": peak_memory_mb(), **_peak_device_memory(device)}


def _peak_device_memory(device: str) -> dict[str, int]:
    """What torch held of the GPU, which is more than its tensors filled; the CUDA context comes on top."""
    if device != "cuda":
        return {}
    import torch

    return {"peak_device_memory_mb": round(torch.cuda.max_memory_reserved() / 2**20)}


def peak_memory_mb() -> int:
    """The most memory this process has had resident.

    Not ru_maxrss where /proc can be asked: that one starts from what the starting process had, however large it was.
    """
    try:
        lines = Path("/proc/self/status").read_text().splitlines()
    except OSError:  # not Linux
        unit = 1 if sys.platform == "darwin" else 1024  # bytes there, kilobytes elsewhere
        return round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 2**20)
    kilobytes = next(int(line.split()[1]) for line in lines if line.startswith("VmHWM"))
    return round(kilobytes / 1024)


def code_version() -> str:
    """The commit, where the sources are a git checkout, and always a hash of the engine's own files."""
    digest = hashlib.sha256()
    for file in sorted((ROOT / "workers").rglob("*.py")):
        digest.update(file.relative_to(ROOT).as_posix().encode() + b"\0" + file.read_bytes())
    sources = f"sources {digest.hexdigest()[:12]}"
    try:
        found = subprocess.run(
            ["git", "rev-parse", "--short=12", "HEAD"], cwd=ROOT, capture_output=True, text=True, timeout=5
        )
    except (OSError, subprocess.TimeoutExpired):
        return sources
    return f"commit {found.stdout.strip()}, {sources}" if found.returncode == 0 else sources


def command_line(request: JobRequest) -> str:
    """The command that repeats the job; only what differs from the preset is spelt out."""
    spec = registry.get_spec(request.method)
    preset = spec.preset(request.preset)
    usual = spec.values_of(preset)
    words = ["python", "-m", "workers", "run", spec.slug, "--preset", preset.name, "--seed", str(request.seed)]
    if request.data != preset.data:
        words += ["--data", request.data]
    if request.device != "auto":
        words += ["--device", request.device]
    if request.threads != 1:
        words += ["--threads", str(request.threads)]
    for param in spec.params:
        value = request.params.get(param.name, usual[param.name])
        if value != usual[param.name]:
            words += [option_of(param.name), str(value).lower() if isinstance(value, bool) else str(value)]
    return shlex.join([*words, "--out", f"{spec.slug}-{preset.name}-{request.seed}"])


def option_of(name: str) -> str:
    """The command line's spelling of a parameter."""
    return "--" + name.replace("_", "-")
