"""The history's pages: what is told, what an editor may do there, what it costs."""

import pytest
from django.contrib.auth.models import Group

from catalog.access import EDITORS
from catalog.history.recording import recorded
from catalog.history.removing import remove
from catalog.models import Change, ChangeSet, Note, Paper
from tests.catalog.factories import EntryFactory, NoteFactory, PaperFactory, SectionFactory, TopicFactory

pytestmark = pytest.mark.django_db


def change(row, actor=None, summary="", **values) -> ChangeSet:
    with recorded(row, actor=actor, summary=summary) as recorder:
        type(row).objects.filter(pk=row.pk).update(**values)
    return recorder.changeset


def page(client, address, status=200) -> str:
    answer = client.get(address)
    assert answer.status_code == status
    return answer.content.decode()


def test_a_papers_history_says_who_when_why_and_what(client, django_user_model):
    paper = PaperFactory(year=2019, slug="p")
    step = change(paper, django_user_model.objects.create_user("wu"), "from the proceedings", year=2020)
    text = page(client, "/papers/p/history/")
    assert "wu" in text
    assert "from the proceedings" in text
    assert f'datetime="{step.created_at.isoformat()[:16]}' in text
    assert "2019" in text.partition("<del>")[2].partition("</del>")[0]
    assert "2020" in text.partition("<ins>")[2].partition("</ins>")[0]


def test_a_papers_history_tells_of_its_notes(client):
    note = NoteFactory(body="a small remark", paper__slug="p")
    change(note, body="a tiny remark")
    text = page(client, "/papers/p/history/")
    assert "someone at this machine" in text
    assert ">small<" in text
    assert ">tiny<" in text


def test_a_lists_history_names_the_papers(client):
    section = SectionFactory(name_en="Basics", paper_list__slug="l")
    with recorded(section.paper_list, actor=None):
        EntryFactory(section=section, paper__title="A Paper Put In", paper__slug="put-in")
    text = page(client, "/lists/l/history/")
    assert '<a href="/papers/put-in/" lang="en">A Paper Put In</a>' in text
    assert "Basics" in text


@pytest.mark.parametrize(("kind", "address"), [("tag", "/tags/t/history/"), ("category", "/categories/t/history/")])
def test_tags_and_categories_have_a_history(client, kind, address):
    change(TopicFactory(kind=kind, slug="t", name_en="Old name"), name_en="New name")
    assert ">Old<" in page(client, address)


def test_an_old_address_leads_to_the_history_of_the_paper(client):
    PaperFactory(slug="new").former_addresses.create(slug="old")
    assert client.get("/papers/old/history/")["Location"] == "/papers/new/history/"


def test_recent_changes_are_filtered_by_kind_target_and_person(client, django_user_model):
    wu = django_user_model.objects.create_user("wu")
    change(PaperFactory(title="Changed by Wu"), wu, title="Renamed by Wu")
    change(TopicFactory(name_en="some tag"), name_en="another tag")
    assert "some" in page(client, "/changes/?target=topic&person=-")
    assert "Renamed by Wu" not in page(client, "/changes/?target=topic")
    assert "Renamed by Wu" in page(client, "/changes/?person=wu&kind=edit")
    assert "No step fits." in page(client, "/changes/?kind=merge")


def test_what_was_removed_is_found_among_the_recent_changes(client):
    change(PaperFactory(title="Changed"), year=2020)
    remove(PaperFactory(title="Removed"), actor=None)
    text = page(client, "/changes/?target=paper&what=removed")
    assert "Removed" in text
    assert "Changed" not in text
    assert "No step fits." in page(client, "/changes/?what=made")


def test_what_a_filter_does_not_know_is_left_out_of_it(client):
    change(PaperFactory(title="Old"), title="New")
    assert "No step fits." not in page(client, "/changes/?kind=nonsense")


def test_one_press_takes_a_step_back_and_shows_the_new_one(client):
    paper = PaperFactory(year=2019)
    step = change(paper, year=2020)
    answer = client.post(f"/changes/{step.pk}/undo/", follow=True)
    paper.refresh_from_db()
    assert paper.year == 2019
    assert answer.redirect_chain == [(f"/changes/{ChangeSet.objects.first().pk}/", 302)]
    assert "It took back" in answer.content.decode()


def test_one_press_returns_to_a_state(client):
    paper = PaperFactory(year=2019)
    step = change(paper, year=2020)
    change(paper, year=2021)
    client.post(f"/changes/{step.pk}/rows/{step.changes.get().pk}/return/")
    paper.refresh_from_db()
    assert paper.year == 2020


def test_one_row_of_a_step_is_undone_alone(client):
    note = NoteFactory(body="kept", paper__year=2019)
    with recorded(note, note.paper, actor=None) as recorder:
        Note.objects.update(body="new")
        Paper.objects.update(year=2020)
    row = recorder.changeset.changes.get(target="note")
    client.post(f"/changes/{recorder.changeset.pk}/rows/{row.pk}/undo/")
    assert (Note.objects.get().body, Paper.objects.get().year) == ("kept", 2020)


def test_what_cannot_be_taken_back_is_said_with_its_reason(client):
    paper = PaperFactory(doi="10.1/x")
    step = change(paper, doi="")
    PaperFactory(doi="10.1/x", title="The new holder")
    answer = client.post(f"/changes/{step.pk}/undo/")
    assert answer.status_code == 409
    assert "belongs to another paper now: The new holder" in answer.content.decode()
    assert ChangeSet.objects.count() == 1


def test_a_removed_paper_is_brought_back_from_the_recent_changes(client):
    step = remove(PaperFactory(slug="p", title="Was Removed"), actor=None)
    assert f"/changes/{step.pk}/undo/" in page(client, "/changes/")
    client.post(f"/changes/{step.pk}/undo/")
    assert "Was Removed" in page(client, "/papers/p/")


def test_who_is_no_editor_reads_the_history_and_changes_nothing(client, settings, django_user_model):
    settings.OPEN_TO_ANYONE = False
    paper = PaperFactory(year=2019, slug="p")
    step = change(paper, year=2020)
    client.force_login(django_user_model.objects.create_user("member"))
    assert "Undo" not in page(client, "/papers/p/history/")
    row = step.changes.get().pk
    for address in ("undo/", f"rows/{row}/undo/", f"rows/{row}/return/"):
        assert client.post(f"/changes/{step.pk}/{address}").status_code == 403
    paper.refresh_from_db()
    assert paper.year == 2020


def test_an_editor_is_recorded_as_the_one_who_took_it_back(client, settings, django_user_model):
    settings.OPEN_TO_ANYONE = False
    editor = django_user_model.objects.create_user("editor")
    editor.groups.add(Group.objects.get(name=EDITORS))
    client.force_login(editor)
    step = change(PaperFactory(year=2019), year=2020)
    client.post(f"/changes/{step.pk}/undo/")
    assert ChangeSet.objects.first().actor == editor


def test_a_row_of_another_step_is_not_found(client):
    first, second = change(PaperFactory(year=1), year=2), change(PaperFactory(year=1), year=2)
    assert client.post(f"/changes/{first.pk}/rows/{second.changes.get().pk}/undo/").status_code == 404
    assert Change.objects.count() == 2


def test_a_long_text_is_whole_on_the_steps_own_page_alone(client):
    note = NoteFactory(body="x")
    step = change(note, body="word " * 1000)
    assert 200 < page(client, "/changes/").count("word ") < 300
    assert page(client, f"/changes/{step.pk}/").count("word ") >= 999


def fill(section, count, actor):
    for number in range(count):
        with recorded(section.paper_list, actor=actor) as recorder:
            entry = EntryFactory(section=section)
            entry.paper.topics.add(TopicFactory())
            recorder.created(entry.paper, NoteFactory(paper=entry.paper), entry.paper.topics.get())
        change(entry.paper, title=f"Renamed {number}")
        remove(entry.paper, actor=None)


@pytest.mark.parametrize("address", ["/changes/", "/lists/l/history/", "/changes/{pk}/"])
def test_a_page_of_many_steps_costs_what_one_of_few_costs(
    client, address, django_assert_num_queries, django_assert_max_num_queries, django_user_model
):
    section = SectionFactory(paper_list__slug="l")
    fill(section, 1, None)
    address = address.format(pk=ChangeSet.objects.earliest("pk").pk)
    with django_assert_max_num_queries(25) as few:
        client.get(address)
    fill(section, 19, django_user_model.objects.create_user("wu"))
    with django_assert_num_queries(len(few)):
        client.get(address)
