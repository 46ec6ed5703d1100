"""A cache of trained teachers, keyed by everything that determines their weights.

One folder an entry, named by the hash of its key. An entry is written beside its place and renamed, so that another
process sees all of it or nothing; where two store the same entry, the first wins and both are equal.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import uuid
from collections.abc import Callable
from pathlib import Path

from safetensors.torch import load, save_file
from torch import nn


class Teachers:
    def __init__(self, folder: Path):
        self.folder = folder

    def fetch(self, key: dict, model: nn.Module, log: Callable[..., None]) -> dict | None:
        """Loads the teacher of `key` into `model`, returns the notes stored with it; None where it must be trained."""
        entry = self.folder / _digest(key)
        try:
            record = json.loads((entry / "record.json").read_text())
            weights = (entry / "model.safetensors").read_bytes()
            if hashlib.sha256(weights).hexdigest() != record["sha256"]:
                raise ValueError("its weights have changed")
            model.load_state_dict(load(weights))
        except FileNotFoundError:
            if not entry.exists():
                return None
            return self._discard(entry, "a file is missing", log)
        except (ValueError, KeyError, TypeError, RuntimeError) as error:
            return self._discard(entry, str(error), log)
        return record["notes"]

    def _discard(self, entry: Path, why: str, log: Callable[..., None]) -> None:
        log("teacher-damaged", name=entry.name[:12], why=why)
        aside = entry.with_name(f"{entry.name}.damaged-{uuid.uuid4().hex}")
        try:
            entry.rename(aside)
        except FileNotFoundError:  # another process has thrown it away already
            return
        shutil.rmtree(aside)

    def store(self, key: dict, model: nn.Module, notes: dict) -> None:
        entry = self.folder / _digest(key)
        fresh = entry.with_name(f"{entry.name}.new-{os.getpid()}-{uuid.uuid4().hex}")
        fresh.mkdir(parents=True)
        weights = {name: tensor.detach().cpu().contiguous() for name, tensor in model.state_dict().items()}
        save_file(weights, fresh / "model.safetensors")
        sha256 = hashlib.sha256((fresh / "model.safetensors").read_bytes()).hexdigest()
        (fresh / "record.json").write_text(
            json.dumps({"sha256": sha256, "key": key, "notes": notes}, indent=2, sort_keys=True)
        )
        try:
            fresh.rename(entry)
        except OSError:  # another process stored the same teacher first
            if not entry.exists():
                raise
            shutil.rmtree(fresh)


def _digest(key: dict) -> str:
    return hashlib.sha256(json.dumps(key, sort_keys=True).encode()).hexdigest()
