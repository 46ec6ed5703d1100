"""The catalogue that comes with the code: catalog/bundled, taken in by the product's own readers, once a version."""

from __future__ import annotations

import hashlib
import tomllib
from collections import defaultdict
from pathlib import Path

from django.db import transaction
from django.utils import timezone

from catalog import search
from catalog.importers import read_text
from catalog.intake.documents import store_document
from catalog.intake.placing import Sections
from catalog.models import AlternativeTitle, Import, Note, Paper, PaperList, Topic
from catalog.works.identity import key_of

FOLDER = Path(__file__).parent / "bundled"
_FORMAT = "bundled"
_HEADINGS = " > "


def load_bundled_catalogue(folder: Path = FOLDER) -> dict[str, int] | None:
    """How many papers came new and how many were here; None when this version has been taken in before.

    What people changed stays: rows that exist keep their names, texts, topics and notes.
    """
    version = _version(folder)
    if Import.objects.filter(format=_FORMAT, name=version).exists():
        return None
    with transaction.atomic():
        topics = _topics(tomllib.loads((folder / "topics.toml").read_text(encoding="utf-8")))
        report = {"added": 0, "already_here": 0}
        lists = tomllib.loads((folder / "lists.toml").read_text(encoding="utf-8"))["list"]
        annotations = tomllib.loads((folder / "annotations.toml").read_text(encoding="utf-8"))["paper"]
        for described in sorted(lists, key=lambda one: one["position"]):
            _add_other_titles(annotations)
            stored = _load_list(described, (folder / f"{described['slug']}.md").read_text(encoding="utf-8"))
            report["added"] += len(stored.added)
            report["already_here"] += len(stored.already_here)
        search.reindex(_annotate(annotations, topics))
        Import.objects.create(
            format=_FORMAT, name=version, state=Import.State.ACCEPTED, report=report, accepted_at=timezone.now()
        )
    return report


def _version(folder: Path) -> str:
    digest = hashlib.sha256()
    for path in sorted([*folder.glob("*.md"), *folder.glob("*.toml")]):
        digest.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()


def _topics(described: dict) -> dict[tuple[str, str], Topic]:
    for kind in Topic.Kind.values:
        for position, row in enumerate(described.get(kind, []), 1):
            facts = {name: value for name, value in row.items() if name != "slug"}
            Topic.objects.get_or_create(kind=kind, slug=row["slug"], defaults={"position": position, **facts})
    return {(topic.kind, topic.slug): topic for topic in Topic.objects.all()}


def _load_list(described: dict, text: str):
    headings = described.get("sections", {})
    facts = {name: value for name, value in described.items() if name not in ("slug", "sections")}
    paper_list, _ = PaperList.objects.get_or_create(slug=described["slug"], defaults=facts)
    sections = Sections(paper_list)
    for path, chinese in headings.items():
        section = sections.at(path.split(_HEADINGS))
        if not section.name_zh:
            section.name_zh = chinese
            section.save(update_fields=["name_zh"])
    return store_document(document=read_text(text, "markdown"), paper_list=paper_list)


def _add_other_titles(annotations: list[dict]) -> None:
    """A work that a later list gives under its other title is found again by it."""
    papers = _papers_by_title()
    AlternativeTitle.objects.bulk_create(
        AlternativeTitle(paper_id=papers[key_of(annotation["title"])], title=title, title_key=key_of(title))
        for annotation in annotations
        for title in annotation.get("also", [])
        if key_of(title) not in papers and key_of(annotation["title"]) in papers
    )


def _annotate(annotations: list[dict], topics: dict[tuple[str, str], Topic]) -> set[int]:
    """Topics for papers that have none, notes in a language for papers that have none in it. The papers touched."""
    papers = _papers_by_title()
    with_topics = set(Paper.topics.through.objects.values_list("paper_id", flat=True))
    with_notes = set(Note.objects.values_list("paper_id", "language"))
    links, notes = [], []
    for annotation in annotations:
        titles = [annotation["title"], *annotation.get("also", [])]
        for paper_id in {papers[key] for key in map(key_of, titles) if key in papers}:
            if paper_id not in with_topics:
                chosen = [topics["category", slug] for slug in annotation.get("categories", [])]
                chosen += [topics["tag", slug] for slug in annotation.get("tags", [])]
                links += [Paper.topics.through(paper_id=paper_id, topic=topic) for topic in chosen]
            for language in Note.Language.values:
                body = annotation.get(f"note_{language}", "")
                if body and (paper_id, language) not in with_notes:
                    notes.append(Note(paper_id=paper_id, language=language, body=body))
    Paper.topics.through.objects.bulk_create(links)
    Note.objects.bulk_create(notes)
    return {link.paper_id for link in links} | {note.paper_id for note in notes}


def _papers_by_title() -> dict[str, int]:
    by_title = defaultdict(int, AlternativeTitle.objects.values_list("title_key", "paper_id"))
    by_title.update(Paper.objects.values_list("title_key", "pk"))
    return dict(by_title)
