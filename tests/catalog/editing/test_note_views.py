"""Notes and their preview: what is shown of hostile Markdown, and that every step works without scripts."""

import re

import pytest
from django.urls import reverse

from catalog.models import Note
from tests.catalog.editing.edit_form import fields_of
from tests.catalog.factories import NoteFactory, PaperFactory

pytestmark = pytest.mark.django_db


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
