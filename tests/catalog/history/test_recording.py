"""Each change leaves what stood before and what stands after, or nothing at all."""

import pytest

from catalog.history.recording import recorded
from catalog.models import Change, ChangeSet, Note
from tests.catalog.factories import NoteFactory, PaperFactory

pytestmark = pytest.mark.django_db


def test_a_change_keeps_what_stood_before_and_after(django_user_model):
    editor = django_user_model.objects.create_user("editor")
    paper = PaperFactory(year=2019)
    with recorded(paper, actor=editor, summary="proceedings"):
        paper.year = 2020
        paper.save(update_fields=["year"])
    change = Change.objects.get()
    assert (change.before["year"], change.after["year"]) == (2019, 2020)
    assert (change.changeset.actor, change.changeset.summary, change.paper) == (editor, "proceedings", paper)


def test_nothing_changed_leaves_no_record():
    paper = PaperFactory()
    with recorded(paper, actor=None) as recorder:
        paper.save()
    assert recorder.changeset is None
    assert not ChangeSet.objects.exists()


def test_a_note_made_and_one_removed_are_one_step():
    old = NoteFactory()
    with recorded(old, actor=None) as recorder:
        new = Note.objects.create(paper=old.paper, language="zh", body="新")
        recorder.created(new)
        old.delete()
    changes = {(change.before is None, change.after is None) for change in recorder.changeset.changes.all()}
    assert changes == {(True, False), (False, True)}


def test_an_error_leaves_neither_change_nor_record():
    paper = PaperFactory(year=2019)
    with pytest.raises(ValueError, match="stop"), recorded(paper, actor=None):
        paper.year = 2020
        paper.save()
        raise ValueError("stop")
    paper.refresh_from_db()
    assert paper.year == 2019
    assert not ChangeSet.objects.exists()
