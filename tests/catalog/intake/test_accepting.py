"""What was looked at is written once, whole or not at all."""

import pytest
from django.contrib.auth import get_user_model

from catalog.intake import accepting, mending, storing
from catalog.intake.reading import ImportRefused
from catalog.models import Change, ChangeSet, Entry, Import, Paper, PaperList, Verdict
from tests.catalog.factories import PaperFactory, PaperListFactory
from tests.catalog.intake.giving import BROKEN, TWO, accept, give, items_of, verdicts

pytestmark = pytest.mark.django_db
LONG = "Well Read Students Learn Better Than Others Do"
BY_OTHERS = b"@misc{a, title={%s}, author={Bob Ray}, year=2019}\n" % LONG.encode()


def test_accept_writes_papers_that_name_their_import():
    import_ = accept(give(TWO + BROKEN))
    assert import_.state == "accepted"
    assert list(Paper.objects.values_list("slug", "origin").order_by("pk")) == [
        ("first-work", import_.pk),
        ("second-work", import_.pk),
    ]
    assert [(item.paper_id is None, item.stored_at is None) for item in items_of(import_)][2] == (True, True)


def test_accept_pressed_twice_changes_nothing():
    import_ = accept(give())
    before = (list(Paper.objects.values_list()), list(import_.items.values_list()))
    accept(import_)
    accepting.store(import_id=import_.pk)
    assert (list(Paper.objects.values_list()), list(import_.items.values_list())) == before


def test_second_import_of_the_same_document_writes_nothing():
    accept(give())
    before = list(Paper.objects.values_list())
    again = accept(give())
    assert (verdicts(again), list(Paper.objects.values_list())) == (["here", "here"], before)
    assert ChangeSet.objects.count() == 0


def test_paper_that_came_meanwhile_is_found():
    import_ = give()
    PaperFactory(title="First Work", authors=["Ann Lee"])
    accept(import_)
    assert (verdicts(import_), Paper.objects.count()) == (["here", "new"], 2)


def test_accept_that_fails_leaves_nothing_and_goes_on_later(monkeypatch):
    import_ = give()
    monkeypatch.setattr(storing.search, "reindex", lambda ids: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        accept(import_)
    import_.refresh_from_db()
    assert (import_.state, Paper.objects.count()) == ("accepting", 0)
    monkeypatch.undo()
    accepting.store(import_id=import_.pk)
    assert Paper.objects.count() == 2


def test_large_import_is_accepted_in_the_background(monkeypatch, django_capture_on_commit_callbacks):
    sent = []
    monkeypatch.setattr(accepting, "AT_ONCE_ITEMS", 1)
    monkeypatch.setattr(accepting, "send", sent.append)
    with django_capture_on_commit_callbacks(execute=True):
        import_ = accept(give())
    assert (import_.state, sent, Paper.objects.count()) == ("accepting", [import_], 0)


def test_gains_of_a_paper_that_was_here_are_in_its_history():
    actor = get_user_model().objects.create_user("ada")
    paper = PaperFactory(title="First Work", authors=["Ann Lee"])
    import_ = accept(give(b"@misc{a, title={First Work}, year=2019, note={Worth it}}"), actor)
    change = Change.objects.get()
    assert (change.paper, change.changeset.kind, change.changeset.actor) == (paper, "import", actor)
    assert (change.changeset.source, change.before["year"], change.after["year"]) == (import_, None, 2019)


# --- doubtful pairs ----------------------------------------------------------------------------------------------


@pytest.fixture
def pair():
    paper = PaperFactory(title=LONG, authors=["Ann Lee"], year=2019)
    return paper, give(BY_OTHERS)


def decide(import_, decision, number=1):
    return mending.decide_item(import_=import_, number=number, decision=decision)


def test_undecided_pair_stays_out_and_in_the_list(pair):
    _, import_ = pair
    accept(import_)
    assert (verdicts(import_), Paper.objects.count()) == (["doubtful"], 1)


@pytest.mark.parametrize("decision", ["versions", "different"])
def test_decided_pair_is_kept_apart_and_remembered(pair, decision):
    paper, import_ = pair
    decide(import_, decision)
    accept(import_)
    verdict = Verdict.objects.get()
    assert (verdict.first, verdict.second.origin, verdict.kind) == (paper, import_, decision)


def test_same_work_is_merged(pair):
    paper, import_ = pair
    decide(import_, "same")
    accept(import_)
    assert Paper.objects.get() == paper
    assert paper.authorships.get().author.name == "Ann Lee"
    assert (items_of(import_)[0].verdict, paper.bibtex_key) == ("here", "")


@pytest.mark.usefixtures("pair")
def test_pair_can_be_decided_after_the_rest_was_accepted():
    import_ = accept(give(TWO + BY_OTHERS))
    decide(import_, "different", number=3)
    accept(import_)
    assert (verdicts(import_), Paper.objects.count()) == (["new", "new", "new"], 4)


def test_entry_decided_against_one_above_is_taken_after_it():
    import_ = give(BY_OTHERS + BY_OTHERS.replace(b"Bob Ray", b"Cy Dee"))
    decide(import_, "versions", number=2)
    accept(import_)
    assert Verdict.objects.get().kind == "versions"


def test_answer_that_is_none_is_refused(pair):
    with pytest.raises(ImportRefused):
        decide(pair[1], "perhaps")


def test_decision_asked_once_is_not_asked_again(pair):
    _, import_ = pair
    decide(import_, "different")
    accept(import_)
    assert verdicts(give(BY_OTHERS)) == ["here"]


# --- lists -------------------------------------------------------------------------------------------------------


def places():
    return list(Entry.objects.order_by("section", "position").values_list("section__name_en", "paper__title"))


def test_import_becomes_a_list_with_new_works_and_those_that_are_here():
    PaperFactory(title="Second Work", arxiv="1901.00001")
    import_ = give()
    accepting.choose_list(import_=import_, new_list={"slug": "mine", "name_en": "Mine", "name_zh": "我的"})
    accept(import_)
    paper_list = PaperList.objects.get()
    assert (paper_list.slug, paper_list.name_zh) == ("mine", "我的")
    assert places() == [("", "First Work"), ("", "Second Work")]


def test_import_joins_a_list_whose_history_says_so():
    paper_list = PaperListFactory()
    import_ = give(b"# L\n\n## Old\n\n- **First Work**. (ACL 2019)\n", name="l.md")
    accepting.choose_list(import_=import_, paper_list=paper_list)
    accept(import_)
    assert places() == [("Old", "First Work")]
    assert Change.objects.get(target="list").target_id == paper_list.pk


def test_address_of_another_list_is_refused():
    PaperListFactory(slug="mine")
    with pytest.raises(ImportRefused, match="mine"):
        accepting.choose_list(import_=give(), new_list={"slug": "mine", "name_en": "Mine"})


def test_lists_are_untouched_by_an_import_without_one():
    accept(give())
    assert (PaperList.objects.count(), Entry.objects.count(), Import.objects.get().paper_list) == (0, 0, None)
