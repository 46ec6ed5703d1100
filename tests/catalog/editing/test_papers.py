"""Edits of papers, notes and tags: what is written, what is refused, what the history and the search learn of it."""

import pytest

from catalog.editing import notes as annotating
from catalog.editing import papers as editing
from catalog.editing import topics as tagging
from catalog.editing.facts import Facts, NoFacts, facts_of
from catalog.editing.papers import change_paper, create_paper
from catalog.editing.topics import NewTag
from catalog.exporters.bibtex import entry_for
from catalog.history.removing import remove
from catalog.importers import bibtex
from catalog.intake import documents as services
from catalog.models import Author, Change, ChangeSet, Note, Paper, Topic, Verdict
from tests.catalog.factories import EntryFactory, NoteFactory, PaperFactory, TopicFactory
from tests.catalog.stock import paper_with

pytestmark = pytest.mark.django_db


def fresh(paper: Paper) -> Paper:
    return Paper.objects.for_page().get(pk=paper.pk)


def changed(paper: Paper, **facts) -> Paper:
    """The paper after an edit that began from what stands here."""
    seen = facts_of(paper)
    mine = Facts(**{**vars(seen), **facts})
    change_paper(paper=paper, facts=mine, seen=seen, actor=None)
    return fresh(paper)


def full_facts() -> Facts:
    TopicFactory(kind="category", slug="compression")
    return Facts(
        title="A New Work",
        short_name="NewWork",
        authors=("Ann Lee", "Bo Li"),
        venue="ACL",
        year=2021,
        doi="10.1/new",
        arxiv="2101.00001",
        acl="2021.acl-main.1",
        titles=("A New Work, the Preprint",),
        links=(("code", "https://example.org/code"),),
        topics=(("category", "compression"),),
    )


def test_a_new_paper_has_all_that_was_said_of_it():
    facts = full_facts()
    paper = fresh(create_paper(facts=facts, actor=None))
    assert facts_of(paper) == facts
    assert (paper.slug, paper.title_key) == ("a-new-work", "anewwork")


def test_a_new_paper_is_found_and_recorded(django_user_model):
    editor = django_user_model.objects.create_user("editor")
    paper = create_paper(facts=full_facts(), actor=editor, summary="from the proceedings")
    assert list(Paper.objects.search("bo li newwork")) == [paper]
    change = Change.objects.get(target="paper")
    assert (change.before, change.after["year"], change.changeset.actor) == (None, 2021, editor)
    assert change.changeset.summary == "from the proceedings"


def test_an_author_who_is_here_is_not_made_twice():
    paper_with(title="Old", authors=["Noémie Lee"])
    paper = create_paper(facts=Facts(title="New", authors=("Noemie Lee",)), actor=None)
    assert Author.objects.get() == paper.authors.get()


def test_the_same_title_is_refused_until_it_is_said_to_be_another_work():
    old = PaperFactory(title="One Title")
    with pytest.raises(editing.TitleTaken) as refused:
        create_paper(facts=Facts(title="one title"), actor=None)
    assert refused.value.paper == old
    other = create_paper(facts=Facts(title="one title"), is_other_work=True, actor=None)
    assert other.slug == "one-title-2"
    assert Verdict.objects.values_list("first", "second", "kind").get() == (old.pk, other.pk, "different")


@pytest.mark.parametrize("name", ["arxiv", "doi", "acl"])
def test_an_identifier_of_another_paper_is_refused(name):
    holder = PaperFactory(**{name: "x1"})
    paper = PaperFactory(year=2019)
    with pytest.raises(editing.IdentifierTaken) as refused:
        changed(paper, year=2020, **{name: "x1"})
    assert (refused.value.name, refused.value.paper) == (name, holder)
    assert fresh(paper).year == 2019
    assert not ChangeSet.objects.exists()


def test_an_identifier_that_is_taken_while_we_write_is_refused_too(monkeypatch):
    holder, paper, look = PaperFactory(), PaperFactory(), editing._refuse_taken

    def look_and_be_overtaken(facts, others):
        look(facts, others)
        Paper.objects.filter(pk=holder.pk).update(doi="10.1000/x")

    monkeypatch.setattr(editing, "_refuse_taken", look_and_be_overtaken)
    with pytest.raises(editing.IdentifierTaken) as refused:
        changed(paper, doi="10.1000/x")
    assert refused.value.paper == holder
    assert fresh(paper).doi == ""


def test_every_fact_can_be_changed():
    paper = paper_with(
        title="Old", authors=["A B", "C D"], links={"https://example.org/": "x"}, titles=["Older"], venue_name="CoRR"
    )
    facts = full_facts()
    change_paper(paper=paper, facts=facts, seen=facts_of(fresh(paper)), actor=None)
    paper = fresh(paper)
    assert facts_of(paper) == facts
    assert paper.slug == "old", "the address stays"
    assert list(Paper.objects.search("newwork")) == [paper]
    assert not Paper.objects.search("older").exists()


def test_the_order_of_authors_is_kept():
    paper = paper_with(title="Old", authors=["A B", "C D", "E F"])
    assert facts_of(changed(paper, authors=("E F", "A B"))).authors == ("E F", "A B")


def test_a_change_moves_the_time_of_the_paper_and_nothing_changed_does_not():
    paper = paper_with(title="Old", links={"https://example.org/": "x"})
    before = paper.updated_at
    assert changed(paper).updated_at == fresh(paper).updated_at == before
    assert changed(paper, links=()).updated_at > before


def test_two_edits_at_a_time_lose_nothing():
    paper = paper_with(title="Old", year=2019, venue_name="CoRR")
    seen = facts_of(paper)
    theirs = changed(paper, year=2020, venue="ACL")
    mine = Facts(**{**vars(seen), "year": 2021, "short_name": "Mine"})
    with pytest.raises(editing.ChangedMeanwhile) as refused:
        change_paper(paper=paper, facts=mine, seen=seen, actor=None)
    conflict = refused.value.conflict
    assert (conflict.disputed, conflict.taken_over) == (["year"], ["venue"])
    assert (conflict.merged.year, conflict.merged.venue, conflict.merged.short_name) == (2021, "ACL", "Mine")
    assert fresh(paper).updated_at == theirs.updated_at


def test_a_note_written_meanwhile_is_no_conflict():
    paper = paper_with(title="Old", year=2019)
    seen = facts_of(paper)
    annotating.create_note(paper=paper, language="en", body="New.", actor=None)
    change_paper(paper=paper, facts=Facts(**{**vars(seen), "year": 2020}), seen=seen, actor=None)
    assert fresh(paper).year == 2020


def test_facts_go_through_a_form_and_come_back():
    facts = full_facts()
    assert Facts.from_text(facts.as_text()) == facts


@pytest.mark.parametrize("text", ["", "1", "[]", '{"titel": "x"}', '{"title"', "[" * 10_000])
def test_what_is_no_facts_is_refused(text):
    with pytest.raises(NoFacts):
        Facts.from_text(text)


def test_a_removed_paper_takes_its_notes_and_places_along_and_the_history_keeps_them():
    paper = paper_with(title="Gone", notes=[("en", "A remark.")])
    entry = EntryFactory(paper=paper)
    remove(paper, actor=None, summary="out of scope")
    assert not Paper.objects.exists()
    assert not Paper.objects.search("gone").exists()
    kept = {change.target: change for change in ChangeSet.objects.get().changes.all()}
    assert set(kept) == {"paper", "note", "list"}
    assert (kept["paper"].before["title"], kept["note"].before["body"]) == ("Gone", "A remark.")
    assert entry.section.paper_list.sections.count() == 1


ENTRY = """@article{key,
 title={A Work}, author={Lee, Ann and Li, Bo}, journal={CoRR}, year=2019,
 doi={10.1000/a}, pages={1-2}}"""


@pytest.fixture
def imported() -> Paper:
    services.store_document(document=bibtex.read(ENTRY))
    return Paper.objects.for_bibtex().get()


def test_an_edit_of_what_bibtex_does_not_say_leaves_the_entry_byte_for_byte(imported):
    paper = changed(imported, short_name="AW", links=(("code", "https://example.org/"),), titles=("Another",))
    assert entry_for(paper) == ENTRY + "\n"


@pytest.mark.parametrize(
    ("facts", "name", "value"),
    [
        ({"title": "A Better Work"}, "title", "A Better Work"),
        ({"authors": ("Bo Li", "Ann Lee")}, "author", "Bo Li and Ann Lee"),
        ({"venue": "ACL"}, "booktitle", "ACL"),
        ({"year": 2020}, "year", "2020"),
        ({"doi": ""}, "doi", None),
        ({"doi": "10.1000/b"}, "doi", "10.1000/b"),
        ({"arxiv": "1901.00001"}, "eprint", "1901.00001"),
    ],
)
def test_an_edit_shows_in_the_entry_and_its_other_fields_stay(imported, facts, name, value):
    record = bibtex.read(entry_for(changed(imported, **facts))).records[0]
    assert record.fields.get(name) == value
    assert (record.key, record.fields["pages"]) == ("key", "1-2")


def test_an_edit_taken_back_by_hand_gives_the_entry_back_byte_for_byte(imported):
    paper = changed(changed(imported, year=2020, authors=("Bo Li",)), year=2019, authors=("Ann Lee", "Bo Li"))
    assert entry_for(paper) == ENTRY + "\n"


def test_the_text_of_an_imported_entry_outlives_an_edit(imported):
    assert changed(imported, year=2020).bibtex_raw == ENTRY


def test_a_note_is_found_recorded_and_moves_its_paper():
    paper = paper_with(title="Old")
    note = annotating.create_note(paper=paper, language="zh", body="温度很高", actor=None)
    assert list(Paper.objects.search("温度")) == [paper]
    assert fresh(paper).updated_at > paper.updated_at
    annotating.change_note(note=note, language="zh", body="学生模型", seen="温度很高", actor=None)
    assert not Paper.objects.search("温度").exists()
    remove(Note.objects.get(), actor=None)
    assert not Paper.objects.search("学生").exists()
    states = [(bool(change.before), bool(change.after)) for change in Change.objects.order_by("pk")]
    assert states == [(False, True), (True, True), (True, False)]


def test_a_note_that_somebody_changed_meanwhile_is_not_written_over():
    note = NoteFactory(body="Theirs.")
    with pytest.raises(annotating.NoteChangedMeanwhile):
        annotating.change_note(note=note, language="en", body="Mine.", seen="Older.", actor=None)
    assert Note.objects.get().body == "Theirs."


def test_a_tag_is_found_by_either_name_and_made_where_there_is_none():
    old = TopicFactory(name_en="Pruning", name_zh="剪枝")
    paper = PaperFactory(title="Old")
    tags = [NewTag("剪枝"), NewTag("PRUNING"), NewTag("Early exit", "提前退出"), NewTag("early-exit")]
    seen = facts_of(paper)
    change_paper(paper=paper, facts=seen, seen=seen, new_tags=tags, actor=None)
    made = Topic.objects.exclude(pk=old.pk).get()
    assert (made.name_en, made.name_zh, made.slug) == ("Early exit", "提前退出", "early-exit")
    assert set(paper.topics.all()) == {old, made}
    assert Change.objects.get(target="topic").target_id == made.pk


def test_a_renamed_tag_keeps_its_address_and_is_found_by_its_new_name():
    tag = TopicFactory(name_en="Prunning", slug="prunning")
    paper = paper_with(title="Old", topics=[tag])
    words = {"name_en": "Pruning", "name_zh": "剪枝", "description_en": "Fewer weights.", "description_zh": ""}
    assert tagging.change_topic(topic=tag, actor=None, **words).slug == "prunning"
    assert list(Paper.objects.search("剪枝")) == [paper]
    assert fresh(paper).updated_at > paper.updated_at


def test_two_tags_do_not_share_a_name():
    TopicFactory(name_en="Pruning", name_zh="剪枝")
    with pytest.raises(tagging.NameTaken):
        tagging.create_tag(name_en="Cutting", name_zh="剪枝", actor=None)
    with pytest.raises(tagging.NameTaken):
        words = dict.fromkeys(tagging.BILINGUAL, "")
        tagging.change_topic(topic=TopicFactory(name_en="Other"), actor=None, **{**words, "name_en": "pruning"})
    assert Topic.objects.count() == 2


def test_merged_tags_keep_every_paper_once_and_fill_blank_names():
    one, two = TopicFactory(name_en="prune", name_zh="剪枝"), TopicFactory(name_en="Pruning")
    papers = [paper_with(title="A", topics=[one]), paper_with(title="B", topics=[one, two])]
    tagging.merge_tags(tag=one, into=two, actor=None)
    tag = Topic.objects.get()
    assert (tag.pk, tag.name_en, tag.name_zh) == (two.pk, "Pruning", "剪枝")
    assert [list(fresh(paper).topics.all()) for paper in papers] == [[tag], [tag]]
    assert {change.target for change in ChangeSet.objects.get(kind="merge").changes.all()} == {"topic", "paper"}
    assert set(Paper.objects.search("剪枝")) == set(papers)


def test_a_removed_tag_leaves_its_papers():
    tag = TopicFactory(name_en="Pruning")
    paper = paper_with(title="A", topics=[tag])
    remove(tag, actor=None)
    assert list(Paper.objects.all()) == [paper]
    assert not Paper.objects.search("pruning").exists()
