"""What an imported entry says beyond title, names, venue and identifiers stands on the paper's page."""

import pytest

from catalog.pages.fields import Field, abstract_of, further_fields
from tests.catalog.factories import PaperFactory

pytestmark = pytest.mark.django_db
FIELDS = {
    "title": "T",
    "author": "A",
    "abstract": "We <b>teach</b>.",
    "pages": "1--9",
    "publisher": "ACL",
    "doi": "10.1/x",
}


def test_the_abstract_is_text_to_read_and_the_rest_a_list_in_the_entrys_order(client):
    page = client.get(PaperFactory(bibtex_fields=FIELDS).get_absolute_url()).content.decode()
    assert "<p>We &lt;b&gt;teach&lt;/b&gt;.</p>" in page
    assert "<dt>pages</dt><dd>1--9</dd><dt>publisher</dt><dd>ACL</dd>" in page


def test_what_the_page_shows_in_its_place_is_not_repeated():
    assert further_fields(PaperFactory(bibtex_fields=FIELDS)) == [Field("pages", "1--9"), Field("publisher", "ACL")]


def test_the_abstract_of_an_ris_entry_is_found_by_its_tag():
    assert abstract_of(PaperFactory(bibtex_fields={"TY": "JOUR", "AB": "Short."})) == "Short."


def test_a_paper_without_an_imported_entry_has_no_such_part(client):
    page = client.get(PaperFactory().get_absolute_url()).content.decode()
    assert 'id="entry"' not in page
