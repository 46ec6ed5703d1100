"""Related papers and the reason each is named for."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from catalog import search
from catalog.models import Entry, Paper, PaperList, Section, Topic
from catalog.pages.related import related_to
from tests.catalog.factories import PaperFactory

pytestmark = pytest.mark.django_db


def reasons(paper):
    found = related_to(Paper.objects.for_page().get(pk=paper.pk))
    return {row.paper.title: row.reasons for row in found}


def section_of(*papers, name="Early work"):
    paper_list = PaperList.objects.create(slug=f"list-{PaperList.objects.count()}", name_en="Compression")
    section = Section.objects.create(paper_list=paper_list, name_en=name, position=1)
    for position, paper in enumerate(papers, 1):
        Entry.objects.create(section=section, paper=paper, position=position)


def test_neighbours_in_a_section_are_named_by_it_the_nearest_first():
    papers = [PaperFactory(title=f"Paper {n}") for n in range(8)]
    section_of(*papers)
    found = related_to(Paper.objects.for_page().get(pk=papers[0].pk))
    assert [row.paper.title for row in found] == ["Paper 1", "Paper 2", "Paper 3", "Paper 4"]
    assert found[0].reasons == ["beside it under “Early work”"]


def test_an_unnamed_section_is_told_by_its_list():
    here, there = PaperFactory(), PaperFactory(title="There")
    section_of(here, there, name="")
    assert reasons(here) == {"There": ["beside it under “Compression”"]}


def test_shared_tags_and_authors_are_told_together():
    here = PaperFactory(authors=["Ada Long", "Bo Short"])
    there = PaperFactory(title="There", authors=["Bo Short"])
    for slug in ("pruning", "attention"):
        Topic.objects.create(kind="tag", slug=slug, name_en=slug.capitalize()).papers.add(here, there)
    assert reasons(here) == {"There": ["tags Attention, Pruning", "by Bo Short"]}


def test_a_category_alone_relates_nothing():
    here, there = PaperFactory(), PaperFactory()
    Topic.objects.create(kind="category", slug="probing", name_en="Probing").papers.add(here, there)
    assert reasons(here) == {}


def test_titles_that_share_rare_words_are_similar():
    for n in range(12):
        PaperFactory(title=f"Models Number{n}")
    here = PaperFactory(title="Attention Distillation for Small Models")
    there = PaperFactory(title="Attention Distillation, Again")
    PaperFactory(title="Attention Alone")
    search.reindex()
    assert reasons(here) == {there.title: ["similar title: attention, distillation"]}


def test_chinese_titles_are_compared_by_their_pairs():
    for n in range(12):
        PaperFactory(title=f"Models Number{n}")
    here, there = PaperFactory(title="注意力蒸馏"), PaperFactory(title="再论注意力蒸馏")
    search.reindex()
    assert reasons(here) == {there.title: ["similar title: 注意力蒸馏"]}


def test_the_cost_is_the_same_with_2_and_20_related_papers():
    few, many = PaperFactory(authors=["Few One"]), PaperFactory(authors=["Many One"])
    section_of(few, *(PaperFactory(authors=["Few One"]) for _ in range(2)))
    section_of(many, *(PaperFactory(authors=["Many One"]) for _ in range(20)))
    assert queries_of(few) == queries_of(many)


def queries_of(paper):
    paper = Paper.objects.for_page().get(pk=paper.pk)
    with CaptureQueriesContext(connection) as queries:
        related_to(paper)
    return len(queries)
