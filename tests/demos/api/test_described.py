"""The lines on /api/ work when pasted: read from the page, split as a shell would, and asked."""

import json
import re
import shlex
from html import unescape
from urllib.parse import urlsplit

import pytest

from demos.models import Run
from tests.catalog.factories import PaperFactory
from tests.demos.factories import measured_run

pytestmark = pytest.mark.django_db
OPEN = ("find", "pages", "formats", "runs", "events", "groups", "compare")


def lines(client, anchor: str) -> list[str]:
    page = unescape(client.get("/api/").content.decode())
    return re.search(rf'id="{anchor}".*?<code>(.*?)</code>', page, re.DOTALL)[1].splitlines()


def ask(client, line: str):
    """As curl would; what curl's own flags show is left out."""
    words = shlex.split(line)
    headers = dict(re.split(r":\s*", words[i + 1], maxsplit=1) for i, word in enumerate(words) if word == "-H")
    address = next(urlsplit(word) for word in words if word.startswith("http"))
    path = f"{address.path}?{address.query}"
    if "-d" not in words:
        return client.get(path, headers=headers)
    body = json.loads(words[words.index("-d") + 1])
    return client.post(path, body, content_type="application/json", headers=headers)


@pytest.mark.parametrize("anchor", OPEN)
def test_every_line_that_needs_no_token_is_answered(client, spec, anchor):
    PaperFactory()
    measured_run(), measured_run()
    answers = {line: ask(client, line).status_code for line in lines(client, anchor)}
    assert answers
    assert set(answers.values()) <= {200, 202}, answers


def test_the_lines_that_start_runs_start_them(client, spec):
    ask(client, lines(client, "runs")[0])
    ask(client, lines(client, "groups")[0])
    assert sorted(Run.objects.values_list("seed", flat=True)) == [0, 0, 1, 2]


def test_on_a_closed_site_they_say_where_a_token_goes(client, spec, settings):
    settings.OPEN_TO_ANYONE = False
    for anchor in ("runs", "groups"):
        assert "-H 'Authorization: Bearer dst_…'" in lines(client, anchor)[0]


def test_where_nothing_has_run_the_place_of_a_run_is_named(client, spec):
    assert lines(client, "compare")[0].endswith("/api/v1/compare/?runs=RUN,OTHER-RUN&baseline=RUN'")
