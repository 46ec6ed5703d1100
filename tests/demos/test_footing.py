"""The line at the foot of every page: how much was measured here, and on what."""

import pytest
from django.core.cache import cache
from django.db import DatabaseError

from demos import footing
from demos.footing import Footing
from demos.models import Run
from tests.demos.factories import RunFactory, measured_run

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _not_counted_yet():
    cache.delete(footing.KEY)


def test_the_foot_of_a_page_tells_what_was_measured_and_on_what(client, spec):
    for device in ("Xeon", "Xeon", "H100"):
        measured_run(device_class=device, environment={"packages": {"torch": "2.8.0+cpu"}})
    RunFactory(state=Run.State.QUEUED)
    page = client.get("/papers/").content.decode()
    assert "3 runs of 1 method measured on Xeon, H100 with PyTorch 2.8.0" in page


def test_before_anything_was_measured_there_is_no_such_line(client, spec):
    RunFactory()
    assert "measured on" not in client.get("/papers/").content.decode()


def test_it_is_counted_once_a_minute_and_not_for_every_page(client, spec, django_assert_num_queries):
    measured_run()
    with django_assert_num_queries(2):
        first = footing.footing()
    measured_run()
    with django_assert_num_queries(0):
        assert footing.footing() == first


def test_more_kinds_of_device_than_fit_are_counted():
    line = str(Footing(9, 2, ("a", "b", "c", "d", "e"), "2.8.0"))
    assert line == "9 runs of 2 methods measured on a, b, c and 2 more with PyTorch 2.8.0"


def test_a_page_stands_where_the_database_cannot_count(monkeypatch):
    def refuses() -> Footing:
        raise DatabaseError

    monkeypatch.setattr(footing, "_counted", refuses)
    assert footing.footing() == Footing()
