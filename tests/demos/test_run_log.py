"""A log in pieces: every line once, however one pages through it."""

import pytest
from django.urls import reverse
from django.utils import translation

from demos import run_log
from tests.demos.factories import RunFactory, add_events

pytestmark = pytest.mark.django_db
ADDRESS = "demos:run_log"


@pytest.fixture
def long_log():
    """1,000 lines with something else between them: the numbers of the events are not those of the lines."""
    run = RunFactory()
    said = [("log", {"text": f"line {number}"}) for number in range(1000)]
    add_events(run, *[event for line in said for event in (line, ("progress", {"share": 0.5}))])
    return run


def texts(page: run_log.LogPage) -> list[str]:
    return [line.text for line in page.lines]


def test_the_end_comes_first_and_every_line_once_on_the_way_up(long_log):
    page = run_log.log_page(long_log)
    found = texts(page)
    assert found[-1] == "line 999" and page.later is None and page.total == 1000
    while page.earlier:
        page = run_log.log_page(long_log, before=page.earlier)
        found = texts(page) + found
    assert found == [f"line {number}" for number in range(1000)]


def test_every_line_once_on_the_way_down(long_log):
    page, found = run_log.log_page(long_log, after=0), []
    while True:
        found += texts(page)
        if not page.later:
            break
        page = run_log.log_page(long_log, after=page.later)
    assert found == [f"line {number}" for number in range(1000)]


def test_the_log_as_it_was_at_an_event(long_log):
    assert texts(run_log.log_page(long_log, up_to=5)) == ["line 0", "line 1", "line 2"]


def test_a_search_finds_lines_anywhere(long_log):
    page = run_log.log_page(long_log, q="LINE 77")
    assert page.total == 11 and texts(page)[0] == "line 77"


@pytest.fixture
def two_versions():
    """A run whose log has a line of an older version and one of both languages."""
    run = RunFactory()
    add_events(run, ("log", {"text": "old zh"}), ("log", {"text": {"en": "Trained.", "zh": "已训练。"}}))
    return run


@pytest.mark.parametrize(("language", "said"), [("en", "Trained."), ("zh-hans", "已训练。")])
def test_lines_are_in_the_readers_language_and_old_ones_as_they_were(two_versions, language, said):
    with translation.override(language):
        assert texts(run_log.log_page(two_versions)) == ["old zh", said]


@pytest.mark.parametrize(
    ("language", "q", "found"),
    [
        ("en", "TRAINED", ["Trained."]),
        ("en", "训练", []),
        ("zh-hans", "训练", ["已训练。"]),
        ("zh-hans", "trained", []),
        ("zh-hans", "zh", ["old zh"]),  # and not the key that every line of both languages has
    ],
)
def test_a_search_finds_what_the_reader_sees(two_versions, language, q, found):
    with translation.override(language):
        page = run_log.log_page(two_versions, q=q)
    assert (texts(page), page.total) == (found, len(found))


@pytest.mark.parametrize("address", ["demos:run", ADDRESS])
def test_each_line_says_its_language_on_a_chinese_page(client, spec, two_versions, address):
    html = client.get(reverse(address, args=[two_versions.id]), headers={"Accept-Language": "zh-Hans"}).content.decode()
    assert 'lang="en">old zh\n</span>' in html and 'lang="zh-Hans">已训练。\n</span>' in html
    assert "Trained." not in html


def test_long_lines_make_fewer_of_them_and_giants_are_cut():
    run = RunFactory()
    add_events(run, *[("log", {"text": "x" * 9000}) for _ in range(20)])
    page = run_log.log_page(run)
    assert len(page.lines) == 5 and len(page.lines[0].text) == run_log.LETTERS_A_LINE + 2
    assert page.earlier == page.lines[0].seq


def test_the_pages_of_the_log_link_to_each_other(client, spec, long_log):
    html = client.get(reverse(ADDRESS, args=[long_log.id])).content.decode()
    assert "line 999" in html and "line 799" not in html and "1,000 entries" in html
    before = html.split("?before=")[1].split('"')[0]
    assert "line 799\n" in client.get(reverse(ADDRESS, args=[long_log.id]), {"before": before}).content.decode()


@pytest.mark.parametrize("asked", [{"before": "x"}, {"after": "-1"}, {"before": "9" * 30}])
def test_what_an_address_cannot_mean_asks_for_the_end(client, spec, long_log, asked):
    assert "line 999" in client.get(reverse(ADDRESS, args=[long_log.id]), asked).content.decode()


def test_earlier_lines_come_as_a_piece(client, spec, long_log):
    answer = client.get(reverse(ADDRESS, args=[long_log.id]), {"before": 1601}, headers={"HX-Request": "true"})
    assert answer.content.decode().strip().startswith('<div data-earlier="1201">')
    assert "HX-Request" in answer.headers["Vary"]


def test_the_page_of_a_run_with_ten_thousand_lines_stays_light(client, spec):
    run = RunFactory()
    add_events(run, *[("log", {"text": f"{number} " + "word " * 30}) for number in range(10_000)])
    page = client.get(run.get_absolute_url()).content
    assert len(page) < 100_000 and b"9999 word" in page
