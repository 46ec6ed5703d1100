"""Problems are mended where they are shown."""

import pytest

from catalog.intake import mending
from catalog.intake.reading import ImportRefused
from catalog.models import Paper
from tests.catalog.intake.giving import BROKEN, TWO, accept, give, items_of, verdicts

pytestmark = pytest.mark.django_db


def mend(import_, text, number=3):
    return mending.mend_item(import_=import_, number=number, text=text)


def test_mended_problem_takes_its_own_place():
    import_ = give(TWO + BROKEN)
    item = mend(import_, "\n@misc{c, title={Broken}, author={X}}")
    assert (item.number, item.verdict, item.title, item.line) == (3, "new", "Broken", 4)
    assert verdicts(import_) == ["new", "new", "new"]


def test_mended_problem_may_be_a_work_that_stands_above():
    import_ = give(TWO + BROKEN)
    assert mend(import_, "@misc{c, title={First Work}}").message == "The same work stands above, in line 1."


def test_text_that_is_still_a_problem_is_kept_as_far_as_it_was_mended():
    import_ = give(TWO + BROKEN)
    item = mend(import_, "@misc{c, title={Better,\n author={X}\n}")
    assert (item.verdict, item.text[:20]) == ("problem", "@misc{c, title={Bett")


def test_piece_that_holds_two_entries_becomes_two():
    import_ = give(BROKEN + TWO)
    mend(import_, "@misc{c, title={One}} @misc{d, title={Another}}", number=1)
    assert [item.title for item in items_of(import_)] == ["One", "First Work", "Second Work", "Another"]


def test_problem_is_mended_after_the_rest_was_accepted():
    import_ = accept(give(TWO + BROKEN))
    mend(import_, "@misc{c, title={Broken}}")
    assert Paper.objects.count() == 2
    accept(import_)
    assert Paper.objects.filter(origin=import_).count() == 3


@pytest.mark.parametrize("text", ["", "   ", "no entry", "x" * (mending.TEXT_MAX_CHARACTERS + 1)])
def test_text_without_an_entry_is_refused_and_the_problem_stays(text):
    import_ = give(TWO + BROKEN)
    before = items_of(import_)[2].text
    try:
        item = mend(import_, text)
    except ImportRefused:
        item = items_of(import_)[2]
        assert item.text == before
    assert item.verdict == "problem"


def test_entry_that_was_read_is_not_mended():
    with pytest.raises(ImportRefused):
        mend(give(TWO), "@misc{c, title={Else}}", number=1)
