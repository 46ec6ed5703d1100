"""Fixtures for all tests."""

from pathlib import Path

import pytest
from django.core.cache import cache
from django.utils import translation

from demos import footing

SHARED = Path(__file__).resolve().parents[2] / "shared"


@pytest.fixture
def shared_dir() -> Path:
    """Real inputs that lie beside the project on the developers' machines; absent anywhere else."""
    if not SHARED.is_dir():
        pytest.skip("needs the developers' shared/ folder beside the project, which is absent here")
    return SHARED


@pytest.fixture(autouse=True)
def _the_site_is_as_make_run_starts_it(settings, tmp_path):
    """Open to who sits at the machine; files in a scratch folder."""
    settings.OPEN_TO_ANYONE = True
    settings.MEDIA_ROOT = tmp_path / "media"


@pytest.fixture(autouse=True)
def _the_foot_of_pages_is_counted_already():
    """It is counted once a minute: by which request must not change how many queries a test sees."""
    cache.set(footing.KEY, footing.Footing(), None)


@pytest.fixture(autouse=True)
def _every_test_begins_in_english():
    """A request in Chinese leaves its language on the thread; the next test must not inherit it."""
    with translation.override("en"):
        yield
