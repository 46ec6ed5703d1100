"""A whole import taken back: what it brought goes, what people did since stays."""

import pytest
from django.contrib.auth import get_user_model

from catalog.intake import accepting, previewing, undoing
from catalog.models import Author, ChangeSet, Entry, Note, Paper, PaperList, Reading, Venue
from tests.catalog.factories import EntryFactory, PaperFactory, PaperListFactory
from tests.catalog.intake.giving import TWO, accept, give, verdicts

pytestmark = pytest.mark.django_db


def undo(import_, actor=None):
    undoing.undo_import(import_=import_, actor=actor)
    import_.refresh_from_db()
    return import_.report


def test_papers_authors_and_venues_that_it_brought_go():
    import_ = accept(give(TWO + b"@article{j, title={Third}, journal={TACL}, author={Bob Ray}}"))
    assert undo(import_) == {"removed": 3, "kept": []}
    assert [model.objects.count() for model in (Paper, Author, Venue)] == [0, 0, 0]
    assert not Paper.objects.search("first").exists()


def test_author_of_another_paper_stays():
    PaperFactory(title="Else", authors=["Ann Lee"])
    undo(accept(give()))
    assert Author.objects.get().name == "Ann Lee"


def test_what_others_gained_is_taken_back():
    paper = PaperFactory(title="First Work", authors=["Ann Lee"])
    text = b"# L\n\n## S\n\n- **First Work**. *Ann Lee*. (ACL 2019) [[pdf]](https://x.org/a.pdf)\n\n  Worth reading.\n"
    import_ = accept(give(text, name="l.md"))
    assert (paper.links.count(), Paper.objects.get().year) == (1, 2019)
    undo(import_)
    paper.refresh_from_db()
    assert (paper.links.count(), paper.year, Note.objects.count()) == (0, None, 0)


def test_paper_that_somebody_changed_since_is_kept_and_named():
    from catalog.history.recording import recorded

    import_ = accept(give())
    paper = Paper.objects.get(slug="first-work")
    with recorded(paper, actor=None):
        Paper.objects.filter(pk=paper.pk).update(year=2001)
    report = undo(import_)
    assert report == {"removed": 1, "kept": [{"slug": "first-work", "title": "First Work", "reason": "changed"}]}


def test_paper_that_a_later_import_added_to_is_kept():
    import_ = accept(give())
    accept(give(b"@misc{z, title={First Work}, author={Lee, Ann}, year=2019}"))
    assert [row["slug"] for row in undo(import_)["kept"]] == ["first-work"]


def test_paper_in_a_list_or_on_a_reading_list_is_kept():
    import_ = accept(give())
    first, second = Paper.objects.order_by("pk")
    EntryFactory(paper=first)
    Reading.objects.create(paper=second)
    assert {row["reason"] for row in undo(import_)["kept"]} == {"listed", "used"}
    assert Paper.objects.count() == 2


def test_list_that_it_made_goes():
    import_ = give()
    accepting.choose_list(import_=import_, new_list={"slug": "mine", "name_en": "Mine"})
    accept(import_)
    assert undo(import_) == {"removed": 2, "kept": []}
    assert (PaperList.objects.count(), Paper.objects.count()) == (0, 0)


def test_places_in_a_list_that_was_here_go_and_its_own_stay():
    own = EntryFactory(section__paper_list=PaperListFactory())
    import_ = give()
    accepting.choose_list(import_=import_, paper_list=own.section.paper_list)
    accept(import_)
    assert undo(import_) == {"removed": 2, "kept": []}
    assert list(Entry.objects.all()) == [own]


def test_undoing_says_who_and_stands_in_the_history():
    actor = get_user_model().objects.create_user("ada")
    import_ = accept(give())
    undo(import_, actor)
    assert (import_.undone_by, import_.undone_at is not None) == (actor, True)
    step = ChangeSet.objects.get(source=import_, kind="return")
    assert (step.actor, "2 papers removed" in step.summary) == (actor, True)


def test_undone_import_is_read_again_and_can_be_accepted_again():
    import_ = accept(give())
    undo(import_)
    previewing.preview(import_id=import_.pk)
    import_.refresh_from_db()
    assert (import_.state, verdicts(import_)) == ("preview", ["new", "new"])
    accept(import_)
    assert (Paper.objects.count(), undo(import_)["removed"]) == (2, 2)


def test_undo_pressed_twice_changes_nothing():
    import_ = accept(give())
    undo(import_)
    previewing.preview(import_id=import_.pk)
    PaperFactory(title="First Work")
    undo(import_)
    import_.refresh_from_db()
    assert (import_.state, Paper.objects.count()) == ("preview", 1)
