"""Models on this host: copies of stored artifacts, named by SHA-256 and checked against it, in a bounded folder."""

from __future__ import annotations

import hashlib
import os
import re
import tempfile
from pathlib import Path

from django.conf import settings

from demos.models import Artifact

CHUNK_BYTES = 2**20


class DamagedFile(Exception):
    """The stored file is not what the run left."""


def local_copy(artifact: Artifact) -> Path:
    """Fetched once through Django's storage, wherever that keeps it. Raises DamagedFile, or what the storage raises."""
    if not re.fullmatch("[0-9a-f]{64}", artifact.sha256):
        raise DamagedFile(f"{artifact.sha256!r} is no SHA-256")
    path = settings.TRY_CACHE_DIR / f"{artifact.sha256}.zip"
    if not path.exists():
        settings.TRY_CACHE_DIR.mkdir(parents=True, exist_ok=True)
        _fetch(artifact, path)
    os.utime(path)
    _make_room(path)
    return path


def _fetch(artifact: Artifact, path: Path) -> None:
    """A whole, checked file appears under its name, or none."""
    digest, size = hashlib.sha256(), 0
    with tempfile.NamedTemporaryFile(dir=path.parent, suffix=".part", delete=False) as copy:
        try:
            with artifact.file.open() as source:
                while chunk := source.read(CHUNK_BYTES):
                    size += len(chunk)
                    if size > artifact.size_bytes:
                        break
                    digest.update(chunk)
                    copy.write(chunk)
            if size != artifact.size_bytes or digest.hexdigest() != artifact.sha256:
                raise DamagedFile(f"{artifact} of run {artifact.run_id} is not what the run left")
            copy.flush()
            os.replace(copy.name, path)
        except BaseException:  # raised again: half a file is worth nothing
            os.unlink(copy.name)
            raise


def _make_room(kept: Path) -> None:
    """Removes what was used longest ago until the folder fits; the file just asked for stays."""
    files = []
    for file in kept.parent.glob("*.zip"):
        try:
            files.append((file.stat().st_mtime, file.stat().st_size, file))
        except FileNotFoundError:  # another worker of this host made room
            continue
    total = sum(size for _used, size, _file in files)
    for _used, size, file in sorted(files):
        if total <= settings.TRY_CACHE_MB * 2**20:
            return
        if file != kept:
            file.unlink(missing_ok=True)
            total -= size
