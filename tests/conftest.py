"""Fixtures for all tests."""

from pathlib import Path

import pytest

SHARED = Path(__file__).resolve().parents[2] / "shared"


@pytest.fixture
def shared_dir() -> Path:
    """Real inputs that lie beside the project on the developers' machines; absent anywhere else."""
    if not SHARED.is_dir():
        pytest.skip("needs the developers' shared/ folder beside the project, which is absent here")
    return SHARED


@pytest.fixture(autouse=True)
def _files_go_to_a_scratch_folder(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"
