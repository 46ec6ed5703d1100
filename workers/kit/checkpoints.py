"""A trained classifier on disk: weights as safetensors, its shape and classes as JSON, its tokenizer."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from safetensors.torch import load as load_tensors
from safetensors.torch import save_file
from tokenizers import Tokenizer
from torch import nn

from workers.kit import networks
from workers.kit.data import DataError
from workers.kit.text import save_tokenizer

CONFIG, WEIGHTS, TOKENIZER = "config.json", "model.safetensors", "tokenizer.json"
LONG_AGO = (1980, 1, 1, 0, 0, 0)  # the oldest time a zip can hold: equal contents give equal bytes


class CheckpointError(DataError):
    """A folder holds no checkpoint, or a damaged one."""


@dataclass(frozen=True)
class Checkpoint:
    model: nn.Module
    tokenizer: Tokenizer
    classes: tuple[str, ...]
    labels: tuple[str, ...]
    config: dict


def save(
    folder: Path,
    model: nn.Module,
    tokenizer: Tokenizer,
    *,
    classes: tuple[str, ...],
    labels: tuple[str, ...],
    notes: Mapping[str, Any] | None = None,
) -> int:
    """Writes the checkpoint; returns the size of its weights in bytes. `notes`, as JSON, come back in its `config`."""
    folder.mkdir(parents=True, exist_ok=True)
    weights = {name: tensor.detach().cpu().contiguous() for name, tensor in model.state_dict().items()}
    save_file(weights, folder / WEIGHTS)
    config = {"shape": model.shape.as_dict(), "classes": list(classes), "labels": list(labels)}
    config["id2label"] = dict(enumerate(classes))
    if notes:
        config["notes"] = dict(notes)
    (folder / CONFIG).write_text(json.dumps(config, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    save_tokenizer(tokenizer, folder)
    return (folder / WEIGHTS).stat().st_size


def kind(folder: Path) -> str:
    """Which kind of network lies there (networks.register); "" where that cannot be read: `load` will say why."""
    try:
        return str(json.loads((folder / CONFIG).read_text(encoding="utf-8"))["shape"]["kind"])
    except (OSError, ValueError, LookupError, TypeError):
        return ""


def load(folder: Path) -> Checkpoint:
    """Raises CheckpointError."""
    try:
        return from_bytes(*((folder / name).read_bytes() for name in (CONFIG, WEIGHTS, TOKENIZER)))
    except FileNotFoundError as error:
        raise CheckpointError(
            f"{folder}: no checkpoint here ({Path(error.filename or WEIGHTS).name} is missing)"
        ) from None
    except Exception as error:  # safetensors and tokenizers raise their own kinds; all mean the same here
        raise CheckpointError(f"{folder}: the checkpoint cannot be read ({error})") from error


def from_bytes(config: bytes, weights: bytes, tokenizer: bytes) -> Checkpoint:
    """The files' contents as a network in evaluation mode. Raises whatever their readers raise."""
    facts = json.loads(config)
    model = networks.build(networks.shape_from(facts["shape"]))
    model.load_state_dict(load_tensors(weights))
    words = Tokenizer.from_buffer(tokenizer)
    return Checkpoint(model.eval(), words, tuple(facts["classes"]), tuple(facts["labels"]), facts)


def pack(folder: Path, path: Path) -> None:
    """The folder as a zip whose bytes depend on the contents alone."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in sorted(folder.iterdir()):
            archive.writestr(zipfile.ZipInfo(f"{folder.name}/{file.name}", LONG_AGO), file.read_bytes())
