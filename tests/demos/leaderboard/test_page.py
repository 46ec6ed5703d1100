"""/leaderboard/: what stands on it, where its rows and marks lead, what it says where there is nothing."""

import json
import re
from html import unescape

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from catalog.models import Paper
from catalog.titles import title_key
from demos.leaderboard.board import board_of
from tests.demos.leaderboard.measured import measure

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("methods")]
ADDRESS = "/leaderboard/"


@pytest.fixture
def paper():
    title = "Distilling the Knowledge in a Neural Network"
    return Paper.objects.create(slug="hinton", title=title, title_key=title_key(title), arxiv="1503.02531", year=2015)


def text_of(response) -> str:
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", response.content.decode())))


def row_of(response, name: str) -> str:
    """The words of the first table row that has this name."""
    rows = re.findall(r'<tr id="network-.*?</tr>', response.content.decode(), flags=re.DOTALL)
    words = [re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", row))) for row in rows]
    return next(row for row in words if row.strip().startswith(name))


def test_a_row_shows_mean_spread_interval_costs_and_seeds(client):
    for seed, value in enumerate((0.80, 0.81, 0.82)):
        measure(seed=seed, quality={"student": value}, latency_ms=4 + seed)
    row = row_of(client.get(ADDRESS), "Student ")
    assert "81.0 ± 1.0" in row and "78.5 to 83.5" in row
    assert "0.29" in row and "5.00 ± 1.00" in row and "3 seeds" in row


def test_one_seed_has_no_spread(client):
    measure()
    row = row_of(client.get(ADDRESS), "Student ")
    assert "81.0" in row and "1 seed" in row and "±" not in row


def test_rows_and_marks_lead_to_their_runs(client):
    shown = measure(seed=0)
    measure(seed=0, params={"temperature": 9})
    page = client.get(ADDRESS, {"kind": "method"}).content.decode()
    address = f'href="/runs/?configuration={shown.configuration}"'
    assert page.count(address) == 2, "the row's and the mark's"
    runs = client.get("/runs/", {"configuration": shown.configuration}).content.decode()
    assert re.findall(r'href="/runs/([0-9a-f-]{36})/"', runs) == [str(shown.pk)]


def test_the_runs_of_several_configurations_are_one_address(client):
    first, second = measure(params={"temperature": 2}), measure(params={"temperature": 3})
    measure(params={"temperature": 4})
    runs = client.get("/runs/", {"configuration": f"{first.configuration},{second.configuration}"}).content.decode()
    assert set(re.findall(r'href="/runs/([0-9a-f-]{36})/"', runs)) == {str(first.pk), str(second.pk)}


def test_the_method_and_its_paper_are_linked(client, paper):
    measure()
    page = client.get(ADDRESS).content.decode()
    assert 'href="/methods/stand-in/"' in page and 'href="/papers/hinton/"' in page


def test_networks_of_one_role_are_told_apart_by_what_differs(client):
    measure(params={"temperature": 2})
    measure(params={"temperature": 8})
    page = text_of(client.get(ADDRESS))
    assert "Temperature: 2" in page and "Temperature: 8" in page and "Epochs:" not in page


def test_the_front_is_marked_and_said_in_words(client):
    measure()
    page = client.get(ADDRESS)
    assert "on the front" in row_of(page, "Student ") and "on the front" not in row_of(page, "Student alone")
    assert "2 networks stand on the front" in text_of(page)


def test_a_column_sorts_and_a_second_press_turns_it_round(client):
    measure()
    page = client.get(ADDRESS, {"cost": "latency_p50_ms", "sort": "size_bytes"}).content.decode()
    assert 'aria-sort="ascending"' in page
    assert 'href="?cost=latency_p50_ms&amp;sort=-size_bytes"' in page
    assert 'href="?cost=latency_p50_ms&amp;sort=quality"' in page


def test_what_makes_no_sense_is_said_and_the_usual_shown(client):
    measure()
    page = client.get(ADDRESS, {"cost": "beauty", "data": "<b>"})
    assert page.status_code == 200
    assert "Against: nothing here is “beauty”; shown instead: Size on disk" in text_of(page)
    assert b"&lt;b&gt;" in page.content and b"<b>" not in page.content


def test_nothing_measured_says_what_to_run(client):
    page = client.get(ADDRESS)
    assert "No run has succeeded here yet" in text_of(page)
    assert b'href="/methods/stand-in/#run"' in page.content and b"leaderboard.js" not in page.content


def test_choices_that_nothing_fits_can_be_dropped(client):
    measure()
    page = client.get(ADDRESS, {"seeds": "9"})
    assert "3 networks were measured on this data, and none fits these choices." in text_of(page)
    assert b'href="?data=opinions"' in page.content


def test_without_the_cost_there_is_a_table_and_no_plot(client):
    run = measure()
    run.results.exclude(metric="accuracy").delete()
    page = client.get(ADDRESS)
    assert "81.0" in row_of(page, "Student ") and b"board-plot" not in page.content


def test_the_interactive_plot_gets_the_drawn_marks_and_its_two_styles(client):
    measure()
    page = client.get(ADDRESS)
    data = json.loads(re.search(r'id="board-data"[^>]*>(.*?)</script>', page.content.decode())[1])
    points = [point for trace in data["traces"] for point in trace["points"]]
    assert {point["key"] for point in points} == {one.key for one in board_of({}).networks}
    assert data["front"]["x"] == [0.29, 7.3] and data["front"]["y"] == [81.0, 82.3]
    assert "sha256-" in page.headers["Content-Security-Policy"]
    assert "unsafe-inline" not in page.headers["Content-Security-Policy"]


def test_of_many_networks_the_front_and_the_best_are_drawn_and_the_page_stays_light(client, monkeypatch):
    monkeypatch.setattr("demos.leaderboard.plot.MOST_MARKS", 4)
    for place in range(6):
        measure(params={"temperature": 2 + place}, quality={"student": 0.5 + place / 100})
    page = client.get(ADDRESS, {"kind": "method"})
    assert page.content.decode().count('id="mark-') == 4
    assert "2 weaker networks are in the table alone" in text_of(page)


def test_a_long_table_has_pages(client, monkeypatch):
    monkeypatch.setattr("demos.leaderboard.page.ROWS_A_PAGE", 2)
    measure()
    first, second = client.get(ADDRESS), client.get(ADDRESS, {"page": 2})
    assert [page.content.decode().count('<tr id="network-') for page in (first, second)] == [2, 1]
    assert b"page=2" in first.content


def test_twenty_networks_cost_the_queries_of_two(client):
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            client.get(ADDRESS)
        return len(captured)

    measure()
    queries()  # what the first page of a process reads once
    few = queries()
    for place in range(20):
        measure(params={"temperature": 2 + place % 18}, seed=place)
    assert queries() == few


def test_the_top_bar_leads_here(client):
    page = client.get(reverse("demos:leaderboard")).content.decode()
    assert page.count('<a href="/leaderboard/" aria-current="page">') == 2, "in the bar and in the phone's menu"
