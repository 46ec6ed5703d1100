"""One's own list: status, order, private notes; nobody else sees any of it."""

import pytest
from django.contrib import admin
from django.db import connection
from django.test.utils import CaptureQueriesContext

from catalog import search
from catalog.history.removing import remove
from catalog.history.restoring import undo_changeset
from catalog.models import Change, ChangeSet, Paper, Reading
from catalog.readings import services as readings
from tests.catalog.factories import EntryFactory, PaperFactory, SectionFactory
from tests.catalog.stock import full_papers

pytestmark = pytest.mark.django_db
SECRET = "heretofore unheard of"


@pytest.fixture(autouse=True)
def _closed(settings):
    settings.OPEN_TO_ANYONE = False


@pytest.fixture
def ada(django_user_model):
    return django_user_model.objects.create_user("ada")


@pytest.fixture
def as_ada(client, ada):
    client.force_login(ada)
    return client


@pytest.fixture
def paper() -> Paper:
    paper = PaperFactory(title="TinyBERT: Distilling BERT", short_name="TinyBERT", slug="tinybert")
    search.reindex([paper.pk])
    return paper


def kept(user, names: str, status: str = "to_read") -> None:
    for name in names:
        readings.set_status(paper=PaperFactory(short_name=name), user=user, status=status)


def order(user) -> str:
    return "".join(row.paper.short_name for row in readings.for_listing(readings.readings_of(user)))


def row(name: str) -> Reading:
    return Reading.objects.get(paper__short_name=name)


# --- the list -----------------------------------------------------------------------------------------------------


def test_a_status_puts_a_paper_on_the_list_and_changes_it_there(as_ada, ada, paper):
    answer = as_ada.post("/papers/tinybert/reading/", {"status": "to_read"})
    assert answer.url == "/papers/tinybert/#reading"
    as_ada.post("/papers/tinybert/reading/", {"status": "read"})
    assert list(Reading.objects.values_list("user", "paper", "status")) == [(ada.pk, paper.pk, "read")]


def test_the_papers_page_says_the_status_and_the_note(as_ada, ada, paper):
    readings.set_status(paper=paper, user=ada, status="reading")
    readings.set_note(paper=paper, user=ada, note="See **table 2**. <script>alert(1)</script>")
    body = as_ada.get("/papers/tinybert/").content.decode()
    assert 'value="reading" aria-pressed="true"' in body and 'value="read" aria-pressed="false"' in body
    assert "<strong>table 2</strong>" in body and "<script>alert(1)" not in body


def test_a_note_alone_puts_the_paper_on_the_list_to_be_read(as_ada, ada, paper):
    as_ada.post("/papers/tinybert/reading/note/", {"note": SECRET})
    assert list(Reading.objects.values_list("status", "note")) == [("to_read", SECRET)]


def test_a_change_of_status_keeps_the_note(ada, paper):
    readings.set_note(paper=paper, user=ada, note=SECRET)
    readings.set_status(paper=paper, user=ada, status="read")
    assert Reading.objects.get().note == SECRET


def test_a_paper_is_taken_off_the_list(as_ada, ada, paper):
    readings.set_status(paper=paper, user=ada, status="read")
    as_ada.post("/papers/tinybert/reading/", {"status": "forget"})
    assert not Reading.objects.exists()


@pytest.mark.parametrize(
    ("address", "sent"), [("reading/", {"status": "burnt"}), ("reading/note/", {"note": "n" * 20_001})]
)
def test_what_is_no_status_and_what_is_too_long_is_refused(as_ada, paper, address, sent):
    assert as_ada.post(f"/papers/tinybert/{address}", sent).status_code == 422
    assert not Reading.objects.exists()


def test_the_way_back_leads_to_no_other_site(as_ada, paper):
    sent = {"status": "read", "next": "https://evil.example/"}
    assert as_ada.post("/papers/tinybert/reading/", sent).url == "/papers/tinybert/#reading"


def test_papers_join_at_the_end(ada):
    kept(ada, "abc")
    assert order(ada) == "abc"


@pytest.mark.parametrize(
    ("name", "to", "target", "expected"),
    [
        ("c", "up", None, "acbd"),
        ("a", "up", None, "abcd"),
        ("b", "bottom", None, "acdb"),
        ("d", "rank", 2, "adbc"),
        ("d", "before", "a", "dabc"),
        ("a", "after", "c", "bcad"),
    ],
)
def test_the_order_is_the_readers(as_ada, ada, name, to, target, expected):
    kept(ada, "abcd")
    target = row(target).pk if isinstance(target, str) else target or ""
    as_ada.post(f"/me/{row(name).pk}/move/", {"to": to, "target": target})
    assert order(ada) == expected


def test_a_step_among_those_to_read_passes_over_the_others(as_ada, ada):
    kept(ada, "a")
    kept(ada, "xyz", status="read")
    kept(ada, "b")
    as_ada.post(f"/me/{row('b').pk}/move/", {"to": "up", "among": "to_read"})
    assert order(ada) == "baxyz"


def test_the_list_is_filtered_by_status_and_searched_with_its_notes(as_ada, ada, paper):
    kept(ada, "a", status="read")
    readings.set_note(paper=paper, user=ada, note=SECRET)

    def shown(**query) -> list[str]:
        return [reading.paper.short_name for _rank, reading, _moved in as_ada.get("/me/", query).context["rows"]]

    assert shown() == ["a", "TinyBERT"]
    assert (shown(status="read"), shown(status="to_read")) == (["a"], ["TinyBERT"])
    assert (shown(find="distilling"), shown(find="unheard"), shown(find="nothing")) == (["TinyBERT"], ["TinyBERT"], [])


def test_the_list_goes_out_as_bibtex_in_its_order_without_notes(as_ada, ada):
    kept(ada, "ab")
    readings.set_note(paper=row("a").paper, user=ada, note=SECRET)
    readings.move_reading(reading=row("b"), to="up")
    answer = as_ada.get("/me/papers.bib")
    text = b"".join(answer).decode()
    assert answer["Content-Type"].startswith("application/x-bibtex")
    assert text.index(row("b").paper.title) < text.index(row("a").paper.title)
    assert SECRET not in text


# --- marks on other pages -----------------------------------------------------------------------------------------


def test_lists_of_papers_mark_what_the_reader_keeps(as_ada, ada, paper):
    readings.set_status(paper=paper, user=ada, status="read")
    assert '<span class="reading-mark is-read">read</span>' in as_ada.get("/papers/?q=tinybert").content.decode()


def test_a_lists_page_says_how_much_of_it_was_read(as_ada, ada):
    section = SectionFactory(paper_list__slug="kd")
    for position, name in enumerate("abc", 1):
        EntryFactory(section=section, position=position, paper=PaperFactory(short_name=name))
    EntryFactory(section=SectionFactory(paper_list=section.paper_list), paper=Paper.objects.get(short_name="a"))
    assert "You have read" not in as_ada.get("/lists/kd/").content.decode()
    for name, status in (("a", "read"), ("b", "reading")):
        readings.set_status(paper=Paper.objects.get(short_name=name), user=ada, status=status)
    assert "You have read 1 of 3." in as_ada.get("/lists/kd/").content.decode()


@pytest.mark.parametrize("address", ["/papers/", "/me/"])
def test_marks_cost_one_query_a_page_whatever_the_number_of_papers(as_ada, ada, address):
    def queries() -> int:
        with CaptureQueriesContext(connection) as found:
            as_ada.get(address)
        return len(found)

    for paper in full_papers(2):
        readings.set_status(paper=paper, user=ada, status="read")
    few = queries()
    for paper in full_papers(18, start=2):
        readings.set_status(paper=paper, user=ada, status="read")
    assert queries() == few


# --- nobody else --------------------------------------------------------------------------------------------------


@pytest.fixture
def noted(ada, paper) -> Reading:
    """Ada reads TinyBERT and noted something about it."""
    readings.set_status(paper=paper, user=ada, status="reading")
    return readings.set_note(paper=paper, user=ada, note=SECRET)


SEEN_BY_OTHERS = (
    "/", "/papers/", "/papers/?q=unheard", "/papers/tinybert/", "/papers/tinybert.bib", "/papers.bib",
    "/api/v1/papers/", "/api/v1/papers/tinybert/", "/api/v1/papers/?search=unheard", "/changes/",
    "/papers/tinybert/history/",
)  # fmt: skip


@pytest.mark.parametrize("who", ["a reader", "a member", "an administrator"])
@pytest.mark.parametrize("address", SEEN_BY_OTHERS)
def test_no_page_export_search_or_api_shows_it_to_others(client, django_user_model, noted, who, address):
    if who != "a reader":
        admin = who == "an administrator"
        client.force_login(django_user_model.objects.create_user("bo", is_superuser=admin, is_staff=admin))
    body = b"".join(client.get(address)).decode()
    assert "heretofore" not in body
    assert "reading-mark" not in body and 'aria-pressed="true"' not in body


def test_anothers_row_cannot_be_moved_and_stays(client, django_user_model, noted):
    client.force_login(django_user_model.objects.create_user("bo"))
    assert client.post(f"/me/{noted.pk}/move/", {"to": "top"}).status_code == 404
    assert "TinyBERT" not in client.get("/me/").content.decode()


def test_two_readers_keep_the_same_paper_apart(client, django_user_model, ada, noted):
    client.force_login(django_user_model.objects.create_user("bo"))
    client.post("/papers/tinybert/reading/", {"status": "read"})
    client.post("/papers/tinybert/reading/", {"status": "forget"})
    assert list(Reading.objects.values_list("user", "status", "note")) == [(ada.pk, "reading", SECRET)]


def test_a_visitor_of_a_closed_site_keeps_no_list(client, paper, noted):
    assert client.get("/me/").url == "/login/?next=/me/"
    assert client.post("/papers/tinybert/reading/", {"status": "read"}).status_code == 403
    assert Reading.objects.count() == 1


def test_a_list_of_the_machine_is_not_shown_once_the_site_is_closed(client, paper):
    readings.set_note(paper=paper, user=None, note=SECRET)
    assert "heretofore" not in client.get("/papers/tinybert/").content.decode()


def test_on_an_open_machine_the_list_belongs_to_the_machine(client, settings, paper):
    settings.OPEN_TO_ANYONE = True
    client.post("/papers/tinybert/reading/", {"status": "read"})
    client.post("/papers/tinybert/reading/", {"status": "reading"})
    assert list(Reading.objects.values_list("user", "status")) == [(None, "reading")]
    assert "TinyBERT" in client.get("/me/").content.decode()


def test_reading_leaves_no_history_and_no_time_of_change(ada, paper):
    before = paper.updated_at
    readings.set_note(paper=paper, user=ada, note=SECRET)
    paper.refresh_from_db()
    assert not Change.objects.exists() and not ChangeSet.objects.exists()
    assert paper.updated_at == before


def test_the_administration_says_neither_note_nor_paper_where_a_person_is_removed(admin_client, ada, noted):
    body = admin_client.get(f"/admin/auth/user/{ada.pk}/delete/").content.decode()
    assert "heretofore" not in body and "TinyBERT" not in body


def test_the_administration_says_neither_note_nor_reader_where_a_paper_is_removed(admin_client, ada, noted, paper):
    body = admin_client.get(f"/admin/catalog/paper/{paper.pk}/delete/").content.decode()
    assert "heretofore" not in body and ">ada" not in body


def test_the_administration_has_no_page_of_readings():
    assert Reading not in admin.site._registry


def test_what_was_noted_on_a_removed_paper_comes_back_with_it_and_is_shown_nowhere(admin_client, noted, paper):
    step = remove(paper, actor=None)
    assert not Reading.objects.exists()
    for address in (f"/admin/catalog/changeset/{step.pk}/change/", "/changes/", f"/changes/{step.pk}/"):
        assert "heretofore" not in admin_client.get(address).content.decode()
    for change in step.changes.all():
        body = admin_client.get(f"/admin/catalog/change/{change.pk}/change/").content.decode()
        assert "heretofore" not in body
    undo_changeset(changeset=step, actor=None)
    assert Reading.objects.get().note == SECRET
