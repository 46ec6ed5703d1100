"""All networks of one run in one archive: what is needed to ask a finished run something.

models.json lists them: {"format": 1, "models": [{"role": "teacher", "kind": "bilstm"}, ...]}. Each role has a folder
with config.json and model.safetensors. What all of them share, as a rule the tokenizer, lies once beside models.json.

The weights are stored as they are: numbers hardly shrink, and an archive without compression is read at once and cannot
swell. Members are read into memory by the names that are expected here; nothing is ever unpacked onto a disk.
"""

from __future__ import annotations

import json
import zipfile
from collections.abc import Mapping
from pathlib import Path

from workers.kit import checkpoints
from workers.kit.checkpoints import CONFIG, LONG_AGO, TOKENIZER, WEIGHTS, Checkpoint, CheckpointError

MANIFEST = "models.json"
MAX_MODELS = 16
MAX_BYTES = {MANIFEST: 2**16, CONFIG: 2**18, TOKENIZER: 2**25, WEIGHTS: 2**28}
MAX_TOTAL_BYTES = 2**29  # of weights: more is not worth keeping for a sentence now and then


def pack(folders: Mapping[str, Path], path: Path) -> None:
    """Checkpoints by role as a zip whose bytes depend on their contents alone."""
    shared = _shared(list(folders.values()))
    listed = [{"role": role, "kind": _kind(folder)} for role, folder in folders.items()]
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
        _add(archive, MANIFEST, json.dumps({"format": 1, "models": listed}, indent=2).encode())
        for name, content in shared.items():
            _add(archive, name, content)
        for role, folder in folders.items():
            for file in sorted(folder.iterdir()):
                if file.name not in shared:
                    _add(archive, f"{role}/{file.name}", file.read_bytes())


def _add(archive: zipfile.ZipFile, name: str, content: bytes) -> None:
    archive.writestr(zipfile.ZipInfo(name, LONG_AGO), content)


def _kind(folder: Path) -> str:
    return json.loads((folder / CONFIG).read_text(encoding="utf-8"))["shape"]["kind"]


def _shared(folders: list[Path]) -> dict[str, bytes]:
    """Of the tokenizer's files those that are the same in every folder."""
    names = [file.name for file in folders[0].iterdir() if file.name.startswith("tokenizer")]
    found = {name: [folder / name for folder in folders] for name in sorted(names)}
    contents = {name: {path.read_bytes() for path in paths if path.exists()} for name, paths in found.items()}
    everywhere = [name for name, paths in found.items() if all(path.exists() for path in paths)]
    return {name: contents[name].pop() for name in everywhere if len(contents[name]) == 1}


def load(path: Path) -> dict[str, Checkpoint]:
    """Every network by its role, in the order of the manifest, on the CPU. Raises CheckpointError."""
    try:
        with zipfile.ZipFile(path) as archive:
            listed = json.loads(_read(archive, MANIFEST))["models"]
            roles = [str(model["role"]) for model in listed]
            if not 0 < len(roles) <= MAX_MODELS:
                raise CheckpointError(f"{path.name} lists {len(roles)} models; 1 to {MAX_MODELS} are taken")
            return {role: _checkpoint(archive, role) for role in roles}
    except CheckpointError:
        raise
    except Exception as error:  # zipfile, json, safetensors and tokenizers raise their own kinds
        raise CheckpointError(f"{path.name} cannot be read ({type(error).__name__}: {error})") from error


def _checkpoint(archive: zipfile.ZipFile, role: str) -> Checkpoint:
    own = f"{role}/{TOKENIZER}"
    tokenizer = own if own in archive.NameToInfo else TOKENIZER
    return checkpoints.from_bytes(
        *(_read(archive, name) for name in (f"{role}/{CONFIG}", f"{role}/{WEIGHTS}", tokenizer))
    )


def _read(archive: zipfile.ZipFile, name: str) -> bytes:
    """A member that says how large it is and is no larger: zipfile reads no byte beyond the size in its directory."""
    size, most = archive.getinfo(name).file_size, MAX_BYTES[name.rpartition("/")[2]]
    if size > most:
        raise CheckpointError(f"{name} has {size:,} bytes; at most {most:,} are taken")
    return archive.read(name)
