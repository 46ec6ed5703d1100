"""Search, filters, facets and their order."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from catalog.models import Paper, PaperList
from tests.catalog.factories import PaperListFactory, SectionFactory
from tests.catalog.stock import TopicFactory, full_papers, paper_with

pytestmark = pytest.mark.django_db


def titles(text: str) -> list[str]:
    return [paper.title for paper in Paper.objects.search(text).sorted_by("relevance")]


def test_part_of_a_word_is_found():
    paper_with(title="TinyBERT: Distilling BERT")
    assert titles("bert") == ["TinyBERT: Distilling BERT"]


def test_every_word_must_occur():
    paper_with(title="Distilling BERT")
    assert titles("bert pruning") == []


@pytest.mark.parametrize("asked", ["marasovic", "MARASOVIĆ", "Ｍarasović"])
def test_case_accents_and_width_do_not_matter(asked):
    paper_with(title="Adapt", authors=["Ana Marasović"])
    assert titles(asked) == ["Adapt"]


@pytest.mark.parametrize("asked", ["pre-trained", "pretrained", "Pre‑Trained"])
def test_hyphens_do_not_matter(asked):
    paper_with(title="Pre-trained Models")
    assert titles(asked) == ["Pre-trained Models"]


def test_two_chinese_characters_are_found_in_notes_and_in_topics():
    paper_with(title="In a note", notes=[("zh", "用知识蒸馏压缩模型。")])
    paper_with(title="In a topic", topics=[TopicFactory(slug="knowledge-distillation", name_zh="知识蒸馏")])
    paper_with(title="Nowhere")
    assert set(titles("蒸馏")) == {"In a note", "In a topic"}


@pytest.mark.parametrize(
    "facts",
    [
        {"short_name": "Needle"},
        {"titles": ["The needle of a preprint"]},
        {"doi": "10.1/needle"},
        {"arxiv": "needle.1"},
        {"acl": "needle-main.1"},
        {"venue_name": "Needle Workshop"},
        {"notes": [("en", "It has a needle.")]},
    ],
)
def test_every_fact_is_searched(facts):
    paper_with(title="Hay", **facts)
    assert titles("needle") == ["Hay"]


def test_nickname_comes_first_then_titles_then_notes():
    paper_with(title="Noted", notes=[("en", "Beats BERT.")], year=2024)
    paper_with(title="A study of BERT", year=2023)
    paper_with(title="Deep Bidirectional Transformers", short_name="BERT", year=2018)
    assert titles("bert") == ["Deep Bidirectional Transformers", "A study of BERT", "Noted"]


@pytest.mark.parametrize(
    "text", ["%", "_", "\\", "'", '"; DROP TABLE', "\x00", "\ud800", "(((", "*" * 9000, "蒸" * 9000, "a " * 9000]
)
def test_any_text_is_safe_to_search(text):
    paper_with(title="Plain")
    assert list(Paper.objects.search(text)) in ([], [Paper.objects.get()])


def test_nothing_asked_finds_everything():
    paper_with(title="One")
    assert titles("  ") == ["One"]


def test_a_paper_in_two_sections_of_a_list_comes_once():
    paper_list = PaperListFactory(slug="kd")
    paper_with(title="Twice", sections=[SectionFactory(paper_list=paper_list), SectionFactory(paper_list=paper_list)])
    assert Paper.objects.narrowed(paper_list="kd").count() == 1
    assert PaperList.objects.with_counts().get().paper_count == 1


def test_filters_hold_together():
    pruning = TopicFactory(kind="tag", slug="pruning")
    wanted = paper_with(title="Wanted", topics=[pruning], venue_name="ACL", year=2019)
    paper_with(title="Other year", topics=[pruning], venue_name="ACL", year=2020)
    paper_with(title="Other venue", topics=[pruning], venue_name="EMNLP", year=2019)
    assert list(Paper.objects.narrowed(tag="pruning", venue="acl", year=2019)) == [wanted]


def test_a_category_and_a_tag_of_one_slug_are_two():
    paper_with(title="Tagged", topics=[TopicFactory(kind="tag", slug="probing")])
    assert not Paper.objects.narrowed(category="probing").exists()


def test_a_paper_without_a_year_comes_last_among_the_newest():
    paper_with(title="No year", year=None)
    paper_with(title="Old", year=1999)
    assert [paper.title for paper in Paper.objects.sorted_by("year")] == ["Old", "No year"]


def read_listing() -> int:
    with CaptureQueriesContext(connection) as queries:
        for paper in Paper.objects.search("full").sorted_by("relevance").for_listing():
            assert [authorship.author.name for authorship in paper.authorships.all()]
            assert paper.venue.name and list(paper.topics.all()) and list(paper.notes.all())
    return len(queries)


def test_listing_costs_the_same_queries_however_many():
    full_papers(2)
    few = read_listing()
    full_papers(18, start=2)
    assert read_listing() == few
