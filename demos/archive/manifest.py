"""What an archive says of itself: how many rows and which bytes each of its files has, and the schema they fit."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass, field
from pathlib import Path

from django import get_version
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder

from demos.archive.tables import APPS

NAME = "manifest.json"
FORMAT = "distillery-archive-1"


class ArchiveRefused(Exception):
    """The archive cannot be made or loaded; the message says why, for people. Nothing was written."""


@dataclass
class Manifest:
    """Paths are relative to the archive. No time stands in it: the same site gives the same archive."""

    with_people: bool
    format: str = FORMAT
    versions: dict[str, str] = field(default_factory=dict)
    migrations: list[str] = field(default_factory=list)
    tables: dict[str, dict] = field(default_factory=dict)  # label -> path, rows, sha256
    files: dict[str, dict] = field(default_factory=dict)  # name in storage -> path, size_bytes, sha256
    documents: dict[str, dict] = field(default_factory=dict)  # path -> sha256
    missing: list[str] = field(default_factory=list)  # files that rows name and storage does not have

    @classmethod
    def of_this_site(cls, *, with_people: bool) -> Manifest:
        return cls(with_people, versions={"django": get_version()}, migrations=migrations_here())

    def write(self, folder: Path) -> None:
        (folder / NAME).write_text(json.dumps(asdict(self), ensure_ascii=False, indent=1) + "\n", encoding="utf-8")

    @classmethod
    def read(cls, folder: Path) -> Manifest:
        """Raises ArchiveRefused."""
        try:
            return cls(**json.loads((folder / NAME).read_text(encoding="utf-8")))
        except (OSError, ValueError, TypeError) as error:
            raise ArchiveRefused(f"There is no readable {NAME} in {folder}.") from error

    def check(self, folder: Path) -> None:
        """That it fits this code, and that every file is there, byte for byte. Raises ArchiveRefused."""
        if self.format != FORMAT:
            raise ArchiveRefused(f"This archive is in the form {self.format}; here {FORMAT} is read.")
        if self.migrations != migrations_here():
            differ = sorted(set(self.migrations) ^ set(migrations_here()))
            raise ArchiveRefused(f"The archive fits another version of the code. Migrations that differ: {differ}.")
        listed = [*self.tables.values(), *self.files.values()]
        listed += [{"path": path, **facts} for path, facts in self.documents.items()]
        for facts in listed:
            path = (folder / facts["path"]).resolve()
            if not path.is_relative_to(folder.resolve()) or not path.is_file():
                raise ArchiveRefused(f"{facts['path']} is missing.")
            if sha256_of(path) != facts["sha256"]:
                raise ArchiveRefused(f"{facts['path']} is damaged: its SHA-256 is not that of the manifest.")


def migrations_here() -> list[str]:
    applied = MigrationRecorder(connection).applied_migrations()
    return sorted(f"{app}.{name}" for app, name in applied if app in APPS)


def sha256_of(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
