"""A paper's old address leads to the paper for good."""

import pytest

from catalog.models import FormerAddress
from catalog.works.addresses import keep_address
from tests.catalog.factories import PaperFactory

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("suffix", ["/", ".bib"])
def test_an_old_address_redirects_for_good_with_its_query(client, suffix):
    paper = PaperFactory(slug="new")
    paper.former_addresses.create(slug="old")
    answer = client.get(f"/papers/old{suffix}?page=2")
    assert (answer.status_code, answer["Location"]) == (301, f"/papers/new{suffix}?page=2")


def test_an_address_that_never_was_is_not_found(client):
    assert client.get("/papers/nowhere/").status_code == 404


def test_a_paper_that_is_there_costs_no_query_more(client, django_assert_max_num_queries):
    PaperFactory(slug="here")
    with django_assert_max_num_queries(50) as asked:
        client.get("/papers/here/")
    assert not any("formeraddress" in query["sql"] for query in asked.captured_queries)


def test_an_address_given_up_and_taken_again_leads_nowhere_else():
    paper = PaperFactory(slug="b")
    keep_address(paper=paper, slug="a")
    paper.slug = "a"
    keep_address(paper=paper, slug="b")
    assert FormerAddress.objects.values_list("slug", flat=True).get() == "b"
