"""The page of a search: the box, the chips, the facets, the remarks, the way out of an empty result."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from catalog import search
from catalog.models import Paper, Topic
from catalog.search import filters
from catalog.search.browsing import Browse
from tests.catalog.search.library import shelve
from tests.catalog.stock import TopicFactory, full_papers, paper_with

pytestmark = pytest.mark.django_db


def page(client, **query):
    response = client.get(reverse("catalog:papers"), query)
    assert response.status_code == 200
    return response


def text_of(response) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", response.content.decode()).split())


def facet(browse: Browse, name: str) -> dict[str, int]:
    return {choice.label: choice.count for one in browse.facets() if one.name == name for choice in one.choices}


# --- the box holds the whole search ------------------------------------------------------------------------------


def test_filters_of_an_address_stand_in_the_box(client):
    shelve()
    body = page(client, q="bert OR 蒸馏", tag="pruning", venue="neurips").content.decode()
    assert 'value="(bert OR 蒸馏) tag:pruning venue:neurips"' in body and "1 paper" in " ".join(
        body.split("</strong> ")
    )


def test_chips_drop_one_thing_each(client):
    shelve()
    response = page(client, q="bert -tag:pruning year:2019..2020")
    chips = [(part.label, part.value, part.url) for part in response.context["parts"]]
    assert chips == [
        ("word", "bert", "/papers/?q=-tag:pruning+year:2019..2020"),
        ("without tag", "Pruning", "/papers/?q=bert+year:2019..2020"),
        ("year", "2019–2020", "/papers/?q=bert+-tag:pruning"),
    ]


def test_exports_take_the_same_search(client):
    shelve()
    browse = page(client, q="蒸馏 tag:x", sort="title").context["browse"]
    assert [link.label for link in browse.exports][:2] == ["BibTeX", "CSL-JSON"]
    assert browse.exports[0].url == "/papers.bib?q=%E8%92%B8%E9%A6%8F+tag:x&sort=title"


# --- facets --------------------------------------------------------------------------------------------------------


def test_facets_count_what_was_found():
    shelve()
    browse = Browse({"q": "模型"})
    assert facet(browse, "category") == {"Compression": 3, "Knowledge distillation": 2}
    assert facet(browse, "tag") == {"Pruning": 2, "Survey": 1}
    assert facet(browse, "year") == {"2021": 1, "2020": 1, "2019": 1, "2015": 1}
    assert facet(browse, "list") == {"Small models": 2} and facet(browse, "lang") == {"English": 2, "中文": 1}


def test_every_choice_leads_to_as_many_papers_as_it_says(client):
    shelve()
    for one in Browse({"q": "bert OR 模型"}).facets():
        for choice in one.choices:
            assert client.get(choice.url).context["page"].paginator.count == choice.count, choice


def test_a_chosen_value_stands_first_and_is_dropped_by_its_link():
    shelve()
    (year,) = [one for one in Browse({"q": "bert year:2019"}).facets() if one.name == "year"]
    assert (year.choices[0].label, year.choices[0].chosen, year.choices[0].url) == ("2019", True, "/papers/?q=bert")


def test_another_year_takes_the_place_of_a_span():
    shelve()
    (year,) = [one for one in Browse({"q": "year:2019..2020 bert"}).facets() if one.name == "year"]
    assert year.choices[1].url == "/papers/?q=bert+year:2020"


@pytest.mark.parametrize(
    "write",
    [
        lambda paper, tag: (paper.topics.clear(), Paper.objects.filter(pk=paper.pk).touch()),
        lambda paper, tag: (tag.papers.clear(), search.reindex([paper.pk])),
        lambda paper, tag: (search.remove([paper.pk]), paper.delete()),
    ],
)
def test_counts_are_those_after_the_last_write(write):
    tag = TopicFactory(kind="tag", slug="pruning", name_en="Pruning")
    paper = paper_with(title="One", topics=[tag])
    paper_with(title="Two", topics=[tag])
    assert facet(Browse({}), "tag") == {"Pruning": 2}
    write(paper, Topic.objects.get())
    assert facet(Browse({}), "tag").get("Pruning", 0) in (0, 1)


def test_a_removed_paper_is_not_found():
    paper = paper_with(title="Gone")
    search.remove([paper.pk])
    assert list(Paper.objects.search("gone")) == [] and Browse({"q": "gone"}).ids == []


def test_an_app_adds_a_value_to_is(monkeypatch):
    monkeypatch.setitem(filters.FACTS, "is", {})
    filters.register("is", "recent", "recent", lambda: filters.Q(year__gte=2020))
    shelve()
    assert set(Paper.objects.search("is:recent").values_list("slug", flat=True)) == {"prune", "tiny", "models"}
    assert facet(Browse({"q": "bert"}), "is") == {"recent": 1}


def test_papers_whose_method_runs_say_so(client):
    paper_with(title="Distilling the Knowledge in a Neural Network", arxiv="1503.02531")
    paper_with(title="Another")
    assert page(client, q="is:runnable").context["page"].paginator.count == 1
    assert page(client).content.decode().count('class="runs-here"') == 1


# --- what was not understood, what to do about nothing -------------------------------------------------------------


@pytest.mark.parametrize(
    ("q", "remark", "fixes"),
    [
        ("tagg:pruning bert", "tagg: is not a filter; it was searched as words.", ["tag:pruning bert"]),
        ("tag:prunning", "No tag is called prunning.", ["tag:pruning"]),
        ("-tag:prunning bert", "No tag is called prunning.", ["-tag:pruning bert"]),
        ("list:smal-models", "No list is called smal-models.", ["list:small-models"]),
        ('venue:"ACL Worksop"', "No venue is called ACL Worksop.", ['venue:"ACL Workshop"']),
        ("year:2019-2020-2021", "2019-2020-2021 is not a year or a span of years.", ["year:2019..2020"]),
        ("has:note", "has: does not know note.", ["has:notes"]),
        ("arxiv:soon", "soon is not an identifier.", []),
    ],
)  # fmt: skip
def test_what_is_not_known_names_the_nearest_that_is(client, q, remark, fixes):
    shelve()
    paper_with(title="Elsewhere", venue_name="ACL Workshop")
    (said,) = page(client, q=q).context["remarks"]
    assert said.text == remark
    browse = Browse({})
    assert [fix.url for fix in said.fixes] == [browse.url(q=fixed) for fixed in fixes]


def test_nothing_found_says_what_to_drop_and_offers_words_of_papers(client):
    shelve()
    response = page(client, q="distilation year:2015")
    assert [(part.value, part.count) for part in response.context["parts"]] == [("distilation", 1), ("2015", 0)]
    assert "/papers/?q=distillation+year:2015" in [link.url for link in response.context["nearest"]]


def test_the_words_of_a_hit_are_marked_in_titles_authors_and_notes(client):
    shelve()
    body = page(client, q="蒸馏 author:dean").content.decode()
    assert "Jeff <mark>Dean</mark>" in body and "用知识<mark>蒸馏</mark>压缩模型。" in body


def test_an_author_beyond_the_third_is_named_when_looked_for(client):
    paper_with(title="Many hands", authors=["Ann", "Bea", "Cy", "Dee", "Eve Last", "Flo"])
    assert "Ann, Bea, Cy, Eve <mark>Last</mark> and 2 more" in page(client, q="last").content.decode()


# --- cost ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "q", ["", "full", "蒸馏 OR full", "tag:pruning full", "full -author:cy", "venue:emnlp has:notes"]
)
def test_a_search_costs_the_same_queries_with_2_papers_and_with_30_and_on_the_last_page(client, q):
    def queries(**more) -> int:
        page(client, q=q)  # the columns are read anew after a write
        with CaptureQueriesContext(connection) as captured:
            page(client, q=q, **more)
        return len(captured)

    full_papers(2)
    few = queries()
    full_papers(28, start=2)
    assert queries() == few == queries(page=2)


def test_one_version_of_the_index_is_read_once(client):
    full_papers(2)
    Browse({}).facets()
    with CaptureQueriesContext(connection) as captured:
        Browse({}).facets()
    assert len(captured) == 3, "the version, the names of topics and of venues; there are no lists"


@pytest.mark.parametrize("signs", ["💥", "((", "NOT"])
def test_signs_alone_show_all_papers_and_say_so(client, signs):
    paper_with(title="Here")
    body = text_of(page(client, q=signs))
    assert "There is no word in this to search for: all papers are shown." in body
    assert "Here" in body
