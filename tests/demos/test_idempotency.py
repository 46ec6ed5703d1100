from __future__ import annotations

import pytest
from django.contrib.auth import get_user_model

from demos import idempotency
from demos.models import Group, IdempotencyKey, Run
from tests.demos.factories import RunFactory

pytestmark = pytest.mark.django_db
BODY = {"method": "stand-in", "seed": 1}


def once(key: str = "k-1", body: object = BODY, caller=None, start=RunFactory):
    return idempotency.once(caller=caller, key=key, body=body, start=start)


def test_the_same_key_and_body_start_one_run():
    (first, was_there), (second, is_there) = once(), once(body=dict(reversed(BODY.items())))
    assert (first, was_there, is_there) == (second, False, True)
    assert Run.objects.count() == 1


def test_another_body_is_refused():
    once()
    with pytest.raises(idempotency.KeyReused):
        once(body=BODY | {"seed": 2})
    assert Run.objects.count() == 1


def test_another_caller_has_keys_of_their_own():
    once()
    once(caller=get_user_model().objects.create_user("ada"))
    assert Run.objects.count() == 2


def test_a_group_is_started_once_too():
    def start() -> Group:
        return Group.objects.create(method="stand-in", preset="smoke", data="opinions")

    assert once(start=start)[0] == once(start=start)[0] == Group.objects.get()


def test_a_refused_request_leaves_its_key_free():
    def refuse() -> Run:
        raise RuntimeError

    with pytest.raises(RuntimeError):
        once(start=refuse)
    assert not IdempotencyKey.objects.exists()
    assert once()[1] is False


@pytest.mark.parametrize("key", ["", "x" * 256, "two words", "é", "tab\t", "line\n"])
def test_a_key_of_another_form_is_refused(key):
    with pytest.raises(idempotency.BadKey):
        once(key=key)
    assert not Run.objects.exists()


def test_the_key_of_a_run_that_was_removed_is_free():
    once()
    Run.objects.all().delete()
    assert once()[1] is False
