"""Where a job leaves files: checkpoints and archives below one folder, and the cache of teachers."""

from __future__ import annotations

import hashlib
import inspect
import platform
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType
from typing import Any

import torch
from tokenizers import Tokenizer
from torch import nn

from workers.kit import checkpoints, models
from workers.kit.data import Dataset
from workers.kit.teachers import Teachers
from workers.kit.treebanks import TreeBank


@dataclass
class Workspace:
    """`facts` gathers what the job learns about itself (a teacher from the cache, say) for the run's environment.

    `data_dir` is for what a job reads beside its data set: unlabelled text.
    """

    out_dir: Path
    teachers: Teachers
    data_dir: str | None = None
    facts: dict = field(default_factory=dict)
    roles: list[str] = field(default_factory=list)  # those with a checkpoint, in the order in which they were measured

    def save(
        self,
        role: str,
        model: nn.Module,
        tokenizer: Tokenizer,
        data: Dataset | TreeBank,
        notes: Mapping[str, Any] | None = None,
    ) -> int:
        """Writes the checkpoint `out_dir/role`; returns the size of its weights in bytes.

        `notes`: what else the job found out and whoever loads the network may want to know, in its `config`.
        """
        self.roles = [*(known for known in self.roles if known != role), role]
        named = {"classes": data.classes, "labels": data.labels}
        return checkpoints.save(self.out_dir / role, model, tokenizer, **named, notes=notes)

    def pack(self, role: str) -> str:
        """Zips the checkpoint of `role`; returns the archive's name inside `out_dir`."""
        name = f"{role}.zip"
        checkpoints.pack(self.out_dir / role, self.out_dir / name)
        return name

    def pack_models(self, name: str) -> bool:
        """Zips the checkpoints of all roles, for whoever tries the run; False where there are none, or too large."""
        weights = sum((self.out_dir / role / checkpoints.WEIGHTS).stat().st_size for role in self.roles)
        if not 0 < weights <= models.MAX_TOTAL_BYTES:
            return False
        models.pack({role: self.out_dir / role for role in self.roles}, self.out_dir / name)
        return True


def numbers_depend_on(modules: Iterable[ModuleType | Callable], device: str) -> dict:
    """The part of a cache key that no parameter shows: code, torch, device, threads, the processor's instructions."""
    code = hashlib.sha256()
    for module in modules:
        code.update(inspect.getsource(module).encode())
    return {
        "code": code.hexdigest(),
        "torch": torch.__version__,
        "device": torch.cuda.get_device_name() if device == "cuda" else platform.machine(),
        "instructions": torch.backends.cpu.get_cpu_capability(),
        "threads": torch.get_num_threads(),
    }
