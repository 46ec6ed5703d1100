"""Fixtures for all tests."""

from pathlib import Path

import pytest
from django.apps import apps
from django.contrib.auth.models import Group
from django.core.cache import cache
from django.db.models.signals import post_migrate
from django.utils import translation

from catalog.access import EDITORS
from demos import footing
from tests import sharing_out

SHARED = Path(__file__).resolve().parents[2] / "shared"


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config, log) -> sharing_out.ByFile:
    return sharing_out.ByFile(config, log)


@pytest.fixture
def shared_dir() -> Path:
    """Real inputs that lie beside the project on the developers' machines; absent anywhere else."""
    if not SHARED.is_dir():
        pytest.skip("needs the developers' shared/ folder beside the project, which is absent here")
    return SHARED


@pytest.fixture(scope="session", autouse=True)
def _what_a_migration_wrote_outlives_a_flush():
    """A test with transactions of its own ends by emptying the database; which test comes next must not matter."""

    def write(**_):
        Group.objects.get_or_create(name=EDITORS)

    post_migrate.connect(write, sender=apps.get_app_config("auth"), dispatch_uid="editors")
    yield
    post_migrate.disconnect(dispatch_uid="editors", sender=apps.get_app_config("auth"))


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
