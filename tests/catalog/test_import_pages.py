"""Import in the browser: give, look, done; who may, and what a bad document does."""

import io

import pytest
from django.conf import settings as project_settings
from django.contrib.auth.models import Group
from django.test import Client

from catalog.models import Import, Paper
from tests.catalog.stock import paper_with
from tests.catalog.test_views import text_of

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
    assert f"Known Already {adds}" in report and "year 2019 is kept" in report


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
        ({"text": "", "file": io.BytesIO(b"\x89PNG\x00\x00\x01")}, "not a text file"),
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


def test_the_limit_on_imports_is_below_the_limit_on_requests():
    assert project_settings.IMPORT_MAX_BYTES < project_settings.DATA_UPLOAD_MAX_MEMORY_SIZE
