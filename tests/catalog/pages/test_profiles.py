"""Pages about an author, a venue, a year, a topic; the timeline."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from catalog.models import Author, Topic, Venue
from catalog.pages.profiles import author_profile, author_url, topic_profile, venue_profile, year_profile
from catalog.pages.timeline import timeline_of
from tests.catalog.factories import PaperFactory

pytestmark = pytest.mark.django_db


def rows(profile, title):
    return [(row.label, row.count) for group in profile.groups if group.title == title for row in group.rows]


def topic(kind, slug, *papers, name_zh=""):
    topic = Topic.objects.create(kind=kind, slug=slug, name_en=slug.capitalize(), name_zh=name_zh)
    topic.papers.add(*papers)
    return topic


def test_an_author_stands_beside_those_they_wrote_with():
    PaperFactory(authors=["Ada Long", "Bo Short"], year=2019)
    PaperFactory(authors=["Bo Short", "Ada Long"], year=2021)
    PaperFactory(authors=["Cy Else"], year=2022)
    profile = author_profile(Author.objects.get(name="Ada Long"))
    assert rows(profile, "Wrote with") == [("Bo Short", 2)]
    assert profile.years == (2019, 2021) and profile.papers.count() == 2


def test_an_authors_page_has_one_address(client):
    PaperFactory(authors=["Ada Long"])
    author = Author.objects.get()
    assert client.get(f"/authors/{author.pk}-other-words/").url == author_url(author)
    assert client.get(f"/authors/{author.pk}/").url == author_url(author)
    assert "Ada Long" in client.get(author_url(author)).content.decode()


def test_a_venue_counts_its_years_and_subjects():
    first, second = PaperFactory(venue_name="ACL", year=2019), PaperFactory(venue_name="ACL", year=2019)
    topic("category", "probing", first, second)
    profile = venue_profile(Venue.objects.get())
    assert rows(profile, "Years") == [("2019", 2)]
    assert rows(profile, "Subjects") == [("Probing", 2)]


def test_a_year_leads_to_its_nearest_years(client):
    for year in (2014, 2018, 2020):
        PaperFactory(year=year)
    profile = year_profile(2018)
    assert (profile.before.label, profile.after.label) == ("2014", "2020")
    assert client.get("/years/2015/").status_code == 404


def test_a_topic_stands_beside_the_topics_of_its_papers():
    paper = PaperFactory()
    pruning = topic("tag", "pruning", paper)
    topic("tag", "quantisation", paper)
    assert rows(topic_profile(pruning), "Also about") == [("Quantisation", 1)]


def test_a_profile_costs_the_same_queries_with_2_and_20_papers(client):
    few, many = Author.objects.create(name="Few", key="few"), Author.objects.create(name="Many", key="many")
    for author, number in ((few, 2), (many, 20)):
        papers = [
            PaperFactory(authors=[author.name, f"Other {i}"], venue_name="ACL", year=2000 + i) for i in range(number)
        ]
        topic("category", f"about-{number}", *papers)
    assert queries_of(client, author_url(few)) == queries_of(client, author_url(many))


def queries_of(client, address):
    with CaptureQueriesContext(connection) as queries:
        assert client.get(address).status_code == 200
    return len(queries)


def test_the_timeline_has_every_year_between_and_counts_a_paper_once_a_subject():
    first, second = PaperFactory(year=2018), PaperFactory(year=2020)
    PaperFactory(year=None)
    topic("category", "probing", first, second)
    topic("category", "surveys", second)
    timeline = timeline_of()
    assert timeline.years == [2018, 2019, 2020]
    counts = {line.label: [cell.count for cell in line.cells] for line in timeline.lines}
    assert counts == {"Probing": [1, 0, 1], "Surveys": [0, 0, 1]}
    assert [cell.count for cell in timeline.papers] == [1, 0, 1]
    assert timeline.undated == 1


def test_the_timeline_page_says_in_a_table_what_its_chart_draws(client):
    topic("category", "probing", PaperFactory(year=2020))
    page = client.get(reverse("catalog:timeline")).content.decode()
    assert '<a href="/papers/?category=probing&amp;year=2020">1</a>' in page
    assert '"label": "Probing"' in page


def test_the_timeline_allows_plotlys_own_two_styles_and_no_others(client):
    PaperFactory(year=2020)
    policy = client.get(reverse("catalog:timeline"))["Content-Security-Policy"]
    styles = next(part for part in policy.split("; ") if part.startswith("style-src"))
    assert "unsafe-inline" not in policy and styles.count("sha256-") == 2
    assert "sha256-" not in client.get("/")["Content-Security-Policy"]
