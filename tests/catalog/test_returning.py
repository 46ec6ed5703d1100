import pytest

from catalog.returning import way_back


@pytest.mark.parametrize("asked", ["/queue/", "/runs/?state=queued&page=2", "http://testserver/queue/"])
def test_the_form_s_own_page_is_come_back_to(rf, asked):
    assert way_back(rf.post("/", {"next": asked}), "/home/") == asked


@pytest.mark.parametrize("asked", ["", "https://elsewhere.example/", "//elsewhere.example/", "javascript:alert(1)"])
def test_no_other_site_is_led_to(rf, asked):
    assert way_back(rf.post("/", {"next": asked}), "/home/") == "/home/"


def test_a_form_that_names_no_page_leads_to_the_usual_one(rf):
    assert way_back(rf.post("/"), "/home/") == "/home/"
