"""The catalogue's pages: what they show, to whom, in how many queries."""

import re
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from catalog.models import Topic
from tests.catalog.factories import PaperListFactory, SectionFactory
from tests.catalog.stock import TopicFactory, full_papers, paper_with

pytestmark = pytest.mark.django_db
SCRIPT = "<script>alert(1)</script>"


def text_of(response) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", response.content.decode()).split())


def page(client, name: str, *args, **query):
    response = client.get(reverse(f"catalog:{name}", args=args), query)
    assert response.status_code == 200
    return response


def test_home_counts_papers_lists_and_subjects(client):
    section = SectionFactory(paper_list__name_en="Distillation reading")
    full_papers(2, section)
    text = text_of(page(client, "home"))
    assert "All 2 papers" in text and "Distillation reading 2 papers, 1 section" in text and "Compression 2" in text


def test_search_marks_the_hit_and_counts(client):
    paper_with(title="TinyBERT: Distilling BERT", short_name="TinyBERT", authors=["A", "B", "C", "D", "E"])
    response = page(client, "papers", q="tinybert")
    assert "<mark>TinyBERT</mark>: Distilling BERT" in response.content.decode()
    assert "1 paper" in text_of(response) and "A, B, C and 2 more" in text_of(response)


def test_a_chosen_facet_can_be_dropped(client):
    paper_with(title="Old", year=2018)
    paper_with(title="New", year=2020)
    body = page(client, "papers", year=2018).content.decode()
    assert "Old" in body and ">New<" not in body
    assert '<a href="/papers/" aria-current="true">2018' in body


def test_facets_link_to_the_search_they_narrow(client):
    paper_with(title="BERT", year=2018)
    assert 'href="/papers/?q=bert+year:2018"' in page(client, "papers", q="bert").content.decode()


def test_nothing_found_says_what_to_drop(client):
    paper_with(title="BERT", year=2018)
    text = text_of(page(client, "papers", q="bert zzz", year=2018))
    assert "word zzz : drop it, 1 paper is left" in text
    assert "year 2018 : dropping it alone does not help" in text


def test_a_year_that_is_no_year_finds_nothing_and_offers_a_span(client):
    paper_with(title="BERT")
    response = page(client, "papers", year="soon")
    assert "soon is not a year or a span of years." in text_of(response)
    assert 'href="/papers/?q=year:2019..2021"' in response.content.decode()


def test_results_come_in_pages_of_25(client):
    full_papers(26)
    assert "Page 2 of 2" in text_of(page(client, "papers", page=2))
    assert page(client, "papers", page="nonsense").context["page"].number == 1


def test_htmx_gets_the_results_alone(client):
    paper_with(title="BERT")
    response = client.get("/papers/", {"q": "bert"}, headers={"HX-Request": "true"})
    body = response.content.decode()
    assert body.lstrip().startswith('<div id="results"') and "<html" not in body
    assert "HX-Request" in response["Vary"]


def test_a_restored_history_entry_is_the_whole_page(client):
    headers = {"HX-Request": "true", "HX-History-Restore-Request": "true"}
    assert "<html" in client.get("/papers/", headers=headers).content.decode()


def test_paper_page_shows_every_fact(client):
    paper = paper_with(
        title="Well-Read Students",
        short_name="PD",
        titles=["Variously Pre-trained Students"],
        authors=["Iulia Turc", "Ming-Wei Chang"],
        venue_name="CoRR",
        arxiv="1908.08962",
        links={"https://example.org/code": "code"},
        notes=[("en", "Train the **student** first."), ("zh", "先预训练学生模型。")],
        topics=[TopicFactory(slug="compression", name_en="Compression")],
    )
    body = client.get(paper.get_absolute_url()).content.decode()
    for fact in (
        "Well-Read Students",
        "Variously Pre-trained Students",
        "Iulia Turc",
        "Ming-Wei Chang",
        "CoRR",
        "2020",
    ):
        assert fact in body
    assert "https://arxiv.org/abs/1908.08962" in body and "https://example.org/code" in body
    assert "<strong>student</strong>" in body and "先预训练学生模型。" in body and "@" in body


@pytest.mark.parametrize(
    ("language", "first", "folded"), [("en", "In English.", "中文。"), ("zh-hans", "中文。", "In English.")]
)
def test_notes_in_the_readers_language_come_first_and_the_others_are_offered(client, language, first, folded):
    paper = paper_with(title="T", notes=[("en", "In English."), ("zh", "中文。")])
    body = client.get(paper.get_absolute_url(), headers={"Accept-Language": language}).content.decode()
    assert body.index(first) < body.index('<details class="other-language">') < body.index(folded)


def test_a_note_of_the_other_language_says_its_language(client):
    paper = paper_with(title="T", notes=[("zh", "中文。")])
    assert '<div class="reading" lang="zh-Hans"><p>中文。' in client.get(paper.get_absolute_url()).content.decode()


def test_paper_page_names_its_neighbours_in_each_list(client):
    section = SectionFactory(name_en="Layers", parent=SectionFactory(name_en="Compression"))
    before, paper, after = (paper_with(title=title, sections=[section]) for title in ("Before", "This", "After"))
    response = client.get(paper.get_absolute_url())
    (place,) = response.context["places"]
    assert (place.before, place.after, place.position, place.total) == (before, after, 2, 3)
    assert f"#s{section.pk}" in response.content.decode()


def test_list_page_prints_nested_sections_in_order_and_says_which_are_empty(client):
    paper_list = PaperListFactory()
    outer = SectionFactory(paper_list=paper_list, name_en="Outer", position=1)
    inner = SectionFactory(paper_list=paper_list, name_en="Inner", parent=outer, position=2)
    SectionFactory(paper_list=paper_list, name_en="Bare", position=3)
    paper_with(title="Second", sections=[outer])
    paper_with(title="First", sections=[inner], notes=[("en", "A note in full.")])
    response = client.get(paper_list.get_absolute_url())
    text = text_of(response)
    assert "<h2 id=" in response.content.decode() and "<h3 id=" in response.content.decode()
    assert re.search(r"Outer Second .*Inner First .*A note in full\. .*Bare Nothing stands here yet\.", text)


def test_subject_pages_show_their_papers(client):
    paper_with(
        title="Pruned",
        topics=[TopicFactory(slug="compression", name_en="Compression"), TopicFactory(kind="tag", slug="pruning")],
    )
    for topic in Topic.objects.all():
        assert "Pruned" in text_of(client.get(topic.get_absolute_url()))


@pytest.mark.parametrize(
    "address",
    [
        "/papers/none/",
        "/papers/none.bib",
        "/lists/none/",
        "/lists/none.bib",
        "/categories/none/",
        "/tags/none/",
        "/none",
    ],
)
def test_what_does_not_exist_is_a_404_in_the_sites_frame(client, address):
    response = client.get(address)
    assert response.status_code == 404
    assert "Nothing here" in text_of(response) and "Skip to the content" in text_of(response)


@pytest.mark.parametrize(
    ("address", "count"), [("/papers/t.bib", 1), ("/lists/kd.bib", 1), ("/papers.bib", 2), ("/papers.bib?q=other", 1)]
)
def test_bibtex_of_a_paper_a_list_and_a_search(client, address, count):
    paper_with(title="T", slug="t", sections=[SectionFactory(paper_list__slug="kd")])
    paper_with(title="Other")
    response = client.get(address)
    assert response["Content-Type"] == "application/x-bibtex; charset=utf-8"
    assert f"\n{response.getvalue().decode()}".count("\n@") == count


def test_script_tags_are_text_everywhere(client):
    section = SectionFactory(name_en=SCRIPT, paper_list__name_en=SCRIPT, paper_list__description_en=SCRIPT)
    topic = TopicFactory(name_en=SCRIPT, description_en=SCRIPT)
    paper = paper_with(
        title=SCRIPT,
        short_name=SCRIPT,
        titles=[SCRIPT + "2"],
        authors=[SCRIPT],
        notes=[("en", f"{SCRIPT} [x](javascript:alert(1)) ![x](https://example.org/x.png)")],
        links={"https://example.org/": SCRIPT},
        sections=[section],
        topics=[topic],
    )
    addresses = ["/", "/papers/", f"/papers/?q={SCRIPT}", f"/papers/?tag={SCRIPT}", "/lists/"]
    objects = [paper, section.paper_list, topic]
    for address in [*addresses, *(thing.get_absolute_url() for thing in objects)]:
        body = client.get(address).content.decode()
        assert "<script>" not in body and 'href="javascript:' not in body and "<img" not in body, address


def test_pages_are_read_only(client):
    paper = paper_with(title="T")
    for address in ("/", "/papers/", paper.get_absolute_url(), "/lists/"):
        assert client.post(address).status_code == 405


def queries_of(client, address: str) -> int:
    with CaptureQueriesContext(connection) as queries:
        assert client.get(address).status_code == 200
    return len(queries)


LISTINGS = ["/", "/papers/", "/papers/?q=full", "/lists/", "/tags/pruning/"]


@pytest.mark.parametrize("address", [*LISTINGS, "/papers/{slug}/", "/lists/kd/", "/papers.bib", "/lists/kd.bib"])
def test_pages_cost_the_same_queries_with_2_papers_and_with_20(client, address):
    section = SectionFactory(paper_list__slug="kd")
    address = address.format(slug=full_papers(2, section)[0].slug)
    few = queries_of(client, address)
    full_papers(18, section, start=2)
    assert queries_of(client, address) == few


def test_no_page_passes_100_kb_with_style_and_scripts(client):
    section = SectionFactory(paper_list__slug="kd")
    full_papers(100, section)
    for address in ("/", "/papers/", "/lists/kd/", "/categories/compression/"):
        body = client.get(address).content
        files = re.findall(rb'(?:src|href)="/static/([^"]+\.(?:css|js))"', body)
        size = len(body) + sum(Path(finders.find(name.decode())).stat().st_size for name in files)
        assert size < 100_000, (address, size)


def test_a_list_without_headings_is_read_straight_through(client):
    section = SectionFactory(name_en="")
    paper = paper_with(title="Lonely", sections=[section])
    body = client.get(section.paper_list.get_absolute_url()).content.decode()
    assert "Lonely" in body and 'class="sticky outline"' not in body and "<h2" not in body
    assert "1 of 1" in text_of(client.get(paper.get_absolute_url()))
