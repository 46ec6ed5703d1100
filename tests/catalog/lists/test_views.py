"""The pages that make and edit lists: what they show, write and refuse."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from catalog import search
from catalog.models import ChangeSet, Entry, PaperList, Section
from tests.catalog.factories import EntryFactory, PaperFactory, PaperListFactory, SectionFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def section() -> Section:
    """`reading`: one section, Start, with a, b, c."""
    section = SectionFactory(paper_list=PaperListFactory(slug="reading", name_en="Reading"), name_en="Start")
    for position, name in enumerate("abc", 1):
        EntryFactory(section=section, position=position, paper=PaperFactory(title=f"Paper {name}", short_name=name))
    return section


def order(section: Section) -> str:
    return "".join(section.entries.order_by("position").values_list("paper__short_name", flat=True))


def entry_address(name: str, verb: str) -> str:
    return f"/lists/reading/edit/entries/{Entry.objects.get(paper__short_name=name).pk}/{verb}/"


def text_of(response) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", response.content.decode()).split())


@pytest.fixture
def closed(settings):
    settings.OPEN_TO_ANYONE = False


def test_readers_see_no_tools_and_are_sent_to_sign_in(client, closed, section):
    assert "Edit this list" not in client.get("/lists/reading/").content.decode()
    assert client.get("/lists/reading/edit/").url == "/login/?next=/lists/reading/edit/"
    assert client.post(entry_address("c", "move"), {"to": "top"}).status_code == 403
    assert order(section) == "abc"


def test_a_list_is_made_and_can_be_edited_at_once(client):
    made = client.post("/lists/new/", {"name_en": "Small models", "name_zh": "小模型"}, follow=True)
    assert made.redirect_chain[-1][0] == "/lists/small-models/edit/"
    assert "This list is empty" in text_of(made)
    assert PaperList.objects.get(slug="small-models").name_zh == "小模型"


def test_a_list_without_a_name_or_with_a_taken_address_is_refused_with_the_reason(client, section):
    answer = client.post("/lists/new/", {"name_en": "", "slug": "reading"})
    assert answer.status_code == 422
    assert "This field is required." in text_of(answer)
    assert "Another list has this address: reading" in text_of(answer)
    assert PaperList.objects.count() == 1


def test_names_are_edited_and_the_address_stays(client, section):
    client.post("/lists/reading/edit/names/", {"name_en": "To read", "description_en": "Start here.", "slug": "x"})
    changed = PaperList.objects.get()
    assert (changed.slug, changed.name_en, changed.description_en) == ("reading", "To read", "Start here.")


def test_a_refused_name_is_not_shown_as_the_lists_own(client, section):
    answer = client.post("/lists/reading/edit/names/", {"name_en": ""})
    assert answer.status_code == 422
    assert "Lists › Reading" in text_of(answer)


def test_a_list_is_removed_only_after_a_question(client, section):
    assert "Remove “Reading”? 3 papers, 1 section" in text_of(client.get("/lists/reading/edit/remove/"))
    assert PaperList.objects.exists()
    page = client.post("/lists/reading/edit/remove/", follow=True)
    assert "“Reading” was removed." in text_of(page)
    assert not PaperList.objects.exists()


def test_a_removed_list_comes_back_from_the_history_in_its_order(client, section):
    client.post("/lists/reading/edit/remove/")
    client.post(f"/changes/{ChangeSet.objects.get().pk}/undo/")
    assert order(Section.objects.get(paper_list__slug="reading", name_en="Start")) == "abc"


def test_a_move_is_taken_back_from_the_history(client, section):
    client.post(entry_address("c", "move"), {"to": "top"})
    assert order(section) == "cab"
    client.post(f"/changes/{ChangeSet.objects.get().pk}/undo/")
    assert order(Section.objects.get(paper_list__slug="reading", name_en="Start")) == "abc"


def test_a_move_says_where_the_paper_stands_and_keeps_the_focus(client, section):
    page = client.post(entry_address("c", "move"), {"to": "up", "target": "3"}, follow=True)
    assert order(section) == "acb"
    assert "“c” stands at 2 of 3 in “Start”." in text_of(page)
    focused = re.search(r"<button[^>]*autofocus[^>]*>([^<]+)", page.content.decode())
    assert focused[1] == "Up"


def test_a_move_to_the_top_of_a_long_list_shows_the_page_that_has_it(client, section):
    for number in range(60):
        EntryFactory(section=section, position=10 + number)
    last = section.entries.order_by("position").last()
    page = client.post(f"/lists/reading/edit/entries/{last.pk}/move/", {"to": "rank", "target": "40"}, follow=True)
    assert page.context["edit"].page.number == 2
    assert "stands at 40 of 63" in text_of(page)


def test_the_pager_leads_on_from_the_page_of_what_was_moved(client, section):
    for number in range(60):
        EntryFactory(section=section, position=10 + number)
    moved = {"moved": section.entries.first().pk, "by": "up"}
    body = client.get("/lists/reading/edit/", moved).content.decode()
    following = re.search(r'rel="next" href="([^"]+)"', body)[1].replace("&amp;", "&")
    assert client.get("/lists/reading/edit/" + following).context["edit"].page.number == 2


@pytest.mark.parametrize("sent", [{}, {"to": "sideways"}, {"to": "before"}, {"to": "rank", "target": "x"}])
def test_a_move_to_nowhere_is_refused_with_a_word(client, section, sent):
    page = client.post(entry_address("c", "move"), sent, follow=True)
    assert "Say where to." in text_of(page)
    assert order(section) == "abc"


def test_a_neighbour_taken_out_meanwhile_is_said(client, section):
    page = client.post(entry_address("c", "move"), {"to": "before", "target": "999999"}, follow=True)
    assert "This entry has been removed meanwhile." in text_of(page)
    assert order(section) == "abc"


def test_an_entry_of_another_list_is_not_found_here(client, section):
    PaperListFactory(slug="other")
    address = entry_address("c", "move").replace("reading", "other")
    assert client.post(address, {"to": "top"}).status_code == 404


def test_a_paper_is_found_and_added_to_the_section_chosen(client, section):
    paper = PaperFactory(title="TinyBERT: Distilling BERT", short_name="TinyBERT")
    search.reindex([paper.pk])
    found = client.get("/lists/reading/edit/", {"find": "tinybert", "section": section.pk})
    assert f'name="paper" value="{paper.slug}"' in found.content.decode()
    page = client.post("/lists/reading/edit/entries/", {"paper": paper.slug, "section": section.pk}, follow=True)
    assert "“TinyBERT” was added." in text_of(page)
    assert order(section) == "abcTinyBERT"


def test_a_paper_that_stands_there_is_marked_and_refused(client, section):
    search.reindex(section.entries.values_list("paper", flat=True))
    assert "in this list already" in text_of(client.get("/lists/reading/edit/", {"find": "paper"}))
    slug = Entry.objects.get(paper__short_name="a").paper.slug
    page = client.post("/lists/reading/edit/entries/", {"paper": slug, "section": section.pk}, follow=True)
    assert "“Paper a” stands in this section already." in text_of(page)
    assert order(section) == "abc"


def test_an_entry_is_taken_out(client, section):
    page = client.post(entry_address("b", "remove"), {"page": "1"}, follow=True)
    assert "“b” was taken out." in text_of(page)
    assert order(section) == "ac"


def test_a_paper_is_added_to_a_list_from_its_own_page(client, section):
    paper = PaperFactory(short_name="d")
    address = f"/papers/{paper.slug}/lists/"
    assert "Start" in text_of(client.get(address))
    answer = client.post(address, {"place": f"{section.paper_list_id}-{section.pk}"})
    assert answer.url == paper.get_absolute_url()
    assert order(section) == "abcd"
    again = client.post(address, {"place": f"{section.paper_list_id}-{section.pk}"})
    assert again.status_code == 422 and "stands in this section already" in text_of(again)


def test_a_section_is_added_renamed_moved_and_removed(client, section):
    edit = "/lists/reading/edit/sections/"
    client.post(f"{edit}new/", {"name_en": "Then", "name_zh": "然后"})
    then = Section.objects.get(name_en="Then")
    client.post(f"{edit}{then.pk}/move/", {"to": "up"})
    assert list(section.paper_list.sections.values_list("name_en", flat=True)) == ["Then", "Start"]
    client.post(f"{edit}{section.pk}/", {"name_en": "Begin", "parent": then.pk})
    section.refresh_from_db()
    assert (section.name_en, section.parent) == ("Begin", then)
    question = text_of(client.get(f"{edit}{section.pk}/remove/"))
    assert "3 papers stand in it." in question and "at the end of “Then”" in question
    client.post(f"{edit}{section.pk}/remove/", {"entries": "keep"})
    assert order(then) == "abc"


def test_a_section_is_not_removed_before_its_papers_are_decided_on(client, section):
    answer = client.post(f"/lists/reading/edit/sections/{section.pk}/remove/", {})
    assert answer.status_code == 422
    assert order(section) == "abc"


def test_a_section_is_not_offered_itself_to_stand_in(client, section):
    inner = SectionFactory(paper_list=section.paper_list, parent=section, name_en="Inner")
    body = client.get(f"/lists/reading/edit/sections/{section.pk}/").content.decode()
    assert f'value="{inner.pk}"' not in body and f'value="{section.pk}"' not in body
    answer = client.post(f"/lists/reading/edit/sections/{section.pk}/", {"name_en": "S", "parent": inner.pk})
    assert answer.status_code == 422


def test_the_edit_page_costs_as_much_for_3_entries_as_for_30(client, section):
    def queries() -> int:
        with CaptureQueriesContext(connection) as found:
            client.get("/lists/reading/edit/")
        return len(found)

    few = queries()
    for number in range(27):
        EntryFactory(section=section, position=10 + number)
    assert queries() == few


def test_an_edit_page_of_30_entries_stays_under_60_kb(client, section):
    for number in range(40):
        title = f"A title of the usual length for a paper of this field, number {number}"
        EntryFactory(section=section, position=10 + number, paper=PaperFactory(title=title))
    assert len(client.get("/lists/reading/edit/").content) < 60_000
