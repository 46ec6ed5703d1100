"""One work is one row, and two works of one title are two."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from catalog.importers.records import Record
from catalog.models import AlternativeTitle
from catalog.works.identity import Shelf, key_of
from tests.catalog.factories import PaperFactory

pytestmark = pytest.mark.django_db
LONG = "Well Read Students Learn Better Than Others Do"


def found(record):
    work = Shelf([record]).find(record)
    return work.paper if work else None


@pytest.mark.parametrize(("name", "value"), [("arxiv", "1908.08962"), ("acl", "N19-1423"), ("doi", "10.1/x")])
def test_same_identifier_is_the_same_work(name, value):
    paper = PaperFactory(title="One Title", **{name: value})
    assert found(Record(title="Quite Another Title", **{name: value})) == paper


def test_title_is_compared_without_case_and_punctuation():
    paper = PaperFactory(title="TinyBERT: Distilling BERT")
    assert found(Record(title="tinybert — Distilling  Bert")) == paper


def test_alternative_title_finds_the_work():
    paper = PaperFactory(title=LONG)
    AlternativeTitle.objects.create(paper=paper, title="Other", title_key=key_of("Other"))
    assert found(Record(title="OTHER")) == paper


def test_same_title_with_another_arxiv_id_is_another_work():
    PaperFactory(title=LONG, arxiv="1908.08962")
    assert found(Record(title=LONG, arxiv="1908.00001")) is None


def test_ernie_of_two_places_are_two_works():
    thu = PaperFactory(title="ERNIE: Enhanced Language Representation with Informative Entities", short_name="ERNIE")
    baidu = Record(title="ERNIE: Enhanced Representation through Knowledge Integration", short_name="ERNIE")
    assert found(baidu) is None
    assert found(Record(title=thu.title.upper())) == thu


def test_title_by_other_people_is_another_work():
    PaperFactory(title="Introduction", authors=["Ann Lee"], year=2019)
    assert found(Record(title="Introduction", authors=["Bob Ray"], year=2019)) is None
    assert found(Record(title="Introduction", authors=["A. Lee"], year=2019)) is not None


def test_book_and_its_review_by_another_are_two_works():
    PaperFactory(title=LONG, authors=["Ann Lee"], year=2019)
    assert found(Record(title=LONG, authors=["Bob Ray"], year=2019)) is None


def test_identifier_given_to_the_wrong_work_does_not_join_two():
    paper = PaperFactory(title=LONG, authors=["Ann Lee"], doi="10.1/x")
    assert found(Record(title="Quite Another", authors=["Bob Ray"], doi="10.1/x")) is None
    assert found(Record(title="Quite Another", authors=["Lee, A."], doi="10.1/x")) == paper
    assert found(Record(title=LONG, authors=["The Team"], doi="10.1/x")) == paper


def test_short_title_years_later_is_another_work():
    PaperFactory(title="Editorial", year=2010)
    assert found(Record(title="Editorial", year=2019)) is None


def test_preprint_and_publication_of_the_same_people_are_one_work():
    paper = PaperFactory(title=LONG, authors=["Ann Lee", "Bob Ray"], year=2019)
    assert found(Record(title=LONG, authors=["Lee Ann"], year=2021)) == paper


def test_title_alone_finds_the_work():
    paper = PaperFactory(title=LONG, authors=["Ann Lee"], year=2019)
    assert found(Record(title=LONG)) == paper


def test_shelf_asks_as_often_for_many_records_as_for_few():
    def queries(number):
        records = [Record(title=f"{LONG} {n}", arxiv=f"1901.{n:05}", doi=f"10.1/{n}") for n in range(number)]
        with CaptureQueriesContext(connection) as captured:
            Shelf(records)
        return len(captured)

    for n in range(20):
        PaperFactory(title=f"{LONG} {n}", authors=[f"Ann Lee{n}"])
    assert queries(2) == queries(1_000) <= 10
