"""Papers with all that a page can show, findable by search."""

from __future__ import annotations

from catalog import search
from catalog.models import Paper, Section, Topic
from catalog.titles import slug_for, title_key
from tests.catalog import factories
from tests.catalog.factories import EntryFactory, NoteFactory, PaperFactory


class TopicFactory(factories.TopicFactory):
    """A category where nothing else is said."""

    class Meta:
        model = Topic
        django_get_or_create = ("kind", "slug")

    kind = Topic.Kind.CATEGORY


def paper_with(*, authors=(), notes=(), topics=(), links=None, titles=(), sections=(), **facts) -> Paper:
    """`notes` are (language, body), `links` {url: label}; `titles` are the alternative ones."""
    slug = slug_for(facts.get("title", ""), facts.get("short_name", ""))
    paper = PaperFactory(authors=list(authors), links=links, **{"year": 2020, "slug": slug, **facts})
    for language, body in notes:
        NoteFactory(paper=paper, language=language, body=body)
    for title in titles:
        paper.alternative_titles.create(title=title, title_key=title_key(title))
    for section in sections:
        EntryFactory(section=section, paper=paper, position=section.entries.count() + 1)
    paper.topics.set(topics)
    search.reindex([paper.pk])
    return paper


def full_papers(count: int, section: Section | None = None, start: int = 0) -> list[Paper]:
    category, tag = TopicFactory(slug="compression", name_en="Compression"), TopicFactory(kind="tag", slug="pruning")
    return [
        paper_with(
            title=f"Full paper {number:03d}",
            short_name=f"Full{number}",
            authors=[f"Ada {number}", f"Bob {number}", "Cy", "Dee", "Eve"],
            notes=[("en", "One sentence."), ("zh", "一句话。")],
            links={f"https://example.org/{number}.pdf": "pdf"},
            titles=[f"Full paper {number:03d}, the preprint"],
            topics=[category, tag],
            venue_name="EMNLP",
            sections=[section] if section else [],
        )
        for number in range(start, start + count)
    ]
