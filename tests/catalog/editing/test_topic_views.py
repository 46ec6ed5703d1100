"""Tags, categories, names of authors and venues: made, renamed, merged, removed."""

import pytest

from catalog.models import Author, Paper, Topic, Venue
from tests.catalog.factories import TopicFactory
from tests.catalog.pages.test_views import text_of
from tests.catalog.stock import paper_with

pytestmark = pytest.mark.django_db


def fresh(paper: Paper) -> Paper:
    return Paper.objects.get(pk=paper.pk)


WORDS = {"name_en": "Pruning", "name_zh": "剪枝", "description_en": "", "description_zh": ""}


def test_tags_are_listed_with_their_papers_for_everyone(client, settings):
    settings.OPEN_TO_ANYONE = False
    tag = TopicFactory(name_en="Pruning")
    paper_with(title="A", topics=[tag])
    response = client.get("/tags/")
    assert "Pruning 1" in text_of(response)
    assert "/edit/" not in response.content.decode() and 'class="edit-form' not in response.content.decode()


def test_a_tag_is_made_renamed_merged_and_removed(client):
    assert client.post("/tags/", WORDS).url == "/tags/pruning/"
    client.post("/tags/pruning/edit/", WORDS | {"name_en": "Cutting"})
    tag = Topic.objects.get()
    assert (tag.slug, tag.name_en) == ("pruning", "Cutting")
    other = TopicFactory(name_en="Other", slug="other")
    paper = paper_with(title="A", topics=[tag])
    text = text_of(client.get("/tags/pruning/merge/", {"into": "other"}))
    assert "1 paper carries “Cutting”" in text and "0 papers carry “Other”" in text
    assert client.post("/tags/pruning/merge/", {"into": "other"}).url == "/tags/other/"
    assert list(paper.topics.all()) == [other]
    client.post("/tags/other/remove/")
    assert not Topic.objects.exists() and Paper.objects.exists()


def test_a_tag_of_a_name_that_is_here_is_refused_with_a_link_to_it(client):
    TopicFactory(name_en="Pruning", slug="pruning")
    response = client.post("/tags/", WORDS)
    assert response.status_code == 422
    assert '<a href="/tags/pruning/">' in response.content.decode()


def test_a_category_is_renamed_and_can_be_neither_merged_nor_removed(client):
    TopicFactory(kind="category", slug="compression")
    client.post("/categories/compression/edit/", WORDS)
    assert Topic.objects.get().name_zh == "剪枝"
    assert client.post("/tags/compression/remove/").status_code == 404


def test_a_name_is_mended_on_every_paper_and_two_spellings_become_one(client):
    paper_with(title="A", authors=["J. Devlim", "Bo Li"])
    both = paper_with(title="B", authors=["J. Devlim", "J. Devlin"])
    wrong, right = Author.objects.get(name="J. Devlim"), Author.objects.get(name="J. Devlin")
    response = client.post(f"/authors/{wrong.pk}-j-devlim/edit/", {"name": "J. Devlin"})
    assert response.url == f"/authors/{right.pk}-j-devlin/"
    assert not Author.objects.filter(pk=wrong.pk).exists()
    assert right.papers.count() == 2 and both.authorships.count() == 1
    assert set(Paper.objects.search("devlin")) == set(Paper.objects.all())


def test_a_venue_is_mended_at_its_address_and_joins_one_of_its_name(client):
    paper = paper_with(title="A", venue_name="Proc. ACL")
    client.post("/venues/proc-acl/edit/", {"name": "ACL Findings"})
    assert Venue.objects.values_list("slug", "name").get() == ("proc-acl", "ACL Findings")
    other = paper_with(title="B", venue_name="EMNLP").venue
    client.post("/venues/proc-acl/edit/", {"name": "emnlp"})
    assert Venue.objects.get() == other
    assert fresh(paper).venue == other
