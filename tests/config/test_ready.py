"""GET /ready/ as a load balancer meets it."""

import pytest

from config import ready

pytestmark = pytest.mark.django_db


def test_ready_site_says_so_without_login(client, settings, monkeypatch):
    settings.OPEN_TO_ANYONE = False
    monkeypatch.setattr(ready, "missing", list)
    answer = client.get("/ready/")
    assert (answer.status_code, answer.json()) == (200, {"ready": True, "missing": []})
    assert "no-cache" in answer["Cache-Control"]
    assert not answer.cookies


def test_site_that_is_not_ready_says_what_is_missing_and_fills_no_log(client, monkeypatch, caplog):
    monkeypatch.setattr(ready, "missing", lambda: ["No worker is there for the queue gpu."])
    answer = client.get("/ready/")
    assert answer.status_code == 503
    assert answer.json() == {"ready": False, "missing": ["No worker is there for the queue gpu."]}
    assert caplog.text == ""


def test_only_reading_is_allowed(client):
    assert client.post("/ready/").status_code == 405
