"""Any step can be taken back: what later steps wrote stays, what cannot come back is said."""

import pytest

from catalog.history.recording import recorded
from catalog.history.refusals import Gone, InTheWay, NothingToReturn, Taken
from catalog.history.removing import remove
from catalog.history.restoring import return_to, undo_change, undo_changeset
from catalog.models import Change, ChangeSet, Entry, FormerAddress, Note, Paper, PaperList, Topic
from catalog.works.merges import merge_papers
from tests.catalog.factories import EntryFactory, NoteFactory, PaperFactory, SectionFactory, TopicFactory
from tests.catalog.history.dump import dump_of_rows
from tests.catalog.stock import full_papers

pytestmark = pytest.mark.django_db


def change(row, **values) -> ChangeSet:
    with recorded(row, actor=None) as recorder:
        type(row).objects.filter(pk=row.pk).update(**values)
    return recorder.changeset


def test_a_step_taken_back_is_a_step_of_its_own():
    paper = PaperFactory(year=2019)
    step = change(paper, year=2020)
    back = undo_changeset(changeset=step, actor=None)
    step.refresh_from_db()
    assert Paper.objects.get().year == 2019
    assert (back.kind, step.returned_by) == (ChangeSet.Kind.RETURN, back)


def test_a_return_can_be_taken_back_too():
    paper = PaperFactory(year=2019)
    step = change(paper, year=2020)
    undo_changeset(changeset=undo_changeset(changeset=step, actor=None), actor=None)
    step.refresh_from_db()
    assert Paper.objects.get().year == 2020
    assert step.returned_by is None


def test_a_step_is_taken_back_once():
    step = change(PaperFactory(year=2019), year=2020)
    undo_changeset(changeset=step, actor=None)
    step.refresh_from_db()
    with pytest.raises(NothingToReturn):
        undo_changeset(changeset=step, actor=None)


def test_what_later_steps_wrote_stays():
    paper = PaperFactory(year=2019, doi="")
    step = change(paper, year=2020)
    change(paper, doi="10.1/x")
    undo_changeset(changeset=step, actor=None)
    paper.refresh_from_db()
    assert (paper.year, paper.doi) == (2019, "10.1/x")


def test_return_to_makes_the_whole_row_as_the_step_left_it():
    paper = PaperFactory(year=2019, doi="")
    step = change(paper, year=2020)
    change(paper, doi="10.1/x", year=2021)
    return_to(change=step.changes.get(), actor=None)
    paper.refresh_from_db()
    assert (paper.year, paper.doi) == (2020, "")


def test_a_removed_paper_comes_back_with_all_that_hung_on_it():
    topic = TopicFactory()
    section = SectionFactory()
    paper, last = full_papers(3, section)[1:]
    paper.topics.add(topic)
    paper.former_addresses.create(slug="once-called-so")
    paper.versions.create(title="A preprint", authors=["A B"], year=2018, bibtex_fields={"x": "y"})
    paper.readings.create(status="read", note="mine")
    paper.verdicts_as_first.create(second=last, kind="different")
    before = dump_of_rows()
    step = remove(paper, actor=None)
    assert not Paper.objects.filter(pk=paper.pk).exists()
    undo_changeset(changeset=step, actor=None)
    assert dump_of_rows() == before


def test_a_paper_that_came_back_is_found_again():
    paper = full_papers(1)[0]
    undo_changeset(changeset=remove(paper, actor=None), actor=None)
    assert Paper.objects.search("Full0").get() == paper


def test_a_removed_paper_has_its_earlier_history_again():
    paper = PaperFactory(year=2019)
    step = change(paper, year=2020)
    undo_changeset(changeset=remove(paper, actor=None), actor=None)
    assert step.changes.get().paper == paper


def test_a_removed_note_keeps_its_id_and_its_place():
    old = NoteFactory(body="first")
    pk, new = old.pk, NoteFactory(paper=old.paper, body="second")
    undo_changeset(changeset=remove(old, actor=None), actor=None)
    assert list(Note.objects.values_list("pk", "body")) == [(pk, "first"), (new.pk, "second")]


def test_a_removed_list_comes_back_with_sections_and_entries():
    section = SectionFactory(position=1)
    child = SectionFactory(paper_list=section.paper_list, parent=section, position=2)
    entries = [EntryFactory(section=child, position=position).paper_id for position in (1, 2, 3)]
    before = dump_of_rows()
    undo_changeset(changeset=remove(section.paper_list, actor=None), actor=None)
    assert dump_of_rows() == before
    assert list(Entry.objects.values_list("paper_id", flat=True)) == entries


def test_a_removed_topic_comes_back_onto_its_papers():
    topic, paper = TopicFactory(), PaperFactory()
    paper.topics.add(topic)
    before = dump_of_rows()
    step = remove(topic, actor=None)
    assert not paper.topics.exists()
    undo_changeset(changeset=step, actor=None)
    assert dump_of_rows() == before


def test_one_row_of_a_step_can_go_back_alone():
    paper, note = PaperFactory(year=2019), NoteFactory(body="old")
    with recorded(paper, note, actor=None) as recorder:
        Paper.objects.filter(pk=paper.pk).update(year=2020)
        Note.objects.filter(pk=note.pk).update(body="new")
    undo_change(change=recorder.changeset.changes.get(target="note"), actor=None)
    paper.refresh_from_db()
    note.refresh_from_db()
    assert (paper.year, note.body) == (2020, "old")


def test_taking_back_what_was_made_removes_it():
    with recorded(actor=None) as recorder:
        recorder.created(TopicFactory())
    undo_changeset(changeset=recorder.changeset, actor=None)
    assert not Topic.objects.exists()


def test_an_identifier_that_another_paper_has_by_now_is_not_taken_from_it():
    paper = PaperFactory(doi="10.1/x")
    step = change(paper, doi="")
    other = PaperFactory(doi="10.1/x")
    with pytest.raises(Taken, match=other.title):
        undo_changeset(changeset=step, actor=None)
    assert ChangeSet.objects.get() == step


def test_a_topic_that_is_gone_is_named():
    paper, topic = PaperFactory(), TopicFactory(slug="pruning")
    paper.topics.add(topic)
    with recorded(paper, actor=None) as recorder:
        paper.topics.clear()
    topic.delete()
    with pytest.raises(Gone, match="pruning"):
        undo_changeset(changeset=recorder.changeset, actor=None)
    assert not paper.topics.exists()


def test_an_edit_of_a_paper_that_is_gone_asks_for_the_paper_first():
    paper = PaperFactory(year=2019, title="Gone by now")
    step = change(paper, year=2020)
    remove(paper, actor=None)
    with pytest.raises(Gone, match="Gone by now"):
        undo_changeset(changeset=step, actor=None)


def test_a_section_that_was_filled_since_is_not_removed():
    paper_list = SectionFactory().paper_list
    with recorded(paper_list, actor=None) as recorder:
        section = SectionFactory(paper_list=paper_list, name_en="Newer")
    EntryFactory(section=section)
    with pytest.raises(InTheWay, match="Newer"):
        undo_changeset(changeset=recorder.changeset, actor=None)
    assert PaperList.objects.get().sections.count() == 2


def test_an_entry_taken_out_comes_back_among_those_that_came_later():
    section = SectionFactory()
    first, second, third = (EntryFactory(section=section) for _ in range(3))
    with recorded(section.paper_list, actor=None) as recorder:
        second.delete()
    late = EntryFactory(section=section)
    undo_changeset(changeset=recorder.changeset, actor=None)
    order = list(section.entries.order_by("position").values_list("paper_id", flat=True))
    assert order == [first.paper_id, second.paper_id, third.paper_id, late.paper_id]


def test_a_list_goes_back_with_the_paper_that_an_entry_became():
    section = SectionFactory()
    entry, kept = EntryFactory(section=section), PaperFactory()
    with recorded(section.paper_list, actor=None) as recorder:
        entry.delete()
    merge_papers(kept=kept, other=entry.paper, actor=None)
    undo_changeset(changeset=recorder.changeset, actor=None)
    assert section.entries.get().paper == kept


def test_a_list_does_not_go_back_without_a_paper_that_was_removed():
    section = SectionFactory()
    entry = EntryFactory(section=section, paper__title="Gone by now")
    with recorded(section.paper_list, actor=None) as recorder:
        entry.delete()
    remove(entry.paper, actor=None)
    with pytest.raises(Gone, match="Gone by now"):
        undo_changeset(changeset=recorder.changeset, actor=None)
    assert not section.entries.exists()


def test_a_slug_that_goes_back_leaves_an_address_that_redirects():
    paper = PaperFactory(slug="old")
    step = change(paper, slug="new")
    undo_changeset(changeset=step, actor=None)
    assert FormerAddress.objects.get().slug == "new"
    assert Paper.objects.get().slug == "old"


def test_returning_moves_the_time_of_change():
    paper = PaperFactory(year=2019)
    step = change(paper, year=2020)
    before = Paper.objects.get().updated_at
    undo_changeset(changeset=step, actor=None)
    assert Paper.objects.get().updated_at > before


def test_a_step_knows_the_person_who_took_it_back(django_user_model):
    editor = django_user_model.objects.create_user("editor")
    step = change(PaperFactory(year=2019), year=2020)
    assert undo_changeset(changeset=step, actor=editor, summary="was right").actor == editor
    assert Change.objects.count() == 2
