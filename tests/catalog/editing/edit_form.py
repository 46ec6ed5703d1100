"""What a browser would send of an editors' page, for tests that send it back changed."""

from __future__ import annotations

import html
import re

from django.urls import reverse


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
