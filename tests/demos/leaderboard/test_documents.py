"""The same board as CSV, as JSON, and as the papers of the methods on its front."""

import csv
import io
import json

import pytest

from catalog.models import Paper
from catalog.titles import title_key
from tests.demos.leaderboard.measured import measure

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("methods")]


@pytest.fixture
def papers():
    found = {"1503.02531": "Distilling the Knowledge in a Neural Network", "1909.10351": "TinyBERT"}
    for arxiv, title in found.items():
        Paper.objects.create(
            slug=arxiv.replace(".", "-"), title=title, title_key=title_key(title), arxiv=arxiv, year=2015
        )


def lines_of(response) -> list[dict]:
    return list(csv.DictReader(io.StringIO(response.content.decode())))


def test_csv_has_a_line_a_network_in_the_boards_order(client):
    measure(seed=0, quality={"student": 0.80})
    run = measure(seed=1, quality={"student": 0.82})
    response = client.get("/leaderboard.csv", {"sort": "-quality"})
    assert [line["role"] for line in lines_of(response)] == ["alone", "student", "teacher"]
    student = lines_of(response)[1]
    assert float(student["mean"]) == pytest.approx(0.81) and float(student["size_bytes"]) == 290_000
    assert (student["on_front"], student["seeds"], student["configuration"]) == ("yes", "2", run.configuration)
    assert json.loads(student["settings"])["temperature"] == 4
    assert response.headers["Content-Disposition"] == 'attachment; filename="leaderboard.csv"'


def test_csv_of_nothing_is_its_head(client):
    assert lines_of(client.get("/leaderboard.csv")) == []
    assert client.get("/leaderboard.csv").content.startswith(b"method,role,kind")


def test_bibtex_holds_the_papers_of_methods_on_the_front_alone(client, papers):
    measure(quality={"student": 0.81})
    measure(method="other", quality={"student": 0.60})
    text = client.get("/leaderboard.bib").content.decode()
    assert "Distilling the Knowledge" in text and "TinyBERT" not in text


def test_a_baseline_on_the_front_brings_no_paper(client, papers):
    measure(quality={"student": 0.5})
    assert client.get("/leaderboard.bib").content == b""
    assert b"leaderboard.bib" not in client.get("/leaderboard/").content


def test_the_front_can_be_had_as_ris_too_and_nothing_else_is_there(client, papers):
    measure()
    assert b"TI  - Distilling the Knowledge" in client.get("/leaderboard.ris").content
    assert client.get("/leaderboard.xls").status_code == 404


def test_json_is_what_the_api_says(client):
    measure()
    assert (
        client.get("/leaderboard.json", {"kind": "method"}).json()
        == client.get("/api/v1/leaderboard/", {"kind": "method"}).json()
    )
