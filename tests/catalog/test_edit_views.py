"""Editors' pages: what they show and write, whom they refuse, and what two editors at a time lose (nothing)."""

import html
import re

import pytest
from django.contrib.auth.models import Group
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from catalog.access import EDITORS
from catalog.edit_urls import urlpatterns
from catalog.facts import facts_of
from catalog.models import Author, ChangeSet, Note, Paper, Topic, Venue
from tests.catalog.factories import EntryFactory, NoteFactory, PaperFactory, TopicFactory
from tests.catalog.stock import full_papers, paper_with
from tests.catalog.test_views import text_of

pytestmark = pytest.mark.django_db


def fields_of(response) -> dict[str, str | list[str]]:
    """What a browser would send of the page's own form: values of inputs, ticked boxes, texts."""
    body = response.content.decode()
    form = body[body.index('class="edit-form') :]
    sent: dict[str, str | list[str]] = {}
    for tag in re.findall(r"<input[^>]*>", form[: form.index("</form>")]):
        marks = dict(re.findall(r'(\w+)="([^"]*)"', tag))
        if "name" not in marks or (marks.get("type") == "checkbox" and " checked" not in tag):
            continue
        if marks.get("type") == "checkbox":
            sent.setdefault(marks["name"], []).append(html.unescape(marks["value"]))
        else:
            sent[marks["name"]] = html.unescape(marks.get("value", ""))
    for name, text in re.findall(r'<textarea name="(\w+)".*?>\r?\n?(.*?)</textarea>', form, re.S):
        sent[name] = html.unescape(text)
    return sent


def edit(client, paper, **changes):
    """Opens the paper's form, changes some fields, sends it."""
    address = reverse("catalog:paper_edit", args=[paper.slug])
    return client.post(address, fields_of(client.get(address)) | changes)


def fresh(paper: Paper) -> Paper:
    return Paper.objects.get(pk=paper.pk)


# --- papers ---------------------------------------------------------------------------------------------------------
def test_a_form_sent_as_it_came_changes_nothing(client):
    (paper,) = full_papers(1)
    before = facts_of(fresh(paper))
    assert edit(client, paper).status_code == 302
    assert facts_of(fresh(paper)) == before
    assert not ChangeSet.objects.exists()


def test_an_edit_is_written_and_leads_to_the_paper(client):
    (paper,) = full_papers(1)
    response = edit(client, paper, year="2021", authors="Ann Lee\r\n\r\nBo  Li\r\n", venue="ACL", summary="why")
    assert response.url == paper.get_absolute_url()
    facts = facts_of(fresh(paper))
    assert (facts.year, facts.authors, facts.venue) == (2021, ("Ann Lee", "Bo Li"), "ACL")
    assert ChangeSet.objects.get().summary == "why"


@pytest.mark.parametrize(
    ("name", "pasted", "stored"),
    [
        ("arxiv", "https://arxiv.org/pdf/1909.10351v5.pdf", "1909.10351"),
        ("doi", "https://doi.org/10.18653/v1/2020.findings-emnlp.372", "10.18653/v1/2020.findings-emnlp.372"),
        ("acl", "https://aclanthology.org/2020.findings-emnlp.372/", "2020.findings-emnlp.372"),
    ],
)
def test_an_identifier_is_read_out_of_a_pasted_address(client, name, pasted, stored):
    paper = PaperFactory()
    edit(client, paper, **{name: pasted})
    assert getattr(fresh(paper), name) == stored


def test_an_identifier_of_another_paper_is_refused_with_a_link_to_it(client):
    holder = PaperFactory(short_name="Holder", arxiv="1909.10351")
    paper = PaperFactory(title="Another")
    response = edit(client, paper, arxiv="1909.10351")
    assert response.status_code == 422
    body = response.content.decode()
    assert f'<a href="{holder.get_absolute_url()}">Holder</a>' in body
    merge = f"{paper.get_absolute_url()}merge/{holder.slug}/"
    assert merge in body
    assert f'value="same:{holder.pk}"' in client.get(merge).content.decode()


def test_errors_stand_beside_their_fields_and_in_a_summary_that_leads_there(client):
    response = edit(client, PaperFactory(), title="", doi="no identifier")
    body = response.content.decode()
    assert response.status_code == 422
    assert '<a href="#id_title">Title</a>' in body and '<a href="#id_doi">DOI</a>' in body
    field = re.search(r'<input[^>]*name="doi"[^>]*>', body)[0]
    assert 'aria-invalid="true"' in field
    assert re.search(r'aria-describedby="[^"]*id_doi_error', field) and 'id="id_doi_error"' in body


def test_a_link_without_a_name_is_called_after_its_host_and_a_ticked_one_goes(client):
    paper = paper_with(title="Old", links={"https://example.org/a": "a", "https://example.org/b": "b"})
    new = {"links-2-url": "https://www.github.com/x", "links-2-label": "", "links-0-DELETE": "on"}
    assert edit(client, paper, **new).status_code == 302
    assert list(fresh(paper).links.values_list("label", "url")) == [
        ("b", "https://example.org/b"),
        ("github.com", "https://www.github.com/x"),
    ]


@pytest.mark.parametrize("url", ["javascript:alert(1)", "data:text/html,x", "ftp://example.org/x", "no address"])
def test_a_link_that_is_no_web_address_is_refused(client, url):
    paper = PaperFactory()
    assert edit(client, paper, **{"links-0-url": url, "links-0-label": "x"}).status_code == 422
    assert not fresh(paper).links.exists()


def test_one_address_stands_in_one_link(client):
    paper = paper_with(title="Old", links={"https://example.org/a": "a"})
    response = edit(client, paper, **{"links-1-url": "https://example.org/a", "links-1-label": "again"})
    assert response.status_code == 422
    assert "This address stands in two links" in text_of(response)


def test_another_row_comes_without_scripts_and_keeps_what_was_typed(client):
    paper = PaperFactory()
    row = {"links-0-url": "https://example.org/", "links-0-label": "x", "title": "Half typed", "more": "links"}
    response = edit(client, paper, **row)
    assert response.status_code == 200
    sent = fields_of(response)
    assert (sent["title"], sent["links-0-url"], sent["links-1-url"]) == ("Half typed", "https://example.org/", "")
    assert 'class="errorlist' not in response.content.decode()
    assert not ChangeSet.objects.exists()


def test_tags_are_unticked_found_and_made(client):
    old, other = TopicFactory(name_en="Old tag"), TopicFactory(name_en="Pruning", name_zh="剪枝")
    paper = paper_with(title="A", topics=[old])
    rows = {"new_tags-0-name": "剪枝", "new_tags-1-name": "Early exit", "new_tags-1-name_zh": "提前退出"}
    edit(client, paper, tags=[], **rows, **{"new_tags-TOTAL_FORMS": "2"})
    made = Topic.objects.get(name_en="Early exit", name_zh="提前退出")
    assert set(fresh(paper).topics.all()) == {other, made}


def test_a_paper_is_added_from_its_form(client):
    TopicFactory(kind="category", slug="compression")
    address = reverse("catalog:paper_new")
    sent = fields_of(client.get(address)) | {"title": "A New Work", "authors": "Ann Lee", "categories": ["compression"]}
    response = client.post(address, sent)
    paper = Paper.objects.get()
    assert response.url == paper.get_absolute_url() == "/papers/a-new-work/"
    assert [topic.slug for topic in paper.topics.all()] == ["compression"]


def test_a_title_that_is_here_is_added_only_when_it_is_said_to_be_another_work(client):
    old = PaperFactory(title="One Title")
    address = reverse("catalog:paper_new")
    sent = fields_of(client.get(address)) | {"title": "One title"}
    refused = client.post(address, sent)
    assert refused.status_code == 422
    assert old.get_absolute_url() in refused.content.decode()
    assert client.post(address, fields_of(refused) | {"is_other_work": "on"}).status_code == 302
    assert Paper.objects.count() == 2


def test_two_editors_at_a_time_are_shown_both_and_choose(client):
    paper = paper_with(title="Old", year=2019, venue_name="CoRR")
    address = reverse("catalog:paper_edit", args=[paper.slug])
    mine = fields_of(client.get(address)) | {"year": "2021", "title": "Mine", "short_name": "Nick"}
    edit(client, paper, year="2020", venue="ACL", title="Theirs")
    both = client.post(address, mine)
    assert both.status_code == 409
    assert facts_of(fresh(paper)).title == "Theirs"
    text = text_of(both)
    assert "Year 2019 2021 2020 take what is here now" in text
    assert "Venue CoRR CoRR ACL you had not touched it: theirs stays" in text
    again = fields_of(both)
    assert (again["title"], again["year"], again["venue"]) == ("Mine", "2021", "ACL")
    assert client.post(address, again | {"take": ["year"]}).status_code == 302
    facts = facts_of(fresh(paper))
    assert (facts.title, facts.year, facts.venue, facts.short_name) == ("Mine", 2020, "ACL", "Nick")


def test_a_form_that_lost_what_it_began_from_writes_nothing(client):
    paper = PaperFactory(year=2019)
    assert edit(client, paper, year="2020", was="[]").status_code == 422
    assert fresh(paper).year == 2019


def test_a_paper_is_removed_after_its_page_has_said_what_goes(client):
    paper = paper_with(title="Gone", notes=[("en", "A remark.")])
    entry = EntryFactory(paper=paper)
    address = reverse("catalog:paper_remove", args=[paper.slug])
    text = text_of(client.get(address))
    assert "1 note" in text and entry.section.paper_list.name in text
    assert Paper.objects.exists()
    assert client.post(address, {"summary": "out of scope"}).url == "/papers/"
    assert not Paper.objects.exists()


def test_names_are_suggested_by_what_they_hold(client):
    paper_with(title="A", authors=["Noémie Lee", "Bo Li"])
    assert client.get("/authors/known/", {"q": "noemie"}).json() == {"names": ["Noémie Lee"]}
    assert client.get("/authors/known/", {"q": "n"}).json() == {"names": []}


def test_the_form_costs_the_same_for_every_paper(client):
    (few,) = full_papers(1)
    links = {f"https://example.org/{number}": "x" for number in range(20)}
    many = paper_with(title="Many", authors=[f"Au Thor{n}" for n in range(20)], links=links)
    assert queries(client, few) == queries(client, many)


def queries(client, paper) -> int:
    address = reverse("catalog:paper_edit", args=[paper.slug])
    client.get(address)
    with CaptureQueriesContext(connection) as captured:
        client.get(address)
    return len(captured)


# --- notes ----------------------------------------------------------------------------------------------------------
HOSTILE = [
    "<script>alert(1)</script>",
    "[x](javascript:alert(1))",
    "[x](JaVa\tscript:alert(1))",
    "<img src=x onerror=alert(1)>",
    "![x](data:image/svg+xml;base64,PHN2Zz4=)",
    "[x](data:text/html,<script>alert(1)</script>)",
    '<a href="https://example.org" style="position:fixed" onclick="alert(1)">x</a>',
    "<style>body{display:none}</style>",
    "<iframe src=//example.org></iframe>",
    "<svg/onload=alert(1)>",
    "`" * 3 + '"><script>alert(1)</script>' + "\n" + "`" * 3,
]


@pytest.mark.parametrize("text", HOSTILE)
def test_the_preview_holds_no_markup_of_the_writer(client, text):
    body = client.post("/markdown/", {"body": text}).content.decode()
    elements = set(re.findall(r"<\s*/?(\w+)", body))
    assert elements <= {"p", "a", "code", "pre"}
    for tag in re.findall(r"<[^>]+>", body):
        assert not re.search(r"\s(?:on\w+|style|src)\s*=|javascript:|data:", tag, re.I)


def test_the_preview_is_what_the_page_shows(client):
    note = NoteFactory(body="**Bold**, [a link](https://example.org/), `code`\n\n| a | b |\n|---|---|\n| 1 | 2 |")
    preview = client.post("/markdown/", {"body": note.body}).content.decode()
    shown = preview[preview.index("<p>") :].strip()
    assert "<strong>Bold</strong>" in shown and "<table>" in shown
    assert shown in client.get(note.paper.get_absolute_url()).content.decode()


@pytest.mark.parametrize("text", [">" * 20_000, "[" * 20_000, "- " * 10_000, "*a **b " * 2_000])
def test_deep_nesting_is_shown_flat(client, text):
    body = client.post("/markdown/", {"body": text}).content.decode()
    assert len(re.findall(r"<(?:blockquote|ul)>", body)) < 50


def test_a_note_is_written_previewed_changed_and_removed_without_scripts(client):
    paper = PaperFactory(title="A")
    new = reverse("catalog:note_new", args=[paper.slug])
    preview = client.post(new, {"language": "zh", "body": "**温度**", "preview": "1"})
    assert "<strong>温度</strong>" in preview.content.decode()
    assert not Note.objects.exists()
    assert client.post(new, {"language": "zh", "body": "**温度**"}).url == paper.get_absolute_url()
    note = Note.objects.get()
    address = reverse("catalog:note_edit", args=[paper.slug, note.pk])
    client.post(address, fields_of(client.get(address)) | {"language": "en", "body": "Heat."})
    assert Note.objects.values_list("language", "body").get() == ("en", "Heat.")
    client.post(reverse("catalog:note_remove", args=[paper.slug, note.pk]))
    assert not Note.objects.exists()


def test_a_note_is_translated_beside_the_other_one(client):
    note = NoteFactory(language="en", body="A *soft* target.")
    link = f"/papers/{note.paper.slug}/notes/new/?language=zh"
    assert link in client.get(note.paper.get_absolute_url()).content.decode()
    body = client.get(link).content.decode()
    assert "A <em>soft</em> target." in body
    assert re.search(r'<option value="zh"\s+selected', body)


def test_a_note_has_a_bound(client):
    paper = PaperFactory()
    response = client.post(reverse("catalog:note_new", args=[paper.slug]), {"language": "en", "body": "x" * 20_001})
    assert response.status_code == 422
    assert not Note.objects.exists()


def test_a_note_changed_meanwhile_is_shown_beside_mine(client):
    note = NoteFactory(body="First.")
    address = reverse("catalog:note_edit", args=[note.paper.slug, note.pk])
    mine = fields_of(client.get(address)) | {"language": "en", "body": "Mine."}
    Note.objects.update(body="Theirs.\n\nLonger.")
    both = client.post(address, mine)
    assert both.status_code == 409
    assert "Theirs." in both.content.decode() and fields_of(both)["body"].strip() == "Mine."
    assert Note.objects.get().body == "Theirs.\n\nLonger."
    assert client.post(address, fields_of(both) | {"language": "en"}).status_code == 302
    assert Note.objects.get().body == "Mine."


def test_a_note_belongs_to_its_paper_s_address(client):
    note = NoteFactory()
    assert client.get(reverse("catalog:note_edit", args=[PaperFactory().slug, note.pk])).status_code == 404


# --- tags, categories, names ----------------------------------------------------------------------------------------
WORDS = {"name_en": "Pruning", "name_zh": "剪枝", "description_en": "", "description_zh": ""}


def test_tags_are_listed_with_their_papers_for_everyone(client, settings):
    settings.OPEN_TO_ANYONE = False
    tag = TopicFactory(name_en="Pruning")
    paper_with(title="A", topics=[tag])
    response = client.get("/tags/")
    assert "Pruning 1" in text_of(response)
    assert "/edit/" not in response.content.decode() and 'class="edit-form' not in response.content.decode()


def test_a_tag_is_made_renamed_merged_and_removed(client):
    assert client.post("/tags/", WORDS).url == "/tags/pruning/"
    client.post("/tags/pruning/edit/", WORDS | {"name_en": "Cutting"})
    tag = Topic.objects.get()
    assert (tag.slug, tag.name_en) == ("pruning", "Cutting")
    other = TopicFactory(name_en="Other", slug="other")
    paper = paper_with(title="A", topics=[tag])
    text = text_of(client.get("/tags/pruning/merge/", {"into": "other"}))
    assert "1 paper carries “Cutting”" in text and "0 papers carry “Other”" in text
    assert client.post("/tags/pruning/merge/", {"into": "other"}).url == "/tags/other/"
    assert list(paper.topics.all()) == [other]
    client.post("/tags/other/remove/")
    assert not Topic.objects.exists() and Paper.objects.exists()


def test_a_tag_of_a_name_that_is_here_is_refused_with_a_link_to_it(client):
    TopicFactory(name_en="Pruning", slug="pruning")
    response = client.post("/tags/", WORDS)
    assert response.status_code == 422
    assert '<a href="/tags/pruning/">' in response.content.decode()


def test_a_category_is_renamed_and_can_be_neither_merged_nor_removed(client):
    TopicFactory(kind="category", slug="compression")
    client.post("/categories/compression/edit/", WORDS)
    assert Topic.objects.get().name_zh == "剪枝"
    assert client.post("/tags/compression/remove/").status_code == 404


def test_a_name_is_mended_on_every_paper_and_two_spellings_become_one(client):
    paper_with(title="A", authors=["J. Devlim", "Bo Li"])
    both = paper_with(title="B", authors=["J. Devlim", "J. Devlin"])
    wrong, right = Author.objects.get(name="J. Devlim"), Author.objects.get(name="J. Devlin")
    response = client.post(f"/authors/{wrong.pk}-j-devlim/edit/", {"name": "J. Devlin"})
    assert response.url == f"/authors/{right.pk}-j-devlin/"
    assert not Author.objects.filter(pk=wrong.pk).exists()
    assert right.papers.count() == 2 and both.authorships.count() == 1
    assert set(Paper.objects.search("devlin")) == set(Paper.objects.all())


def test_a_venue_is_mended_at_its_address_and_joins_one_of_its_name(client):
    paper = paper_with(title="A", venue_name="Proc. ACL")
    client.post("/venues/proc-acl/edit/", {"name": "ACL Findings"})
    assert Venue.objects.values_list("slug", "name").get() == ("proc-acl", "ACL Findings")
    other = paper_with(title="B", venue_name="EMNLP").venue
    client.post("/venues/proc-acl/edit/", {"name": "emnlp"})
    assert Venue.objects.get() == other
    assert fresh(paper).venue == other


# --- who may --------------------------------------------------------------------------------------------------------
ARGUMENTS = {"slug": "a", "other": "b", "note_id": 1, "pk": 1}
FOR_ALL = {"tags", "health", "health_check"}  # readers look at these; /tags/ refuses their POST itself
READ_ONLY = {"authors_known", "paper_merge"}
FOR_MEMBERS = {"markdown_preview"}


def address_of(pattern) -> str:
    names = [name for name in ARGUMENTS if f":{name}>" in str(pattern.pattern)]
    return reverse(f"catalog:{pattern.name}", kwargs={name: ARGUMENTS[name] for name in names})


GUARDED = [pattern for pattern in urlpatterns if pattern.name not in FOR_ALL]


@pytest.fixture
def closed(settings):
    settings.OPEN_TO_ANYONE = False


@pytest.mark.parametrize("pattern", GUARDED, ids=lambda pattern: pattern.name)
def test_a_visitor_is_sent_to_sign_in_and_may_send_nothing(client, closed, pattern):
    address = address_of(pattern)
    if pattern.name not in FOR_MEMBERS:
        assert client.get(address).url == f"/login/?next={address}"
    if pattern.name not in READ_ONLY:
        assert client.post(address).status_code == 403


@pytest.mark.parametrize("pattern", GUARDED, ids=lambda pattern: pattern.name)
def test_a_member_who_is_no_editor_is_refused(client, closed, django_user_model, pattern):
    client.force_login(django_user_model.objects.create_user("member"))
    if pattern.name in FOR_MEMBERS:
        assert client.post(address_of(pattern)).status_code == 200
    else:
        assert client.get(address_of(pattern)).status_code == 403


def test_a_visitor_makes_no_tag(client, closed):
    assert client.post("/tags/", WORDS).status_code == 403
    assert not Topic.objects.exists()


def test_an_editor_is_let_in_and_stands_in_the_history(client, closed, django_user_model):
    editor = django_user_model.objects.create_user("editor")
    editor.groups.add(Group.objects.get_or_create(name=EDITORS)[0])
    client.force_login(editor)
    paper = PaperFactory(year=2019)
    assert edit(client, paper, year="2020").status_code == 302
    assert ChangeSet.objects.get().actor == editor


def test_links_to_edit_stand_where_editors_read_and_nowhere_else(client, settings):
    tag = TopicFactory(slug="pruning")
    paper = paper_with(title="A", topics=[tag], authors=["Ann Lee"], notes=[("en", "A remark.")])
    assert f"{paper.get_absolute_url()}edit/" in client.get(paper.get_absolute_url()).content.decode()
    assert 'href="edit/"' in client.get("/tags/pruning/").content.decode()
    settings.OPEN_TO_ANYONE = False
    assert "edit/" not in client.get(paper.get_absolute_url()).content.decode()
    assert "edit/" not in client.get("/tags/pruning/").content.decode()


@pytest.mark.parametrize("name", ["paper_edit", "paper_remove", "note_new"])
def test_a_form_from_elsewhere_is_refused(name):
    paper = PaperFactory(slug="a", year=2019)
    strict = Client(enforce_csrf_checks=True)
    assert strict.post(reverse(f"catalog:{name}", args=["a"]), {"body": "x", "language": "en"}).status_code == 403
    assert strict.post("/markdown/", {"body": "x"}).status_code == 403
    assert fresh(paper).year == 2019 and not Note.objects.exists()
