"""Import in the browser: give, look, done; who may, and what a bad document does."""

import io

import pytest
from django.conf import settings as project_settings
from django.contrib.auth.models import Group
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from catalog.models import Import, Paper, PaperList
from tests.catalog.pages.test_views import text_of
from tests.catalog.stock import paper_with

pytestmark = pytest.mark.django_db
BIB = """@article{one2020, title = {A New Paper}, author = {Ada Lovelace}, year = {2020}, journal = {TACL}}

@article{two2019, title = {Known Already}, author = {Bob Bib}, year = {2019}}

@article{broken, title = {Never closed
"""


@pytest.fixture
def writer(client, settings):
    settings.OPEN_TO_ANYONE = True
    return client


def give(client, text: str = BIB, **data):
    return client.post("/import/", {"text": text, "format": "auto", **data})


def test_preview_says_what_is_new_what_is_here_and_what_is_wrong(writer):
    here = paper_with(title="Known Already", year=2019, authors=["Bob Bib"])
    response = writer.get(give(writer).url)
    text = text_of(response)
    assert "1 new, 1 already here, 1 with a problem. Nothing has been written yet." in text
    assert f'href="{here.get_absolute_url()}" lang="en">Known Already' in response.content.decode()
    assert "line 5" in text and "Never closed" in text


KNOWN = """@article{known, title = {Known Already}, author = {Bob Bib}, year = {2018}, doi = {10.1000/k},
  url = {https://example.org/k.pdf}}"""


def test_preview_and_report_say_what_is_added_to_a_paper_that_is_here(writer):
    paper_with(title="Known Already", year=2019, authors=["Bob Bib"])
    address = give(writer, KNOWN).url
    adds = "DOI 10.1000/k, BibTeX entry with citation key known, 2 links"
    preview = text_of(writer.get(address))
    assert "Add to 1 paper that is here" in preview
    assert f"Adds: {adds}" in preview and "year 2019 is kept; the document says 2018" in preview
    report = text_of(writer.post(address + "accept/", follow=True))
    assert f"Added: {adds}" in report and "year 2019 is kept" in report


def test_preview_says_when_there_is_nothing_to_add(writer):
    writer.post(give(writer, KNOWN).url + "accept/")
    address = give(writer, KNOWN).url
    preview = text_of(writer.get(address))
    assert "Nothing to add." in preview and "Take it in: nothing new to add" in preview
    report = text_of(writer.post(address + "accept/", follow=True))
    assert "Nothing was added to the papers that were already here." in report


def test_what_was_not_understood_is_in_preview_and_report(writer):
    bib = "@misc{a, title = {A}, year = {in press}, url = {javascript:alert(1)}}"
    address = give(writer, bib).url
    for page in (writer.get(address), writer.post(address + "accept/", follow=True)):
        assert "The field &quot;year&quot; was not understood: &quot;in press&quot;." in page.content.decode()
        assert "The field &quot;url&quot; was not understood" in page.content.decode()


def test_report_reads_in_the_readers_language_not_in_that_of_who_accepted(writer):
    address = give(writer, "@misc{a, author = {X}}\n@misc{b, title = {B}, year = {20x0}}").url
    chinese = writer.post(address + "accept/", follow=True, headers={"Accept-Language": "zh-CN"}).content.decode()
    english = writer.get(address, headers={"Accept-Language": "en"}).content.decode()
    assert "The entry has no title." in english and "The entry has no title." not in chinese
    assert "was not understood" in english and "was not understood" not in chinese


def test_nothing_is_written_before_accept(writer):
    writer.get(give(writer).url)
    assert not Paper.objects.exists() and Import.objects.get().state == "preview"


def test_accept_writes_once_and_reports(writer):
    address = give(writer).url
    for _ in range(2):
        response = writer.post(address + "accept/", follow=True)
    assert sorted(Paper.objects.values_list("title", flat=True)) == ["A New Paper", "Known Already"]
    assert "2 added, 0 already here, 1 left out because of a problem." in text_of(response)


def test_what_was_imported_is_found(writer):
    writer.post(give(writer).url + "accept/")
    assert "A New Paper" in text_of(writer.get("/papers/", {"q": "lovelace"}))


def test_an_uploaded_file_is_read(writer):
    address = give(writer, text="", file=io.BytesIO(BIB.encode("utf-8-sig"))).url
    assert "2 new" in text_of(writer.get(address))


def test_preview_can_show_problems_alone(writer):
    text = text_of(writer.get(give(writer).url, {"show": "problem"}))
    assert "Never closed" in text and "A New Paper" not in text


def test_script_tags_in_a_document_are_text(writer):
    bib = "@misc{x, title = {<script>alert(1)</script>}, year = {2020}}\n@misc{y, title = {<script>"
    address = give(writer, bib).url
    assert "<script>" not in writer.get(address).content.decode()
    assert "<script>" not in writer.post(address + "accept/", follow=True).content.decode()


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ({"text": ""}, "Choose a file or paste a text."),
        ({"text": "x", "file": io.BytesIO(b"y")}, "Give a file or a text, not both."),
        ({"text": "x", "format": "docx"}, "Select a valid choice"),
        ({"text": "", "file": io.BytesIO(b"")}, "The submitted file is empty."),
        ({"text": "", "file": io.BytesIO(b"\x89PNG\x00\x00\x01")}, "This is no text"),
    ],
)
def test_a_bad_document_is_refused_in_words(writer, data, message):
    response = give(writer, **data)
    assert response.status_code == 422
    assert message in text_of(response) and not Import.objects.exists()


def test_an_upload_past_the_limit_is_refused_with_the_limit(writer, settings):
    settings.IMPORT_MAX_BYTES = 1024
    response = give(writer, text="", file=io.BytesIO(b"x" * 1025))
    assert response.status_code == 413
    assert "at most 1.0\xa0KB" in response.content.decode() and not Import.objects.exists()


def test_a_paste_past_djangos_limit_is_refused_with_ours(settings):
    settings.OPEN_TO_ANYONE = True
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 2000
    settings.IMPORT_MAX_BYTES = 1024
    response = Client(raise_request_exception=False).post("/import/", {"text": "x" * 3000, "format": "auto"})
    assert response.status_code == 413
    assert "at most 1.0\xa0KB are taken. Nothing was changed." in response.content.decode()


def test_a_visitor_who_may_not_write_is_sent_to_sign_in(client, settings):
    settings.OPEN_TO_ANYONE = False
    assert client.get("/import/").url == "/login/?next=/import/"


def test_a_visitor_who_may_not_write_is_refused(client, settings):
    settings.OPEN_TO_ANYONE = False
    response = give(client)
    assert response.status_code == 403
    assert "Only editors may change the catalogue" in text_of(response) and not Import.objects.exists()


def test_an_import_is_seen_by_its_owner_alone(client, settings, django_user_model):
    settings.OPEN_TO_ANYONE = False
    editors = Group.objects.get(name="editors")
    editors.user_set.add(*(django_user_model.objects.create_user(name) for name in ("ada", "eve")))
    client.force_login(editors.user_set.get(username="ada"))
    address = give(client).url
    assert client.get(address).status_code == 200
    client.force_login(editors.user_set.get(username="eve"))
    assert client.get(address).status_code == 404
    assert client.post(address + "accept/").status_code == 404 and not Paper.objects.exists()


def test_a_form_from_elsewhere_is_refused_in_the_sites_frame(settings):
    settings.OPEN_TO_ANYONE = True
    response = give(Client(enforce_csrf_checks=True))
    assert response.status_code == 403
    assert "The form was not accepted" in text_of(response) and not Import.objects.exists()


def test_accept_takes_post_alone(writer):
    assert writer.get(give(writer).url + "accept/").status_code == 405


def test_a_large_upload_is_kept_on_the_disk_not_in_memory():
    assert project_settings.FILE_UPLOAD_MAX_MEMORY_SIZE < project_settings.IMPORT_MAX_BYTES


# --- one page for every state ------------------------------------------------------------------------------------

LONG = "Well Read Students Learn Better Than Others Do"
PAIR = f"@misc{{a, title={{{LONG}}}, author={{Bob Ray}}, year=2019}}"


@pytest.fixture
def waiting(writer, settings):
    settings.IMPORT_AT_ONCE_BYTES = 0
    return give(writer).url


def test_a_large_document_shows_how_far_its_reading_is(writer, waiting):
    Import.objects.update(state="reading", read_entries=1200, read_bytes=62, size_bytes=200)
    page = writer.get(waiting).content.decode()
    assert "1200 entries read" in page and 'value="31"' in page
    assert f'href="{waiting}"' in page, "a link asks again where there are no scripts"


def test_a_reading_is_cancelled_and_begun_again(writer, waiting):
    assert "The reading was cancelled. Nothing was written." in text_of(writer.post(waiting + "cancel/", follow=True))
    assert "Waiting to be read" in text_of(writer.post(waiting + "again/", follow=True))


def test_a_failed_reading_says_why(writer, waiting):
    Import.objects.update(state="failed", message="Reading took longer than 60 seconds and was stopped.")
    assert "Reading took longer than 60 seconds and was stopped. Nothing was written." in text_of(writer.get(waiting))


def test_a_doubtful_pair_stands_side_by_side(writer):
    here = paper_with(title=LONG, year=2018, authors=["Ann Lee"])
    page = writer.get(give(writer, PAIR).url)
    text = text_of(page)
    assert "1 is doubtful: look at the pair" in text and "The same title, but other people." in text
    assert f"Title {LONG} {LONG} = agrees" in text and "Authors Bob Ray Ann Lee \u2260 differs" in text
    assert here.get_absolute_url() in page.content.decode()


def test_what_is_decided_is_remembered_and_taken_in(writer):
    here = paper_with(title=LONG, year=2018, authors=["Ann Lee"])
    address = give(writer, PAIR).url
    page = writer.post(address + "decisions/", {"decision-1": "different:0"}, follow=True).content.decode()
    assert 'value="different:0" checked' in page
    writer.post(address + "accept/")
    assert Paper.objects.exclude(pk=here.pk).get().authorships.get().author.name == "Bob Ray"


def test_an_answer_that_is_none_is_refused(writer):
    paper_with(title=LONG, year=2018, authors=["Ann Lee"])
    address = give(writer, PAIR).url
    assert writer.post(address + "decisions/", {"decision-1": "perhaps:0"}).status_code == 422


def test_a_problem_is_mended_where_it_is_shown(writer):
    address = give(writer).url
    assert f'action="{address}items/3/"' in writer.get(address).content.decode()
    text = text_of(writer.post(address + "items/3/", {"text": "@article{b, title = {Now closed}}"}, follow=True))
    assert "The entry in line 5" in text and "new line 5 Now closed" in text
    assert "3 new, 0 already here, 0 with a problem." in text_of(writer.get(address))


def test_a_text_without_an_entry_is_refused_beside_its_field(writer):
    response = writer.post(give(writer).url + "items/3/", {"text": "  "})
    assert response.status_code == 422 and "No entry was found in this text." in text_of(response)


def test_problems_are_given_back_as_a_file(writer):
    response = writer.get(give(writer).url + "problems/")
    assert response["Content-Disposition"] == 'attachment; filename="problems.bib"'
    assert b"".join(response).startswith(b"@article{broken, title = {Never closed")


def test_entries_are_found_by_title_text_and_line(writer):
    address = give(writer).url
    for query, title in (("new pap", "A New Paper"), ("never clo", "Never closed"), ("3", "Known Already")):
        text = text_of(writer.get(address, {"q": query}))
        assert title in text and sum(word in text for word in ("A New Paper", "Never closed", "Known Already")) == 1


def test_an_import_becomes_a_list(writer):
    address = give(writer).url
    writer.post(address + "list/", {"where": "new", "name_en": "Read in May", "name_zh": "五月读的"})
    assert "/lists/read-in-may/" in text_of(writer.get(address))
    assert not PaperList.objects.exists(), "it is made when the import is accepted"
    writer.post(address + "accept/")
    assert "A New Paper" in text_of(writer.get("/lists/read-in-may/"))


def test_a_list_without_a_name_is_refused(writer):
    response = writer.post(give(writer).url + "list/", {"where": "new"})
    assert response.status_code == 422 and "Give the new list a name." in text_of(response)


def test_an_import_is_undone_by_one_button(writer):
    address = give(writer).url
    writer.post(address + "accept/")
    text = text_of(writer.post(address + "undo/", follow=True))
    assert not Paper.objects.exists() and "Waiting to be read" in text


def test_pages_of_an_import_ask_as_often_for_many_entries_as_for_few(writer):
    def queries(number):
        text = "".join(f"@misc{{k{n}, title={{{LONG} {n}}}, author={{Bob Ray}}}}\n" for n in range(number))
        address = give(writer, text).url
        with CaptureQueriesContext(connection) as captured:
            writer.get(address)
        return len(captured)

    for n in range(20):
        paper_with(title=f"{LONG} {n}", authors=["Ann Lee"])
    assert queries(2) == queries(20)


def test_a_page_of_problems_is_light(writer):
    page = writer.get(give(writer, "".join(f"@misc{{k{n}, title = {{{'x ' * 5000}\n\n" for n in range(40))).url)
    assert len(page.content) < 100_000


def being_accepted(writer, **facts) -> str:
    """The address of an import of two entries, one of which is taken in already."""
    address = give(writer).url
    Import.objects.update(state="accepting", **facts)
    Import.objects.get().items.filter(number=1).update(stored_at=timezone.now())
    return address


def test_page_says_how_many_entries_are_taken_in_and_lets_stop(writer):
    response = writer.get(being_accepted(writer))
    assert "1 of 2 entries taken in" in text_of(response)
    assert '<progress aria-label="Being taken in" max="2" value="1">' in response.content.decode()
    assert "Stop here" in text_of(response)


def test_who_stopped_it_is_told_so_and_cannot_stop_twice(writer):
    text = text_of(writer.get(being_accepted(writer, cancel_requested_at=timezone.now())))
    assert "It stops in a moment." in text and "Stop here" not in text


def test_page_says_how_many_papers_are_removed_so_far(writer):
    address = give(writer).url
    Import.objects.update(state="undoing", report={"removed": 500, "kept": []})
    assert "500 papers removed" in text_of(writer.get(address))
