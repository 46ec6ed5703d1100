"""A list's sections and entries as its page prints them, a page at a time."""

import pytest

from catalog.lists import outline
from catalog.models import Entry, PaperList, Section
from tests.catalog.factories import PaperFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def long_list(monkeypatch) -> PaperList:
    """First (3 entries), Part > Second (4 entries), Empty; four entries a page."""
    monkeypatch.setattr(outline, "ENTRIES_A_PAGE", 4)
    paper_list = PaperList.objects.create(slug="long", name_en="Long")
    part = None
    for position, (name, count) in enumerate([("First", 3), ("Part", 0), ("Second", 4), ("Empty", 0)], start=1):
        parent = part if name == "Second" else None
        section = Section.objects.create(paper_list=paper_list, name_en=name, parent=parent, position=position)
        part = section if name == "Part" else part
        for place in range(1, count + 1):
            Entry.objects.create(section=section, paper=PaperFactory(), position=place)
    return paper_list


def printed(paper_list: PaperList, number: int) -> list[tuple[str, int, int]]:
    _, shown, _ = outline.page_of(paper_list, number)
    return [(node.section.name, len(node.entries), node.start) for node in shown]


def test_a_section_goes_on_where_the_page_before_it_stopped(long_list):
    assert printed(long_list, 1) == [("First", 3, 1), ("Part", 0, 1), ("Second", 1, 1)]
    assert printed(long_list, 2) == [("Second", 3, 2), ("Empty", 0, 1)]


def test_every_entry_stands_on_exactly_one_page(long_list):
    pages = [outline.page_of(long_list, number)[1] for number in (1, 2)]
    printed_ids = [entry.pk for shown in pages for node in shown for entry in node.entries]
    assert sorted(printed_ids) == sorted(Entry.objects.values_list("pk", flat=True))


def test_the_outline_leads_to_the_page_of_a_section(long_list):
    nodes, _, _ = outline.page_of(long_list, 1)
    assert {node.section.name: node.page for node in nodes} == {"First": 1, "Part": 1, "Second": 1, "Empty": 2}


def test_a_page_costs_as_much_in_a_long_list_as_in_a_short_one(long_list, django_assert_num_queries):
    with django_assert_num_queries(7):  # sections, places, entries with paper and venue, four prefetches
        outline.page_of(long_list, 1)
    for place in range(5, 30):
        Entry.objects.create(section=Section.objects.get(name_en="Second"), paper=PaperFactory(), position=place)
    with django_assert_num_queries(7):
        outline.page_of(long_list, 1)
